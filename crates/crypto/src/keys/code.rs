//! Account key and recovery code: 128 random bits that a person keeps on paper (`docs/spec/keys.md` §6).
//!
//! 28 characters of Crockford base32 in groups of four: 26 for the 128 bits and two zero bits behind them, 2 for a
//! checksum that also tells one kind from the other.

use rand_core::CryptoRng;
use souspli_attest::sha256;
use souspli_protocol::{Context, Label, Locator};
use zeroize::Zeroizing;

use crate::Secret;
use crate::kdf::{bound, derive};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 28;
const GROUP: usize = 4;

/// Why what was typed is not the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not 28 characters, besides spaces and hyphens.
    #[error("the code has {0} characters, it must have 28")]
    WrongLength(usize),
    /// A character that no code has.
    #[error("{0:?} is in no code")]
    ForeignCharacter(char),
    /// The checksum does not fit: mistyped, or a code of the other kind.
    #[error("the code is mistyped, or is another kind of code")]
    Checksum,
}

impl CodeError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WrongLength(_) => "code_wrong_length",
            Self::ForeignCharacter(_) => "code_foreign_character",
            Self::Checksum => "code_checksum",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident: $label:expr,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, PartialEq, Eq)]
        pub struct $name(Secret<16>);

        impl $name {
            /// Makes a new one.
            pub fn make(rng: &mut impl CryptoRng) -> Self {
                Self(Secret::make(rng))
            }

            /// Takes 128 secret bits.
            pub fn new(bits: Secret<16>) -> Self {
                Self(bits)
            }

            /// Reads what a person typed: case, spaces, hyphens, and I, L, O for 1, 1, 0 do not matter.
            pub fn parse(text: &str) -> Result<Self, CodeError> {
                parse(text, $label).map(Self)
            }

            /// The 28 characters in groups of four, to be printed or written down.
            pub fn expose_text(&self) -> Zeroizing<String> {
                text(&self.0, $label)
            }

            /// The 128 bits.
            pub fn expose_secret(&self) -> &[u8; 16] {
                self.0.expose_secret()
            }

            /// Where the host keeps the vault that this opens.
            pub fn locator(&self) -> Locator {
                Locator(*derive(self.bits(), $label, &Context::NONE, &[]).expose_secret())
            }

            pub(crate) fn bits(&self) -> &Secret<16> {
                &self.0
            }
        }
    )*};
}

codes! {
    /// The account key: printed once, typed on each new device with the passphrase.
    AccountKey: Label::LocatorAccount,
    /// The recovery code: opens a vault without the passphrase.
    RecoveryCode: Label::LocatorRecovery,
}

/// First ten bits of SHA-256 over the bound message of the label and the 16 bytes.
fn checksum(bits: &Secret<16>, label: Label) -> u16 {
    let message = Zeroizing::new(bound(label, &Context::NONE, &[bits.expose_secret()]));
    let digest = sha256(&message).0;
    digest.first_chunk::<2>().map_or(0, |first| u16::from_be_bytes(*first) >> 6)
}

fn text(bits: &Secret<16>, label: Label) -> Zeroizing<String> {
    let value = u128::from_be_bytes(*bits.expose_secret());
    // 26 characters: 25 of five bits and one of the last three with two zero bits behind them.
    let body = (0..26_u32).map(|n| five_bits(value, n));
    let sum = checksum(bits, label);
    let tail = [sum >> 5, sum & 31].map(usize::from);
    let mut text = Zeroizing::new(String::with_capacity(CHARACTERS + CHARACTERS / GROUP));
    for (n, index) in body.chain(tail).enumerate() {
        if n > 0 && n % GROUP == 0 {
            text.push('-');
        }
        text.push(ALPHABET.get(index).copied().map_or('?', char::from));
    }
    text
}

/// The n-th five bits from the front; those behind the 128th bit are zero.
fn five_bits(value: u128, n: u32) -> usize {
    let front = value.checked_shl(n.saturating_mul(5)).unwrap_or(0) >> 123;
    usize::try_from(front).unwrap_or(0)
}

fn parse(typed: &str, label: Label) -> Result<Secret<16>, CodeError> {
    let mut digits = Zeroizing::new(Vec::with_capacity(typed.len()));
    for character in typed.chars().filter(|character| !ignored(*character)) {
        digits.push(digit(character).ok_or(CodeError::ForeignCharacter(character))?);
    }
    if digits.len() != CHARACTERS {
        return Err(CodeError::WrongLength(digits.len()));
    }
    let (body, sum) = digits.split_at_checked(26).ok_or(CodeError::Checksum)?;
    let (front, last) = body.split_at_checked(25).ok_or(CodeError::Checksum)?;
    let &[last] = last else { return Err(CodeError::Checksum) };
    let value = front.iter().fold(0_u128, |value, digit| value << 5 | u128::from(*digit));
    let value = Zeroizing::new(value << 3 | u128::from(last >> 2));
    let bits = Secret::fill(|place| place.copy_from_slice(&value.to_be_bytes()));
    let typed_sum = sum.iter().fold(0_u16, |value, digit| value << 5 | u16::from(*digit));
    if last & 3 != 0 || typed_sum != checksum(&bits, label) {
        return Err(CodeError::Checksum);
    }
    Ok(bits)
}

/// Spaces and hyphens, also those that word processors put in their place.
fn ignored(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}')
}

fn digit(character: char) -> Option<u8> {
    let plain = match character.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let index = ALPHABET.iter().position(|letter| char::from(*letter) == plain)?;
    u8::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let key = AccountKey::new(Secret::new([0xa5; 16]));
        let text = key.expose_text();
        assert_eq!(text.len(), 34, "{}", *text);
        let sloppy = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(AccountKey::parse(&sloppy), Ok(AccountKey::new(Secret::new([0xa5; 16]))));
        assert_eq!(AccountKey::parse(&text.replace('-', "\u{2013}")).as_ref(), Ok(&key));
        assert_eq!(RecoveryCode::parse(&text), Err(CodeError::Checksum), "the other kind");
        assert_eq!(AccountKey::parse(&text[1..]), Err(CodeError::WrongLength(27)));
        assert_eq!(AccountKey::parse(""), Err(CodeError::WrongLength(0)));
        assert_eq!(AccountKey::parse(&format!("U{}", &text[1..])), Err(CodeError::ForeignCharacter('U')));
        assert_eq!(AccountKey::parse("é"), Err(CodeError::ForeignCharacter('é')));
        assert!(!format!("{key:?}").contains('5'), "a code is not printed");
    }

    #[test]
    fn almost_every_mistyped_character_is_seen() {
        let text = RecoveryCode::new(Secret::new([0x3c; 16])).expose_text();
        let (mut tried, mut seen) = (0, 0);
        for place in (0..text.len()).filter(|place| &text[*place..=*place] != "-") {
            for letter in ALPHABET.iter().map(|letter| char::from(*letter).to_string()) {
                if text[place..=place] != letter {
                    let mut typed = text.to_string();
                    typed.replace_range(place..=place, &letter);
                    tried += 1;
                    seen += i32::from(RecoveryCode::parse(&typed) == Err(CodeError::Checksum));
                }
            }
        }
        assert_eq!(tried, 28 * 31);
        assert!(tried - seen <= 6, "{} of {tried} pass; one in 1,024 is expected", tried - seen);
    }

    proptest! {
        #[test]
        fn every_code_comes_back(bits in any::<[u8; 16]>()) {
            let code = RecoveryCode::new(Secret::new(bits));
            prop_assert_eq!(RecoveryCode::parse(&code.expose_text()), Ok(code));
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = AccountKey::parse(&text);
        }
    }
}
