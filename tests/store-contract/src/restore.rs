//! What a database does when a host goes on with an older copy (`docs/spec/restore.md`).

use souspli_attest::restore::Restores;
use souspli_attest::{event_hash, head_after};
use souspli_protocol::Digest;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::split_signed;
use souspli_protocol::{VerifyingKey, restore::Notice};
use souspli_store::{Entry, LeafId, Standing, Store, Stream, TreeHead};

use crate::checks::verify_chain;
use crate::fixture::{Draft, NOW, Practice, claims, linker};

const HEAD: TreeHead = TreeHead { size: 48, root: Digest([16; 32]) };
const KEY: VerifyingKey = VerifyingKey([3; 32]);

async fn restores(store: &dyn Store, practice: &Practice) -> Vec<Notice> {
    let notices = store.notices(practice.calendar()).await.expect("read");
    let notice = |bytes: &Vec<u8>| Notice::decode(split_signed(bytes).expect("signed").0).expect("a notice");
    notices.iter().map(notice).collect()
}

async fn generation_of(store: &dyn Store, practice: &Practice) -> u32 {
    store.calendar(practice.calendar()).await.expect("read").expect("known").generation
}

/// The next generation begins in every calendar where its chain stands, and its notice waits for the log.
pub async fn every_chain_goes_on_in_the_next_generation(store: &dyn Store) {
    assert!(store.bind_host(KEY).await.expect("bound"));
    let none = Standing { generation: 0, head: TreeHead { size: 0, root: Digest::ZERO }, until: 0 };
    assert_eq!(store.standing().await.expect("read"), none);
    let practices = [Practice::registered(1, store).await, Practice::registered(2, store).await];
    Draft::create(&practices[0], 1).claims(claims(1)).stored(store).await;
    let before = store.calendar(practices[0].calendar()).await.expect("read").expect("known");
    store.lease([1; 16], NOW, NOW + 3, 0).await.expect("asked").expect("free");
    assert_eq!(store.restore(4, 9, HEAD, NOW, linker()).await.expect("restored"), 2);
    assert_eq!(store.standing().await.expect("read"), Standing { generation: 4, head: HEAD, until: 0 });
    let lease = store.lease([2; 16], NOW, NOW + 3, 9).await.expect("asked").expect("nobody's");
    assert!(lease.fence > 9 && lease.head == HEAD, "{lease:?}");
    let found = restores(store, &practices[0]).await;
    let notice = before.notice(4, NOW);
    assert_eq!(found, [notice]);
    assert_eq!((notice.from, notice.sequence, notice.head), (0, 4, before.head));
    let signed = store.notices(practices[0].calendar()).await.expect("read");
    let leaf = LeafId { calendar: practices[0].calendar(), stream: Stream::Notices, sequence: 4 };
    let waiting = store.unmerged(100).await.expect("read");
    let object = waiting.iter().find(|unmerged| unmerged.id == leaf).expect("it waits").object;
    assert_eq!(object, event_hash(&signed[0]));
    // The chain goes on from the same head, under the new number.
    let write = Draft::create(&practices[0], 2).claims(claims(2)).stored(store).await;
    let last = store.chain(practices[0].calendar(), 4, 9).await.expect("read");
    let link = Receipt::decode(&last[0].receipt).expect("a receipt").statement.link;
    assert_eq!((link.generation, link.sequence, link.previous), (4, 5, before.head));
    let Entry::Event(event) = &last[0].entry else { panic!("no event: {:?}", last[0].entry) };
    assert_eq!(event_hash(event.bytes()), write.hash);
    verify_chain(store, &practices[0]).await;
    // And once more.
    assert_eq!(store.restore(5, 10, HEAD, NOW + 1, linker()).await.expect("restored"), 2);
    let found = restores(store, &practices[0]).await;
    assert_eq!(found.len(), 2);
    let restores = Restores::new(found).expect("they follow one another");
    assert!(restores.holds(4, 5) && restores.lost(4, 6) && restores.holds(5, 6));
}

/// A calendar that is registered after a restore may have been there before: it begins in the host's generation.
pub async fn a_new_calendar_begins_in_the_hosts_generation(store: &dyn Store) {
    assert!(store.bind_host(KEY).await.expect("bound"));
    let early = Practice::registered(1, store).await;
    assert_eq!(store.restore(3, 1, HEAD, NOW, linker()).await.expect("restored"), 1);
    let late = Practice::registered(2, store).await;
    assert_eq!((generation_of(store, &early).await, generation_of(store, &late).await), (3, 3));
    let found = restores(store, &late).await;
    let expected =
        Notice { context: late.context, generation: 3, from: 0, sequence: 0, head: Digest::ZERO, minute: NOW };
    assert_eq!(found, [expected]);
    verify_chain(store, &late).await;
}

/// What comes back keeps its earlier receipts, whatever version it names; the record's own rules hold as ever.
pub async fn what_comes_back_keeps_its_receipts(store: &dyn Store) {
    assert!(store.bind_host(KEY).await.expect("bound"));
    let practice = Practice::registered(1, store).await;
    store.restore(1, 1, HEAD, NOW, linker()).await.expect("restored");
    let earlier = vec![7; Receipt::SIZE];
    let back = |draft: Draft| {
        let mut write = draft.with(|header| header.version = 90).write();
        write.earlier.clone_from(&earlier);
        write
    };
    let booked = back(Draft::create(&practice, 1).claims(claims(1)));
    let first = store.append(&booked, NOW, linker()).await.expect("taken back");
    assert!(first.new);
    let again = store.append(&booked, NOW, linker()).await.expect("the same bytes");
    assert_eq!((again.new, again.receipt), (false, first.receipt.clone()));
    store.append(&back(Draft::create(&practice, 2).claims(claims(1))), NOW, linker()).await.expect_err("taken");
    let stale = Draft::create(&practice, 3).claims(claims(3)).with(|header| header.version = 90).write();
    store.append(&stale, NOW, linker()).await.expect_err("what is new names the version");
    let moved = back(Draft::after(&booked).claims(claims(4)).seed(7));
    store.append(&moved, NOW, linker()).await.expect("it follows");
    let new = Draft::after(&moved).with(|header| header.version = 3).stored(store).await;
    let record = store.record(practice.calendar(), booked.event.header().record).await.expect("read");
    let found: Vec<_> = record.iter().map(|stored| (stored.hash, stored.earlier.clone())).collect();
    assert_eq!(found, [(booked.hash, earlier.clone()), (moved.hash, earlier.clone()), (new.hash, Vec::new())]);
    let listed = store.chain(practice.calendar(), 3, 9).await.expect("read");
    let found: Vec<_> = listed.iter().map(|listed| listed.earlier.clone()).collect();
    assert_eq!(found, [earlier.clone(), earlier.clone(), Vec::new()]);
    let last = store.last_event(practice.calendar(), booked.event.header().record).await.expect("read");
    assert_eq!(last.expect("there").earlier, Vec::<u8>::new());
    let link = Receipt::decode(&first.receipt).expect("a receipt").statement.link;
    assert!(link.generation == 1 && head_after(&link) != link.previous);
    verify_chain(store, &practice).await;
}
