//! The logs that a witness watches.

use std::collections::BTreeMap;

use souspli_tlog::policy::{BadPolicy, Policy};
use souspli_tlog::vkey::{KeyType, VerifierKey, VkeyError};
use souspli_tlog::witness::KnownLogs;

/// Why a log cannot be watched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLogs {
    /// The policy does not read.
    #[error(transparent)]
    Policy(#[from] BadPolicy),
    /// The verifier key does not read.
    #[error(transparent)]
    Key(#[from] VkeyError),
    /// A key that signs no checkpoints.
    #[error("{0} is not the key of a log")]
    KeyType(String),
}

/// Logs by their origins, each with the keys that are trusted for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Logs(BTreeMap<String, Vec<VerifierKey>>);

impl Logs {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With the logs of a policy (C2SP tlog-policy, `log` lines); what it says of witnesses does not matter here.
    pub fn with_policy(mut self, policy: &[u8]) -> Result<Self, BadLogs> {
        for log in Policy::parse(policy)?.logs() {
            self.add(log.key().clone())?;
        }
        Ok(self)
    }

    /// With the log of a verifier key (C2SP signed-note, "Verifier keys").
    pub fn with_key(mut self, text: &str) -> Result<Self, BadLogs> {
        self.add(VerifierKey::parse(text)?)?;
        Ok(self)
    }

    fn add(&mut self, key: VerifierKey) -> Result<(), BadLogs> {
        if key.kind() != KeyType::Ed25519 {
            return Err(BadLogs::KeyType(key.name().to_owned()));
        }
        let keys = self.0.entry(key.name().to_owned()).or_default();
        if !keys.contains(&key) {
            keys.push(key);
        }
        Ok(())
    }

    /// The origins, in order.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl KnownLogs for Logs {
    fn keys(&self, origin: &str) -> Option<&[VerifierKey]> {
        self.0.get(origin).map(Vec::as_slice)
    }
}
