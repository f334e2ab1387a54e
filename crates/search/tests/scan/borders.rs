//! Every form, at every border between two pieces of a stream.

use std::collections::BTreeSet;

use souspli_search::Place;
use souspli_search::scan::{Canary, CanaryKind, Needles, Options};

use super::support::{EMAIL, NAME, NEEDLES, PHONE, TIME, chunks_of, named, random, scan};

/// Puts every form of some canaries between others, and says where each of them is.
fn planted(needles: &Needles, filler: impl Fn(usize) -> Vec<u8>) -> (Vec<u8>, BTreeSet<(String, String, u64)>) {
    let (mut stream, mut places) = (Vec::new(), BTreeSet::new());
    for (number, (canary, form, bytes)) in needles.forms().enumerate() {
        stream.extend(filler(number));
        // Nothing that a number, hex or base64 could go on with.
        stream.push(b'\n');
        places.insert((canary.to_owned(), form.to_owned(), stream.len() as u64));
        stream.extend(bytes);
        stream.push(b'\n');
    }
    (stream, places)
}

#[track_caller]
fn all_found(needles: &Needles, stream: &[u8], places: &BTreeSet<(String, String, u64)>, chunk: usize) {
    let mut hits = Vec::new();
    let options = Options { chunk, ..Options::default() };
    needles.scan_with(stream, &Place::of("test"), &options, &mut hits).expect("memory");
    let found: BTreeSet<_> = hits.into_iter().map(|hit| (hit.canary, hit.form, hit.offset)).collect();
    let missing: Vec<_> = places.difference(&found).take(5).collect();
    assert!(missing.is_empty(), "chunks of {chunk}: {missing:?} of {}", places.len());
}

fn canaries() -> [Canary; 4] {
    [
        Canary::new("name", CanaryKind::Name, NAME),
        Canary::new("e-mail", CanaryKind::Email, EMAIL),
        Canary::new("phone", CanaryKind::Phone, PHONE),
        Canary::new("time", CanaryKind::Time, TIME),
    ]
}

#[test]
fn every_form_is_found_in_random_bytes_where_it_was_put() {
    let (stream, places) = planted(&NEEDLES, |number| random(number % 23, number as u64));
    all_found(&NEEDLES, &stream, &places, Options::CHUNK);
    all_found(&NEEDLES, &stream, &places, 4_099);
}

#[test]
fn every_form_is_found_in_text_where_it_was_put() {
    let text = "On n’a pas trouvé de rendez-vous; {\"status\": 404} — try again\n".as_bytes();
    let (stream, places) = planted(&NEEDLES, |number| text[..number % text.len()].to_vec());
    all_found(&NEEDLES, &stream, &places, Options::CHUNK);
}

/// Chunks of one byte have a border at every place.
#[test]
fn every_form_is_found_across_every_border() {
    for canary in canaries() {
        let needles = Needles::build(&[canary], &[]).expect("a canary");
        let (stream, places) = planted(&needles, |_| b"..".to_vec());
        for chunk in [1, 37] {
            all_found(&needles, &stream, &places, chunk);
        }
    }
}

#[test]
fn a_number_is_found_across_every_border() {
    let stream =
        b"a long beginning without any digit in it: +33 (0)6-39.98/12 34, and an end that goes on for as long again";
    for chunk in 1..=stream.len() {
        let hits = scan(stream, &chunks_of(chunk)).0;
        assert_eq!(named(&hits), ["phone: digits/national", "phone: digits/international(0)"], "chunks of {chunk}");
        assert_eq!(hits.iter().map(|hit| hit.offset).min(), Some(43));
    }
}

#[test]
fn each_place_is_reported_once_whatever_the_borders() {
    let text = format!("{NAME} {PHONE} {EMAIL} {TIME}\n").repeat(40);
    let whole = scan(text.as_bytes(), &Options::default()).0;
    assert_eq!(whole.len(), 40 * whole.iter().filter(|hit| hit.offset < 90).count());
    for chunk in [1, 2, 3, 64, 255, 256, 257, 1000] {
        let mut hits = scan(text.as_bytes(), &chunks_of(chunk)).0;
        let mut expected = whole.clone();
        hits.sort();
        expected.sort();
        assert_eq!(hits, expected, "chunks of {chunk}");
    }
}
