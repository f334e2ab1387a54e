//! What may be the key of a hash: a value that lies beside the data, as it is and decoded.

use souspli_protocol::from_base64url;

use super::Needles;

/// Bytes of a key.
const KEY: std::ops::RangeInclusive<usize> = 8..=64;
/// Bytes of a text in which keys are looked for, and of a value that may be one.
const TEXT: usize = 64 * 1024;
const VALUE: usize = 200;
/// Values that are taken of a file, and how many of them are tried on hashes.
const MOST: usize = 512;
const PER_FILE: usize = 16;
/// What keys are called.
const NAMES: [&str; 8] = ["key", "secret", "salt", "pepper", "hmac", "token", "seed", "clé"];

/// The keys that a value may be: itself, without blanks around it, and what it is in hex or base64.
pub fn secrets_of(value: &[u8]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    let mut add = |secret: Vec<u8>| {
        if KEY.contains(&secret.len()) && !all.contains(&secret) {
            all.push(secret);
        }
    };
    let trimmed = value.trim_ascii();
    if trimmed.len() <= VALUE
        && let Ok(text) = std::str::from_utf8(trimmed)
    {
        let bare = text.trim_end_matches('=');
        let digits = text.strip_prefix("\\x").or_else(|| text.strip_prefix("0x")).unwrap_or(text);
        hex(digits).into_iter().for_each(&mut add);
        from_base64url(&bare.replace('+', "-").replace('/', "_")).into_iter().for_each(&mut add);
    }
    add(trimmed.to_vec());
    add(value.to_vec());
    all
}

/// The keys that a file may hold: itself, its lines, its words, and what stands behind `=` or `:` and between quotes. Those
/// that are called keys come first, then those that look most like one.
pub fn secrets_in(file: &[u8]) -> Vec<Vec<u8>> {
    let mut all: Vec<(bool, Vec<u8>)> = secrets_of(file).into_iter().map(|secret| (true, secret)).collect();
    let text = std::str::from_utf8(file.get(..TEXT).unwrap_or(file)).unwrap_or_default();
    let is_between = |letter: char| letter.is_whitespace() || "\"'`,;<>(){}[]".contains(letter);
    for line in text.lines() {
        let lower = line.to_lowercase();
        let is_named = NAMES.iter().any(|name| lower.contains(name));
        let value = line.split_once(['=', ':']).map(|(_, value)| value);
        let words =
            line.split(is_between).flat_map(|word| [Some(word), word.split_once(['=', ':']).map(|(_, value)| value)]);
        for found in [Some(line), value].into_iter().chain(words).flatten() {
            let secrets = secrets_of(found.trim_matches(is_between).as_bytes());
            all.extend(secrets.into_iter().map(|secret| (is_named, secret)));
        }
    }
    all.sort_by_key(|(is_named, secret)| std::cmp::Reverse((*is_named, strength(secret))));
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for (_, secret) in all {
        if secrets.len() < MOST && !secrets.contains(&secret) {
            secrets.push(secret);
        }
    }
    secrets
}

/// What files may hold that others were hashed with: some of each, as many as are tried.
pub fn hash_keys(files: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> = Vec::new();
    for secret in files.flat_map(|file| secrets_in(&file).into_iter().take(PER_FILE)) {
        if keys.len() < Needles::KEYS && !keys.contains(&secret) {
            keys.push(secret);
        }
    }
    keys
}

/// How much a value looks like a key: how many different bytes it has.
fn strength(secret: &[u8]) -> usize {
    let mut seen = secret.to_vec();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let is_hex = rest.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { pairs.iter().map(byte).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_tried_as_it_is_and_decoded() {
        let key = [0xfb_u8; 16];
        for text in [
            "fb".repeat(16),
            format!("\\x{}", "FB".repeat(16)),
            "-_v7-_v7-_v7-_v7-_v7-w".to_owned(),
            "+/v7+/v7+/v7+/v7+/v7+w==\n".to_owned(),
        ] {
            assert!(secrets_of(text.as_bytes()).contains(&key.to_vec()), "{text}");
        }
        assert_eq!(secrets_of(&[0xff; 16]), [vec![0xff; 16]]);
        assert!(secrets_of(b"short").is_empty());
    }

    #[test]
    fn a_settings_file_is_taken_apart() {
        let text =
            b"# the pepper\n[hash]\npepper = \"un poivre secret\"\nkey: 00112233445566778899aabbccddeeff\nurl='x'\n";
        let found = secrets_in(text);
        for expected in [
            &b"un poivre secret"[..],
            b"00112233445566778899aabbccddeeff",
            &[0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff],
        ] {
            assert!(found.contains(&expected.to_vec()), "{expected:?}");
        }
    }
}
