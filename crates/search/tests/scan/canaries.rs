//! Sets of canaries.

use std::collections::BTreeSet;

use souspli_search::scan::{CanaryError, CanaryKind, CanarySet, Needles, WordList};

use super::support::Random;

fn set(seed: u64, persons: u32) -> CanarySet {
    CanarySet::invent(&mut Random(seed), persons, &WordList::default()).expect("words")
}

#[test]
fn a_set_is_made_of_its_seed_alone() {
    assert_eq!(set(1, 5), set(1, 5));
    assert_ne!(set(1, 5), set(2, 5));
    assert_eq!(set(1, 0).canaries(), []);
}

#[test]
fn persons_fit_into_the_forms_of_the_product() {
    for person in set(3, 40).persons {
        assert!(
            person.name.len() <= 160 && !person.name.is_ascii() && person.name.split(' ').count() == 2,
            "{}",
            person.name
        );
        assert!(person.email.len() <= 200 && person.email.is_ascii() || person.email.contains('@'), "{}", person.email);
        assert!(person.email.ends_with(".example"));
        assert!(person.phone.starts_with("+33 6 39 98 ") || person.phone.starts_with("07700 900"), "{}", person.phone);
        assert!(person.reason.len() <= 600 && person.reason.split(' ').count() == 4);
        assert!(person.text.len() <= 1_000);
    }
}

#[test]
fn no_value_occurs_twice_and_every_word_can_be_searched_for() {
    let canaries = set(4, 60).canaries();
    let values: BTreeSet<&str> = canaries.iter().map(|canary| canary.value.as_str()).collect();
    assert_eq!(values.len(), canaries.len());
    let words = canaries.iter().filter(|canary| canary.kind != CanaryKind::Phone);
    for word in words.flat_map(|canary| canary.value.split([' ', '@'])) {
        assert!(word.trim_end_matches(".example").chars().count() >= 12, "{word}");
    }
    assert_eq!(canaries[2].id, "canary 1, phone");
    let few = Needles::build(&canaries[..5], &[]).expect("canaries");
    assert!(few.forms().all(|(_, _, bytes)| bytes.len() >= 8));
}

#[test]
fn words_of_the_list_are_not_used() {
    let first = set(6, 1).persons.remove(0);
    let known = WordList::of([first.name.as_str(), first.reason.as_str()]);
    let second = CanarySet::invent(&mut Random(6), 1, &known).expect("words").persons.remove(0);
    for word in second.name.split(' ').chain(second.reason.split(' ')) {
        assert!(!known.knows(word), "{word}");
    }
    let everything = WordList::of(["a longest word bcdefghijklmnopqrstuvwxyz"]);
    assert!(!everything.knows("zébulonixaro"));
}

#[test]
fn a_file_is_read_as_it_was_written_and_nothing_else_is() {
    let mut set = set(8, 3);
    set.persons[1].time = Some("2031-04-17T14:35:00+02:00".to_owned());
    let mut file = Vec::new();
    set.write(&mut file).expect("memory");
    assert_eq!(CanarySet::read(file.as_slice()).expect("a file"), set);
    assert_eq!(set.canaries().len(), 16);
    let text = String::from_utf8(file).expect("text");
    let version = text.replace("\"version\": 1", "\"version\": 2");
    assert!(matches!(CanarySet::read(version.as_bytes()), Err(CanaryError::Version(2))));
    for bad in [&text[..text.len() / 2], "", "[]", &text.replace("\"phone\"", "\"fax\"")] {
        assert!(matches!(CanarySet::read(bad.as_bytes()), Err(CanaryError::File(_))));
    }
}

#[test]
fn there_are_as_many_persons_as_fictitious_numbers() {
    let many = CanarySet::invent(&mut Random(9), CanarySet::PERSONS + 1, &WordList::default());
    assert!(matches!(many, Err(CanaryError::TooMany(2_001))));
}
