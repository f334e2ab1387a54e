//! A search that stands in for the real one: words as they are and in small letters, and SHA-256 of them.

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
            let encoding = if pattern.is_multiple_of(2) { "clear" } else { "lower_case" }.to_owned();
            Hit { check: Check::Canary, canary: self.typed[pattern / 2].clone(), encoding, at: found.start() }
        };
        self.search.find_iter(value).map(hit).collect()
    }

    fn whole(&self, value: &[u8]) -> Vec<Hit> {
        let word = value.try_into().ok().and_then(|hash: [u8; 32]| self.hashes.get(&hash));
        let hit = |word: &String| Hit {
            check: Check::CanaryHash,
            canary: word.clone(),
            encoding: "sha256".to_owned(),
            at: 0,
        };
        word.map(hit).into_iter().collect()
    }
}
