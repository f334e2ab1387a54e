//! Two trees under one log's key, as a file for a third party (`docs/spec/evidence.md` §7).

use souspli_protocol::{Digest, to_base64url};
use souspli_tlog::checkpoint::SignedCheckpoint;
use souspli_tlog::vkey::VerifierKey;
use souspli_tlog::witnessed::by_alone;

/// Two checkpoints that one log has signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The one that is not larger.
    pub older: &'a SignedCheckpoint,
    /// The other.
    pub newer: &'a SignedCheckpoint,
}

/// The file: with each checkpoint the log's signature alone, the root of the older size in the newer tree, and the path
/// from there. `None` where this key has not signed both.
pub fn fork_file(log: &VerifierKey, signed: Signed<'_>, root: &Digest, path: &[Digest]) -> Option<String> {
    let mut file = "souspli/evidence/log-fork@v1\n".to_owned();
    let mut line = |name: &str, value: &[u8]| file.extend([name, " ", &to_base64url(value), "\n"]);
    for note in [signed.older.note(), signed.newer.note()] {
        note.verify(log).ok()?;
        line("checkpoint", &by_alone(note, log)?.encode());
    }
    line("root", root.as_bytes());
    for hash in path {
        line("path", hash.as_bytes());
    }
    Some(file)
}
