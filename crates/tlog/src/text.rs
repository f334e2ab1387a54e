//! The small forms that the texts share: decimals without leading zeroes, standard base64 (RFC 4648 §4), lines.

use base64ct::{Base64, Encoding as _};
use souspli_protocol::Digest;

/// A number in ASCII decimal without a sign and without leading zeroes; `None` for everything else and beyond 2^64 - 1.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    (plain && (text == "0" || !text.starts_with('0'))).then(|| text.parse().ok()).flatten()
}

/// Standard base64 with padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Decodes standard base64 with padding; `None` unless it is the one encoding of what it holds.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok().filter(|bytes| to_base64(bytes) == text)
}

/// One hash as a line holds it.
pub(crate) fn hash(line: &str) -> Option<Digest> {
    Digest::try_from(from_base64(line)?.as_slice()).ok()
}

/// Hashes, one a line.
pub(crate) fn hash_lines(hashes: &[Digest]) -> String {
    hashes.iter().map(|hash| to_base64(&hash.0) + "\n").collect()
}
