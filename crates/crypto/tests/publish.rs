//! Publications: sealed, signed, verified and opened (`docs/spec/publications.md`).
#![allow(missing_docs)]

mod support;

use souspli_crypto::CannotOpen;
use souspli_crypto::keys::{CalendarKey, LinkKeys, MemberKeys, StaffKey};
use souspli_crypto::publish::{
    Grant, GrantError, GrantTo, LinkEntry, PublicationError, PublishError, find_link_row, open_catalogue, open_grant,
    open_hours, open_identity, open_link_row, open_rules, plain_limit, publish_acl, publish_catalogue, publish_grants,
    publish_hours, publish_identity, publish_links, publish_registration, publish_rules, verify_publication,
    verify_registration,
};
use souspli_crypto::{PrivateKey, PublicKey, Secret};
use souspli_protocol::publication::{Publication, PublicationKind, acl_keys};
use support::{EPOCH, Practice, WINDOW};

#[test]
fn everything_published_comes_back() {
    let Practice { root, nonce, context, owner, epoch, calendar, staff, link, mut rng, .. } = Practice::new(b"publish");
    let practice = Practice::new(b"publish");

    let registration = publish_registration(&practice.place(1, 0), &nonce, &root).expect("registration");
    assert_eq!(verify_registration(&registration, &context), Ok((root.verifying_key(), nonce)));

    let acl =
        publish_acl(&practice.place(2, 0), &[owner.verifying_key()], &mut Vec::new(), &root, &mut rng).expect("acl");
    assert_eq!(verify_publication(&acl, PublicationKind::Acl, &context), Ok(()));
    assert_eq!(acl_keys(acl.payload()).filter(|key| *key == owner.verifying_key()).count(), 1);

    let entries = [LinkEntry { keys: &link, needs_token: false, expires: 9_999 }];
    let links = publish_links(&practice.place(3, 0), &entries, &calendar, &root, &mut rng).expect("links");
    assert_eq!(verify_publication(&links, PublicationKind::Links, &context), Ok(()));
    let row = find_link_row(&links, &link.verifying_key()).expect("row");
    assert_eq!(open_link_row(&context, &link, &row).as_ref(), Ok(&calendar));
    let other = LinkKeys::derive(&context, &Secret::new([5; 32]));
    assert_eq!(find_link_row(&links, &other.verifying_key()), None);
    assert_eq!(open_link_row(&context, &other, &row), Err(CannotOpen));

    let place = practice.place(4, EPOCH);
    let identity = publish_identity(&place, &practice.identity(), &calendar, &root, &mut rng).expect("identity");
    assert_eq!(verify_publication(&identity, PublicationKind::Identity, &context), Ok(()));
    assert_eq!(open_identity(&identity, &calendar), Ok(practice.identity()));

    let catalogue =
        publish_catalogue(&practice.place(5, 0), b"names", &calendar, owner.signing(), &mut rng).expect("catalogue");
    assert_eq!(open_catalogue(&catalogue, &calendar).expect("opens").expose_secret(), b"names");
    let later = souspli_crypto::publish::Place { key_window: WINDOW + 6, ..practice.place(6, WINDOW + 6) };
    let hours = publish_hours(&later, b"ranges", &calendar, owner.signing(), &mut rng).expect("hours");
    assert_eq!(open_hours(&hours, &calendar).expect("opens").expose_secret(), b"ranges");
    assert_eq!(open_catalogue(&hours, &calendar), Err(PublicationError::Kind));
    let rules = publish_rules(&practice.place(7, 0), b"rules", &staff, owner.signing(), &mut rng).expect("rules");
    assert_eq!(open_rules(&rules, &staff).expect("opens").expose_secret(), b"rules");

    for publication in [&registration, &acl, &links, &identity, &catalogue, &hours, &rules] {
        let parsed = Publication::parse(publication.bytes().to_vec()).expect("parses");
        assert_eq!(parsed, *publication);
        assert_eq!(verify_publication(&parsed, parsed.statement().kind, &context), Ok(()));
    }
    assert_eq!(epoch.epoch, EPOCH);
}

#[test]
fn a_grant_is_for_one_member_and_holds_what_was_granted() {
    let mut practice = Practice::new(b"grants");
    let desk = MemberKeys::derive(&practice.context, &Secret::new([3; 32]));
    let grants = [
        GrantTo { member: practice.owner.verifying_key(), to: practice.owner.sealing().public(), clinical: 0b101 },
        GrantTo { member: desk.verifying_key(), to: desk.sealing().public(), clinical: 0 },
    ];
    let place = practice.place(8, EPOCH);
    let made = publish_grants(
        &place,
        &grants,
        &practice.epoch,
        &practice.calendar,
        &practice.staff,
        &practice.root,
        &mut practice.rng,
    )
    .expect("grants");
    assert_eq!(made.payload().len(), 49_152);
    let Grant { desk: seed, clinical, access, staff } = open_grant(&made, &practice.owner).expect("owner");
    assert_eq!((&seed, &access, &staff), (&practice.epoch.desk, &practice.calendar, &practice.staff));
    assert_eq!(clinical[0].as_ref(), Some(&practice.epoch.clinical[0]));
    assert_eq!((&clinical[1], clinical[2].as_ref()), (&None, Some(&practice.epoch.clinical[2])));
    let granted = open_grant(&made, &desk).expect("desk");
    assert!(granted.clinical.iter().all(Option::is_none), "a desk member never reads a reason");
    let stranger = MemberKeys::derive(&practice.context, &Secret::new([4; 32]));
    assert_eq!(open_grant(&made, &stranger), Err(GrantError::NotGranted));
}

#[test]
fn a_box_opens_in_its_own_place_only() {
    let mut practice = Practice::new(b"place");
    let place = practice.place(5, 0);
    let made = publish_catalogue(&place, b"names", &practice.calendar, practice.owner.signing(), &mut practice.rng)
        .expect("catalogue");
    let size = PublicationKind::Catalogue.statement_len();
    let mut refused = 0;
    for byte in 0..size {
        let mut bytes = made.bytes().to_vec();
        bytes[byte] ^= 1;
        let Ok(changed) = Publication::parse(bytes) else { continue };
        let statement = changed.statement();
        assert!(verify_publication(&changed, PublicationKind::Catalogue, &practice.context).is_err(), "byte {byte}");
        let bound = statement.not_before == place.not_before
            && statement.not_after == place.not_after
            && statement.payload_hash == made.statement().payload_hash;
        if bound {
            assert!(open_catalogue(&changed, &practice.calendar).is_err(), "byte {byte}");
            refused += 1;
        }
    }
    assert!(refused > 80, "context, version, slot, key place and signer are bound");
    for byte in (size..made.bytes().len()).step_by(97) {
        let mut bytes = made.bytes().to_vec();
        bytes[byte] ^= 1;
        let changed = Publication::parse(bytes).expect("shape");
        assert!(verify_publication(&changed, PublicationKind::Catalogue, &practice.context).is_err(), "byte {byte}");
    }
}

#[test]
fn keys_of_another_time_or_generation_open_nothing() {
    let mut practice = Practice::new(b"times");
    let place = practice.place(5, WINDOW);
    let made =
        publish_hours(&place, b"x", &practice.calendar, practice.owner.signing(), &mut practice.rng).expect("hours");
    let later = practice.calendar.next(&practice.context).expect("next");
    assert_eq!(open_hours(&made, &later), Err(PublicationError::WrongKey), "a later key reads nothing earlier");
    let other = CalendarKey::make(2, WINDOW, &mut practice.rng);
    assert_eq!(open_hours(&made, &other), Err(PublicationError::WrongKey));
    let same = CalendarKey::make(1, WINDOW, &mut practice.rng);
    assert_eq!(open_hours(&made, &same), Err(PublicationError::CannotOpen(CannotOpen)));
}

#[test]
fn only_the_root_signs_what_is_the_roots() {
    let mut practice = Practice::new(b"root");
    let other = Practice::new(b"another root");
    let place = practice.place(2, 0);
    assert_eq!(
        publish_acl(&place, &[], &mut Vec::new(), &other.root, &mut practice.rng).err(),
        Some(PublishError::WrongSigner)
    );
    assert_eq!(
        publish_registration(&place, &[9; 32], &practice.root).err(),
        Some(PublishError::WrongSigner),
        "another nonce, another calendar"
    );
    let theirs = publish_registration(&other.place(1, 0), &other.nonce, &other.root).expect("theirs");
    assert_eq!(verify_registration(&theirs, &practice.context), Err(PublicationError::WrongRoot));
}

#[test]
fn limits_are_told_and_nothing_is_cut() {
    let mut practice = Practice::new(b"limits");
    let limit = plain_limit(PublicationKind::Hours);
    assert_eq!(limit, 4_016 - 4);
    let place = practice.place(5, WINDOW);
    let mut try_length = |length: usize| {
        publish_hours(&place, &vec![1; length], &practice.calendar, practice.owner.signing(), &mut practice.rng).err()
    };
    assert_eq!(try_length(limit), None);
    assert_eq!(try_length(limit + 1), Some(PublishError::TooLong { length: limit + 1, limit }));
    let keys = vec![practice.owner.verifying_key(); 33];
    let many = publish_acl(&place, &keys, &mut Vec::new(), &practice.root, &mut practice.rng).err();
    assert_eq!(many, Some(PublishError::TooMany { count: 33, limit: 32 }));
}

#[test]
fn an_identity_is_read_strictly() {
    let practice = Practice::new(b"identity");
    let identity = practice.identity();
    let bytes = identity.encode(&practice.context);
    let read = |bytes: &[u8]| souspli_crypto::publish::Identity::decode(&practice.context, EPOCH, bytes);
    assert_eq!(read(&bytes).as_ref(), Ok(&identity));
    for cut in (0..bytes.len()).step_by(31) {
        assert!(read(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    assert!(read(&[&bytes[..], &[0]].concat()).is_err());
    let mut twice = identity.clone();
    twice.roster.push(twice.roster[0]);
    assert!(read(&twice.encode(&practice.context)).is_err(), "the same member twice");
    let mut desk = identity.clone();
    desk.roster[0].role = souspli_crypto::keys::Role::Desk;
    assert!(read(&desk.encode(&practice.context)).is_err(), "a desk member with a clinical key");
    let mut long = identity.clone();
    long.log_origin = "x".repeat(257);
    assert!(read(&long.encode(&practice.context)).is_err());
    assert!(souspli_crypto::publish::Identity::decode(&practice.context, EPOCH + 1, &bytes).is_err());
}

#[test]
fn unused_rows_cannot_be_told_from_used_ones_by_their_form() {
    let mut practice = Practice::new(b"rows");
    let place = practice.place(8, EPOCH);
    let made = publish_grants(
        &place,
        &[],
        &practice.epoch,
        &practice.calendar,
        &StaffKey::make(&mut practice.rng.clone()),
        &practice.root,
        &mut practice.rng,
    )
    .expect("grants");
    for row in made.payload().chunks(1_536) {
        // The X25519 half of an encapsulation is a field element: its highest bit is always zero.
        assert_eq!(row[1_119] & 0x80, 0);
    }
    let key = PrivateKey::from_seed(&Secret::new([1; 32]));
    assert_eq!(PublicKey::from_bytes(&key.public().to_bytes()).as_ref(), Ok(key.public()));
    assert!(PublicKey::from_bytes(&[0xff; 1_216]).is_err(), "coefficients out of range");
    assert!(PublicKey::from_bytes(&[0; 1_215]).is_err());
}
