//! The witness's key: a file that its owner alone may read, and beside it what verifies cosignatures.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use souspli_attest::SigningKey;
use souspli_protocol::to_base64url;
use souspli_tlog::vkey::{KeyType, VerifierKey, VkeyError};
use zeroize::Zeroizing;

const HEADER: &str = "souspli-witness key 1";
/// Most bytes of the file.
const MOST: u64 = 4_096;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The name cannot name a key.
    #[error("{0}")]
    Name(#[from] VkeyError),
    /// A key is there already. It is never written over: whoever trusts the old one would not see the new one's
    /// cosignatures.
    #[error("{0} is there already")]
    Exists(String),
    /// Others may read it.
    #[error("others may read {0}; run: chmod 600 {0}")]
    Open(String),
    /// It is no key file of this version.
    #[error("{0} is not a witness's key file of this version")]
    Shape(String),
    /// It cannot be read or written.
    #[error("{0}: {1}")]
    File(String, io::Error),
}

/// A witness's name and key.
#[derive(Debug)]
pub struct WitnessKey {
    verifier: VerifierKey,
    secret: SigningKey,
}

impl WitnessKey {
    /// The key of a name and a seed of 32 random bytes.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = SigningKey::from_seed(seed);
        let verifier = VerifierKey::new(name, KeyType::Cosignature, secret.verifying_key())?;
        Ok(Self { verifier, secret })
    }

    /// Makes a key file, and beside it `<file>.pub` with the verifier key that logs and policies name. `seed` is random.
    pub fn create(path: &Path, name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = Self::new(name, seed)?;
        let text = Zeroizing::new(format!("{HEADER}\nname {name}\nseed {}\n", *Zeroizing::new(to_base64url(seed))));
        write_new(path, text.as_bytes(), 0o600)?;
        write_new(&beside(path), format!("{}\n", key.verifier).as_bytes(), 0o644)?;
        Ok(key)
    }

    /// Reads a key file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let name = || path.display().to_string();
        let failed = |error| KeyError::File(name(), error);
        let found = fs::metadata(path).map_err(failed)?;
        // Nothing for the group, nothing for others.
        if found.permissions().mode().trailing_zeros() < 6 {
            return Err(KeyError::Open(name()));
        }
        if found.len() > MOST {
            return Err(KeyError::Shape(name()));
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
        let (name_of, seed) = parse(&text).ok_or_else(|| KeyError::Shape(name()))?;
        Self::new(name_of, &seed)
    }

    /// What verifies its cosignatures.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    pub(super) fn secret(&self) -> &SigningKey {
        &self.secret
    }
}

fn beside(path: &Path) -> PathBuf {
    path.with_added_extension("pub")
}

fn parse(text: &str) -> Option<(&str, Zeroizing<[u8; 32]>)> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    if lines.next()? != HEADER {
        return None;
    }
    let name = lines.next()?.strip_prefix("name ")?;
    let seed: souspli_protocol::Digest = lines.next()?.strip_prefix("seed ")?.parse().ok()?;
    lines.next().is_none().then_some((name, Zeroizing::new(seed.0)))
}

/// Writes a new file so that a crash leaves all of it or nothing; one that is there already stays.
fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), KeyError> {
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::AlreadyExists => KeyError::Exists(path.display().to_string()),
        _ => KeyError::File(path.display().to_string(), error),
    };
    let unfinished = path.with_added_extension(format!("{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let linked = written.and_then(|()| fs::hard_link(&unfinished, path));
    // What is left of an attempt that failed is of no use to anybody.
    let _ = fs::remove_file(&unfinished);
    linked.map_err(failed)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("witness.key");
        let made = WitnessKey::create(&path, "witness.example/w1", &[7; 32]).expect("made");
        assert_eq!(fs::metadata(&path).expect("file").permissions().mode() & 0o777, 0o600);
        let public = fs::read_to_string(folder.path().join("witness.key.pub")).expect("beside");
        assert_eq!(public, format!("{}\n", made.verifier()));
        assert_eq!(WitnessKey::read(&path).expect("read").verifier(), made.verifier());
        let again = WitnessKey::create(&path, "witness.example/w1", &[8; 32]);
        assert!(matches!(again, Err(KeyError::Exists(_))));
        assert_eq!(WitnessKey::read(&path).expect("read").verifier(), made.verifier(), "the first one stays");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 2, "nothing is left over");
    }

    #[test]
    fn a_key_that_others_may_read_or_that_is_damaged_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("witness.key");
        WitnessKey::create(&path, "witness.example", &[7; 32]).expect("made");
        let text = fs::read_to_string(&path).expect("text");
        for bad in [
            "",
            "souspli-witness key 2\n",
            &text[..text.len() - 3],
            &format!("{text}more\n"),
            &text.replace("witness.example", "two words"),
        ] {
            fs::write(&path, bad).expect("written");
            assert!(WitnessKey::read(&path).is_err(), "{bad}");
        }
        fs::write(&path, &text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("mode");
        assert!(matches!(WitnessKey::read(&path), Err(KeyError::Open(_))));
        assert!(matches!(WitnessKey::create(&folder.path().join("k"), "a+b", &[1; 32]), Err(KeyError::Name(_))));
        assert!(!folder.path().join("k").exists());
    }
}
