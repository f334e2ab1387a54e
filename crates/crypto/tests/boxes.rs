//! Boxes, HPKE seals, hand-over and local entries (`docs/spec/keys.md` §6 to §9).
#![allow(missing_docs)]

use proptest::prelude::*;
use souspli_crypto::handover::{open_handover, seal_handover};
use souspli_crypto::local::LocalKeys;
use souspli_crypto::vectors::SeededRng;
use souspli_crypto::{
    CannotOpen, CannotSeal, PrivateKey, Secret, SecretBytes, box_len, open_box, open_hpke, seal_box, seal_hpke,
    sealed_len,
};
use souspli_protocol::Context;

#[test]
fn two_boxes_of_the_same_words_under_the_same_key_share_no_bytes() {
    let (key, mut rng) = (Secret::new([1; 32]), SeededRng::new(b"boxes"));
    let plain = [7; 640];
    let mut make = || seal_box(&key, b"place", &plain, &mut rng).expect("sealed");
    let (one, two) = (make(), make());
    assert!(one.chunks(16).zip(two.chunks(16)).all(|(a, b)| a != b));
    assert_eq!(open_box(&key, b"place", &one), open_box(&key, b"place", &two));
}

proptest! {
    #[test]
    fn a_box_opens_unchanged_in_its_place_under_its_key_and_not_otherwise(
        plain in proptest::collection::vec(any::<u8>(), 0..200),
        key in any::<[u8; 32]>(),
        place in any::<proptest::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let key = Secret::new(key);
        let sealed = seal_box(&key, b"place", &plain, &mut SeededRng::new(&plain)).expect("sealed");
        prop_assert_eq!(sealed.len(), box_len(plain.len()));
        prop_assert_eq!(open_box(&key, b"place", &sealed), Ok(SecretBytes::new(plain)));
        prop_assert_eq!(open_box(&key, b"elsewhere", &sealed), Err(CannotOpen));
        prop_assert_eq!(open_box(&Secret::new([3; 32]), b"place", &sealed), Err(CannotOpen));
        let mut changed = sealed.clone();
        let at = place.index(sealed.len());
        changed[at] ^= 1_u8 << bit;
        prop_assert_eq!(open_box(&key, b"place", &changed), Err(CannotOpen));
        prop_assert_eq!(open_box(&key, b"place", &sealed[..at]), Err(CannotOpen));
    }

    #[test]
    fn no_bytes_make_an_opening_panic(bytes in proptest::collection::vec(any::<u8>(), 0..1_300)) {
        prop_assert_eq!(open_box(&Secret::new([1; 32]), b"place", &bytes), Err(CannotOpen));
        let key = PrivateKey::from_seed(&Secret::new([1; 32]));
        prop_assert_eq!(open_hpke(&key, b"info", b"", &bytes), Err(CannotOpen));
        prop_assert_eq!(open_handover(&key, &bytes), Err(CannotOpen));
    }
}

#[test]
fn a_seal_opens_with_its_key_info_and_aad_only() {
    let mut rng = SeededRng::new(b"hpke");
    let key = PrivateKey::from_seed(&Secret::make(&mut rng));
    let sealed = seal_hpke(key.public(), b"info", b"aad", b"words", &mut rng).expect("sealed");
    assert_eq!(sealed.len(), sealed_len(5));
    assert_eq!(open_hpke(&key, b"info", b"aad", &sealed).expect("opens").expose_secret(), b"words");
    let other = PrivateKey::from_seed(&Secret::make(&mut rng));
    for opened in [
        open_hpke(&other, b"info", b"aad", &sealed),
        open_hpke(&key, b"inf0", b"aad", &sealed),
        open_hpke(&key, b"info", b"aab", &sealed),
        open_hpke(&key, b"info", b"aad", &sealed[..sealed.len() - 1]),
    ] {
        assert_eq!(opened, Err(CannotOpen));
    }
    for place in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[place] ^= 0x80;
        // X25519 ignores the highest bit of a point (RFC 7748 §5); X-Wing hashes the point as it came, so it is seen.
        assert_eq!(open_hpke(&key, b"info", b"aad", &changed), Err(CannotOpen), "byte {place}");
    }
    let long = vec![0; 70_000];
    assert_eq!(seal_hpke(key.public(), &long, b"", b"", &mut rng), Err(CannotSeal), "refused, not a panic");
    assert_eq!(open_hpke(&key, &long, b"", &sealed), Err(CannotOpen));
    assert_eq!(format!("{key:?}"), "PrivateKey(…)");
}

#[test]
fn a_session_is_handed_to_one_worker() {
    let mut rng = SeededRng::new(b"handover");
    let worker = PrivateKey::from_seed(&Secret::make(&mut rng));
    let other = PrivateKey::from_seed(&Secret::make(&mut rng));
    let session = SecretBytes::new(b"session".to_vec());
    let sealed = seal_handover(worker.public(), &session, &mut rng).expect("sealed");
    assert_eq!(open_handover(&worker, &sealed), Ok(session));
    assert_eq!(open_handover(&other, &sealed), Err(CannotOpen));
}

#[test]
fn local_entries_keep_to_their_name_and_purpose() {
    let mut rng = SeededRng::new(b"local");
    let keys = LocalKeys::derive(&Context::NONE, &Secret::make(&mut rng));
    let index = keys.seal_index(b"a", b"entry", &mut rng).expect("sealed");
    assert_eq!(keys.open_index(b"a", &index).expect("opens").expose_secret(), b"entry");
    assert_eq!(keys.open_index(b"b", &index), Err(CannotOpen));
    assert_eq!(keys.open_outbox(b"a", &index), Err(CannotOpen));
    let outbox = keys.seal_outbox(b"a", b"entry", &mut rng).expect("sealed");
    assert_eq!(keys.open_outbox(b"a", &outbox).expect("opens").expose_secret(), b"entry");
    assert_eq!(keys.open_index(b"a", &outbox), Err(CannotOpen));
}
