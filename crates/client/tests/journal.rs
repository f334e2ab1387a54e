//! The journal of reads as a lying host would have it (`docs/spec/log.md` §7): rows dropped, put in another order, changed,
//! invented, taken back, under a good signature and under none.

use souspli_attest::journal::{open_hash, row_hash};
use souspli_attest::{SigningKey, sha256};
use souspli_client::journal::{Journal, Pin, Reader};
use souspli_client::trust::Distrust;
use souspli_protocol::journal::{JournalStatement, Kinds, Ranges, ReadRow};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, JOURNAL_PAGE};
use souspli_protocol::wire::{Blob, JournalAnswer};
use souspli_protocol::{CalendarId, Context, Digest, Fingerprint, VerifyingKey};

const CONTEXT: Context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };
const NOW: u32 = 29_923_680;
const HOUR: u32 = NOW / 60;
const NEWEST: u64 = 500;
const MEMBER: VerifyingKey = VerifyingKey([3; 32]);
const THIEF: VerifyingKey = VerifyingKey([4; 32]);

/// A host's journal: rows as it keeps them, and what it signs.
#[derive(Clone)]
struct Host {
    rows: Vec<ReadRow>,
    open: Vec<ReadRow>,
    key: [u8; 32],
    minute: u32,
}

fn row(key: VerifyingKey, hour: u32, ranges: &[(u64, u64)]) -> ReadRow {
    let mut given = Ranges::default();
    assert!(ranges.iter().all(|(first, last)| given.add(*first, *last)));
    let (number, previous) = (0, Digest::ZERO);
    ReadRow { context: CONTEXT, number, previous, key, hour, ranges: given, publications: Kinds::NONE }
}

impl Host {
    /// Closed rows of two keys, one row open.
    fn new(rows: u32) -> Self {
        let mut host = Self { rows: Vec::new(), open: Vec::new(), key: [8; 32], minute: NOW };
        for number in 0..rows {
            let key = if number % 2 == 0 { MEMBER } else { THIEF };
            host.close(row(key, HOUR - rows + number, &[(1, u64::from(number) + 1)]));
        }
        host.open.push(row(THIEF, HOUR, &[(1, 64)]));
        host
    }

    /// Appends a row, numbered and chained as it must be.
    fn close(&mut self, row: ReadRow) {
        let (number, previous) =
            self.rows.last().map_or((1, Digest::ZERO), |last| (last.number + 1, row_hash(&last.encode())));
        self.rows.push(ReadRow { number, previous, ..row });
    }

    /// Chains all rows anew, as a host does that has changed one.
    fn rechained(mut self) -> Self {
        let rows = std::mem::take(&mut self.rows);
        for row in rows {
            self.close(row);
        }
        self
    }

    fn statement(&self) -> JournalStatement {
        let (number, newest) =
            self.rows.last().map_or((0, Digest::ZERO), |last| (last.number, row_hash(&last.encode())));
        let open: Vec<Vec<u8>> = self.open.iter().map(ReadRow::encode).collect();
        let open = open_hash(open.iter().map(Vec::as_slice));
        JournalStatement { context: CONTEXT, number, newest, open, minute: self.minute }
    }

    fn sign(&self, statement: &JournalStatement) -> Blob {
        let bytes = statement.encode();
        Blob([&bytes[..], SigningKey::from_seed(&self.key).sign(&bytes).as_bytes()].concat())
    }

    fn answer(&self, since: u64) -> JournalAnswer {
        let after: Vec<&ReadRow> = self.rows.iter().filter(|row| row.number > since).collect();
        let blob = |row: &ReadRow| Blob(row.encode());
        JournalAnswer {
            rows: after.iter().take(JOURNAL_PAGE).map(|row| blob(row)).collect(),
            open: self.open.iter().map(blob).collect(),
            more: after.len() > JOURNAL_PAGE,
            statement: self.sign(&self.statement()),
        }
    }
}

/// Fetches all, each answer changed on its way; gives the new rows' bytes.
fn fetch(
    journal: &mut Journal,
    host: &Host,
    mut change: impl FnMut(u64, &mut JournalAnswer),
) -> Result<Vec<Vec<u8>>, Distrust> {
    let receipt_key = SigningKey::from_seed(&[8; 32]).verifying_key();
    let reader = Reader { context: &CONTEXT, receipt_key: &receipt_key, now: NOW };
    let mut pages = journal.fetch();
    loop {
        let mut answer = host.answer(pages.since());
        change(pages.since(), &mut answer);
        if !pages.take(&answer, &reader)? {
            return journal.accept(pages, NEWEST, &MEMBER);
        }
    }
}

fn honest(journal: &mut Journal, host: &Host) -> Result<Vec<Vec<u8>>, Distrust> {
    fetch(journal, host, |_, _| {})
}

/// What becomes of a fresh look when the answer is changed.
fn fresh(host: &Host, change: impl FnMut(u64, &mut JournalAnswer)) -> Option<Distrust> {
    fetch(&mut Journal::pinned(Pin::NONE), host, change).err()
}

#[test]
fn an_honest_journal_is_taken_page_by_page_and_goes_on() {
    let mut host = Host::new(150);
    let mut journal = Journal::pinned(Pin::NONE);
    let bytes = honest(&mut journal, &host).expect("three pages");
    assert_eq!((bytes.len(), journal.rows().len(), journal.open_rows().len()), (150, 150, 1));
    assert_eq!((journal.pin().number, journal.minute()), (150, NOW));
    assert_eq!(honest(&mut journal, &host).expect("nothing new").len(), 0);
    let open = host.open.remove(0);
    host.close(ReadRow { publications: Kinds::NONE.with(PublicationKind::Grants), ..open });
    assert_eq!(honest(&mut journal, &host).expect("one more").len(), 1);
    assert_eq!(journal.all().count(), 151);

    // On a device that has kept some of the rows, or none: the pin is the same.
    for kept in [0, 1, 70, 150] {
        let mut again = Journal::pinned(journal.pin());
        again.resume(bytes.iter().take(kept).map(Vec::as_slice), &CONTEXT);
        assert_eq!(again.rows().len(), kept);
        assert_eq!(honest(&mut again, &host).expect("the rest").len(), 151 - kept);
        assert_eq!((again.rows(), again.pin()), (journal.rows(), journal.pin()));
    }
    assert_eq!(honest(&mut Journal::pinned(Pin::NONE), &Host::new(0)).expect("an empty one").len(), 0);
    assert_eq!(Pin::decode(&journal.pin().encode()), Some(journal.pin()));
    assert_eq!(Pin::decode(&journal.pin().encode()[1..]), None);
}

#[test]
fn rows_that_are_dropped_reordered_or_changed_are_seen() {
    let host = Host::new(10);
    assert_eq!(fresh(&host, |_, _| {}), None);
    for place in 0..10 {
        let dropped = fresh(&host, |_, answer| drop(answer.rows.remove(place)));
        assert_eq!(dropped, Some(Distrust::BadJournal), "row {place} dropped");
        let twice = fresh(&host, |_, answer| answer.rows.insert(place, answer.rows[place].clone()));
        assert_eq!(twice, Some(Distrust::BadJournal), "row {place} twice");
        for other in place + 1..10 {
            let swapped = fresh(&host, |_, answer| answer.rows.swap(place, other));
            assert_eq!(swapped, Some(Distrust::BadJournal), "rows {place} and {other}");
        }
        let size = host.rows[place].encode().len();
        for byte in 0..size {
            for bit in 0..8 {
                let changed = fresh(&host, |_, answer| answer.rows[place].0[byte] ^= 1 << bit);
                assert_eq!(changed, Some(Distrust::BadJournal), "row {place}, byte {byte}");
            }
        }
        let cut = fresh(&host, |_, answer| answer.rows[place].0.truncate(size - 1));
        assert_eq!(cut, Some(Distrust::BadJournal));
    }
    assert_eq!(fresh(&host, |_, answer| answer.rows.clear()), Some(Distrust::BadJournal));
    assert_eq!(fresh(&host, |_, answer| answer.rows.truncate(9)), Some(Distrust::BadJournal));
    let open = fresh(&host, |_, answer| answer.rows.push(answer.open[0].clone()));
    assert_eq!(open, Some(Distrust::BadJournal), "an open row among the closed");
    let closed = fresh(&host, |_, answer| answer.open.push(answer.rows[0].clone()));
    assert_eq!(closed, Some(Distrust::BadJournal), "a closed row among the open");
}

#[test]
fn what_the_host_did_not_sign_is_not_believed() {
    let host = Host::new(5);
    let size = host.answer(0).statement.0.len();
    for byte in 0..size {
        for bit in 0..8 {
            let changed = fresh(&host, |_, answer| answer.statement.0[byte] ^= 1 << bit);
            assert_eq!(changed, Some(Distrust::BadJournal), "byte {byte}");
        }
    }
    let stranger = Host { key: [9; 32], ..host.clone() };
    assert_eq!(fresh(&stranger, |_, _| {}), Some(Distrust::BadJournal), "another host's key");
    for minute in [NOW - CLOCK_SKEW_MINUTES - 1, NOW + CLOCK_SKEW_MINUTES + 1] {
        assert_eq!(fresh(&Host { minute, ..host.clone() }, |_, _| {}), Some(Distrust::BadJournal));
    }
    for minute in [NOW - CLOCK_SKEW_MINUTES, NOW + CLOCK_SKEW_MINUTES] {
        assert_eq!(fresh(&Host { minute, ..host.clone() }, |_, _| {}), None);
    }
    let other = Context { calendar: CalendarId([7; 16]), ..CONTEXT };
    let elsewhere = JournalStatement { context: other, ..host.statement() };
    let signed = host.sign(&elsewhere);
    assert_eq!(fresh(&host, |_, answer| answer.statement = signed.clone()), Some(Distrust::BadJournal));
    // Open rows are signed for too.
    for byte in 0..host.open[0].encode().len() {
        let changed = fresh(&host, |_, answer| answer.open[0].0[byte] ^= 1);
        assert_eq!(changed, Some(Distrust::BadJournal), "byte {byte} of the open row");
    }
    assert_eq!(fresh(&host, |_, answer| answer.open.clear()), Some(Distrust::BadJournal));
    assert_eq!(fresh(&host, |_, answer| answer.open.push(answer.open[0].clone())), Some(Distrust::BadJournal));
}

#[test]
fn a_host_that_signs_what_is_no_journal_is_not_believed() {
    let host = Host::new(4);
    let with = |change: fn(&mut Host)| {
        let mut host = host.clone();
        change(&mut host);
        fresh(&host.rechained(), |_, _| {})
    };
    assert_eq!(with(|_| {}), None);
    assert_eq!(with(|host| host.rows[2].hour = HOUR - 4 - 25), Some(Distrust::BadJournal), "an hour of long ago");
    assert_eq!(with(|host| host.rows[2].hour = HOUR - 3 - 24), None);
    let beyond = |row: &mut ReadRow| assert!(row.ranges.add(NEWEST, NEWEST + 1));
    let mut further = host.clone();
    beyond(&mut further.rows[3]);
    assert_eq!(fresh(&further.rechained(), |_, _| {}), Some(Distrust::BadJournal), "beyond the chain");
    let mut further = host.clone();
    beyond(&mut further.open[0]);
    assert_eq!(fresh(&further, |_, _| {}), Some(Distrust::BadJournal), "beyond the chain");
    let mut elsewhere = host.clone();
    elsewhere.rows[1].context.fp.0[0] ^= 1;
    assert_eq!(fresh(&elsewhere.rechained(), |_, _| {}), Some(Distrust::BadJournal), "another practice's row");
    // A statement about fewer or more rows than there are.
    for number in [3, 5] {
        let signed = host.sign(&JournalStatement { number, ..host.statement() });
        assert_eq!(fresh(&host, |_, answer| answer.statement = signed.clone()), Some(Distrust::BadJournal), "{number}");
    }
    let signed = host.sign(&JournalStatement { newest: sha256(b"other"), ..host.statement() });
    assert_eq!(fresh(&host, |_, answer| answer.statement = signed.clone()), Some(Distrust::BadJournal));
}

#[test]
fn a_host_that_always_has_more_is_left() {
    let host = Host::new(70);
    assert_eq!(fresh(&host, |_, answer| answer.more = false), Some(Distrust::BadJournal), "a page kept back");
    assert_eq!(fresh(&host, |_, answer| answer.more = true), Some(Distrust::BadJournal), "more than it signed for");
    let empty = fresh(&host, |_, answer| {
        answer.rows.clear();
        answer.more = true;
    });
    assert_eq!(empty, Some(Distrust::BadJournal));
    let long = fresh(&host, |_, answer| {
        answer.rows = host.rows.iter().map(|row| Blob(row.encode())).collect();
        answer.more = false;
    });
    assert_eq!(long, Some(Distrust::BadJournal), "a page of {JOURNAL_PAGE} has 64");
}

#[test]
fn what_a_device_has_seen_is_not_taken_back() {
    let host = Host::new(20);
    let mut journal = Journal::pinned(Pin::NONE);
    let bytes = honest(&mut journal, &host).expect("seen");
    let older = Host { rows: host.rows[..19].to_vec(), ..host.clone() };
    let mut changed = host.clone();
    assert!(changed.rows[7].ranges.add(200, 300));
    let changed = changed.rechained();
    let mut longer = changed.clone();
    longer.close(row(MEMBER, HOUR, &[]));
    let kept = || {
        let mut journal = Journal::pinned(journal.pin());
        journal.resume(bytes.iter().map(Vec::as_slice), &CONTEXT);
        journal
    };
    let evicted = || Journal::pinned(journal.pin());
    for (name, mut device) in
        [("that kept the rows", kept()), ("that lost them", evicted()), ("still open", journal.clone())]
    {
        let before = device.pin();
        assert_eq!(honest(&mut device, &older), Err(Distrust::RolledBack), "a number back, on a device {name}");
        assert_eq!(honest(&mut device, &Host { rows: Vec::new(), ..host.clone() }), Err(Distrust::RolledBack));
        assert_eq!(honest(&mut device, &changed), Err(Distrust::BadJournal), "another hash, on a device {name}");
        assert_eq!(honest(&mut device, &longer), Err(Distrust::BadJournal), "and longer, on a device {name}");
        assert_eq!(device.pin(), before, "what fails moves no pin");
        assert!(honest(&mut device, &host).is_ok(), "the true one is still taken, on a device {name}");
    }
    // Rows that somebody changed on the device are fetched anew.
    let mut spoilt = bytes.clone();
    spoilt[5][100] ^= 1;
    let mut device = Journal::pinned(journal.pin());
    device.resume(spoilt.iter().map(Vec::as_slice), &CONTEXT);
    assert_eq!(device.rows().len(), 5);
    assert!(honest(&mut device, &host).is_ok());
}

#[test]
fn what_a_session_has_fetched_itself_is_there() {
    let mut host = Host::new(4);
    let mut journal = Journal::pinned(Pin::NONE);
    journal.expect(300, 400);
    honest(&mut journal, &host).expect("what came before the first look is not asked after");
    journal.expect(70, 90);
    assert_eq!(honest(&mut journal, &host).err(), Some(Distrust::BadJournal), "it was left out");
    host.open.push(row(THIEF, HOUR + 1, &[(70, 90)]));
    assert_eq!(honest(&mut journal, &host).err(), Some(Distrust::BadJournal), "another's is not one's own");
    host.open.push(row(MEMBER, HOUR + 1, &[(70, 89)]));
    assert_eq!(honest(&mut journal, &host).err(), Some(Distrust::BadJournal), "less than it was");
    host.open.push(row(MEMBER, HOUR + 1, &[(65, 95)]));
    // While the host was asked, more was fetched: that is for the next look.
    let receipt_key = SigningKey::from_seed(&[8; 32]).verifying_key();
    let reader = Reader { context: &CONTEXT, receipt_key: &receipt_key, now: NOW };
    let mut pages = journal.fetch();
    journal.expect(91, 99);
    assert_eq!(pages.take(&host.answer(pages.since()), &reader), Ok(false));
    journal.accept(pages, NEWEST, &MEMBER).expect("all of it is there");
    assert_eq!(honest(&mut journal, &host).err(), Some(Distrust::BadJournal), "the rest is not");
    host.open.push(row(MEMBER, HOUR + 2, &[(91, 99)]));
    assert!(honest(&mut journal, &host).is_ok());
    assert!(honest(&mut journal, &host).is_ok(), "asked after once");
}

#[test]
fn what_open_rows_said_is_said_ever_after() {
    let host = Host::new(3);
    let mut seen = Journal::pinned(Pin::NONE);
    let bytes = honest(&mut seen, &host).expect("seen");
    let open: Vec<Vec<u8>> = seen.open_rows().iter().map(ReadRow::encode).collect();
    // The same on the device that saw it, and on one that was started again.
    let restarted = || {
        let mut journal = Journal::pinned(seen.pin());
        journal.resume(bytes.iter().map(Vec::as_slice), &CONTEXT);
        journal.resume_open(open.iter().map(Vec::as_slice), &CONTEXT);
        journal
    };
    let later = |closed: Option<ReadRow>, open: Vec<ReadRow>| {
        let mut host = host.clone();
        host.open = open;
        if let Some(row) = closed {
            host.close(row);
        }
        let outcomes = [seen.clone(), restarted()].map(|mut journal| honest(&mut journal, &host).err());
        assert_eq!(outcomes[0], outcomes[1]);
        outcomes[0]
    };
    let known = &host.open[0];
    assert_eq!(later(None, vec![known.clone()]), None, "it is still open");
    assert_eq!(later(Some(known.clone()), Vec::new()), None, "it was closed");
    assert_eq!(later(Some(row(THIEF, HOUR, &[(1, 90)])), Vec::new()), None, "it grew before");
    assert_eq!(later(Some(row(THIEF, HOUR, &[(1, 64), (70, 71)])), vec![row(THIEF, HOUR, &[(5, 5)])]), None);
    assert_eq!(later(None, Vec::new()), Some(Distrust::BadJournal), "it was dropped");
    for (name, less) in [
        ("less was read", row(THIEF, HOUR, &[(1, 63)])),
        ("something else was read", row(THIEF, HOUR, &[(2, 90)])),
        ("nothing was read", row(THIEF, HOUR, &[])),
        ("in another hour", row(THIEF, HOUR + 1, &[(1, 64)])),
        ("by another", row(MEMBER, HOUR, &[(1, 64)])),
    ] {
        assert_eq!(later(Some(less.clone()), Vec::new()), Some(Distrust::BadJournal), "{name}");
        assert_eq!(later(None, vec![less]), Some(Distrust::BadJournal), "{name}");
    }
    let grants = ReadRow { publications: Kinds::NONE.with(PublicationKind::Grants), ..known.clone() };
    let with_grants = Host { open: vec![grants], ..host.clone() };
    let mut journal = Journal::pinned(Pin::NONE);
    honest(&mut journal, &with_grants).expect("seen");
    assert_eq!(honest(&mut journal, &host).err(), Some(Distrust::BadJournal), "the grants were not read after all");
}
