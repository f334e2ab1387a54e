//! The host's own policy: who witnesses its log (C2SP tlog-policy; `docs/spec/log.md` §6).

use std::fs;
use std::path::Path;

use souspli_tlog::policy::Policy;
use souspli_tlog::vkey::VerifierKey;

use crate::failure::StartError;

/// Most bytes that a practice's identity has room for.
const LONGEST: usize = 2_048;

/// The policy of a file, with the host's own log as its only one; without a file no witness is asked for.
pub(crate) fn read(file: Option<&Path>, log: &VerifierKey) -> Result<Policy, StartError> {
    let refuse = |file: &Path, why: &str| StartError::Config(format!("witness_policy {}: {why}", file.display()));
    let lines = match file {
        None => "quorum none\n".to_owned(),
        Some(file) => fs::read_to_string(file).map_err(|error| refuse(file, &error.to_string()))?,
    };
    let file = file.unwrap_or(Path::new(""));
    let policy = Policy::parse(format!("log {log}\n{lines}").as_bytes())
        .map_err(|bad| refuse(file, &format!("line {}: {}", bad.line.saturating_sub(1), bad.fault)))?;
    if policy.logs().len() != 1 {
        return Err(refuse(file, "it names a log; this host's own is added by itself"));
    }
    if let Some(witness) = policy.witnesses().iter().find(|witness| witness.url().is_none()) {
        let name = String::from_utf8_lossy(witness.name()).into_owned();
        return Err(refuse(file, &format!("witness {name} has no address to submit checkpoints to")));
    }
    let length = policy.encode().len();
    if length > LONGEST {
        return Err(refuse(file, &format!("it has {length} bytes; practices have room for {LONGEST}")));
    }
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use souspli_protocol::VerifyingKey;
    use souspli_tlog::vkey::KeyType;

    use super::*;

    fn of(text: &str) -> Result<Policy, String> {
        let file = tempfile::NamedTempFile::new().expect("file");
        fs::write(file.path(), text).expect("written");
        let log = VerifierKey::new("log.example", KeyType::Ed25519, VerifyingKey([1; 32])).expect("a name");
        read(Some(file.path()), &log).map_err(|error| error.to_string())
    }

    #[test]
    fn witnesses_and_quorum_are_the_operators_and_the_log_is_the_hosts() {
        let key = |name, byte| VerifierKey::new(name, KeyType::Cosignature, VerifyingKey([byte; 32])).expect("a name");
        let (one, other) = (key("one.example", 2), key("other.example", 3));
        let text = format!(
            "witness one {one} https://one.example\nwitness other {other} https://other.example\ngroup both 2 one other\nquorum both\n"
        );
        let policy = of(&text).expect("a policy");
        assert_eq!(policy.logs()[0].key().name(), "log.example");
        assert_eq!(policy.witnesses().len(), 2);
        let refused = |text: &str, why: &str| {
            let error = of(text).expect_err(why);
            assert!(error.contains(why), "{error}");
        };
        refused("", "line");
        refused("quorum none\nquorum none\n", "line 2");
        refused(&format!("witness one {one}\nquorum one\n"), "witness one has no address");
        let log = VerifierKey::new("another.example", KeyType::Ed25519, VerifyingKey([9; 32])).expect("a name");
        refused(&format!("log {log}\nquorum none\n"), "names a log");
    }
}
