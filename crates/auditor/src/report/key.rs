//! The auditor's key: a file that only its owner may read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use souspli_attest::SigningKey;
use souspli_protocol::{Digest, Signature, VerifyingKey};
use zeroize::Zeroizing;

const HEADER: &str = "souspli auditor key 1";
/// Bytes of a key file.
const LENGTH: usize = HEADER.len() + 1 + "seed ".len() + 43 + 1;

/// The key that signs an auditor's reports (Ed25519).
#[derive(Debug)]
pub struct AuditorKey(SigningKey);

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// One is there already; it is left alone.
    #[error("a file is there already")]
    Exists,
    /// It cannot be read or written.
    #[error("it cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// Others may read it.
    #[error("others may read it")]
    Exposed,
    /// It is not a key file of this version.
    #[error("it is not an auditor's key file of this version")]
    NotAKey,
}

impl AuditorKey {
    /// The key of a 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_seed(seed))
    }

    /// Its public half, by which reports are verified.
    pub fn public(&self) -> VerifyingKey {
        self.0.verifying_key()
    }

    pub(super) fn sign(&self, statement: &[u8]) -> Signature {
        self.0.sign(statement)
    }

    /// Writes a new key file that only its owner may read. One that is there already is not overwritten.
    pub fn create(file: &Path, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let mut made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(|error| {
            if error.kind() == ErrorKind::AlreadyExists { KeyError::Exists } else { KeyError::Io(error) }
        })?;
        let text = Zeroizing::new(format!("{HEADER}\nseed {}\n", &*Zeroizing::new(Digest(*seed).to_string())));
        let written = made.write_all(text.as_bytes()).and_then(|()| made.sync_all());
        if let Err(error) = written {
            let _ = fs::remove_file(file);
            return Err(error.into());
        }
        Ok(Self::from_seed(seed))
    }

    /// Reads a key file.
    pub fn open(file: &Path) -> Result<Self, KeyError> {
        let file = File::open(file)?;
        // Nothing for the group, nothing for others.
        if file.metadata()?.permissions().mode().trailing_zeros() < 6 {
            return Err(KeyError::Exposed);
        }
        let mut text = Zeroizing::new(String::with_capacity(LENGTH.saturating_add(1)));
        let room = u64::try_from(LENGTH).unwrap_or_default().saturating_add(1);
        file.take(room).read_to_string(&mut text).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => KeyError::NotAKey,
            _ => KeyError::Io(error),
        })?;
        let seed = Zeroizing::new(parse(&text).ok_or(KeyError::NotAKey)?);
        Ok(Self::from_seed(&seed))
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let rest = text.strip_prefix(HEADER)?.strip_prefix("\nseed ")?.strip_suffix('\n')?;
    rest.parse::<Digest>().ok().map(|digest| digest.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("auditor.key");
        let made = AuditorKey::create(&file, &[7; 32]).expect("made");
        assert_eq!(AuditorKey::open(&file).expect("read").public(), made.public());
        assert_eq!(fs::metadata(&file).expect("file").permissions().mode() & 0o777, 0o600);

        let before = fs::read(&file).expect("bytes");
        assert!(matches!(AuditorKey::create(&file, &[8; 32]), Err(KeyError::Exists)));
        assert_eq!(fs::read(&file).expect("bytes"), before, "it was left alone");

        for mode in [0o640, 0o604, 0o644, 0o601] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("mode");
            assert!(matches!(AuditorKey::open(&file), Err(KeyError::Exposed)), "{mode:o}");
        }
        assert!(matches!(AuditorKey::open(&folder.path().join("none")), Err(KeyError::Io(_))));
    }

    #[test]
    fn a_damaged_key_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("auditor.key");
        AuditorKey::create(&file, &[7; 32]).expect("made");
        let good = fs::read(&file).expect("bytes");
        assert_eq!(good.len(), LENGTH);
        let mut bad =
            vec![Vec::new(), good[..good.len() - 1].to_vec(), [&good[..], b"\n"].concat(), vec![0xff; LENGTH]];
        for place in 0..HEADER.len() + 6 {
            let mut flipped = good.clone();
            flipped[place] ^= 1;
            bad.push(flipped);
        }
        for bytes in bad {
            fs::write(&file, &bytes).expect("write");
            assert!(matches!(AuditorKey::open(&file), Err(KeyError::NotAKey)), "{}", String::from_utf8_lossy(&bytes));
        }
    }
}
