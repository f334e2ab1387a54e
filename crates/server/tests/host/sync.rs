//! The chain, as the practice's clients follow it.

use souspli_attest::{SigningKey, event_hash, head_after, leaf_of};
use souspli_protocol::Digest;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{Counter, Published, Sync, SyncAnswer};

use crate::support::booking::Booking;
use crate::support::client::Client;
use crate::support::practice::Practice;
use crate::support::{TestHost, random};

async fn sync(client: &mut Client, practice: &Practice, since: u64) -> SyncAnswer {
    let body = Sync { since: Counter(since) };
    client.signed(&practice.member, &practice.context, &practice.path("sync"), &body).await.json(200)
}

#[tokio::test]
async fn the_chain_is_whole_over_pages() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let mut hashes = Vec::new();
    for _ in 0..70 {
        hashes.push(Booking::new().book(&mut client, &practice).await);
    }
    let first = sync(&mut client, &practice, 0).await;
    assert_eq!((first.entries.len(), first.more), (64, true));
    let second = sync(&mut client, &practice, 64).await;
    assert_eq!((second.entries.len(), second.more), (11, false));
    let none = sync(&mut client, &practice, 75).await;
    assert_eq!((none.entries.len(), none.more), (0, false));
    assert_eq!(sync(&mut client, &practice, u64::MAX).await.entries.len(), 0);

    let mut head = Digest::ZERO;
    let mut events = Vec::new();
    for (sequence, entry) in (1..).zip(first.entries.iter().chain(&second.entries)) {
        let link = Receipt::decode(&entry.receipt.0).expect("receipt").statement.link;
        assert_eq!((link.sequence, link.previous), (sequence, head));
        head = head_after(&link);
        let Some(event) = &entry.event else { continue };
        let hash = event_hash(&event.0);
        assert_eq!(link.leaf, leaf_of(&hash));
        events.push(hash);
    }
    assert_eq!(events, hashes);
}

#[tokio::test]
async fn only_members_read_the_chain_and_only_while_they_are() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let body = Sync { since: Counter(0) };
    let path = practice.path("sync");
    let stranger = SigningKey::from_seed(&random());
    assert_eq!(client.signed(&stranger, &practice.context, &path, &body).await.problem(), Code::NotInAcl);
    let acl = Practice::acl(&[stranger.verifying_key()]);
    let acl = practice.next(PublicationKind::Acl, 0, &acl);
    practice.publish(&mut client, &[acl]).await.json::<Published>(201);
    assert_eq!(client.signed(&practice.member, &practice.context, &path, &body).await.problem(), Code::NotInAcl);
    client.signed(&stranger, &practice.context, &path, &body).await.json::<SyncAnswer>(200);
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let mut host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    Booking::new().book(&mut client, &practice).await;
    let before = sync(&mut client, &practice, 0).await;
    let key = host.running().receipt_key();
    host.restart().await;
    // Nonces that were given in the minute of the start or before it are not told apart; a minute later they are.
    host.clock.advance(1);
    let mut client = host.client();
    assert_eq!(sync(&mut client, &practice, 0).await, before);
    assert_eq!(host.running().receipt_key(), key);
}
