//! The manifest of a release (`docs/spec/release.md` §1), as an auditor reads it.

use std::collections::BTreeMap;

use souspli_attest::sha256;
use souspli_protocol::Digest;

/// Bytes of the longest manifest.
pub const LONGEST: usize = 1 << 20;
/// Files of the largest.
const FILES: usize = 4_096;

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The release's version.
    pub version: String,
    /// Hash and size of each file, by the path at which it is served.
    pub files: BTreeMap<String, (Digest, u64)>,
    /// SHA-256 of its bytes: what the log holds.
    pub object: Digest,
}

/// Why a text is no manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadManifest {
    /// Longer, or with more files, than any.
    #[error("it is too long")]
    TooLong,
    /// A line is not as it must be.
    #[error("line {0} is not a line of a manifest")]
    Line(usize),
    /// The paths are not in order, or one stands twice.
    #[error("line {0} is not in order")]
    Order(usize),
}

impl Manifest {
    /// Reads a manifest; there is one way to write one.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadManifest> {
        if bytes.len() > LONGEST {
            return Err(BadManifest::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadManifest::Line(1))?;
        let text = text.strip_suffix('\n').ok_or(BadManifest::Line(1))?;
        let mut lines = (1_usize..).zip(text.split('\n'));
        if lines.next().map(|(_, line)| line) != Some("souspli release 1") {
            return Err(BadManifest::Line(1));
        }
        let version = lines.next().and_then(|(_, line)| line.strip_prefix("version "));
        let version = version.filter(|version| is_plain(version)).ok_or(BadManifest::Line(2))?.to_owned();
        let (mut files, mut last) = (BTreeMap::new(), String::new());
        for (number, line) in lines {
            let (path, hash, size) = file(line).ok_or(BadManifest::Line(number))?;
            if path <= last {
                return Err(BadManifest::Order(number));
            }
            last.clone_from(&path);
            files.insert(path, (hash, size));
        }
        if files.len() > FILES {
            return Err(BadManifest::TooLong);
        }
        Ok(Self { version, files, object: sha256(bytes) })
    }
}

fn file(line: &str) -> Option<(String, Digest, u64)> {
    let mut parts = line.strip_prefix("file ")?.split(' ');
    let (hash, size, path) = (parts.next()?, parts.next()?, parts.next()?);
    let number: u64 = size.parse().ok()?;
    let whole = parts.next().is_none() && number.to_string() == size;
    let is_path = path.starts_with('/') && is_plain(path) && !path.contains(['?', '#']);
    (whole && is_path).then_some(())?;
    Some((path.to_owned(), digest(hash)?, number))
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn digest(text: &str) -> Option<Digest> {
    let small = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if text.len() != 64 || !small {
        return None;
    }
    let mut hash = Digest::ZERO;
    for (byte, at) in hash.0.iter_mut().zip((0..text.len()).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at.checked_add(2)?)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_manifest_has_one_form() {
        let text = format!("souspli release 1\nversion 0.1.0\nfile {HASH} 3 /\nfile {HASH} 0 /assets/a-1.js\n");
        let manifest = Manifest::parse(text.as_bytes()).expect("a manifest");
        assert_eq!((manifest.version.as_str(), manifest.files.len()), ("0.1.0", 2));
        assert_eq!(manifest.files["/"], (sha256(b"abc"), 3));
        assert_eq!(manifest.object, sha256(text.as_bytes()));
        assert!(Manifest::parse(b"souspli release 1\nversion 0.1.0\n").expect("empty").files.is_empty());
        for (from, to, error) in [
            ("release 1", "release 2", BadManifest::Line(1)),
            ("version ", "version  ", BadManifest::Line(2)),
            (" 3 /\n", " 03 /\n", BadManifest::Line(3)),
            (" 3 /\n", " 3 /?a\n", BadManifest::Line(3)),
            (" 3 /\n", " 3 / \n", BadManifest::Line(3)),
            (" 3 /\n", " 3 a\n", BadManifest::Line(3)),
            ("file ba", "file BA", BadManifest::Line(3)),
            ("/assets/a-1.js\n", "/\n", BadManifest::Order(4)),
            ("/assets/a-1.js\n", "/assets/a-1.js", BadManifest::Line(1)),
            ("/assets/a-1.js\n", "/assets/a-1.js\n\n", BadManifest::Line(5)),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            assert_eq!(Manifest::parse(changed.as_bytes()), Err(error), "{from:?} {to:?}");
        }
    }
}
