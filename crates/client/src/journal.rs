//! The journal of reads, verified (`docs/spec/log.md` §7): who fetched what, as far as the host has signed for it.
//!
//! What a device has seen once can neither be changed nor dropped later: the newest row is pinned, and what open rows said,
//! rows of the same key and hour must say ever after.

use souspli_attest::journal::{JournalEnd, JournalError, open_hash, open_row, verify_statement};
use souspli_protocol::journal::{JournalStatement, ReadRow};
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, JOURNAL_PAGE};
use souspli_protocol::wire::JournalAnswer;
use souspli_protocol::{Context, Digest, VerifyingKey};

use crate::trust::Distrust;

impl From<JournalError> for Distrust {
    fn from(_: JournalError) -> Self {
        Self::BadJournal
    }
}

/// The newest row that a device has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// Its number; 0 where there was none.
    pub number: u64,
    /// Its hash, or zero.
    pub hash: Digest,
}

impl Pin {
    /// Nothing seen yet.
    pub const NONE: Self = Self { number: 0, hash: Digest::ZERO };

    /// Its bytes, for the device: `number (u64) || hash`.
    pub fn encode(&self) -> Vec<u8> {
        [&self.number.to_be_bytes()[..], self.hash.as_bytes()].concat()
    }

    /// Reads bytes that a device kept; `None` for any other length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (number, hash) = bytes.split_first_chunk::<8>()?;
        Some(Self { number: u64::from_be_bytes(*number), hash: Digest::try_from(hash).ok()? })
    }
}

/// Who verifies: what it knows besides the journal.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The practice.
    pub context: &'a Context,
    /// The host's key, from the practice's identity.
    pub receipt_key: &'a VerifyingKey,
    /// Now.
    pub now: u32,
}

/// A journal as far as it is verified.
#[derive(Debug, Clone)]
pub struct Journal {
    end: JournalEnd,
    rows: Vec<ReadRow>,
    open: Vec<ReadRow>,
    pin: Pin,
    /// When the host signed for it last.
    minute: u32,
    /// What this session has fetched since: first and last sequence of each answer.
    fetched: Vec<(u64, u64)>,
}

/// Pages that were fetched and do not count before the last one is there and verified.
#[derive(Debug)]
pub struct Pages {
    pin: Pin,
    end: JournalEnd,
    rows: Vec<(ReadRow, Vec<u8>)>,
    last: Option<(JournalStatement, Vec<ReadRow>)>,
    /// How much this session had fetched when it asked.
    fetched: usize,
}

impl Journal {
    /// One of which nothing is known but what the device has pinned.
    pub fn pinned(pin: Pin) -> Self {
        Self { end: JournalEnd::START, rows: Vec::new(), open: Vec::new(), pin, minute: 0, fetched: Vec::new() }
    }

    /// Takes rows that this device has kept, as far as they follow. They were verified once, and a row that is not the
    /// pinned one in its place is not taken.
    pub fn resume<'a>(&mut self, rows: impl IntoIterator<Item = &'a [u8]>, context: &Context) {
        for bytes in rows {
            let Ok((row, end)) = self.end.follow(bytes, context) else { return };
            if end.number > self.pin.number || (end.number == self.pin.number && end.hash != self.pin.hash) {
                return;
            }
            self.rows.push(row);
            self.end = end;
        }
    }

    /// Takes the open rows that were seen last.
    pub fn resume_open<'a>(&mut self, rows: impl IntoIterator<Item = &'a [u8]>, context: &Context) {
        self.open = rows.into_iter().filter_map(|bytes| open_row(bytes, context).ok()).collect();
    }

    /// Takes note of what this session was given of the chain: the next look must find it. What came before the first look
    /// is not asked after, since a host may have learnt to keep a journal meanwhile.
    pub fn expect(&mut self, first: u64, last: u64) {
        if self.minute > 0 && self.fetched.last() != Some(&(first, last)) {
            self.fetched.push((first, last));
        }
    }

    /// Begins to fetch what follows.
    pub fn fetch(&self) -> Pages {
        Pages { pin: self.pin, end: self.end, rows: Vec::new(), last: None, fetched: self.fetched.len() }
    }

    /// Takes pages to whose end the host has signed. `newest` is the last sequence of the chain that is known: no read can
    /// have given more; `own` is the key that this session reads with. Gives the bytes of the new rows.
    pub fn accept(&mut self, pages: Pages, newest: u64, own: &VerifyingKey) -> Result<Vec<Vec<u8>>, Distrust> {
        let (statement, open) = pages.last.ok_or(Distrust::BadJournal)?;
        let fresh = pages.rows.iter().map(|(row, _)| row);
        if fresh.clone().chain(&open).any(|row| row.ranges.last() > newest) {
            return Err(Distrust::BadJournal);
        }
        let later: Vec<&ReadRow> = fresh.chain(&open).collect();
        if !self.open.iter().all(|row| is_said(row, &later)) {
            return Err(Distrust::BadJournal);
        }
        let is_told = |(first, last): &(u64, u64)| {
            let rows = self.rows.iter().chain(later.iter().copied()).filter(|row| row.key == *own);
            rows.into_iter().any(|row| row.ranges.cover(*first, *last))
        };
        if !self.fetched.iter().take(pages.fetched).all(is_told) {
            return Err(Distrust::BadJournal);
        }
        self.fetched.drain(..pages.fetched.min(self.fetched.len()));
        self.end = pages.end;
        self.open = open;
        self.pin = Pin { number: statement.number, hash: statement.newest };
        self.minute = statement.minute;
        let (rows, bytes): (Vec<_>, Vec<_>) = pages.rows.into_iter().unzip();
        self.rows.extend(rows);
        Ok(bytes)
    }

    /// Closed rows, by number.
    pub fn rows(&self) -> &[ReadRow] {
        &self.rows
    }

    /// Rows of hours that lasted when the host signed.
    pub fn open_rows(&self) -> &[ReadRow] {
        &self.open
    }

    /// All of them, closed ones first.
    pub fn all(&self) -> impl Iterator<Item = &ReadRow> {
        self.rows.iter().chain(&self.open)
    }

    /// The newest row.
    pub fn pin(&self) -> Pin {
        self.pin
    }

    /// The minute of the host's last statement; 0 before the first.
    pub fn minute(&self) -> u32 {
        self.minute
    }
}

impl Pages {
    /// The number after which is asked next.
    pub fn since(&self) -> u64 {
        self.end.number
    }

    /// Takes an answer; gives whether more follow.
    pub fn take(&mut self, answer: &JournalAnswer, reader: &Reader<'_>) -> Result<bool, Distrust> {
        let statement = verify_statement(&answer.statement.0, reader.context, reader.receipt_key)?;
        if statement.minute.abs_diff(reader.now) > CLOCK_SKEW_MINUTES || answer.rows.len() > JOURNAL_PAGE {
            return Err(Distrust::BadJournal);
        }
        if statement.number < self.pin.number || statement.number < self.end.number {
            return Err(Distrust::RolledBack);
        }
        for bytes in &answer.rows {
            let (row, end) = self.end.follow(&bytes.0, reader.context)?;
            if end.number == self.pin.number && end.hash != self.pin.hash {
                return Err(Distrust::BadJournal);
            }
            self.rows.push((row, bytes.0.clone()));
            self.end = end;
        }
        if answer.more {
            let goes_on = !answer.rows.is_empty() && self.end.number < statement.number;
            return if goes_on { Ok(true) } else { Err(Distrust::BadJournal) };
        }
        if (statement.number, statement.newest) != (self.end.number, self.end.hash) {
            return Err(Distrust::BadJournal);
        }
        if open_hash(answer.open.iter().map(|row| row.0.as_slice())) != statement.open {
            return Err(Distrust::BadJournal);
        }
        let open: Result<Vec<ReadRow>, JournalError> =
            answer.open.iter().map(|row| open_row(&row.0, reader.context)).collect();
        self.last = Some((statement, open?));
        Ok(false)
    }
}

/// Whether later rows of the same key and hour say all that a row said.
fn is_said(row: &ReadRow, later: &[&ReadRow]) -> bool {
    let same: Vec<&&ReadRow> = later.iter().filter(|other| other.key == row.key && other.hour == row.hour).collect();
    let given = |(first, last): (u64, u64)| same.iter().any(|other| other.ranges.cover(first, last));
    !same.is_empty()
        && row.ranges.iter().all(given)
        && same.iter().any(|other| other.publications.cover(row.publications))
}
