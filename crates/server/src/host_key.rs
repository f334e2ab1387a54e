//! The host's own keys: `host.key` in the data folder. The database holds no secret.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use souspli_attest::SigningKey;
use souspli_protocol::{Digest, Signature, VerifyingKey};

use crate::failure::StartError;
use crate::random::random;

/// Its name in the data folder.
pub(crate) const FILE: &str = "host.key";
/// The public half of the receipt key, to tell that the key was exchanged or lost.
const PUBLIC: &str = "host.pub";
const HEADER: &str = "souspli host key 1";
const NAMES: [&str; 3] = ["receipt", "log", "nonce"];

/// The keys of one host; every process of it has the same.
pub(crate) struct HostKey {
    receipt: SigningKey,
    log: SigningKey,
    nonce: [u8; 32],
}

impl HostKey {
    /// Reads the keys of a data folder; makes them at the first start, and never again: what practices have signed for
    /// and what the database's receipts are signed with is the first key, and another one would look like another host.
    pub(crate) fn open(data: &Path) -> Result<Self, StartError> {
        let key = Self::read_or_create(data)?;
        let public = data.join(PUBLIC);
        let shown = format!("{}\n", key.receipt_key());
        match fs::read_to_string(&public) {
            Ok(before) if before == shown => Ok(key),
            Ok(_) => Err(StartError::HostKey(format!(
                "{FILE} is not the key that this folder has been used with ({PUBLIC} names that one). Restore it from its copy"
            ))),
            Err(_) => {
                let written = write_whole(data, PUBLIC, &shown);
                written.map_err(|error| StartError::HostKey(format!("{PUBLIC} cannot be written: {error}")))?;
                Ok(key)
            }
        }
    }

    fn read_or_create(data: &Path) -> Result<Self, StartError> {
        let path = data.join(FILE);
        if !path.exists() {
            if was_used(data) {
                return Err(StartError::HostKey(format!(
                    "{} is missing, but its folder has been used before. Restore it from its copy",
                    path.display()
                )));
            }
            create(data)?;
        }
        let text = fs::read_to_string(&path)
            .map_err(|error| StartError::HostKey(format!("{} cannot be read: {error}", path.display())))?;
        check_mode(&path)?;
        parse(&text)
            .map(Self::from_seeds)
            .ok_or_else(|| StartError::HostKey(format!("{} is not a host key file of this version", path.display())))
    }

    fn from_seeds([receipt, log, nonce]: [[u8; 32]; 3]) -> Self {
        Self { receipt: SigningKey::from_seed(&receipt), log: SigningKey::from_seed(&log), nonce }
    }

    /// The key that receipts and claim sets are verified with.
    pub(crate) fn receipt_key(&self) -> VerifyingKey {
        self.receipt.verifying_key()
    }

    /// The key that checkpoints are verified with.
    pub(crate) fn log_key(&self) -> VerifyingKey {
        self.log.verifying_key()
    }

    /// The key that signs checkpoints.
    pub(crate) fn log(&self) -> &SigningKey {
        &self.log
    }

    /// The key of the nonces' MAC.
    pub(crate) fn nonce_key(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// Signs a receipt or a claim-set statement.
    pub(crate) fn sign_receipt(&self, statement: &[u8]) -> Signature {
        self.receipt.sign(statement)
    }
}

fn check_mode(path: &Path) -> Result<(), StartError> {
    // Nothing for the group, nothing for others.
    let mode = fs::metadata(path).map_err(|error| StartError::HostKey(error.to_string()))?.permissions().mode();
    if mode.trailing_zeros() >= 6 {
        return Ok(());
    }
    Err(StartError::HostKey(format!("others may read {0}; run: chmod 600 {0}", path.display())))
}

fn parse(text: &str) -> Option<[[u8; 32]; 3]> {
    let mut lines = text.lines();
    if lines.next()? != HEADER {
        return None;
    }
    let mut seeds = [[0; 32]; 3];
    for (seed, name) in seeds.iter_mut().zip(NAMES) {
        let value = lines.next()?.strip_prefix(name)?.strip_prefix(' ')?;
        *seed = value.parse::<Digest>().ok()?.0;
    }
    lines.next().is_none().then_some(seeds)
}

/// Whether another start left its traces. The database's own is made after the key.
fn was_used(data: &Path) -> bool {
    [PUBLIC, "souspli.db"].iter().any(|name| data.join(name).exists())
}

/// Makes the keys of a new host. Two processes that start at once end with the same keys: the first's.
fn create(data: &Path) -> Result<(), StartError> {
    let mut text = format!("{HEADER}\n");
    for name in NAMES {
        let _ = writeln!(text, "{name} {}", Digest(random().ok_or(StartError::NoRandomness)?));
    }
    write_whole(data, FILE, &text).map_err(|error| StartError::HostKey(format!("{FILE} cannot be written: {error}")))
}

/// Writes a new file so that a crash leaves all of it or nothing: written beside, synced, linked, folder synced. One
/// that is there already stays.
fn write_whole(data: &Path, name: &str, text: &str) -> std::io::Result<()> {
    let beside = data.join(format!("{name}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&beside, data.join(name));
    fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => File::open(data)?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_only_their_owner_may_read_them() {
        let folder = tempfile::tempdir().expect("folder");
        let first = HostKey::open(folder.path()).expect("made");
        let again = HostKey::open(folder.path()).expect("read");
        assert_eq!(first.receipt_key(), again.receipt_key());
        assert_eq!(first.log_key(), again.log_key());
        assert_eq!(first.nonce_key(), again.nonce_key());
        assert_ne!(first.receipt_key(), first.log_key());
        let path = folder.path().join(FILE);
        assert_eq!(fs::metadata(&path).expect("file").permissions().mode() & 0o777, 0o600);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("mode");
        assert!(HostKey::open(folder.path()).err().expect("refused").to_string().contains("chmod 600"));
    }

    #[test]
    fn a_key_that_is_lost_or_exchanged_is_seen() {
        let folder = tempfile::tempdir().expect("folder");
        HostKey::open(folder.path()).expect("made");
        let other = tempfile::tempdir().expect("folder");
        HostKey::open(other.path()).expect("made");
        fs::copy(other.path().join(FILE), folder.path().join(FILE)).expect("copy");
        assert!(HostKey::open(folder.path()).err().expect("exchanged").to_string().contains("not the key"));
        fs::remove_file(folder.path().join(FILE)).expect("remove");
        assert!(HostKey::open(folder.path()).err().expect("lost").to_string().contains("is missing"));
        assert!(!folder.path().join(FILE).exists(), "no new one was made");
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        HostKey::open(folder.path()).expect("made");
        let path = folder.path().join(FILE);
        let text = fs::read_to_string(&path).expect("text");
        for bad in ["", "souspli host key 2\n", &text[..text.len() - 4], &format!("{text}more\n")] {
            fs::write(&path, bad).expect("write");
            assert!(matches!(HostKey::open(folder.path()), Err(StartError::HostKey(_))), "{bad}");
            assert_eq!(fs::read_to_string(&path).expect("text"), bad);
        }
    }
}
