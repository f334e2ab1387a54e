//! What a practice's newest publications say to the host: members, links, identities. Kept per (version, epoch).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use souspli_attest::event_hash;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::{LinkRow, PublicationKind, acl_keys};
use souspli_protocol::{CalendarId, Context, Digest, VerifyingKey};
use souspli_store::{Calendar, Store};

use crate::rejection::Rejection;

/// Most calendars whose directories are kept.
const KEPT: usize = 4_096;

/// The parsed newest publications of one calendar.
pub(crate) struct Directory {
    members: HashSet<VerifyingKey>,
    links: Vec<LinkRow>,
    identities: Vec<(u32, Digest)>,
}

impl Directory {
    /// Whether a key stands in the access list.
    pub(crate) fn is_member(&self, key: &VerifyingKey) -> bool {
        self.members.contains(key)
    }

    /// The keys of the access list.
    pub(crate) fn members(&self) -> &HashSet<VerifyingKey> {
        &self.members
    }

    /// Goes on only if a link stands in the table, has not expired and needs no invitation.
    pub(crate) fn link(&self, link: &VerifyingKey, minute: u32) -> Result<(), Code> {
        let row = self.links.iter().find(|row| row.link == *link).ok_or(Code::LinkRevoked)?;
        if minute >= row.expires {
            return Err(Code::LinkExpired);
        }
        // Invitations are reserved: there is no publication yet that a token could be checked against.
        if row.flags == 0 { Ok(()) } else { Err(Code::TokenNeeded) }
    }

    /// Publication hash of an epoch's identity: the present epoch's or the next one's.
    pub(crate) fn identity(&self, epoch: u32) -> Option<Digest> {
        self.identities.iter().find(|(of, _)| *of == epoch).map(|(_, hash)| *hash)
    }

    async fn load(store: &dyn Store, calendar: &Calendar, epoch: u32) -> Result<Self, Rejection> {
        let id = calendar.context.calendar;
        let acl = store.publication(id, PublicationKind::Acl, 0).await?;
        let links = store.publication(id, PublicationKind::Links, 0).await?;
        let identities = store.publications(id, PublicationKind::Identity, epoch, epoch.saturating_add(2)).await?;
        let members = acl.map(|stored| acl_keys(stored.publication.payload()).collect()).unwrap_or_default();
        let links = links.and_then(|stored| LinkRow::decode_table(stored.publication.payload())).unwrap_or_default();
        let identities = identities
            .iter()
            .map(|stored| (stored.publication.statement().slot, event_hash(stored.publication.bytes())))
            .collect();
        Ok(Self { members, links, identities })
    }
}

/// What the host knows of a calendar at one of its versions.
pub(crate) struct Known {
    /// Id and FP; they never change.
    pub(crate) context: Context,
    /// The version.
    pub(crate) version: u64,
    /// What its publications say.
    pub(crate) directory: Arc<Directory>,
}

/// The directories that were asked for lately.
#[derive(Default)]
pub(crate) struct Directories(Mutex<HashMap<CalendarId, Kept>>);

struct Kept {
    context: Context,
    version: u64,
    epoch: u32,
    directory: Arc<Directory>,
}

impl Directories {
    /// What is kept of a calendar at a version. It was true when that version was the newest; whether it still is, only the
    /// store can tell.
    pub(crate) fn at(&self, id: CalendarId, version: u64, epoch: u32) -> Option<Known> {
        let all = self.lock();
        let kept = all.get(&id).filter(|kept| kept.version == version && kept.epoch == epoch)?;
        Some(Known { context: kept.context, version, directory: kept.directory.clone() })
    }

    /// Something was published: what is kept is old.
    pub(crate) fn forget(&self, id: CalendarId) {
        self.lock().remove(&id);
    }

    /// The directory of a calendar as it was just read: the version says whether what is kept still holds.
    pub(crate) async fn of(
        &self,
        store: &dyn Store,
        calendar: &Calendar,
        epoch: u32,
    ) -> Result<Arc<Directory>, Rejection> {
        let id = calendar.context.calendar;
        let kept = self
            .lock()
            .get(&id)
            .filter(|kept| kept.version == calendar.version && kept.epoch == epoch)
            .map(|kept| kept.directory.clone());
        if let Some(directory) = kept {
            return Ok(directory);
        }
        let directory = Arc::new(Directory::load(store, calendar, epoch).await?);
        let mut all = self.lock();
        if all.len() >= KEPT {
            all.clear();
        }
        let context = calendar.context;
        all.insert(id, Kept { context, version: calendar.version, epoch, directory: directory.clone() });
        Ok(directory)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CalendarId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
