//! Secrets that show by themselves what they are: private links, codes on paper, files that are called a key.

use souspli_crypto::keys::{AccountKey, RecoveryCode};
use souspli_protocol::private_link::{Opens, PrivateLink};

use crate::scan::secrets_of;

/// Bytes of a key that lies in a file by itself.
const KEY: std::ops::RangeInclusive<usize> = 16..=64;
/// What files with keys are called.
const NAMES: [&str; 6] = ["key", "secret", "seed", "pepper", "salt", "passphrase"];

/// What of a file's beginning is a secret; `length` is that of the whole file.
pub(super) fn in_file(name: &str, head: &[u8], length: u64) -> Option<&'static str> {
    let is_whole = u64::try_from(head.len()) == Ok(length);
    if is_whole && is_called_key(name) && is_key(head) {
        return Some("bytes of a key under the name of one");
    }
    String::from_utf8_lossy(head).lines().find_map(in_line)
}

fn is_called_key(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or_default().to_lowercase();
    NAMES.iter().any(|word| name.contains(word)) && !name.contains("pub")
}

/// Sixteen to 64 bytes that are no text, or the same in hexadecimal or base64.
fn is_key(file: &[u8]) -> bool {
    let is_text = file.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    secrets_of(file)
        .iter()
        .any(|key| KEY.contains(&key.len()) && (!is_text || *key != file.trim_ascii() && *key != file))
}

fn in_line(line: &str) -> Option<&'static str> {
    let is_between = |letter: char| letter.is_whitespace() || "\"'<>()[]{},;=".contains(letter);
    let private = line.split(is_between).find_map(|word| {
        let fragment = word.rsplit('#').next().unwrap_or_default();
        PrivateLink::parse(fragment).ok().map(|link| match link.opens {
            Opens::Book { .. } => "a practice's private booking link",
            Opens::Manage { .. } | Opens::View { .. } => "a patient's private link",
        })
    });
    private.or_else(|| in_groups(line))
}

/// A code of 28 characters, in groups or in one piece, wherever in the line it stands.
fn in_groups(line: &str) -> Option<&'static str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    line.split(|letter| !is_part(letter)).filter(|word| (28..=40).contains(&word.len())).find_map(|word| {
        let recovery = RecoveryCode::parse(word).is_ok().then_some("a recovery code");
        recovery.or_else(|| AccountKey::parse(word).is_ok().then_some("an account key"))
    })
}

#[cfg(test)]
mod tests {
    use souspli_crypto::Secret;
    use souspli_protocol::{CalendarId, Context, Fingerprint, RecordId};

    use super::*;

    #[test]
    fn links_and_codes_are_known_by_themselves() {
        let context = Context { fp: Fingerprint([7; 32]), calendar: CalendarId([8; 16]) };
        let booking = PrivateLink { context, opens: Opens::Book { secret: [9; 32], token: None } }.encode();
        let opens = Opens::Manage { record: RecordId([1; 16]), cap_seed: [2; 32] };
        let manage = PrivateLink { context, opens }.encode();
        let code = RecoveryCode::new(Secret::new([3; 16])).expose_text().to_string();
        let account = AccountKey::new(Secret::new([4; 16])).expose_text().replace('-', "");
        for (text, expected) in [
            (format!("see https://rdv.example.org/#{booking} for it"), Some("a practice's private booking link")),
            (format!("link=\"{manage}\""), Some("a patient's private link")),
            (format!("first line\nPractice Example: {code}\n"), Some("a recovery code")),
            (format!("account {account}."), Some("an account key")),
            ("an ordinary sentence of some words, 12-34-56".to_owned(), None),
            (format!("https://rdv.example.org/#{}", &booking[..60]), None),
        ] {
            assert_eq!(in_file("notes.txt", text.as_bytes(), text.len() as u64), expected, "{text}");
        }
    }

    #[test]
    fn bytes_of_a_key_count_where_the_file_is_called_one() {
        let found = |name: &str, file: &[u8]| in_file(name, file, file.len() as u64).is_some();
        let noise: Vec<u8> = (0..32).map(|n: u8| n.wrapping_mul(37).wrapping_add(129)).collect();
        assert!(
            found("a/master.key", &noise) && found("PEPPER", &noise) && found("seed.txt", "0f".repeat(32).as_bytes())
        );
        assert!(!found("notes.bin", &noise) && !found("key.pub", &noise), "not called so");
        assert!(!found("key.txt", b"The key is under the mat."), "words");
        assert!(!found("keys.db", &[0x93; 4_096]), "too long");
    }
}
