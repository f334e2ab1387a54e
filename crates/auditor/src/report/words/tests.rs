//! Whether everything that a report may have to say can be said in both languages.

use std::collections::BTreeSet;

use super::*;
use crate::audit::Gap;
use crate::report::Language::{self, English, French};
use crate::{Area, Check, Severity};

/// Every text of one language.
fn texts(language: Language) -> Vec<&'static str> {
    let checks = Check::ALL.iter().flat_map(|check| [title(*check, language), meaning(*check, language)]);
    let gaps = Gap::ALL.iter().map(|reason| gap(*reason, language));
    let limits = limits(language).into_iter().flat_map(|limit| [limit.title, limit.text]);
    let areas = Area::ALL.iter().map(|named| area(*named, language));
    let weights = [Severity::Note, Severity::Warning, Severity::Breach].map(|weight| severity(weight, language));
    checks.chain(gaps).chain(limits).chain(areas).chain(weights).collect()
}

#[test]
fn every_text_is_there_once_in_each_language() {
    for language in Language::ALL {
        let all = texts(language);
        assert!(all.iter().all(|text| text.trim() == *text && text.chars().count() >= 4), "{language:?}");
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a text stands twice in {language:?}");
    }
    for (english, french) in texts(English).into_iter().zip(texts(French)) {
        assert_ne!(english, french);
    }
}

#[test]
fn sentences_end_and_titles_do_not() {
    for language in Language::ALL {
        for check in Check::ALL {
            assert!(meaning(*check, language).ends_with('.'), "{check}");
            assert!(!title(*check, language).ends_with('.'), "{check}");
        }
        assert!(Gap::ALL.iter().all(|reason| gap(*reason, language).ends_with('.')));
        assert!(limits(language).iter().all(|limit| limit.text.ends_with('.') && !limit.title.ends_with('.')));
    }
}

/// Words that only one of the two languages has.
#[test]
fn no_text_is_left_in_the_other_language() {
    const ENGLISH: &[&str] = &["the", "of", "is", "and", "was", "with", "that", "which", "not", "host", "policy"];
    const FRENCH: &[&str] = &["le", "la", "les", "des", "une", "est", "qui", "que", "pas", "hébergeur", "référentiel"];
    let words =
        |text: &str| -> BTreeSet<String> { text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase).collect() };
    for (language, foreign) in [(English, FRENCH), (French, ENGLISH)] {
        for text in texts(language) {
            let found: Vec<_> = words(text).into_iter().filter(|word| foreign.contains(&word.as_str())).collect();
            assert!(found.is_empty(), "{found:?} in {text}");
        }
    }
}

/// As the rest of the project writes them: typographic apostrophes, and a space before what is high in French.
#[test]
fn punctuation_is_that_of_the_language() {
    for (language, text) in Language::ALL.into_iter().flat_map(|l| texts(l).into_iter().map(move |text| (l, text))) {
        assert!(!text.contains(['\'', '"']), "{text}");
        assert!(!text.contains("  "), "{text}");
        for high in [':', ';', '?', '!'] {
            for (at, _) in text.match_indices(high) {
                let spaced = text[..at].ends_with(' ');
                assert_eq!(spaced, language == French, "{text}");
            }
        }
    }
}
