//! Sealed events in any bytes: they say in clear to which record they belong, so what was deleted can be told from what
//! is still there.

use std::collections::HashSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::database::Live;
use crate::scan;

/// How an event begins (`docs/spec/events.md` §2): its label, and the tag and length of the suite.
const BEGIN: &[u8] = b"\0\0\0\0\x10souspli/v1/event\x01\0\0\0\x01";
/// Bytes of the fields from the suite to the window.
const FIELDS: [usize; 12] = [1, 32, 16, 16, 4, 32, 1, 1, 32, 32, 32, 4];
const LABEL: usize = 21;
const CALENDAR: usize = value(2);
const RECORD: usize = value(3);
const REVISION: usize = value(4);
const WINDOW: usize = value(11);
/// Bytes from the beginning of an event to behind its window.
const HEADER: usize = WINDOW + 4;
const _: () = assert!(scan::AHEAD > HEADER);

/// Where the value of a field begins.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler")]
const fn value(field: usize) -> usize {
    let (mut at, mut before) = (LABEL + 5, 0);
    while before < field {
        at += FIELDS[before] + 5;
        before += 1;
    }
    at
}

/// Whose an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Sealed {
    pub(crate) calendar: [u8; 16],
    pub(crate) record: [u8; 16],
    pub(crate) revision: u32,
    pub(crate) window: u32,
}

impl Sealed {
    /// Reads the beginning of an event.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(BEGIN) {
            return None;
        }
        let id = |at: usize| bytes.get(at..)?.first_chunk::<16>().copied();
        let number = |at: usize| bytes.get(at..)?.first_chunk::<4>().map(|number| u32::from_be_bytes(*number));
        Some(Self {
            calendar: id(CALENDAR)?,
            record: id(RECORD)?,
            revision: number(REVISION)?,
            window: number(WINDOW)?,
        })
    }
}

/// Finds events.
#[derive(Debug)]
pub(crate) struct Finder(AhoCorasick);

impl Finder {
    pub(crate) fn new() -> Option<Self> {
        AhoCorasick::new([BEGIN]).ok().map(Self)
    }

    /// Reports every event that begins in `starts`, and where.
    pub(crate) fn find(&self, hay: &[u8], starts: Range<usize>, found: &mut dyn FnMut(usize, Sealed)) {
        let end = starts.end.saturating_add(BEGIN.len()).min(hay.len());
        let part = hay.get(starts.start..end).unwrap_or_default();
        for hit in self.0.find_iter(part) {
            let at = starts.start.saturating_add(hit.start());
            if starts.contains(&at)
                && let Some(sealed) = hay.get(at..).and_then(Sealed::read)
            {
                found(at, sealed);
            }
        }
    }
}

/// What became of an event that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is a row of the database.
    There,
    /// The database says that its record was erased.
    Erased,
    /// The database's chain names it, and it is no row any more.
    Deleted,
    /// The database knows the practice, and never took this.
    Unknown,
    /// It is of a practice that the database does not know.
    Foreign,
}

impl Fate {
    /// What the databases say of an event.
    pub(crate) fn of(sealed: &Sealed, live: &Live) -> Self {
        let Sealed { calendar, record, revision, .. } = sealed;
        if !live.has_calendar(calendar) {
            Self::Foreign
        } else if live.has_event(calendar, record, *revision) {
            Self::There
        } else if live.is_erased(calendar, record) {
            Self::Erased
        } else if live.has_link(calendar, record, *revision) {
            Self::Deleted
        } else {
            Self::Unknown
        }
    }

    /// In a few words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Erased => "erased",
            Self::Deleted => "deleted",
            Self::Unknown => "not in the database",
            Self::Foreign => "of another host",
        }
    }
}

/// What was said of one file already, so that each event is named once.
#[derive(Debug, Default)]
pub(crate) struct Said(HashSet<([u8; 16], u32)>);

/// Events that are remembered of one file.
const REMEMBERED: usize = 100_000;

impl Said {
    pub(crate) fn is_new(&mut self, sealed: &Sealed) -> bool {
        self.0.len() >= REMEMBERED || self.0.insert((sealed.record, sealed.revision))
    }
}
