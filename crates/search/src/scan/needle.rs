//! One sequence of bytes to look for, what may differ from it, and how likely random data holds it.

/// How letters may differ from a needle's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Case {
    /// Every byte is the same.
    Exact,
    /// ASCII letters of either case, in any mixture.
    Any,
    /// ASCII letters all small, all capital, as the needle's, or small after one capital: for needles so short that
    /// any mixture would be found by chance.
    Alike,
}

/// What must be around a match that is shorter than [`Needle::sure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Around {
    /// No ASCII digit directly before or after.
    NoDigit,
    /// No hex digit directly before or after.
    NoHex,
    /// No character of base64 directly before or after.
    NoBase64,
    /// It stands where few bytes have been searched so far: at the beginning of a value, or within a stream's reach
    /// ([`super::Needles::short_reach`]).
    Early,
}

/// A sequence of bytes to look for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Needle {
    /// Which canary it shows, by place in the set.
    pub(crate) canary: u32,
    /// Its form as it is printed.
    pub(crate) form: String,
    /// The bytes, [`LONGEST`] at most.
    pub(crate) bytes: Vec<u8>,
    /// So many bytes from the front are a match.
    pub(crate) least: usize,
    /// From so many bytes on, nothing is asked of what is around.
    pub(crate) sure: usize,
    /// What is asked of shorter matches.
    pub(crate) around: Option<Around>,
    /// How letters may differ.
    pub(crate) case: Case,
    /// Whether it is a hash of the canary.
    pub(crate) hashed: bool,
    /// Bits that a character has where random data is written in the needle's own alphabet (hex, base32, base64).
    pub(crate) width: Option<f64>,
}

/// The shortest needle, in bytes.
pub(crate) const SHORTEST: usize = 8;
/// The longest one; the rest of a longer value adds no certainty.
pub(crate) const LONGEST: usize = 128;
/// A needle of fewer bits must not match in any mixture of cases.
const PLENTY: f64 = 72.0;

impl Needle {
    /// A needle that must be there in full.
    pub(crate) fn new(canary: u32, form: String, mut bytes: Vec<u8>, case: Case) -> Self {
        bytes.truncate(LONGEST);
        let full = bytes.len();
        let case = if case == Case::Any && bits(&bytes, Case::Any) < PLENTY { Case::Alike } else { case };
        Self { canary, form, bytes, least: full, sure: full, around: None, case, hashed: false, width: None }
    }

    /// Written in an alphabet with so many bits a character.
    pub(crate) fn alphabet(mut self, width: f64) -> Self {
        self.width = Some(width);
        if self.case == Case::Alike {
            self.case = Case::Any;
        }
        self
    }

    /// Something is asked of what is around it.
    pub(crate) fn around(mut self, around: Around) -> Self {
        self.around = Some(around);
        self.sure = usize::MAX;
        self
    }

    /// Its first `least` bytes are a match where `around` holds, and its first `sure` bytes everywhere.
    pub(crate) fn prefix(mut self, least: usize, sure: usize, around: Around) -> Self {
        self.least = least.min(self.bytes.len());
        self.sure = sure;
        self.around = Some(around);
        self
    }

    /// How many bytes of the needle `hay` begins with, at least [`Needle::least`], letters compared by
    /// [`Needle::case`].
    pub(crate) fn matches(&self, hay: &[u8]) -> Option<usize> {
        let same = |(a, b): &(&u8, &u8)| if self.case == Case::Exact { a == b } else { a.eq_ignore_ascii_case(b) };
        let length = self.bytes.iter().zip(hay).take_while(same).count();
        let found = hay.get(..length).filter(|found| found.len() >= self.least)?;
        (self.case != Case::Alike || alike(found, &self.bytes)).then_some(length)
    }

    /// The chance that random data matches at one place, without the matches that must stand early.
    pub(crate) fn chance(&self) -> f64 {
        let bytes = self.bytes.get(..self.sure).unwrap_or(&self.bytes);
        let full = bits(bytes, self.case).min(self.width.map_or(f64::MAX, |width| width * length(bytes)));
        let full = if self.sure == usize::MAX && self.around == Some(Around::Early) { f64::MAX } else { full };
        // What must not be around ends runs of an alphabet, so random bytes are the worst case for a shorter match.
        let shorter = match self.around {
            Some(Around::NoDigit | Around::NoHex | Around::NoBase64) => self.least_bits(),
            Some(Around::Early) | None => f64::MAX,
        };
        (-full).exp2() + (-shorter).exp2()
    }

    /// The chance that random data matches at one place that is early.
    pub(crate) fn early_chance(&self) -> f64 {
        if self.around == Some(Around::Early) { (-self.least_bits()).exp2() } else { 0.0 }
    }

    fn least_bits(&self) -> f64 {
        bits(self.bytes.get(..self.least).unwrap_or(&self.bytes), self.case)
    }
}

/// How many bits of random bytes must be right for a match.
fn bits(bytes: &[u8], case: Case) -> f64 {
    let letters = length(bytes) - length_of(bytes.iter().filter(|byte| !byte.is_ascii_alphabetic()).count());
    match case {
        Case::Exact => 8.0 * length(bytes),
        Case::Any => 8.0 * length(bytes) - letters,
        Case::Alike => 8.0 * length(bytes) - letters.min(2.0),
    }
}

fn length(bytes: &[u8]) -> f64 {
    length_of(bytes.len())
}

fn length_of(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn alike(found: &[u8], needle: &[u8]) -> bool {
    let mut letters = found.iter().filter(|byte| byte.is_ascii_alphabetic());
    let first = letters.next().is_none_or(u8::is_ascii_uppercase);
    let rest_small = letters.clone().all(u8::is_ascii_lowercase);
    let rest_capital = letters.all(u8::is_ascii_uppercase);
    rest_small || (first && rest_capital) || needle.starts_with(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needle(text: &str, case: Case) -> Needle {
        Needle::new(0, "utf8".to_owned(), text.as_bytes().to_vec(), case)
    }

    #[test]
    fn short_words_match_in_the_usual_mixtures_of_cases_only_and_long_ones_in_all() {
        let short = needle("Quirflet", Case::Any);
        for found in ["Quirflet", "quirflet", "QUIRFLET", "quirflet and on"] {
            assert_eq!(short.matches(found.as_bytes()), Some(8), "{found}");
        }
        assert_eq!(short.matches(b"qUiRfLeT"), None);
        assert_eq!(short.matches(b"Quirfle"), None);
        assert_eq!(needle("QuirFlet", Case::Any).matches(b"QuirFlet"), Some(8));
        assert_eq!(needle("Quirfletanoz", Case::Any).matches(b"qUiRfLeTaNoZ"), Some(12));
        assert_eq!(needle("Quirfletanoz", Case::Exact).matches(b"quirfletanoz"), None);
    }

    #[test]
    fn a_prefix_is_enough_from_its_least_length_on() {
        let digest = Needle::new(0, "sha256/hex".to_owned(), vec![b'a'; 64], Case::Any).prefix(16, 20, Around::NoHex);
        assert_eq!(digest.matches(&[b'A'; 15]), None);
        assert_eq!(digest.matches(&[b'A'; 17]), Some(17));
        assert_eq!(digest.matches(&[b'a'; 90]), Some(64));
    }

    /// Needles of two and three bytes, so that chance finds them.
    #[test]
    fn random_bytes_hold_needles_as_often_as_computed() {
        let mut state = 7_u64;
        let random: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(8 << 20)
        .collect();
        for (bytes, case) in [(&b"ab"[..], Case::Any), (b"a1", Case::Any), (b"ab", Case::Exact), (b"abc", Case::Any)] {
            let needle = Needle { case, ..Needle::new(0, String::new(), bytes.to_vec(), case) };
            let expected = needle.chance() * length_of(random.len());
            let found = random.windows(3).filter(|window| needle.matches(window).is_some()).count();
            let error = (length_of(found) - expected).abs();
            assert!(error < 5.0 * expected.sqrt(), "{bytes:?} {case:?}: {found}, not {expected}");
        }
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "powers of two are exact")]
    fn chances_count_letters_alphabets_and_what_must_be_around() {
        assert_eq!(needle("12345678", Case::Exact).chance(), (-64.0_f64).exp2());
        assert_eq!(needle("quirflet", Case::Any).chance(), (-62.0_f64).exp2());
        assert_eq!(needle("quirfletanoz", Case::Any).chance(), (-84.0_f64).exp2());
        assert_eq!(needle("0a1b2c3d4e5f", Case::Any).alphabet(4.0).chance(), (-48.0_f64).exp2());
        let early = Needle::new(0, "sha256".to_owned(), vec![0; 32], Case::Exact).prefix(8, 10, Around::Early);
        assert_eq!((early.chance(), early.early_chance()), ((-80.0_f64).exp2(), (-64.0_f64).exp2()));
        let time = Needle::new(0, "unix64".to_owned(), vec![0; 8], Case::Exact).around(Around::Early);
        assert_eq!((time.chance(), time.early_chance()), (0.0, (-64.0_f64).exp2()));
    }
}
