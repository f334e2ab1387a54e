//! Single values: those of a column, a header, a field.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use souspli_search::scan::{Canary, CanaryKind, NeedleError, Needles};

use super::support::{EMAIL, NEEDLES, TIME, named};

fn find(value: impl AsRef<[u8]>) -> Vec<String> {
    named(&NEEDLES.find(value.as_ref()))
}

fn base64(bytes: &[u8]) -> String {
    <base64ct::Base64UrlUnpadded as base64ct::Encoding>::encode_string(bytes)
}

#[test]
fn a_value_that_is_encoded_as_a_whole_is_decoded() {
    let wide: Vec<u8> = EMAIL.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert!(find(base64(&wide)).contains(&"e-mail: utf16be/local".to_owned()));
    let twice = base64(base64(base64(EMAIL.as_bytes()).as_bytes()).as_bytes());
    assert!(find(&twice).contains(&"e-mail: utf8/local".to_owned()), "{:?}", find(twice));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(EMAIL.as_bytes()).expect("memory");
    let gzip = encoder.finish().expect("memory");
    let hex = gzip.iter().fold("\\x".to_owned(), |text, byte| text + &format!("{byte:02x}"));
    assert!(find(hex).contains(&"e-mail: utf8/local".to_owned()));
    assert!(find(base64(&gzip)).contains(&"e-mail: utf8/local".to_owned()));
}

#[test]
fn a_value_may_be_a_hash_that_was_cut_or_begin_with_one() {
    let hash = [0x23, 0x03, 0x79, 0xa9, 0xb6, 0x46, 0x87, 0xfd];
    assert_eq!(find(hash), ["e-mail: sha256/typed/raw[..8]"]);
    assert_eq!(find([&hash[..], b"rest"].concat()), ["e-mail: sha256/typed/raw[..8]"]);
    assert!(find([b"x", &hash[..]].concat()).is_empty(), "in the middle eight bytes are too few");
    assert!(find(&hash[..7]).is_empty());
    assert_eq!(find("230379a9b64687fd")[0], "e-mail: sha256/typed/hex[..16]");
    assert!(NEEDLES.find(&hash)[0].hashed);
}

#[test]
fn whole_values_are_codes_beginnings_dates_and_minutes() {
    let whole = |value: &[u8]| NEEDLES.whole(value).map(|hit| format!("{}: {}", hit.canary, hit.form));
    assert_eq!(whole(b"Q614").as_deref(), Some("name: soundex/word 2"));
    assert_eq!(whole(b" qui ").as_deref(), Some("name: first 3/word 2"));
    assert_eq!(whole("TULBEK".as_bytes()).as_deref(), Some("short name: first 6/word 2"));
    assert_eq!(whole("Orvïn".as_bytes()).as_deref(), Some("short name: first 5/word 1"));
    assert_eq!(whole(b"1234").as_deref(), Some("phone: last 4"));
    assert_eq!(whole(b"2031-04-17").as_deref(), Some("time: date"));
    assert_eq!(whole(b"32236595").as_deref(), Some("time: unix-min/decimal"));
    assert_eq!(whole(&32_236_595_u32.to_be_bytes()).as_deref(), Some("time: unix-min/be32"));
    for other in [&b""[..], b"Q615", b"quirf and more", b"2031-04-18", &[0; 4], &[0xff; 9_000]] {
        assert_eq!(whole(other), None);
    }
    for form in NEEDLES.whole_value_forms() {
        let hit = NEEDLES.whole(&form.value).expect("one of its own forms");
        assert_eq!((hit.canary, hit.form), (form.canary.clone(), form.form.clone()));
        // Alone they are no leak.
        assert!(NEEDLES.find(&form.value).is_empty() || form.value.len() >= 8, "{form:?}");
    }
}

#[test]
fn values_that_cannot_be_searched_for_are_refused_by_name() {
    let build = |kind, value: &str| Needles::build(&[Canary::new("canary 9, it", kind, value)], &[]).err();
    let short = Some(NeedleError::TooShort { canary: "canary 9, it".to_owned() });
    assert_eq!(build(CanaryKind::Name, "Zoé"), short);
    assert_eq!(build(CanaryKind::Name, "Quirfle"), short);
    assert_eq!(build(CanaryKind::Name, ""), short);
    assert_eq!(build(CanaryKind::Text, "a b c"), short);
    assert_eq!(build(CanaryKind::Email, "a@b.fr"), short);
    assert_eq!(build(CanaryKind::Phone, "12 34 56"), short);
    assert_eq!(build(CanaryKind::Secret, "AAECAw"), short);
    let form = |kind| Some(NeedleError::Form { canary: "canary 9, it".to_owned(), kind });
    assert_eq!(build(CanaryKind::Phone, "call me"), form(CanaryKind::Phone));
    assert_eq!(build(CanaryKind::Time, "2031-04-17"), form(CanaryKind::Time));
    assert_eq!(build(CanaryKind::Secret, "not a secret"), form(CanaryKind::Secret));
    assert_eq!(
        short.clone().map(|error| error.to_string()).as_deref(),
        Some("canary 9, it: too short to be searched without false alarms")
    );
    // A longer form of it exists.
    assert_eq!(build(CanaryKind::Name, "Zoé Ha"), short);
    assert!(build(CanaryKind::Name, "Zoé Halbek").is_none());
    assert!(build(CanaryKind::Time, TIME).is_none());
}

#[test]
fn ids_differ_and_keys_are_bounded() {
    let canary = Canary::new("a", CanaryKind::Name, "Quirfletan");
    let twice = Needles::build(&[canary.clone(), canary.clone()], &[]).err();
    assert_eq!(twice, Some(NeedleError::SameId { canary: "a".to_owned() }));
    let keys = vec![vec![1]; Needles::KEYS + 1];
    assert_eq!(Needles::build(&[canary], &keys).err(), Some(NeedleError::TooManyKeys { keys: 65 }));
    let none = Needles::build(&[], &[]).expect("nothing to look for");
    assert!(none.find(b"anything at all, 0639981234").is_empty());
    assert!(none.expected_false_alarms(u64::MAX) < f64::MIN_POSITIVE);
}
