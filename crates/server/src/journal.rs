//! The journal of reads: what an answer gives is written down before it leaves (`docs/spec/log.md` §7).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use souspli_protocol::journal::{Kinds, Ranges, hour_of};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::{CalendarId, Context, VerifyingKey};
use souspli_store::{Read, StoreError};

use crate::rejection::Rejection;
use crate::state::Shared;

/// Most keys whose rows are remembered; then all are forgotten, and the database is asked again.
const KEPT: usize = 16_384;

/// What rows of the present hour say, as far as this process has written them. It saves the question, never the row.
#[derive(Default)]
pub(crate) struct Said(Mutex<HashMap<(CalendarId, VerifyingKey), Row>>);

struct Row {
    hour: u32,
    ranges: Ranges,
    publications: Kinds,
}

/// What an answer gives.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Given {
    /// Nothing.
    Nothing,
    /// Entries of the chain: first and last sequence.
    Entries(u64, u64),
    /// A publication.
    Publication(PublicationKind),
}

impl Given {
    fn entries(self) -> Option<(u64, u64)> {
        match self {
            Self::Entries(first, last) => Some((first, last)),
            Self::Nothing | Self::Publication(_) => None,
        }
    }

    fn publication(self) -> Option<PublicationKind> {
        match self {
            Self::Publication(kind) => Some(kind),
            Self::Nothing | Self::Entries(..) => None,
        }
    }
}

impl Shared {
    /// Writes down what a key is about to be given; nothing is given where that fails.
    pub(crate) async fn note_read(&self, context: Context, key: VerifyingKey, given: Given) -> Result<(), Rejection> {
        let (entries, publication) = (given.entries(), given.publication());
        let read = Read { context, key, minute: self.clock.minute(), entries, publication };
        if self.said.covers(&read) {
            return Ok(());
        }
        self.store.note_read(&read, &self.linker).await.map_err(not_given)?;
        self.said.learn(&read);
        Ok(())
    }

    /// Closes a calendar's rows of hours that are over.
    pub(crate) async fn close_reads(&self, calendar: CalendarId, minute: u32) -> Result<(), Rejection> {
        self.store.close_reads(calendar, minute, &self.linker).await.map(drop).map_err(not_given)
    }
}

/// Whether a note was kept is the host's own affair: who reads may simply try again.
fn not_given(error: StoreError) -> Rejection {
    match error {
        StoreError::UnknownOutcome(text) => {
            tracing::error!(error = text, "a read may not have been written down, and was not answered");
            Code::Busy.into()
        }
        error => error.into(),
    }
}

impl Said {
    fn covers(&self, read: &Read) -> bool {
        let rows = self.lock();
        let Some(row) = rows.get(&(read.context.calendar, read.key)) else { return false };
        let kinds = read.publication.map_or(Kinds::NONE, |kind| Kinds::NONE.with(kind));
        row.hour == hour_of(read.minute)
            && read.entries.is_none_or(|(first, last)| row.ranges.cover(first, last))
            && row.publications.cover(kinds)
    }

    fn learn(&self, read: &Read) {
        let mut rows = self.lock();
        if rows.len() >= KEPT {
            rows.clear();
        }
        let fresh = || Row { hour: hour_of(read.minute), ranges: Ranges::default(), publications: Kinds::NONE };
        let row = rows.entry((read.context.calendar, read.key)).or_insert_with(fresh);
        if row.hour != hour_of(read.minute) {
            *row = fresh();
        }
        if let Some((first, last)) = read.entries {
            // What does not fit is asked of the database again.
            row.ranges.add(first, last);
        }
        row.publications = read.publication.map_or(row.publications, |kind| row.publications.with(kind));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(CalendarId, VerifyingKey), Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use souspli_protocol::Fingerprint;

    use super::*;

    fn read(key: u8, minute: u32, entries: Option<(u64, u64)>, publication: Option<PublicationKind>) -> Read {
        let context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };
        Read { context, key: VerifyingKey([key; 32]), minute, entries, publication }
    }

    #[test]
    fn only_what_was_written_in_this_hour_is_remembered() {
        let said = Said::default();
        let grants = Some(PublicationKind::Grants);
        assert!(!said.covers(&read(3, 600, None, None)));
        said.learn(&read(3, 600, Some((1, 64)), None));
        said.learn(&read(3, 601, None, grants));
        for (known, of) in [
            (true, read(3, 659, Some((2, 64)), None)),
            (true, read(3, 659, None, None)),
            (true, read(3, 659, None, grants)),
            (false, read(3, 659, Some((2, 65)), None)),
            (false, read(3, 659, None, Some(PublicationKind::Rules))),
            (false, read(3, 660, Some((2, 64)), None)),
            (false, read(3, 599, None, None)),
            (false, read(4, 659, None, None)),
        ] {
            assert_eq!(said.covers(&of), known, "{of:?}");
        }
        said.learn(&read(3, 660, None, None));
        assert!(said.covers(&read(3, 660, None, None)) && !said.covers(&read(3, 660, None, grants)));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let said = Said::default();
        for number in 0..u32::try_from(2 * KEPT).expect("small") {
            let mut one = read(0, 600, None, None);
            one.key.0[..4].copy_from_slice(&number.to_be_bytes());
            said.learn(&one);
        }
        assert!(said.lock().len() <= KEPT);
    }
}
