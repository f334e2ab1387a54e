//! What a file is, by its first bytes.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use souspli_tlog::entry::object_of;
use souspli_tlog::note::Note;
use souspli_tlog::tile::decode_bundle;

use crate::policy::FileKind;

/// Bytes that tell what a file is.
pub(super) const HEAD: usize = 8 * 1024;
/// Bytes of a whole file of a small kind.
const SMALL: u64 = 1 << 20;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    WriteAheadLog,
    Journal,
    /// A copy of a program's memory, and of which form.
    Memory(&'static str),
    /// A dump that `pg_dump` wrote.
    Dump,
    /// A secret key, and of which form.
    Key(&'static str),
    /// Text of some program.
    Text,
    Other,
}

const SIGNS: &[(usize, &[u8], Kind)] = &[
    (0, b"SQLite format 3\0", Kind::Sqlite),
    (0, b"\x37\x7f\x06\x82", Kind::WriteAheadLog),
    (0, b"\x37\x7f\x06\x83", Kind::WriteAheadLog),
    (0, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", Kind::Journal),
    (0, b"PGDMP", Kind::Dump),
    (0, b"MDMP", Kind::Memory("minidump")),
    (0, b"KDUMP   ", Kind::Memory("kernel dump")),
    (0, b"JAVA PROFILE ", Kind::Memory("heap dump")),
    (0, b"go1.3 heap dump", Kind::Memory("heap dump")),
    (0, b"go1.4 heap dump", Kind::Memory("heap dump")),
    (0, b"go1.7 heap dump", Kind::Memory("heap dump")),
    (4_086, b"SWAPSPACE2", Kind::Memory("swap")),
    (0, b"EMiL", Kind::Memory("LiME dump")),
    (0, b"souspli audit key 1", Kind::Key("an auditor's key")),
    (0, b"souspli witness key 1", Kind::Key("a witness's key")),
    (0, b"souspli host key 1", Kind::Key("a host's key")),
    (0, b"openssh-key-v1\0", Kind::Key("an OpenSSH key")),
    (0, b"PuTTY-User-Key-File-", Kind::Key("a PuTTY key")),
];

/// Words that begin a secret key in text.
const KEYS: &[(&str, &str)] = &[
    ("PRIVATE KEY-----", "a private key in PEM"),
    ("BEGIN PGP PRIVATE KEY BLOCK", "an OpenPGP key"),
    ("AGE-SECRET-KEY-1", "an age key"),
    ("AGE-PLUGIN-", "an age key"),
    ("\"kty\"", "a JSON Web Key"),
];

/// What the first bytes say.
pub(super) fn of(head: &[u8]) -> Kind {
    let sign = SIGNS.iter().find(|(at, sign, _)| head.get(*at..).is_some_and(|head| head.starts_with(sign)));
    if let Some((_, _, kind)) = sign {
        return *kind;
    }
    if is_core(head) {
        return Kind::Memory("core dump");
    }
    if head.starts_with(b"toc.dat\0") {
        return Kind::Dump;
    }
    let text = String::from_utf8_lossy(head);
    if let Some((_, form)) = KEYS.iter().find(|(sign, _)| text.contains(sign))
        && (*form != "a JSON Web Key" || text.contains("\"d\""))
    {
        return Kind::Key(form);
    }
    if text.contains("-- PostgreSQL database dump") {
        return Kind::Dump;
    }
    if is_text(head) { Kind::Text } else { Kind::Other }
}

/// An ELF file of the type of core dumps (System V ABI, e_type 4), in either byte order.
fn is_core(head: &[u8]) -> bool {
    let kind = head.get(16..18);
    head.starts_with(b"\x7fELF")
        && match head.get(5) {
            Some(1) => kind == Some(&[4, 0]),
            Some(2) => kind == Some(&[0, 4]),
            _ => false,
        }
}

/// Whether bytes are text: no control characters but those of lines, and hardly a byte that is no UTF-8.
pub(super) fn is_text(head: &[u8]) -> bool {
    let is_control = |byte: &&u8| **byte < 0x20 && !b"\t\n\r\x0c\x1b".contains(byte);
    let strange = String::from_utf8_lossy(head).matches('\u{fffd}').count();
    !head.is_empty() && !head.iter().any(|byte| is_control(&byte)) && strange.saturating_mul(20) <= head.len()
}

/// Whether a file under a declared name is of the declared kind. Databases, logs and settings are looked at elsewhere.
pub(super) fn is_declared(kind: FileKind, name: &str, path: &Path, head: &[u8], length: u64) -> bool {
    match kind {
        FileKind::Database => of(head) == Kind::Sqlite,
        FileKind::WriteAheadLog => length == 0 || of(head) == Kind::WriteAheadLog,
        FileKind::WalIndex => length.is_multiple_of(32 * 1024),
        FileKind::Empty => length == 0,
        FileKind::HostKey => of(head) == Kind::Key("a host's key") && length < 256,
        FileKind::PublicKey => is_line(head, length, |text| text.len() == 43 && text.bytes().all(is_base64url)),
        FileKind::Count => is_line(head, length, |text| text.parse::<u64>().is_ok()),
        FileKind::Releases => {
            whole(path, length).is_some_and(|bytes| bytes.split_inclusive(|b| *b == b'\n').all(is_release))
        }
        FileKind::Checkpoint => whole(path, length).is_some_and(|bytes| Note::parse(&bytes).is_ok()),
        FileKind::Tile => whole(path, length).is_some_and(|bytes| is_tile(name, &bytes)),
        FileKind::Batch => head.starts_with(b"souspli batch 1\n") && length < SMALL,
        FileKind::LogLines => length == 0 || is_text(head) || is_packed(head),
        FileKind::Settings => length == 0 || is_text(head),
    }
}

/// Whether it is packed as a whole, as older logs are.
pub(super) fn is_packed(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b]) || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn is_line(head: &[u8], length: u64, fits: impl Fn(&str) -> bool) -> bool {
    let text = std::str::from_utf8(head).unwrap_or_default();
    u64::try_from(head.len()) == Ok(length) && text.strip_suffix('\n').is_some_and(fits)
}

fn is_tile(name: &str, bytes: &[u8]) -> bool {
    if !name.contains("/entries/") {
        return bytes.len().is_multiple_of(32) && bytes.len() <= 256 * 32;
    }
    let mut width = 0_u16;
    let mut rest = bytes;
    while let Some((length, behind)) = rest.split_first_chunk::<2>() {
        let Some(behind) = behind.get(usize::from(u16::from_be_bytes(*length))..) else { return false };
        (rest, width) = (behind, width.saturating_add(1));
    }
    let entries = decode_bundle(bytes, width);
    width <= 256 && entries.is_ok_and(|entries| entries.iter().all(|entry| object_of(entry).is_some()))
}

fn whole(path: &Path, length: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(SMALL).read_to_end(&mut bytes).ok()?;
    (u64::try_from(bytes.len()) == Ok(length)).then_some(bytes)
}

/// Whether a line names a release and its place.
fn is_release(line: &[u8]) -> bool {
    let line = std::str::from_utf8(line).ok().and_then(|line| line.strip_suffix('\n'));
    line.and_then(|line| line.split_once(' ')).is_some_and(|(hash, place)| {
        hash.len() == 64 && hash.bytes().all(|byte| b"0123456789abcdef".contains(&byte)) && place.parse::<u64>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let mut core = b"\x7fELF\x02\x01\x01\0".to_vec();
        core.extend([0; 8]);
        core.extend([4, 0]);
        assert_eq!(of(&core), Kind::Memory("core dump"));
        core[16] = 2;
        assert_eq!(of(&core), Kind::Other, "a program");
        assert_eq!(of(b"SQLite format 3\0...."), Kind::Sqlite);
        assert_eq!(of(b"-----BEGIN EC PRIVATE KEY-----\nMHc"), Kind::Key("a private key in PEM"));
        assert_eq!(of(b"{\"kty\":\"OKP\",\"d\":\"x\"}"), Kind::Key("a JSON Web Key"));
        assert_eq!(of(b"{\"kty\":\"OKP\",\"x\":\"x\"}"), Kind::Text, "a public one");
        assert_eq!(of(b"--\n-- PostgreSQL database dump\n--\n"), Kind::Dump);
        assert_eq!(of("Ligne d’un journal\n".as_bytes()), Kind::Text);
        assert_eq!(of(&[0x93; 64]), Kind::Other);
        let mut swap = vec![0; 4_086];
        swap.extend(b"SWAPSPACE2");
        assert_eq!(of(&swap), Kind::Memory("swap"));
    }
}
