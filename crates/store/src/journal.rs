//! The journal of reads: what a read changes in it, and what becomes of the rows of an hour that is over. Each backend reads,
//! asks here, and writes what it is told (`docs/spec/log.md` §7).

use souspli_protocol::journal::{HOURS_BACK, Kinds, Ranges, ReadRow, hour_of};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::{Context, Digest, VerifyingKey};

use crate::{Linker, Sealed};

/// A signed read that is about to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Of whom.
    pub context: Context,
    /// Who asks.
    pub key: VerifyingKey,
    /// When.
    pub minute: u32,
    /// First and last sequence of the chain that it is given.
    pub entries: Option<(u64, u64)>,
    /// The kind of publication that it is given.
    pub publication: Option<PublicationKind>,
}

/// What a key was given in an hour that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRow {
    /// The hour.
    pub hour: u32,
    /// Who asked.
    pub key: VerifyingKey,
    /// Which of several rows of this key and hour, from 0.
    pub part: u32,
    /// What of the chain it was given.
    pub ranges: Ranges,
    /// What kinds of publication.
    pub publications: Kinds,
}

/// What is to be written for a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// Nothing: the rows say so already.
    Said,
    /// A row that is there, with more in it.
    Changed(OpenRow),
    /// A row more.
    New(OpenRow),
}

/// The newest closed row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalHead {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: Digest,
    /// Its hour.
    pub hour: u32,
}

/// A row that has just been closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedRow {
    /// Its number.
    pub number: u64,
    /// SHA-256 of its bytes.
    pub hash: Digest,
    /// The row.
    pub bytes: Sealed,
}

/// What a journal holds now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JournalNow {
    /// The newest closed row.
    pub newest: Option<JournalHead>,
    /// Closed rows, by number.
    pub rows: Vec<Sealed>,
    /// Open rows, by hour, key and part.
    pub open: Vec<OpenRow>,
}

impl OpenRow {
    /// Its bytes, as readers get them while the hour lasts.
    pub fn encode(&self, context: &Context) -> Sealed {
        self.as_row(context, 0, Digest::ZERO).encode()
    }

    fn as_row(&self, context: &Context, number: u64, previous: Digest) -> ReadRow {
        ReadRow {
            context: *context,
            number,
            previous,
            key: self.key,
            hour: self.hour,
            ranges: self.ranges.clone(),
            publications: self.publications,
        }
    }

    fn of(&self, read: &Read, hour: u32) -> bool {
        self.key == read.key && self.hour == hour
    }
}

impl Read {
    /// The hour that it belongs to: that of its minute, and never far below the newest closed row's, wherever the host's
    /// clock has gone.
    pub fn hour(&self, newest: Option<&JournalHead>) -> u32 {
        let least = newest.map_or(0, |newest| newest.hour.saturating_sub(HOURS_BACK));
        hour_of(self.minute).max(least)
    }

    /// What is to be written, by the open rows of the calendar, in the order of their parts.
    pub fn note(&self, hour: u32, open: &[OpenRow]) -> Noted {
        let own: Vec<&OpenRow> = open.iter().filter(|row| row.of(self, hour)).collect();
        let kinds = self.publication.map_or(Kinds::NONE, |kind| Kinds::NONE.with(kind));
        let given = self.entries.is_none_or(|(first, last)| own.iter().any(|row| row.ranges.cover(first, last)));
        let read = self.publication.is_none() || own.iter().any(|row| row.publications.cover(kinds));
        if given && read && !own.is_empty() {
            return Noted::Said;
        }
        let with = |row: &OpenRow| {
            let mut row = row.clone();
            let fits = given || self.entries.is_none_or(|(first, last)| row.ranges.add(first, last));
            row.publications = self.publication.map_or(row.publications, |kind| row.publications.with(kind));
            fits.then_some(row)
        };
        if let Some(row) = own.iter().copied().find_map(with) {
            return Noted::Changed(row);
        }
        let part = own.last().map_or(0, |row| row.part.saturating_add(1));
        let ranges = Ranges::default();
        let empty = OpenRow { hour, key: self.key, part, ranges, publications: Kinds::NONE };
        with(&empty).map_or(Noted::Said, Noted::New)
    }
}

impl JournalHead {
    /// The head that a closed row is; `None` where its bytes are damaged.
    pub fn of(number: u64, hash: Digest, bytes: &[u8]) -> Option<Self> {
        let row = ReadRow::decode(bytes).ok().filter(|row| row.number == number)?;
        Some(Self { number, hash, hour: row.hour })
    }
}

/// Closes rows: each follows the one before. `over` is in the order of hours, keys and parts.
pub fn close_rows(
    context: &Context,
    newest: Option<&JournalHead>,
    over: &[OpenRow],
    linker: &dyn Linker,
) -> Vec<ClosedRow> {
    let (mut number, mut previous) = newest.map_or((0, Digest::ZERO), |newest| (newest.number, newest.hash));
    let close = |row: &OpenRow| {
        number = number.saturating_add(1);
        let bytes = row.as_row(context, number, previous).encode();
        previous = linker.hash(&bytes);
        ClosedRow { number, hash: previous, bytes }
    };
    over.iter().map(close).collect()
}

#[cfg(test)]
mod tests {
    use souspli_protocol::sizes::READ_RANGES;
    use souspli_protocol::{CalendarId, Fingerprint};

    use super::*;

    const CONTEXT: Context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };
    const READ: Read =
        Read { context: CONTEXT, key: VerifyingKey([3; 32]), minute: 6_000, entries: None, publication: None };

    fn entries(first: u64, last: u64) -> Read {
        Read { entries: Some((first, last)), ..READ }
    }

    /// Notes a read as a backend does.
    fn note(open: &mut Vec<OpenRow>, read: &Read) -> Noted {
        let noted = read.note(read.hour(None), open);
        match &noted {
            Noted::Said => {}
            Noted::Changed(row) => {
                let same =
                    |known: &&mut OpenRow| known.key == row.key && known.hour == row.hour && known.part == row.part;
                *open.iter_mut().find(same).expect("there") = row.clone();
            }
            Noted::New(row) => open.push(row.clone()),
        }
        noted
    }

    #[test]
    fn a_row_grows_and_what_it_says_is_not_written_again() {
        let mut open = Vec::new();
        assert!(matches!(note(&mut open, &READ), Noted::New(_)), "who finds nothing is seen");
        assert_eq!(note(&mut open, &READ), Noted::Said);
        assert!(matches!(note(&mut open, &entries(1, 64)), Noted::Changed(_)));
        assert_eq!(note(&mut open, &entries(5, 64)), Noted::Said);
        assert!(matches!(note(&mut open, &entries(64, 65)), Noted::Changed(_)));
        let grants = Read { publication: Some(PublicationKind::Grants), ..READ };
        assert!(matches!(note(&mut open, &grants), Noted::Changed(_)));
        assert_eq!((note(&mut open, &grants), note(&mut open, &READ)), (Noted::Said, Noted::Said));
        let [row] = &open[..] else { panic!("{open:?}") };
        assert_eq!(row.ranges.iter().collect::<Vec<_>>(), [(1, 65)]);
        assert_eq!(row.publications.iter().collect::<Vec<_>>(), [PublicationKind::Grants]);
        let other = Read { key: VerifyingKey([4; 32]), ..READ };
        assert!(matches!(note(&mut open, &other), Noted::New(row) if row.part == 0), "another key's row");
        let later = Read { minute: READ.minute + 60, ..READ };
        assert!(matches!(note(&mut open, &later), Noted::New(row) if row.hour == 101), "another hour's");
    }

    #[test]
    fn a_ninth_range_opens_a_further_row() {
        let mut open = Vec::new();
        for place in 0..=2 * READ_RANGES as u64 {
            note(&mut open, &entries(place * 100 + 1, place * 100 + 64));
        }
        let counts: Vec<_> = open.iter().map(|row| (row.part, row.ranges.iter().count())).collect();
        assert_eq!(counts, [(0, READ_RANGES), (1, READ_RANGES), (2, 1)]);
        assert!(open.iter().all(|row| row.publications == Kinds::NONE));
        let filled = note(&mut open, &entries(65, 100));
        assert!(matches!(filled, Noted::Changed(row) if row.part == 0 && row.ranges.iter().count() == READ_RANGES - 1));
        for place in 0..=2 * READ_RANGES as u64 {
            assert_eq!(note(&mut open, &entries(place * 100 + 1, place * 100 + 64)), Noted::Said, "{place}");
        }
    }

    #[test]
    fn an_hour_does_not_go_back_with_the_clock() {
        let newest = JournalHead { number: 1, hash: Digest([5; 32]), hour: 200 };
        let at = |hour: u32| Read { minute: hour * 60 + 59, ..READ }.hour(Some(&newest));
        assert_eq!([at(300), at(200), at(180), at(176), at(175), at(0)], [300, 200, 180, 176, 176, 176]);
    }
}
