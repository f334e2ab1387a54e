//! Bytes written in an alphabet of 16, 32 or 64 characters (RFC 4648), seen from the middle of a longer value.

/// Digits of base16.
pub(crate) const HEX: &[u8; 16] = b"0123456789abcdef";
/// RFC 4648 §6.
pub(crate) const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// RFC 4648 §4.
pub(crate) const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// RFC 4648 §5.
pub(crate) const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The characters that bytes make when they begin `offset` bytes after a group of the encoding does: those that depend
/// on these bytes alone. The alphabet has 16, 32 or 64 characters.
pub(crate) fn inside(bytes: &[u8], offset: usize, alphabet: &[u8]) -> Vec<u8> {
    let width = alphabet.len().trailing_zeros() as usize;
    let first = (8 * offset).div_ceil(width);
    let end = 8 * (offset + bytes.len()) / width;
    (first..end)
        .filter_map(|place| {
            let bits = (place * width..(place + 1) * width).map(|bit| bit - 8 * offset);
            let value = bits.fold(0, |value, bit| {
                let byte = bytes.get(bit / 8).copied().unwrap_or_default();
                value << 1 | usize::from(byte >> (7 - bit % 8) & 1)
            });
            alphabet.get(value).copied()
        })
        .collect()
}

/// A whole value in an alphabet, without padding.
pub(crate) fn whole(bytes: &[u8], alphabet: &[u8]) -> Vec<u8> {
    let width = alphabet.len().trailing_zeros() as usize;
    let missing = (width - 8 * bytes.len() % width) % width;
    let filled: Vec<u8> = bytes.iter().copied().chain(std::iter::repeat_n(0, missing.div_ceil(8))).collect();
    let mut text = inside(&filled, 0, alphabet);
    text.truncate((8 * bytes.len()).div_ceil(width));
    text
}

/// Hex, small letters.
pub(crate) fn hex(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&inside(bytes, 0, HEX)).into_owned()
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};

    use super::*;

    #[test]
    fn what_stands_inside_longer_values_is_found_there() {
        let value = b"\xffZ\xc3\xa9bulon\xfe";
        for before in 0..7_usize {
            let text = [vec![b'x'; before], value.to_vec(), b"yy".to_vec()].concat();
            let part = String::from_utf8(inside(value, before % 3, BASE64)).expect("ASCII");
            assert!(Base64::encode_string(&text).contains(&part), "{before}: {part}");
            let part = String::from_utf8(inside(value, before % 3, BASE64URL)).expect("ASCII");
            assert!(Base64UrlUnpadded::encode_string(&text).contains(&part), "{before}: {part}");
        }
        assert_eq!(inside(b"Man", 0, BASE64), b"TWFu");
        assert_eq!(inside(b"\x1f\xa0", 0, HEX), b"1fa0");
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (bytes, text) in
            [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(whole(bytes.as_bytes(), BASE32), text.as_bytes());
        }
        assert_eq!(inside(b"ooba", 1, BASE32), b"XW6YTB");
        assert_eq!(whole(b"foob", BASE64), b"Zm9vYg");
    }
}
