//! Envelopes: who reads what, and that nothing changed or moved is read (`docs/spec/events.md` §1).
#![allow(missing_docs)]

mod support;

use souspli_crypto::envelope::{
    Draft, OpenError, SealError, Signers, VerifyError, open_clinical, open_desk, open_patient, seal, verify,
};
use souspli_crypto::{CannotOpen, PrivateKey};
use souspli_protocol::event::{Event, HEADER, PLAIN_C, PLAIN_D, WRAP_CLINICAL, WRAP_DESK};
use support::Practice;

#[test]
fn each_reader_opens_its_own_part() {
    let mut practice = Practice::new(b"envelope");
    let record = practice.record(1);
    let event = practice.booked(&record, b"who and when", b"why").expect("sealed");
    assert_eq!(event.bytes().len(), 8_192);
    assert_eq!(verify(&event, &practice.context), Ok(()));

    let desk = PrivateKey::from_seed(&practice.epoch.desk);
    let clinical = PrivateKey::from_seed(&practice.epoch.clinical[0]);
    assert_eq!(open_desk(&event, &desk).expect("desk").expose_secret(), b"who and when");
    let opened = open_clinical(&event, &clinical).expect("clinical");
    assert_eq!((opened.d.expose_secret(), opened.c.expose_secret()), (&b"who and when"[..], &b"why"[..]));
    let opened = open_patient(&event, record.view().sealing()).expect("patient");
    assert_eq!((opened.d.expose_secret(), opened.c.expose_secret()), (&b"who and when"[..], &b"why"[..]));
    assert_eq!(opened.access, practice.calendar);

    let refused = OpenError::CannotOpen(CannotOpen);
    let other = PrivateKey::from_seed(&practice.epoch.clinical[1]);
    assert_eq!(open_clinical(&event, &other), Err(refused), "another practitioner");
    assert_eq!(open_clinical(&event, &desk), Err(refused), "the desk never reads a reason");
    assert_eq!(open_patient(&event, practice.record(2).view().sealing()), Err(refused), "another patient");
    assert!(!format!("{event:?} {opened:?} {record:?}").contains("why"));
}

#[test]
fn no_changed_byte_is_read() {
    let mut practice = Practice::new(b"flip");
    let record = practice.record(1);
    let event = practice.booked(&record, b"d", b"c").expect("sealed");
    let desk = PrivateKey::from_seed(&practice.epoch.desk);
    let clinical = PrivateKey::from_seed(&practice.epoch.clinical[0]);
    let wraps_end = HEADER + WRAP_DESK + WRAP_CLINICAL;
    for place in 0..event.bytes().len() {
        // Header, the ends of each part and both signatures byte by byte; the rest in steps.
        let edge = !(HEADER..8_192 - 128).contains(&place) || place % 61 == 0;
        if !edge {
            continue;
        }
        let mut bytes = event.bytes().to_vec();
        bytes[place] ^= 1;
        let Ok(changed) = Event::parse(bytes) else { continue };
        assert!(verify(&changed, &practice.context).is_err(), "byte {place} passes the signatures");
        if place < 8_192 - 128 && place % 17 == 0 {
            let all = [
                open_desk(&changed, &desk).is_ok(),
                open_clinical(&changed, &clinical).is_ok(),
                open_patient(&changed, record.view().sealing()).is_ok(),
            ];
            let read = all.iter().filter(|read| **read).count();
            // A wrap is one reader's, body c is read by two of them; the header is everyone's.
            let most = if place < HEADER {
                0
            } else if place < wraps_end + 1_240 {
                2
            } else {
                1
            };
            assert!(read <= most, "byte {place}: {read} readers");
        }
    }
}

#[test]
fn parts_of_two_events_do_not_mix() {
    let mut practice = Practice::new(b"mix");
    let (one, two) = (practice.record(1), practice.record(2));
    let (a, b) =
        (practice.booked(&one, b"a", b"a").expect("sealed"), practice.booked(&two, b"b", b"b").expect("sealed"));
    let desk = PrivateKey::from_seed(&practice.epoch.desk);
    for (start, len) in [(0, HEADER), (HEADER, WRAP_DESK), (8_192 - 128 - 1_775 - 2_064, 2_064)] {
        let mut bytes = a.bytes().to_vec();
        bytes[start..start + len].copy_from_slice(&b.bytes()[start..start + len]);
        let mixed = Event::parse(bytes).expect("the shape is right");
        assert_eq!(open_desk(&mixed, &desk), Err(OpenError::CannotOpen(CannotOpen)), "from {start}");
        assert!(verify(&mixed, &practice.context).is_err());
    }
}

#[test]
fn an_event_for_nobody_else_looks_like_any_other() {
    let mut practice = Practice::new(b"note");
    let record = practice.record(1);
    let first = practice.booked(&record, b"d", b"c").expect("sealed");
    let event = practice.note(&record, &first, b"note").expect("sealed");
    assert_eq!(verify(&event, &practice.context), Ok(()));
    assert_eq!(event.bytes().len(), 8_192);
    let desk = PrivateKey::from_seed(&practice.epoch.desk);
    assert_eq!(open_desk(&event, &desk).expect("desk").expose_secret(), b"note");
    assert!(open_patient(&event, record.view().sealing()).is_err());
    assert!(open_clinical(&event, &PrivateKey::from_seed(&practice.epoch.clinical[0])).is_err());
}

const LONG: [u8; PLAIN_D] = [7; PLAIN_D];

#[test]
fn what_does_not_fit_or_contradicts_itself_is_not_sealed() {
    let mut practice = Practice::new(b"refused");
    let record = practice.record(1);
    let keys = practice.epoch.public();
    let draft = |header, d: &'static [u8], c: &'static [u8], manage| Draft {
        header,
        body_d: d,
        body_c: c,
        desk: &keys.desk,
        clinical: None,
        patient: None,
        signers: Signers { author: practice.link.signing(), manage },
    };
    let good = practice.create_header(&record);
    let rng = &mut practice.rng;
    let manage = Some(record.manage());
    let try_d = |length: usize, rng: &mut _| seal(&draft(good, &LONG[..length], b"", manage), rng).err();
    assert_eq!(try_d(PLAIN_D - 4, rng), None);
    assert_eq!(try_d(PLAIN_D - 3, rng), Some(SealError::BodyD { length: PLAIN_D - 3, limit: PLAIN_D - 4 }));
    let try_c = |length: usize, rng: &mut _| seal(&draft(good, b"", &LONG[..length], manage), rng).err();
    assert_eq!(try_c(PLAIN_C - 4, rng), None);
    assert_eq!(try_c(PLAIN_C - 3, rng), Some(SealError::BodyC { length: PLAIN_C - 3, limit: PLAIN_C - 4 }));

    let mut wrong = good;
    wrong.author = support::stranger();
    assert_eq!(seal(&draft(wrong, b"", b"", manage), rng).err(), Some(SealError::Keys));
    let mut wrong = good;
    wrong.record.0[0] ^= 1;
    assert_eq!(seal(&draft(wrong, b"", b"", manage), rng).err(), Some(SealError::Keys));
    assert_eq!(seal(&draft(good, b"", b"", None), rng).err(), Some(SealError::Keys), "a create without manage key");
    let mut wrong = good;
    wrong.revision = 3;
    assert_eq!(seal(&draft(wrong, b"", b"", manage), rng).err(), Some(SealError::Header));
}

#[test]
fn the_failed_check_is_named() {
    let mut practice = Practice::new(b"names");
    let record = practice.record(1);
    let event = practice.booked(&record, b"d", b"c").expect("sealed");
    let elsewhere = Practice::new(b"elsewhere").context;
    assert_eq!(verify(&event, &elsewhere), Err(VerifyError::Context));
    for (place, error) in [(8_191, VerifyError::Manage), (8_127, VerifyError::Author), (700, VerifyError::Author)] {
        let mut bytes = event.bytes().to_vec();
        bytes[place] ^= 1;
        let changed = Event::parse(bytes).expect("shape");
        assert_eq!(verify(&changed, &practice.context), Err(error), "byte {place}");
    }
}

#[test]
fn two_events_of_the_same_words_share_nothing_sealed() {
    let mut practice = Practice::new(b"fresh");
    let record = practice.record(1);
    let (a, b) =
        (practice.booked(&record, b"d", b"c").expect("sealed"), practice.booked(&record, b"d", b"c").expect("sealed"));
    for (left, right) in a.bytes()[HEADER..].chunks(16).zip(b.bytes()[HEADER..].chunks(16)) {
        assert_ne!(left, right);
    }
}
