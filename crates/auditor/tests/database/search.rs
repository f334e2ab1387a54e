//! A search that stands in for the real one: words as they are and in small letters, SHA-256 of them, and initials.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;
use souspli_attest::sha256;
use souspli_auditor::Check;
use souspli_auditor::database::{Hit, KnownBooking, KnownValue, ValueSearch};

/// Shorter words are found by chance.
const SHORTEST: usize = 10;

/// Looks for what was typed into known bookings.
pub(crate) struct Words {
    typed: Vec<String>,
    /// Each word twice: as it is, and in small letters.
    search: AhoCorasick,
    hashes: BTreeMap<[u8; 32], String>,
}

impl Words {
    pub(crate) fn of(known: &[KnownBooking]) -> Self {
        let fields = known.iter().flat_map(|booking| &booking.fields);
        let texts = fields.filter_map(|field| match &field.value {
            KnownValue::Text(text) if text.len() >= SHORTEST => Some(text.clone()),
            _ => None,
        });
        let mut words: Vec<String> = texts.collect();
        words.sort_unstable();
        words.dedup();
        let forms = words.iter().flat_map(|word| [word.clone(), word.to_lowercase()]);
        let search = AhoCorasick::new(forms).expect("patterns");
        let hashes = words.iter().map(|word| (sha256(word.as_bytes()).0, word.clone())).collect();
        Self { typed: words, search, hashes }
    }
}

impl ValueSearch for Words {
    fn find(&self, value: &[u8]) -> Vec<Hit> {
        let hit = |found: aho_corasick::Match| {
            let pattern = found.pattern().as_usize();
            let form = if pattern.is_multiple_of(2) { "clear" } else { "lower_case" }.to_owned();
            let canary = self.typed[pattern / 2].clone();
            Hit { check: Check::Canary, canary, form, at: found.start() as u64 }
        };
        let hash = value.try_into().ok().and_then(|hash: [u8; 32]| self.hashes.get(&hash));
        let hash =
            hash.map(|word| Hit { check: Check::CanaryHash, canary: word.clone(), form: "sha256".to_owned(), at: 0 });
        self.search.find_iter(value).map(hit).chain(hash).collect()
    }

    fn whole(&self, value: &[u8]) -> Option<Hit> {
        let of_word = |word: &&String| initials(word).as_bytes() == value;
        let canary = self.typed.iter().find(of_word)?.clone();
        Some(Hit { check: Check::Canary, canary, form: "initials".to_owned(), at: 0 })
    }
}

pub(crate) fn initials(word: &str) -> String {
    word.split(' ').filter_map(|part| part.chars().next()).collect()
}
