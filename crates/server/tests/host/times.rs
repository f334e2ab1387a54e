//! Hours and the claimed-id set.

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::verify;
use souspli_protocol::claims::ClaimSetStatement;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::wire::{Counter, Held, Published, Times, split_signed};

use crate::support::booking::Booking;
use crate::support::client::Client;
use crate::support::practice::{Practice, window};
use crate::support::{NOW, TestHost};

/// The set, with all that is said about it verified.
async fn times(host: &TestHost, client: &mut Client, practice: &Practice) -> (Times, ClaimSet, ClaimSetStatement) {
    let times: Times = client.get(&practice.path("times")).await.json(200);
    let (statement, signature) = split_signed(&times.statement.0).expect("signed");
    assert_eq!(verify(&host.running().receipt_key(), statement, &signature), Ok(()));
    let statement = ClaimSetStatement::decode(statement).expect("statement");
    let set = ClaimSet::decode(&times.claim_set.0).expect("set");
    assert!(set.covered_by(&statement));
    assert_eq!(statement.context, practice.context);
    assert_eq!((Counter(statement.version), statement.first_window), (times.version, window()));
    (times, set, statement)
}

#[tokio::test]
async fn claimed_and_held_times_are_in_the_set() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let (first, set, statement) = times(&host, &mut client, &practice).await;
    assert_eq!((set.count(), statement.sequence, statement.minute), (0, 5, NOW));
    assert!(first.hours[0].is_some() && first.hours[1..].iter().all(Option::is_none));

    let (booked, held, free) = (Booking::new(), Booking::new(), Booking::new());
    booked.book(&mut client, &practice).await;
    held.hold(&mut client, &practice).await.json::<Held>(201);
    let (_, set, statement) = times(&host, &mut client, &practice).await;
    assert_eq!((set.count(), statement.sequence), (24, 6));
    let has = |set: &ClaimSet, booking: &Booking| booking.claims.ids().iter().filter(|id| set.contains(id)).count();
    assert_eq!((has(&set, &booked), has(&set, &held)), (24, 24));
    assert!(has(&set, &free) < 3);

    host.clock.advance(10);
    let (_, set, _) = times(&host, &mut client, &practice).await;
    assert!(has(&set, &held) < 3, "the hold has run out");

    let last = practice.next_sealed(PublicationKind::Hours, window() + 6);
    let beyond = practice.next_sealed(PublicationKind::Hours, window() + 7);
    practice.publish(&mut client, &[last.clone(), beyond]).await.json::<Published>(201);
    let (now, ..) = times(&host, &mut client, &practice).await;
    assert_eq!(now.hours[6].as_ref().map(|hours| &hours.0[..]), Some(last.bytes()));
    assert_eq!(now.hours.iter().flatten().count(), 2);
    assert_eq!(now.version, Counter(7));
}

#[tokio::test]
async fn equal_counts_have_equal_lengths() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut lengths = Vec::new();
    for _ in 0..3 {
        let practice = Practice::registered(&mut client).await;
        for _ in 0..5 {
            Booking::new().book(&mut client, &practice).await;
        }
        let answer = client.get(&practice.path("times")).await;
        let headers: Vec<(String, usize)> =
            answer.headers.iter().map(|(name, value)| (name.to_string(), value.len())).collect();
        lengths.push((answer.body.len(), headers));
    }
    assert!(lengths.iter().all(|length| *length == lengths[0]), "{lengths:?}");
}

#[tokio::test]
async fn only_calendars_that_are_there() {
    let host = TestHost::start().await;
    let answer = host.client().get(&Practice::new().path("times")).await;
    assert_eq!(answer.problem(), Code::NoCalendar);
}
