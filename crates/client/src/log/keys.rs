//! What a host is judged by, as a practice's root has signed it.

use souspli_crypto::publish::Identity;
use souspli_protocol::VerifyingKey;
use souspli_tlog::policy::Policy;
use souspli_tlog::vkey::{KeyType, VerifierKey};

use crate::trust::Distrust;

/// Receipt key, log and witnesses of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The key that signs receipts and claim sets.
    pub receipt: VerifyingKey,
    /// The log's key; its name is the origin.
    pub log: VerifierKey,
    /// The log, its witnesses and their quorum.
    pub policy: Policy,
}

impl Keys {
    /// Those of an identity. An empty policy asks for no witness; one that does not list the log, or a log that has no
    /// name, is an identity that says nothing of a log (`bad_identity`).
    pub fn of(identity: &Identity) -> Result<Self, Distrust> {
        let Identity { receipt_key, log_key, log_origin, witness_policy, .. } = identity;
        let log = VerifierKey::new(log_origin, KeyType::Ed25519, *log_key).map_err(|_| Distrust::BadIdentity)?;
        let none = format!("log {log}\nquorum none\n");
        let text = if witness_policy.is_empty() { &none } else { witness_policy };
        let policy = Policy::parse(text.as_bytes()).map_err(|_| Distrust::BadIdentity)?;
        if policy.logs().iter().any(|listed| *listed.key() == log) {
            Ok(Self { receipt: *receipt_key, log, policy })
        } else {
            Err(Distrust::BadIdentity)
        }
    }
}
