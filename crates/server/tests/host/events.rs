//! Appending events: create, move, cancel, and the order in which faults are seen (`docs/spec/http.md` §6).

use souspli_attest::{SigningKey, event_hash};
use souspli_protocol::event::{AuthorKind, Header};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind as Kind;
use souspli_protocol::sizes::{EPOCH_MINUTES, REVISIONS};
use souspli_protocol::wire::{Append, Appended, Blob, Published, RecordAnswer, RecordRead};
use souspli_protocol::{Digest, Fingerprint, RecordId, Signature, VerifyingKey};

use crate::support::booking::{Booking, claims_of};
use crate::support::client::Client;
use crate::support::practice::{Practice, epoch, window};
use crate::support::{NOW, TestHost, random};

#[tokio::test]
async fn a_booking_gets_its_receipt_and_the_same_bytes_get_it_again() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let booking = Booking::new();
    let body = booking.create(&practice, false);
    let first: Appended = booking.send(&mut client, &practice, &body).await.json(201);
    let again: Appended = booking.send(&mut client, &practice, &body).await.json(200);
    assert_eq!(first, again);

    // Long after: a version later, past `not_after`, beyond the window.
    let rules = practice.next_sealed(Kind::Rules, 0);
    practice.publish(&mut client, &[rules]).await.json::<Published>(201);
    host.clock.advance(80 * 1_440);
    let again: Appended = booking.send(&mut client, &practice, &body).await.json(200);
    assert_eq!(first, again);
}

#[tokio::test]
async fn other_bytes_under_the_same_id_conflict() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let mut booking = Booking::new();
    let hash = booking.book(&mut client, &practice).await;
    let other = booking.create(&practice, false);
    assert_eq!(booking.send(&mut client, &practice, &other).await.problem(), Code::RecordExists);
    booking.claims = claims_of(7);
    let other = booking.create(&practice, false);
    assert_eq!(booking.send(&mut client, &practice, &other).await.problem(), Code::RecordExists);

    let append = |n, previous| booking.event(&practice, &booking.append_header(&practice, n, previous));
    let (a, b) = (append(1, hash), append(1, hash));
    let a_body = booking.body(&practice, &a, false);
    booking.send(&mut client, &practice, &a_body).await.json::<Appended>(201);
    let b = booking.body(&practice, &b, false);
    assert_eq!(booking.send(&mut client, &practice, &b).await.problem(), Code::RevisionConflict);
    let gap = booking.body(&practice, &append(3, event_hash(a.bytes())), false);
    assert_eq!(booking.send(&mut client, &practice, &gap).await.problem(), Code::RevisionConflict);
    let wrong = booking.body(&practice, &append(2, hash), false);
    assert_eq!(booking.send(&mut client, &practice, &wrong).await.problem(), Code::RevisionConflict);
    let next = booking.body(&practice, &append(2, event_hash(a.bytes())), false);
    booking.send(&mut client, &practice, &next).await.json::<Appended>(201);
    booking.send(&mut client, &practice, &a_body).await.json::<Appended>(200);
}

#[tokio::test]
async fn a_move_takes_new_times_and_gives_old_ones_back() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let mut booking = Booking::new();
    let before = booking.claims;
    let hash = booking.book(&mut client, &practice).await;
    booking.claims = Booking::new().claims;
    let claims = booking.header(&practice).claims;
    let moved = Header { claims, ..booking.append_header(&practice, 1, hash) };
    let moved = booking.event(&practice, &moved);
    let body = booking.body(&practice, &moved, false);
    booking.send(&mut client, &practice, &body).await.json::<Appended>(201);
    Booking::of(&before).book(&mut client, &practice).await;
    let rival = Booking::of(&booking.claims);
    let body = rival.create(&practice, false);
    assert_eq!(rival.send(&mut client, &practice, &body).await.problem(), Code::SlotTaken);

    let cancel = Header { release: true, ..booking.append_header(&practice, 2, event_hash(moved.bytes())) };
    let cancel = booking.event(&practice, &cancel);
    let body = booking.body(&practice, &cancel, false);
    booking.send(&mut client, &practice, &body).await.json::<Appended>(201);
    rival.book(&mut client, &practice).await;

    booking.claims = Booking::new().claims;
    let claims = booking.header(&practice).claims;
    let again = Header { claims, ..booking.append_header(&practice, 3, event_hash(cancel.bytes())) };
    let body = booking.body(&practice, &booking.event(&practice, &again), false);
    assert_eq!(booking.send(&mut client, &practice, &body).await.problem(), Code::RecordReleased);
}

#[tokio::test]
async fn a_member_writes_to_every_record() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let member = (AuthorKind::Member, practice.member.verifying_key());
    let by_member = |header| Header { author_kind: member.0, author: member.1, ..header };
    let blocked = Booking::new();
    let header = by_member(blocked.header(&practice));
    let body = blocked.body(&practice, &blocked.event(&practice, &header), false);
    blocked.send(&mut client, &practice, &body).await.json::<Appended>(201);

    let booking = Booking::new();
    let hash = booking.book(&mut client, &practice).await;
    let header = by_member(booking.append_header(&practice, 1, hash));
    let body = booking.body(&practice, &booking.event(&practice, &header), false);
    booking.send(&mut client, &practice, &body).await.json::<Appended>(201);
}

/// Sends a create whose header was changed before it was signed.
async fn refused(client: &mut Client, practice: &Practice, change: impl FnOnce(&mut Header)) -> Code {
    let booking = Booking::new();
    let mut header = booking.header(practice);
    change(&mut header);
    let body = booking.body(practice, &booking.event(practice, &header), false);
    booking.send(client, practice, &body).await.problem()
}

#[tokio::test]
async fn each_fault_of_a_header_has_its_code() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let (c, p) = (&mut client, &practice);
    let other = VerifyingKey(random());
    assert_eq!(refused(c, p, |h| h.context.fp = Fingerprint(random())).await, Code::WrongContext);
    assert_eq!(refused(c, p, |h| h.author = other).await, Code::BadSignature);
    assert_eq!(refused(c, p, |h| h.record = RecordId(random())).await, Code::BadShape);
    assert_eq!(refused(c, p, |h| h.view = other).await, Code::BadShape);
    assert_eq!(refused(c, p, |h| h.not_after = NOW - 1).await, Code::EventExpired);
    assert_eq!(refused(c, p, |h| h.not_after = NOW + 2 * 1_440 + 1).await, Code::BadShape);
    assert_eq!(refused(c, p, |h| h.version += 1).await, Code::StaleVersion);
    assert_eq!(refused(c, p, |h| h.version -= 1).await, Code::StaleVersion);
    assert_eq!(refused(c, p, |h| h.epoch += 1).await, Code::BadEpoch);
    assert_eq!(refused(c, p, |h| h.epoch -= 1).await, Code::BadEpoch);
    assert_eq!(refused(c, p, |h| h.identity = Digest(random())).await, Code::BadEpoch);
    assert_eq!(refused(c, p, |h| h.window -= 2).await, Code::BadWindow);
    assert_eq!(refused(c, p, |h| h.window += 8).await, Code::BadWindow);
    assert_eq!(refused(c, p, |h| h.window += 1).await, Code::BadClaims, "the digest names the window");
    assert_eq!(refused(c, p, |h| h.claims = Digest(random())).await, Code::BadClaims);
    assert_eq!(refused(c, p, |h| h.claims = Digest::ZERO).await, Code::BadClaims, "a create always claims");
    assert_eq!(refused(c, p, |h| h.author_kind = AuthorKind::Member).await, Code::BadSignature);
    practice.link = SigningKey::from_seed(&random());
    assert_eq!(refused(&mut client, &practice, |_| {}).await, Code::LinkRevoked);
    practice.member = SigningKey::from_seed(&random());
    let stranger = practice.member.verifying_key();
    let by_stranger = |h: &mut Header| (h.author_kind, h.author) = (AuthorKind::Member, stranger);
    assert_eq!(refused(&mut client, &practice, by_stranger).await, Code::NotInAcl);
}

/// A change of a header; the key is one that nobody has.
type Fault = fn(&mut Header, VerifyingKey);

#[tokio::test]
async fn an_earlier_fault_hides_a_later_one() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    // From the last check to the first: each change adds a fault that is seen before all those after it.
    let bad = VerifyingKey(random());
    let faults: [(Code, Fault); 6] = [
        (Code::BadClaims, |h, _| h.claims = Digest([1; 32])),
        (Code::BadWindow, |h, _| h.window += 9),
        (Code::BadEpoch, |h, _| h.epoch += 9),
        (Code::StaleVersion, |h, _| h.version += 9),
        (Code::EventExpired, |h, _| h.not_after = 1),
        (Code::BadShape, |h, bad| h.view = bad),
    ];
    for n in 1..=faults.len() {
        let code = refused(&mut client, &practice, |h| faults[..n].iter().for_each(|(_, fault)| fault(h, bad))).await;
        assert_eq!(code, faults[n - 1].0);
    }
    let all = |h: &mut Header| faults.iter().for_each(|(_, fault)| fault(h, bad));
    practice.link = SigningKey::from_seed(&random());
    assert_eq!(refused(&mut client, &practice, all).await, Code::LinkRevoked);
    let unsigned = |h: &mut Header| {
        all(h);
        h.author = bad;
    };
    assert_eq!(refused(&mut client, &practice, unsigned).await, Code::BadSignature);
    let foreign = |h: &mut Header| {
        unsigned(h);
        h.context.fp = Fingerprint([1; 32]);
    };
    assert_eq!(refused(&mut client, &practice, foreign).await, Code::WrongContext);
}

#[tokio::test]
async fn each_fault_of_a_body_has_its_code() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let booking = Booking::new();
    let good = booking.create(&practice, false);
    let mut send = async |change: fn(&mut Append)| {
        let mut body = good.clone();
        change(&mut body);
        booking.send(&mut client, &practice, &body).await.problem()
    };
    assert_eq!(send(|b| b.event.0.truncate(8_191)).await, Code::WrongSize);
    assert_eq!(send(|b| b.event.0.push(0)).await, Code::WrongSize);
    assert_eq!(send(|b| b.event.0.fill(0)).await, Code::BadShape);
    assert_eq!(send(|b| b.event.0[5 + 16 + 5] = 2).await, Code::UnknownSuite);
    assert_eq!(send(|b| b.event.0[5 + "souspli/v".len()] = b'2').await, Code::UnknownSuite);
    assert_eq!(send(|b| b.event.0[8_191] ^= 1).await, Code::BadSignature, "manage signature");
    assert_eq!(send(|b| b.event.0[8_192 - 128] ^= 1).await, Code::BadSignature, "author's signature");
    assert_eq!(send(|b| b.event.0[4_000] ^= 1).await, Code::BadSignature, "a sealed part");
    assert_eq!(send(|b| b.claims.0.truncate(383)).await, Code::WrongSize);
    assert_eq!(send(|b| b.claims.0.clear()).await, Code::BadClaims);
    assert_eq!(send(|b| b.claims.0.reverse()).await, Code::BadClaims);
    assert_eq!(send(|b| b.claims.0.rotate_left(16)).await, Code::BadClaims, "not sorted");
    assert_eq!(send(|b| b.claims = Blob(claims_of(1).encode())).await, Code::BadClaims, "others than the digest's");
    assert_eq!(send(|b| b.session_signature = Signature([1; 64])).await, Code::BadShape, "without a session");
    assert_eq!(send(|b| b.session = VerifyingKey([1; 32])).await, Code::BadSignature);
    booking.send(&mut client, &practice, &good).await.json::<Appended>(201);
}

#[tokio::test]
async fn appends_are_for_known_records_and_their_keys() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let booking = Booking::new();
    let nowhere = booking.event(&practice, &booking.append_header(&practice, 1, Digest([1; 32])));
    let body = booking.body(&practice, &nowhere, false);
    assert_eq!(booking.send(&mut client, &practice, &body).await.problem(), Code::NoRecord);

    let hash = booking.book(&mut client, &practice).await;
    let thief = Booking::new();
    let header = Header { record: booking.record(), ..thief.append_header(&practice, 1, hash) };
    let body = thief.body(&practice, &thief.event(&practice, &header), false);
    assert_eq!(thief.send(&mut client, &practice, &body).await.problem(), Code::WrongAuthor);

    // A record goes on after its time, but takes no new one then.
    host.clock.advance(9 * 1_440);
    let header = Header { window: window() - 3, ..booking.append_header(&practice, 1, hash) };
    let later = Header { not_after: NOW + 10 * 1_440, ..header };
    let claiming =
        Header { claims: souspli_attest::claims_digest(&practice.context, later.window, &booking.claims), ..later };
    let body = booking.body(&practice, &booking.event(&practice, &claiming), false);
    assert_eq!(booking.send(&mut client, &practice, &body).await.problem(), Code::BadWindow);
    let with_claims = Append {
        claims: Blob(booking.claims.encode()),
        ..booking.body(&practice, &booking.event(&practice, &later), false)
    };
    assert_eq!(booking.send(&mut client, &practice, &with_claims).await.problem(), Code::BadClaims);
    let body = booking.body(&practice, &booking.event(&practice, &later), false);
    booking.send(&mut client, &practice, &body).await.json::<Appended>(201);
}

#[tokio::test]
async fn the_next_epoch_is_taken_an_hour_early() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let next = practice.next_sealed(Kind::Identity, epoch() + 1);
    practice.publish(&mut client, std::slice::from_ref(&next)).await.json::<Published>(201);
    let change = (epoch() + 1) * EPOCH_MINUTES;
    let identity = event_hash(next.bytes());
    let current = practice.identity;
    let early = |h: &mut Header| (h.epoch, h.identity, h.not_after) = (epoch() + 1, identity, change + 60);
    let late = |h: &mut Header| (h.epoch, h.identity, h.not_after) = (epoch(), current, change + 60);
    let mut send = async |minute, change: &dyn Fn(&mut Header)| {
        host.clock.set(minute);
        let booking = Booking::new();
        let mut header = booking.header(&practice);
        change(&mut header);
        let body = booking.body(&practice, &booking.event(&practice, &header), false);
        let answer = booking.send(&mut client, &practice, &body).await;
        if answer.status == 201 { None } else { Some(answer.problem()) }
    };
    assert_eq!(send(change - 61, &early).await, Some(Code::BadEpoch));
    assert_eq!(send(change - 60, &early).await, None);
    assert_eq!(send(change - 1, &late).await, None);
    assert_eq!(send(change, &early).await, None);
    assert_eq!(send(change, &late).await, Some(Code::BadEpoch));
}

#[tokio::test]
async fn only_calendars_that_are_there() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let other = Practice::registered(&mut client).await;
    let booking = Booking::new();
    let body = booking.create(&practice, false);
    assert_eq!(client.post(&other.path("events"), &body).await.problem(), Code::WrongContext);
    assert_eq!(client.post(&Practice::new().path("events"), &body).await.problem(), Code::NoCalendar);
    assert_eq!(client.post("/v1/calendars/AAAA/events", &body).await.problem(), Code::NoCalendar);
}

/// A record is read in one answer; so it has an end.
#[tokio::test]
async fn a_record_has_only_so_many_events() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let booking = Booking::new();
    let mut last = booking.book(&mut client, &practice).await;
    for revision in 1..=REVISIONS {
        let event = booking.event(&practice, &booking.append_header(&practice, revision, last));
        let body = booking.body(&practice, &event, false);
        let answer = booking.send(&mut client, &practice, &body).await;
        if revision == REVISIONS {
            assert_eq!(answer.problem(), Code::BadShape);
            break;
        }
        answer.json::<Appended>(201);
        last = event_hash(event.bytes());
    }
    let read = RecordRead { record: booking.record() };
    let answer = client.signed(&booking.view, &practice.context, &practice.path("records/read"), &read).await;
    assert!(answer.body.len() < 4 << 20, "{} bytes are more than a client takes", answer.body.len());
    assert_eq!(answer.json::<RecordAnswer>(200).entries.len(), usize::try_from(REVISIONS).expect("small"));
}
