//! The rules that no database enforces by itself, once for all backends: each reads, asks here, and writes what it is
//! told. What two writers could break between reading and writing stays with the database's keys and locks.

use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::{Header, Operation};
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::receipt::Link;
use souspli_protocol::restore::Notice;
use souspli_protocol::{Digest, Gid};

use crate::{AppendError, Calendar, EventWrite, Linker, PublishError, Sealed, StoreError};

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordState {
    /// Revision of its last event.
    pub revision: u32,
    /// Hash of its last event.
    pub hash: Digest,
    /// Window of its claims.
    pub window: u32,
    /// Whether its claims were given back; then it takes none again.
    pub released: bool,
    /// What it claims.
    pub claims: Option<ClaimIds>,
}

/// What an event changes, apart from taking its own claim ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Ids that the record gives back.
    pub freed: Vec<Gid>,
    /// Where the record stands then.
    pub record: RecordState,
}

impl EventWrite {
    /// Whether the event may follow, and what it changes (`docs/spec/events.md` §4, `docs/spec/claims.md` §5). That its
    /// bytes are not stored already, and that its claims are free, is for the backend to find out.
    pub fn apply(&self, calendar: &Calendar, record: Option<&RecordState>) -> Result<Change, AppendError> {
        self.check_order(record)?;
        let header = self.event.header();
        // What comes back after a restore was accepted under a version that may be lost.
        if self.earlier.is_empty() && header.version != calendar.version {
            return Err(AppendError::StaleVersion);
        }
        if self.claims.is_some() && record.is_some_and(|record| record.released) {
            return Err(AppendError::Released);
        }
        Ok(self.change(header, record))
    }

    fn check_order(&self, record: Option<&RecordState>) -> Result<(), AppendError> {
        let header = self.event.header();
        match (header.operation, record) {
            (Operation::Create, Some(_)) => Err(AppendError::RecordExists),
            (Operation::Append, None) => Err(AppendError::NoRecord),
            (Operation::Append, Some(record))
                if record.revision.checked_add(1) != Some(header.revision) || record.hash != header.previous =>
            {
                Err(AppendError::RevisionConflict)
            }
            (Operation::Create, None) | (Operation::Append, Some(_)) => Ok(()),
        }
    }

    fn change(&self, header: &Header, record: Option<&RecordState>) -> Change {
        let old = record.and_then(|record| record.claims);
        let claims = self.claims.or(old.filter(|_| !header.release));
        let keeps = |gid: &Gid| claims.is_some_and(|claims| claims.ids().binary_search(gid).is_ok());
        let freed = old.iter().flat_map(ClaimIds::ids).filter(|gid| !keeps(gid)).copied().collect();
        let stays = record.filter(|_| self.claims.is_none());
        let record = RecordState {
            revision: header.revision,
            hash: self.hash,
            window: stays.map_or(header.window, |record| record.window),
            released: header.release || record.is_some_and(|record| record.released),
            claims,
        };
        Change { freed, record }
    }
}

/// A place in the chain, taken and signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The leaf.
    pub leaf: Digest,
    /// The receipt.
    pub receipt: Sealed,
}

impl Calendar {
    /// The calendar that a batch goes on with: the stored one, or the one that the batch's registration makes in the host's
    /// generation (`docs/spec/publications.md` §1, §2). That the batch is not stored already is for the backend to find out.
    pub fn before_batch(stored: Option<Self>, batch: &[Publication], generation: u32) -> Result<Self, PublishError> {
        let first = batch.first().ok_or(PublishError::NoCalendar)?.statement();
        let registers = |publication: &Publication| publication.statement().kind == PublicationKind::Registration;
        let calendar = match stored {
            Some(calendar) => calendar,
            None if first.kind == PublicationKind::Registration => Self {
                context: first.context,
                root: first.signer,
                version: 0,
                generation,
                sequence: 0,
                head: Digest::ZERO,
            },
            None => return Err(PublishError::NoCalendar),
        };
        if batch.iter().any(|publication| publication.statement().context != calendar.context) {
            return Err(StoreError::Failed("a batch names another calendar".to_owned()).into());
        }
        if batch.iter().skip(usize::from(stored.is_none())).any(registers) {
            return Err(PublishError::AlreadyRegistered);
        }
        let mut version = calendar.version;
        for publication in batch {
            version = version.checked_add(1).ok_or(PublishError::StaleVersion)?;
            if publication.statement().version != version {
                return Err(PublishError::StaleVersion);
            }
        }
        Ok(calendar)
    }

    /// The notice that a generation begins where the chain stands (`docs/spec/restore.md` §2).
    pub fn notice(&self, generation: u32, minute: u32) -> Notice {
        let Self { context, generation: from, sequence, head, .. } = *self;
        Notice { context, generation, from, sequence, head, minute }
    }

    /// The notice that a calendar begins with which is registered after a restore; `None` before the first one.
    pub fn first_notice(&self, minute: u32) -> Option<Notice> {
        (self.generation > 0).then(|| Self { generation: 0, ..*self }.notice(self.generation, minute))
    }

    /// Takes the next place of the chain for an object: moves sequence and head, in memory, and has the receipt signed
    /// (`docs/spec/events.md` §6).
    pub fn link(&mut self, object: &Digest, minute: u32, linker: &dyn Linker) -> Linked {
        let leaf = linker.leaf(object);
        let link = Link {
            context: self.context,
            generation: self.generation,
            sequence: self.sequence.saturating_add(1),
            previous: self.head,
            leaf,
        };
        let (head, receipt) = linker.seal(&link, minute);
        self.sequence = link.sequence;
        self.head = head;
        Linked { leaf, receipt }
    }
}
