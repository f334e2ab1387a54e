//! Words that nobody has used: pronounceable, and in no list of known ones.

use std::collections::BTreeSet;

use rand_core::Rng;

use super::spelling::{plain, words_of};

/// Words that must not be canaries: those of the product's texts, of its sources, of a dictionary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordList(BTreeSet<String>);

impl WordList {
    /// The words of some texts. Case and accents make no difference.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = Self::default();
        texts.into_iter().for_each(|text| words.add(text));
        words
    }

    /// Adds the words of a text.
    pub fn add(&mut self, text: &str) {
        self.0.extend(words_of(text).into_iter().map(|(_, word)| plain(word).to_lowercase()));
    }

    /// Whether a word is in the list, within another one, or holds one of eight letters or more.
    pub fn knows(&self, word: &str) -> bool {
        let word = plain(word).to_lowercase();
        self.0.iter().any(|known| known.contains(&word) || known.len() >= 8 && word.contains(known.as_str()))
    }
}

/// Letters of an invented word: enough that no random data holds it, in any form and any mixture of cases.
const LETTERS: std::ops::RangeInclusive<usize> = 12..=15;

const BEGIN: [&str; 24] = [
    "b", "br", "c", "cl", "d", "dr", "f", "fl", "g", "gr", "j", "l", "m", "n", "p", "pl", "qu", "r", "s", "t", "tr",
    "v", "vr", "z",
];
const MIDDLE: [&str; 14] = ["a", "e", "i", "o", "u", "ou", "ai", "an", "en", "in", "on", "ar", "or", "el"];
const END: [&str; 8] = ["x", "l", "n", "r", "s", "t", "d", "c"];
const ACCENTED: [&str; 8] = ["é", "è", "ê", "ë", "â", "ô", "î", "û"];

/// A word of small letters, one of which has an accent if that is wished for.
pub(crate) fn word(rng: &mut impl Rng, accent: bool) -> String {
    loop {
        let mut word = String::new();
        let mut accent = accent;
        while word.chars().count() < *LETTERS.start() {
            word.push_str(pick(rng, &BEGIN));
            // The first syllable has the accent, so that it is in every beginning that is long enough to be looked for.
            word.push_str(if std::mem::take(&mut accent) { pick(rng, &ACCENTED) } else { pick(rng, &MIDDLE) });
        }
        word.push_str(pick(rng, &END));
        if LETTERS.contains(&word.chars().count()) {
            return word;
        }
    }
}

/// A number below a bound, without bias worth speaking of.
pub(crate) fn below(rng: &mut impl Rng, bound: u32) -> u32 {
    let wide = u64::from(rng.next_u32()) * u64::from(bound);
    u32::try_from(wide >> 32).unwrap_or_default()
}

fn pick<'a>(rng: &mut impl Rng, of: &[&'a str]) -> &'a str {
    let place = below(rng, u32::try_from(of.len()).unwrap_or(1));
    usize::try_from(place).ok().and_then(|place| of.get(place)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_knows_its_words_in_any_case_and_with_any_accent() {
        let list = WordList::of(["Le médecin généraliste", "rendez-vous"]);
        for known in ["MEDECIN", "médecin", "generaliste", "medec", "Xgeneralistex"] {
            assert!(list.knows(known), "{known}");
        }
        for unknown in ["zébulonix", "xlex"] {
            assert!(!list.knows(unknown), "{unknown}");
        }
    }
}
