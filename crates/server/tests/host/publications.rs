//! Publishing, profile, identities, and reading publications back.

use souspli_attest::{SigningKey, event_hash, leaf_of, verify};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::{Publication, PublicationKind as Kind, PublicationStatement};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::EPOCH_MINUTES;
use souspli_protocol::wire::{
    Blob, Counter, HostInfo, IdentityAnswer, Profile, PublicationAnswer, PublicationRead, Publish, Published,
};
use souspli_protocol::{CalendarId, Fingerprint};
use souspli_server::config::Registration;

use crate::support::practice::{Practice, epoch, window};
use crate::support::{TestHost, random, random_bytes};

#[tokio::test]
async fn a_practice_registers_and_is_read() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let info: HostInfo = client.get("/v1/host").await.json(200);
    assert_eq!(info.registration, "open");
    let mut practice = Practice::new();
    let path = practice.path("profile");
    assert_eq!(client.get(&path).await.problem(), Code::NoCalendar);

    let batch = practice.first_batch();
    let first = practice.publish(&mut client, &batch).await;
    let published: Published = first.json(201);
    assert_eq!(published.receipts.len(), 5);
    let mut head = souspli_protocol::Digest::ZERO;
    for ((n, publication), Blob(receipt)) in (1..).zip(&batch).zip(&published.receipts) {
        let receipt = Receipt::decode(receipt).expect("receipt");
        let link = receipt.statement.link;
        assert_eq!((link.sequence, link.context), (n, practice.context));
        assert_eq!((link.previous, link.leaf), (head, leaf_of(&event_hash(publication.bytes()))));
        assert_eq!(verify(&info.receipt_key, &receipt.statement.encode(), &receipt.signature), Ok(()));
        head = souspli_attest::head_after(&link);
    }
    let again: Published = practice.publish(&mut client, &batch).await.json(201);
    assert_eq!(again, published, "the same batch again");

    let profile: Profile = client.get(&path).await.json(200);
    assert_eq!(profile.version, Counter(5));
    assert_eq!(profile.registration.0, batch[0].bytes());
    assert_eq!(profile.links.0, batch[2].bytes());
    assert_eq!(profile.identity.map(|blob| blob.0).as_deref(), Some(batch[3].bytes()));
    assert_eq!(profile.catalogue, None);
    let identity: IdentityAnswer = client.get(&practice.path(&format!("identities/{}", epoch()))).await.json(200);
    assert_eq!(identity.identity.0, batch[3].bytes());
    for none in [format!("identities/{}", epoch() + 1), "identities/0".into(), "identities/x".into()] {
        assert_eq!(client.get(&practice.path(&none)).await.problem(), Code::NoPublication, "{none}");
    }
    let padded = format!("identities/0{}", epoch());
    assert_eq!(client.get(&practice.path(&padded)).await.problem(), Code::NoPublication);

    host.clock.advance(EPOCH_MINUTES);
    let profile: Profile = client.get(&path).await.json(200);
    assert_eq!(profile.identity, None, "no identity for the new epoch");
}

#[tokio::test]
async fn members_read_publications() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let rules = practice.next_sealed(Kind::Rules, 0);
    practice.publish(&mut client, std::slice::from_ref(&rules)).await.json::<Published>(201);
    let path = practice.path("publications/read");
    let read = PublicationRead { kind: Kind::Rules.id(), slot: 0 };
    let answer: PublicationAnswer = client.signed(&practice.member, &practice.context, &path, &read).await.json(200);
    assert_eq!(answer.publication.0, rules.bytes());
    assert!(Receipt::decode(&answer.receipt.0).is_ok());
    for (kind, slot) in [(Kind::Rules.id(), 1), (Kind::Catalogue.id(), 0), (9, 0), (0, 0), (255, 0)] {
        let read = PublicationRead { kind, slot };
        let answer = client.signed(&practice.member, &practice.context, &path, &read).await;
        assert_eq!(answer.problem(), Code::NoPublication, "{kind} {slot}");
    }
    let stranger = client.signed(&practice.link, &practice.context, &path, &read).await;
    assert_eq!(stranger.problem(), Code::NotInAcl);
}

#[tokio::test]
async fn every_kind_is_taken_from_whom_it_should_come() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let batch = vec![
        practice.next_sealed(Kind::Catalogue, 0),
        practice.next_sealed(Kind::Rules, 0),
        practice.next_sealed(Kind::Hours, window() - 1),
        practice.next_sealed(Kind::Hours, window() + 8),
        practice.next_sealed(Kind::Grants, epoch()),
        practice.next_sealed(Kind::Identity, epoch() + 8),
    ];
    practice.publish(&mut client, &batch).await.json::<Published>(201);
    let second = SigningKey::from_seed(&random());
    let acl = Practice::acl(&[second.verifying_key()]);
    let removed = practice.next(Kind::Acl, 0, &acl);
    let late = practice.next_sealed(Kind::Rules, 0);
    let refused = practice.publish(&mut client, &[removed.clone(), late]).await;
    assert_eq!(refused.problem(), Code::NotInAcl, "removed earlier in the same batch");
    practice.version -= 1;
    practice.member = second;
    let now = practice.next_sealed(Kind::Rules, 0);
    practice.publish(&mut client, &[removed, now]).await.json::<Published>(201);
}

/// Publishes one publication that was changed before it was signed.
async fn refused(
    host: &TestHost,
    practice: &mut Practice,
    kind: Kind,
    slot: u32,
    change: impl FnOnce(&mut PublicationStatement, &mut Vec<u8>),
) -> Code {
    practice.version += 1;
    let mut payload = random_bytes(kind.payload_len());
    if kind == Kind::Links {
        payload = practice.links(0, u32::MAX);
    }
    let mut statement = practice.statement(kind, slot, &payload);
    change(&mut statement, &mut payload);
    let publication = practice.sign(statement, &payload);
    let answer = practice.publish(&mut host.client(), &[publication]).await;
    practice.version -= 1;
    answer.problem()
}

#[tokio::test]
async fn each_fault_has_its_code_and_changes_nothing() {
    let host = TestHost::start().await;
    let mut practice = Practice::registered(&mut host.client()).await;
    let p = &mut practice;
    let wrong = random();
    assert_eq!(refused(&host, p, Kind::Hours, window() + 9, |_, _| {}).await, Code::BadWindow);
    assert_eq!(refused(&host, p, Kind::Hours, window() - 2, |_, _| {}).await, Code::BadWindow);
    assert_eq!(refused(&host, p, Kind::Identity, epoch() + 9, |_, _| {}).await, Code::BadEpoch);
    assert_eq!(refused(&host, p, Kind::Grants, epoch() - 2, |_, _| {}).await, Code::BadEpoch);
    assert_eq!(refused(&host, p, Kind::Identity, epoch(), |s, _| s.not_after += 1).await, Code::BadEpoch);
    assert_eq!(refused(&host, p, Kind::Catalogue, 1, |_, _| {}).await, Code::BadShape);
    assert_eq!(refused(&host, p, Kind::Catalogue, 0, |s, _| s.not_after = s.not_before - 1).await, Code::BadShape);
    assert_eq!(refused(&host, p, Kind::Rules, 0, |_, payload| payload[0] ^= 1).await, Code::BadSignature);
    assert_eq!(refused(&host, p, Kind::Rules, 0, |s, _| s.version += 1).await, Code::StaleVersion);
    assert_eq!(refused(&host, p, Kind::Rules, 0, |s, _| s.version -= 1).await, Code::StaleVersion);
    assert_eq!(refused(&host, p, Kind::Rules, 0, |s, _| s.context.fp = Fingerprint(wrong)).await, Code::WrongContext);
    let other = CalendarId(random());
    assert_eq!(refused(&host, p, Kind::Rules, 0, |s, _| s.context.calendar = other).await, Code::WrongContext);
    let signer = p.link.verifying_key();
    assert_eq!(refused(&host, p, Kind::Rules, 0, |s, _| s.signer = signer).await, Code::NotInAcl);
    assert_eq!(refused(&host, p, Kind::Acl, 0, |s, _| s.signer = signer).await, Code::WrongAuthor);
    let member = p.member.verifying_key();
    assert_eq!(refused(&host, p, Kind::Links, 0, |s, _| s.signer = member).await, Code::WrongAuthor);
    let zeros = |s: &mut PublicationStatement, payload: &mut Vec<u8>| {
        payload[33] = 1;
        s.payload_hash = souspli_attest::sha256(payload);
    };
    assert_eq!(refused(&host, p, Kind::Links, 0, zeros).await, Code::BadShape, "a reserved byte of a row");
    assert_eq!(refused(&host, p, Kind::Registration, 0, |_, _| {}).await, Code::AlreadyRegistered);

    let profile: Profile = host.client().get(&p.path("profile")).await.json(200);
    assert_eq!(profile.version, Counter(5));
}

#[tokio::test]
async fn every_changed_byte_is_refused() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let good = practice.next_sealed(Kind::Hours, window() + 1);
    let statement = Kind::Hours.statement_len();
    let places = (0..statement).step_by(3).chain([statement, statement + 4_095, Kind::Hours.size() - 1]);
    for place in places {
        let mut bytes = good.bytes().to_vec();
        bytes[place] ^= 1;
        let body = Publish { publications: vec![Blob(bytes)] };
        let answer = client.post(&practice.path("publications"), &body).await;
        assert!((400..500).contains(&answer.status), "byte {place}: {}", answer.status);
    }
    practice.publish(&mut client, &[good]).await.json::<Published>(201);
}

#[tokio::test]
async fn a_first_batch_must_make_a_calendar() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let registered = Practice::registered(&mut client).await;
    let publish =
        async |practice: &Practice, batch: &[Publication]| practice.publish(&mut host.client(), batch).await.problem();

    let mut practice = Practice::new();
    let batch = practice.first_batch();
    assert_eq!(publish(&practice, &batch[..2]).await, Code::BadShape, "without links");
    assert_eq!(publish(&practice, &batch[1..]).await, Code::NoCalendar, "without registration");
    assert_eq!(publish(&practice, &[]).await, Code::BadShape, "nothing");
    assert_eq!(publish(&practice, &vec![batch[0].clone(); 33]).await, Code::BadShape, "too many");
    let mut gap = batch.clone();
    gap.remove(3);
    assert_eq!(publish(&practice, &gap).await, Code::StaleVersion, "a version is missing");
    let twice = [&batch[..], &batch[..1]].concat();
    assert_eq!(publish(&practice, &twice).await, Code::BadShape, "two registrations");
    assert_eq!(publish(&registered, &batch).await, Code::WrongContext, "under another calendar's address");

    // Another root signs for this calendar's id.
    let mut thief = Practice::new();
    thief.context = practice.context;
    let stolen = thief.first_batch();
    assert_eq!(publish(&practice, &stolen).await, Code::WrongContext);
    practice.publish(&mut client, &batch).await.json::<Published>(201);
    assert_eq!(publish(&practice, &stolen).await, Code::AlreadyRegistered);
}

#[tokio::test]
async fn sizes_suites_and_labels() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let good = practice.next_sealed(Kind::Rules, 0).bytes().to_vec();
    let path = practice.path("publications");
    let mut send =
        async |bytes: Vec<u8>| client.post(&path, &Publish { publications: vec![Blob(bytes)] }).await.problem();
    assert_eq!(send(good[..good.len() - 1].to_vec()).await, Code::WrongSize);
    assert_eq!(send([&good[..], &[0]].concat()).await, Code::WrongSize);
    assert_eq!(send(Vec::new()).await, Code::BadShape);
    let label = Kind::Rules.label().as_str().len();
    let mut suite = good.clone();
    suite[5 + label + 5] = 2;
    assert_eq!(send(suite).await, Code::UnknownSuite);
    let mut version = good.clone();
    version[5 + "souspli/v".len()] = b'2';
    assert_eq!(send(version).await, Code::UnknownSuite);
    let mut tag = good;
    tag[5 + label] = 9;
    assert_eq!(send(tag).await, Code::BadShape);
}

#[tokio::test]
async fn a_closed_host_takes_no_new_practice_and_keeps_the_old() {
    let mut host = TestHost::start().await;
    let mut old = Practice::new();
    let batch = old.first_batch();
    old.publish(&mut host.client(), &batch).await.json::<Published>(201);
    host.config.registration = Registration::Closed;
    host.restart().await;
    let mut client = host.client();
    let info: HostInfo = client.get("/v1/host").await.json(200);
    assert_eq!(info.registration, "closed");
    let mut new = Practice::new();
    let refused = new.first_batch();
    assert_eq!(new.publish(&mut client, &refused).await.problem(), Code::RegistrationClosed);
    old.publish(&mut client, &batch).await.json::<Published>(201);
    let rules = old.next_sealed(Kind::Rules, 0);
    old.publish(&mut client, &[rules]).await.json::<Published>(201);
}

/// Versions that the calendar has had are looked up before they are checked; another practice's are refused all the same.
#[tokio::test]
async fn another_practices_publication_is_refused_at_every_version() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    for version in 0..=practice.version + 2 {
        let payload = random_bytes(Kind::Rules.payload_len());
        let mut statement = PublicationStatement { version, ..practice.statement(Kind::Rules, 0, &payload) };
        statement.context.fp = Fingerprint(random());
        let foreign = practice.sign(statement, &payload);
        assert_eq!(practice.publish(&mut client, &[foreign]).await.problem(), Code::WrongContext, "version {version}");
    }
}

#[tokio::test]
async fn who_registers_many_practices_waits() {
    let host = TestHost::start_with(|config| {
        config.limits.address_burst = 100;
        config.limits.address_per_second = 1;
    })
    .await;
    let mut client = host.client();
    for _ in 0..3 {
        Practice::registered(&mut client).await;
    }
    let mut another = Practice::new();
    let batch = another.first_batch();
    assert_eq!(another.publish(&mut client, &batch).await.problem(), Code::SlowDown);
    assert_eq!(client.get("/v1/host").await.status, 200, "other things are still done");
    let mut neighbour = crate::support::client::Client::from(host.addr, "127.0.0.9".parse().expect("address"));
    another.publish(&mut neighbour, &batch).await.json::<Published>(201);
}
