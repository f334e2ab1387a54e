//! Ways in which a host could write a word down.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::copy::hex;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// UTF-16, the low byte first.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Hexadecimal digits.
pub(super) fn hexadecimal(text: &str) -> String {
    hex(text.as_bytes())
}

/// Base64 with its padding (RFC 4648 §4).
pub(super) fn base64(bytes: &[u8]) -> String {
    let group = |group: &[u8]| {
        let bits = (0..3).fold(0_usize, |bits, place| bits << 8 | usize::from(group.get(place).copied().unwrap_or(0)));
        let letter = |place: usize| {
            if place <= group.len() { char::from(BASE64[bits >> (18 - 6 * place) & 63]) } else { '=' }
        };
        [letter(0), letter(1), letter(2), letter(3)]
    };
    bytes.chunks(3).flat_map(group).collect()
}

/// As in an address (RFC 3986 §2.1).
pub(super) fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// A gzip member (RFC 1952).
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).and_then(|()| gzip.finish()).expect("compressed")
}

/// A Zstandard frame (RFC 8878).
pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// Letters without their accents.
pub(super) fn unaccented(text: &str) -> String {
    let plain = |letter: char| match letter {
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'â' => 'a',
        'ô' => 'o',
        'î' => 'i',
        'û' => 'u',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
}

/// The digits of a telephone number in international form.
pub(super) fn e164(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix('0') {
        Some(national) => format!("+44{national}"),
        None => format!("+{digits}"),
    }
}

/// A form as somebody sends it.
pub(super) fn form(person: &souspli_auditor::scan::CanaryPerson) -> String {
    serde_json::json!({ "name": person.name, "email": person.email, "phone": person.phone, "reason": person.reason,
        "message": person.text })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_text() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(percent("a b@c"), "a%20b%40c");
        assert_eq!((e164("07700 900123"), e164("+33 6 39")), ("+447700900123".to_owned(), "+33639".to_owned()));
    }
}
