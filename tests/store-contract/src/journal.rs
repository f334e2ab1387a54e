//! The journal of reads: what is written, what is closed, and what waits for the log then (`docs/spec/log.md` §7).

use std::collections::BTreeSet;
use std::sync::Arc;

use souspli_attest::journal::{JournalEnd, row_hash};
use souspli_protocol::VerifyingKey;
use souspli_protocol::journal::{Kinds, ReadRow, hour_of};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::READ_RANGES;
use souspli_store::{JournalNow, LeafId, Read, Store, Stream};
use tokio::task::JoinSet;

use crate::fixture::{NOW, Practice, linker};

const ONE: VerifyingKey = VerifyingKey([0x11; 32]);
const OTHER: VerifyingKey = VerifyingKey([0x77; 32]);
const HOUR: u32 = hour_of(NOW);
/// The first minute after the hour of `NOW`.
const LATER: u32 = (HOUR + 1) * 60;

fn read(practice: &Practice, key: VerifyingKey, entries: Option<(u64, u64)>) -> Read {
    Read { context: practice.context, key, minute: NOW, entries, publication: None }
}

async fn note(store: &dyn Store, practice: &Practice, key: VerifyingKey, first: u64, last: u64) {
    store.note_read(&read(practice, key, Some((first, last))), linker()).await.expect("noted");
}

async fn now(store: &dyn Store, practice: &Practice) -> JournalNow {
    store.journal(practice.calendar(), 0, 1_000).await.expect("read")
}

/// The closed rows, once they are verified to follow one another.
fn verified(practice: &Practice, journal: &JournalNow) -> Vec<ReadRow> {
    let (mut end, mut rows) = (JournalEnd::START, Vec::new());
    for bytes in &journal.rows {
        let (row, after) = end.follow(bytes, &practice.context).expect("it follows");
        rows.push(row);
        end = after;
    }
    let newest = journal.newest.map(|newest| (newest.number, newest.hash, newest.hour));
    let last = rows.last().map(|row| (end.number, end.hash, row.hour));
    assert_eq!(newest, last, "the newest is the last");
    rows
}

fn pairs(row: &ReadRow) -> Vec<(u64, u64)> {
    row.ranges.iter().collect()
}

/// What a key was given in an hour stands in one row; who found nothing has one too; keys and practices are kept apart.
pub async fn a_read_is_written_into_its_row(store: &dyn Store) {
    let (practice, apart) = (Practice::registered(1, store).await, Practice::registered(2, store).await);
    assert_eq!(now(store, &practice).await, JournalNow::default());
    store.note_read(&read(&practice, ONE, None), linker()).await.expect("noted");
    note(store, &practice, ONE, 1, 64).await;
    note(store, &practice, ONE, 64, 70).await;
    note(store, &practice, ONE, 3, 70).await;
    let grants = Read { publication: Some(PublicationKind::Grants), ..read(&practice, ONE, None) };
    store.note_read(&grants, linker()).await.expect("noted");
    store.note_read(&read(&practice, OTHER, None), linker()).await.expect("noted");
    note(store, &apart, ONE, 2, 2).await;
    let journal = now(store, &practice).await;
    assert!(journal.newest.is_none() && journal.rows.is_empty(), "nothing is closed while the hour lasts");
    let [one, other] = &journal.open[..] else { panic!("{:?}", journal.open) };
    assert_eq!((one.hour, one.key, one.part, one.ranges.iter().collect::<Vec<_>>()), (HOUR, ONE, 0, vec![(1, 70)]));
    assert_eq!(one.publications, Kinds::NONE.with(PublicationKind::Grants));
    assert_eq!((other.key, other.ranges.last(), other.publications), (OTHER, 0, Kinds::NONE));
    assert_eq!(now(store, &apart).await.open.len(), 1);
}

/// A ninth range begins a further row; nothing is lost of either.
pub async fn a_row_has_eight_ranges(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let places = 0..2 * READ_RANGES as u64 + 3;
    for place in places.clone() {
        note(store, &practice, ONE, place * 100 + 1, place * 100 + 64).await;
    }
    let counts: Vec<_> = now(store, &practice).await.open.iter().map(|row| row.ranges.iter().count()).collect();
    assert_eq!(counts, [READ_RANGES, READ_RANGES, 3]);
    assert_eq!(store.close_reads(practice.calendar(), LATER, linker()).await.expect("closed"), 3);
    let rows = verified(&practice, &now(store, &practice).await);
    let given: BTreeSet<(u64, u64)> = rows.iter().flat_map(pairs).collect();
    assert_eq!(given, places.map(|place| (place * 100 + 1, place * 100 + 64)).collect());
}

/// When the hour is over its rows are closed in the order of their keys, whatever came first, and their leaves wait.
pub async fn rows_of_an_hour_are_closed_in_the_order_of_their_keys(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let before = store.unmerged(1_000).await.expect("read").len();
    note(store, &practice, OTHER, 1, 9).await;
    note(store, &practice, ONE, 2, 3).await;
    assert_eq!(store.calendars_to_close(LATER - 1).await.expect("read"), []);
    assert_eq!(store.close_reads(practice.calendar(), LATER - 1, linker()).await.expect("asked"), 0);
    assert_eq!(store.calendars_to_close(LATER).await.expect("read"), [practice.calendar()]);
    assert_eq!(store.close_reads(practice.calendar(), LATER, linker()).await.expect("closed"), 2);
    assert_eq!(store.close_reads(practice.calendar(), LATER, linker()).await.expect("asked"), 0);
    assert_eq!(store.calendars_to_close(LATER).await.expect("read"), []);
    let journal = now(store, &practice).await;
    let rows = verified(&practice, &journal);
    assert!(journal.open.is_empty());
    assert_eq!(rows.iter().map(|row| (row.key, row.hour)).collect::<Vec<_>>(), [(ONE, HOUR), (OTHER, HOUR)]);
    let waiting = store.unmerged(1_000).await.expect("read");
    let leaves: Vec<_> = waiting.iter().filter(|leaf| leaf.id.stream == Stream::Journal).collect();
    assert_eq!((waiting.len(), leaves.len()), (before + 2, 2));
    for (number, bytes) in (1..).zip(&journal.rows) {
        let id = LeafId { calendar: practice.calendar(), stream: Stream::Journal, sequence: number };
        let leaf = waiting.iter().find(|leaf| leaf.id == id).expect("it waits");
        assert_eq!((leaf.object, leaf.minute), (row_hash(bytes), LATER));
    }
    let nobody = Practice::new(9);
    assert_eq!(store.close_reads(nobody.calendar(), LATER, linker()).await.expect("asked"), 0);
    assert_eq!(now(store, &nobody).await, JournalNow::default());
}

/// Before a read of a later hour is written, what is over is closed, and only that.
pub async fn a_read_of_a_later_hour_closes_what_is_over(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    note(store, &practice, OTHER, 1, 9).await;
    let later = Read { minute: LATER, ..read(&practice, ONE, Some((4, 5))) };
    store.note_read(&later, linker()).await.expect("noted");
    let journal = now(store, &practice).await;
    assert_eq!(verified(&practice, &journal).len(), 1);
    assert_eq!(journal.open.iter().map(|row| (row.hour, row.key)).collect::<Vec<_>>(), [(HOUR + 1, ONE)]);
    // Another process whose clock is slow: the hour that it thinks lasts has been closed already.
    note(store, &practice, OTHER, 20, 29).await;
    let after = Read { minute: LATER + 60, ..read(&practice, ONE, None) };
    store.note_read(&after, linker()).await.expect("noted");
    let rows = verified(&practice, &now(store, &practice).await);
    let told: Vec<_> = rows.iter().map(|row| (row.hour, row.key, pairs(row))).collect();
    let late = (HOUR, OTHER, vec![(20, 29)]);
    assert_eq!(told, [(HOUR, OTHER, vec![(1, 9)]), late, (HOUR + 1, ONE, vec![(4, 5)])]);
}

/// A clock that has gone back by years makes no row of that year.
pub async fn hours_do_not_go_back_with_the_clock(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    note(store, &practice, ONE, 1, 2).await;
    store.close_reads(practice.calendar(), LATER, linker()).await.expect("closed");
    for minute in [0, NOW - 600] {
        let back = Read { minute, ..read(&practice, OTHER, None) };
        store.note_read(&back, linker()).await.expect("noted");
    }
    store.close_reads(practice.calendar(), LATER, linker()).await.expect("closed");
    let rows = verified(&practice, &now(store, &practice).await);
    assert_eq!(rows.iter().map(|row| row.hour).collect::<Vec<_>>(), [HOUR, HOUR - 24, HOUR - 10]);
}

/// Rows are given in pages, with the newest one and the open ones each time.
pub async fn a_journal_is_read_in_pages(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    for hour in 0..5 {
        let some = Read { minute: NOW + hour * 60, ..read(&practice, ONE, Some((1, 2))) };
        store.note_read(&some, linker()).await.expect("noted");
    }
    let all = now(store, &practice).await;
    assert_eq!((verified(&practice, &all).len(), all.open.len()), (4, 1));
    for (since, limit, expected) in [(0, 3, 0..3), (1, 2, 1..3), (3, 9, 3..4), (4, 9, 4..4), (u64::MAX, 9, 4..4)] {
        let page = store.journal(practice.calendar(), since, limit).await.expect("read");
        assert_eq!(page.rows, all.rows[expected], "after {since}");
        assert_eq!((page.newest, &page.open), (all.newest, &all.open));
    }
}

/// Many at once, of several keys and hours, while rows are closed: every read is in the journal, each row follows the one
/// before, and each has its leaf.
pub async fn many_reads_at_once_are_all_written(store: &Arc<dyn Store>) {
    const KEYS: u8 = 6;
    const READS: u64 = 12;
    let practice = Practice::registered(1, store.as_ref()).await;
    let mut tasks = JoinSet::new();
    for key in 0..KEYS {
        for number in 0..READS {
            let store = store.clone();
            let minute = NOW + u32::try_from(number % 3).expect("small") * 60;
            let some = read(&practice, VerifyingKey([key + 1; 32]), Some((number * 10 + 1, number * 10 + 4)));
            tasks.spawn(async move {
                store.note_read(&Read { minute, ..some }, linker()).await.expect("noted");
                store.close_reads(some.context.calendar, minute, linker()).await.expect("closed");
            });
        }
    }
    tasks.join_all().await;
    store.close_reads(practice.calendar(), NOW + 600, linker()).await.expect("closed");
    let journal = now(store.as_ref(), &practice).await;
    assert!(journal.open.is_empty());
    let rows = verified(&practice, &journal);
    let leaves = store.unmerged(1_000).await.expect("read");
    assert_eq!(leaves.iter().filter(|leaf| leaf.id.stream == Stream::Journal).count(), rows.len());
    for key in 0..KEYS {
        let own = rows.iter().filter(|row| row.key == VerifyingKey([key + 1; 32]));
        let given: BTreeSet<(u64, u64)> = own.flat_map(pairs).collect();
        assert_eq!(given, (0..READS).map(|number| (number * 10 + 1, number * 10 + 4)).collect(), "of {key}");
    }
}
