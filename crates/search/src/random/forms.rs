//! Bets on what a clear run would be: for each form, what byte comes next, given the one before.
//!
//! A form gives each byte at most one in all, so that betting on it against uniform bytes is fair. How good the guesses
//! are decides only how short a run is found.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// What a suspicious stretch looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Words in Latin letters (UTF-8 or Latin-1).
    Text,
    /// Words in capitals.
    Capitals,
    /// Digits with what stands between them: numbers of telephones, dates, times.
    Digits,
    /// Hexadecimal in small letters.
    Hex,
    /// Hexadecimal in capitals.
    HexCapitals,
    /// Base64, in both alphabets.
    Base64,
    /// Printable ASCII of any kind.
    Printable,
    /// Letters of other scripts in UTF-8.
    Scripts,
    /// Text in UTF-16, of either byte order.
    Utf16,
    /// The same byte again and again.
    SameByte,
    /// Few different bytes in 32.
    FewValues,
    /// Few different bytes in 128.
    FewValuesWide,
    /// Bytes that are uneven in the whole value.
    Uneven,
    /// A stretch that stands in the same value twice.
    Twice,
}

impl Form {
    /// Every form: a value is tested for each.
    pub const ALL: [Self; 14] = [
        Self::Text,
        Self::Capitals,
        Self::Digits,
        Self::Hex,
        Self::HexCapitals,
        Self::Base64,
        Self::Printable,
        Self::Scripts,
        Self::Utf16,
        Self::SameByte,
        Self::FewValues,
        Self::FewValuesWide,
        Self::Uneven,
        Self::Twice,
    ];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Capitals => "capitals",
            Self::Digits => "digits",
            Self::Hex => "hex",
            Self::HexCapitals => "hex_capitals",
            Self::Base64 => "base64",
            Self::Printable => "printable",
            Self::Scripts => "scripts",
            Self::Utf16 => "utf16",
            Self::SameByte => "same_byte",
            Self::FewValues => "few_values",
            Self::FewValuesWide => "few_values_wide",
            Self::Uneven => "uneven",
            Self::Twice => "twice",
        }
    }

    /// Whether such a stretch can be read, rather than only being no random one.
    pub const fn is_readable(self) -> bool {
        !matches!(self, Self::SameByte | Self::FewValues | Self::FewValuesWide | Self::Uneven | Self::Twice)
    }
}

/// By how much the stake of a bet grows with each next byte, by what stands before it.
pub(crate) struct Bet {
    pub(crate) form: Form,
    /// The class of the byte before.
    pub(crate) class: [u8; 256],
    /// The factor of each byte, by that class; the first class is that of a run's beginning.
    pub(crate) factors: Vec<[f64; 256]>,
}

/// The bets on forms that go byte by byte, but for [`Form::SameByte`].
pub(crate) fn bets() -> &'static [Bet] {
    static BETS: OnceLock<Vec<Bet>> = OnceLock::new();
    BETS.get_or_init(|| {
        vec![
            words(Form::Text, u8::to_ascii_lowercase),
            words(Form::Capitals, u8::to_ascii_uppercase),
            digits(),
            alphabet(Form::Hex, b"0123456789abcdef"),
            alphabet(Form::HexCapitals, b"0123456789ABCDEF"),
            alphabet(Form::Base64, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"),
            alphabet(Form::Printable, &(b' '..=b'~').collect::<Vec<u8>>()),
            scripts(),
            utf16(),
        ]
    })
}

/// Chances of the next byte; what adds up to more than one is a mistake that the tests find.
struct Chances([f64; 256]);

impl Chances {
    fn none() -> Self {
        Self([0.0; 256])
    }

    /// Shares a chance among bytes, evenly.
    fn even(mut self, chance: f64, bytes: &[u8]) -> Self {
        let each = chance / super::evidence::count(bytes.len());
        for byte in bytes {
            self.add(*byte, each);
        }
        self
    }

    /// Shares a chance among bytes by weight.
    fn weighed(mut self, chance: f64, weights: &[(u8, f64)]) -> Self {
        let all: f64 = weights.iter().map(|(_, weight)| weight).sum();
        for (byte, weight) in weights {
            self.add(*byte, chance * weight / all);
        }
        self
    }

    fn add(&mut self, byte: u8, chance: f64) {
        if let Some(sum) = self.0.get_mut(usize::from(byte)) {
            *sum += chance;
        }
    }

    /// What a uniform byte's stake grows by.
    fn factors(self) -> [f64; 256] {
        self.0.map(|chance| chance * 256.0)
    }
}

fn alphabet(form: Form, bytes: &[u8]) -> Bet {
    Bet { form, class: [0; 256], factors: vec![Chances::none().even(1.0, bytes).factors()] }
}

/// How often letters come up in English and French, in thousandths.
const LETTERS: [(u8, f64); 26] = [
    (b'a', 79.0),
    (b'b', 12.0),
    (b'c', 30.0),
    (b'd', 40.0),
    (b'e', 137.0),
    (b'f', 16.0),
    (b'g', 15.0),
    (b'h', 34.0),
    (b'i', 73.0),
    (b'j', 4.0),
    (b'k', 5.0),
    (b'l', 47.0),
    (b'm', 27.0),
    (b'n', 70.0),
    (b'o', 65.0),
    (b'p', 25.0),
    (b'q', 7.0),
    (b'r', 64.0),
    (b's', 71.0),
    (b't', 82.0),
    (b'u', 46.0),
    (b'v', 14.0),
    (b'w', 13.0),
    (b'x', 4.0),
    (b'y', 11.0),
    (b'z', 3.0),
];
const VOWELS: &[u8] = b"aeiouy";
const MARKS: &[u8] = b".,'-@()/:;!?&\"_\n";
/// Second bytes of é, è, à, ê, ç and the like in UTF-8, behind 0xC3.
const ACCENTS: [(u8, f64); 10] = [
    (0xa9, 60.0),
    (0xa8, 12.0),
    (0xa0, 8.0),
    (0xaa, 5.0),
    (0xa7, 6.0),
    (0xb4, 3.0),
    (0xae, 2.0),
    (0xaf, 2.0),
    (0xbb, 1.0),
    (0xab, 1.0),
];
/// The same letters in Latin-1.
const LATIN_1: &[u8] = &[0xe9, 0xe8, 0xe0, 0xea, 0xe7];

/// Letters by weight, in a case, vowels likelier or less likely.
fn letters(case: fn(&u8) -> u8, vowels: f64) -> Vec<(u8, f64)> {
    let weight = |letter: u8, weight: f64| if VOWELS.contains(&letter) { weight * vowels } else { weight };
    LETTERS.iter().map(|(letter, often)| (case(letter), weight(*letter, *often))).collect()
}

fn words(form: Form, case: fn(&u8) -> u8) -> Bet {
    let other: fn(&u8) -> u8 = if form == Form::Text { u8::to_ascii_uppercase } else { u8::to_ascii_lowercase };
    let digits: Vec<u8> = (b'0'..=b'9').collect();
    let (of_word, of_other) = (letters(case, 1.0), letters(other, 1.0));
    let start = Chances::none().weighed(0.52, &of_word).weighed(0.30, &of_other).even(0.08, &digits);
    let start = start.even(0.03, b" ").even(0.04, MARKS).even(0.02, &[0xc3]).even(0.01, LATIN_1);
    let behind = |vowels: f64| {
        let next = Chances::none().weighed(0.76, &letters(case, vowels)).even(0.13, b" ").even(0.04, MARKS);
        next.weighed(0.02, &of_other).even(0.01, &digits).even(0.03, &[0xc3]).even(0.01, LATIN_1)
    };
    let first = Chances::none().weighed(0.80, &of_word).weighed(0.08, &of_other).even(0.05, b" ");
    let first = first.even(0.03, MARKS).even(0.02, &[0xc3]).even(0.02, &digits);
    let accent = Chances::none().weighed(0.9, &ACCENTS).even(0.1, &(0x80..=0xbf).collect::<Vec<u8>>());
    let class = |byte: u8| match byte {
        0xc3 => 4,
        _ if byte.is_ascii_alphabetic() && other(&byte) == byte => 3,
        _ if VOWELS.contains(&byte.to_ascii_lowercase()) => 1,
        _ if byte.is_ascii_alphabetic() => 2,
        _ => 0,
    };
    let factors = [start, behind(0.55), behind(1.6), first, accent].map(Chances::factors).to_vec();
    Bet { form, class: classes(class), factors }
}

fn digits() -> Bet {
    let (digits, between) = ((b'0'..=b'9').collect::<Vec<u8>>(), b" .-/:+TZ,()");
    let start = Chances::none().even(0.88, &digits).even(0.04, b"+").even(0.08, between);
    let behind = Chances::none().even(0.80, &digits).even(0.20, between);
    let class = classes(|byte| u8::from(byte.is_ascii_digit()));
    Bet { form: Form::Digits, class, factors: vec![start.factors(), behind.factors()] }
}

/// First bytes of two-byte letters in UTF-8: Latin with marks, Greek, Cyrillic, Hebrew, Arabic.
const LEADS: [(u8, f64); 13] = [
    (0xc3, 8.0),
    (0xc4, 3.0),
    (0xc5, 3.0),
    (0xce, 14.0),
    (0xcf, 8.0),
    (0xd0, 22.0),
    (0xd1, 14.0),
    (0xd7, 8.0),
    (0xd8, 9.0),
    (0xd9, 7.0),
    (0xda, 1.0),
    (0xdb, 1.0),
    (0xd2, 1.0),
];

fn scripts() -> Bet {
    let next: Vec<u8> = (0x80..=0xbf).collect();
    let letter = Chances::none().weighed(0.92, &LEADS).even(0.08, b" -.");
    let class = classes(|byte| u8::from((0xc2..=0xdf).contains(&byte)));
    let factors = vec![letter.factors(), Chances::none().even(1.0, &next).factors()];
    Bet { form: Form::Scripts, class, factors }
}

fn utf16() -> Bet {
    let digits: Vec<u8> = (b'0'..=b'9').collect();
    let text = || {
        let text = Chances::none().weighed(0.60, &letters(u8::to_ascii_lowercase, 1.0)).even(0.10, b" ");
        text.weighed(0.10, &letters(u8::to_ascii_uppercase, 1.0)).even(0.12, &digits).even(0.04, MARKS)
    };
    let zero = Chances::none().even(0.96, &[0]);
    let class = classes(|byte| u8::from(byte != 0));
    Bet { form: Form::Utf16, class, factors: vec![text().factors(), zero.factors()] }
}

fn classes(class: impl Fn(u8) -> u8) -> [u8; 256] {
    let mut classes = [0; 256];
    for (byte, place) in (0..=255).zip(classes.iter_mut()) {
        *place = class(byte);
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bet_is_fair() {
        for bet in bets() {
            for (class, factors) in bet.factors.iter().enumerate() {
                let mean = factors.iter().sum::<f64>() / 256.0;
                assert!(mean <= 1.0 + 1e-12, "{:?}, class {class}: {mean}", bet.form);
            }
            assert!(bet.class.iter().all(|class| usize::from(*class) < bet.factors.len()), "{:?}", bet.form);
        }
    }

    #[test]
    fn names_differ() {
        let mut names: Vec<&str> = Form::ALL.iter().map(|form| form.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Form::ALL.len());
    }
}
