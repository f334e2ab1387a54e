//! The keys that a host is judged by.

use souspli_attest::verify;
use souspli_client::log::Voucher;
use souspli_client::trust::{Access, Distrust, Pins, Verified, verify_profile};
use souspli_crypto::Secret;
use souspli_crypto::keys::LinkKeys;
use souspli_crypto::publish::Identity;
use souspli_protocol::VerifyingKey;
use souspli_protocol::private_link::{BadLink, Opens, PrivateLink};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{HostInfo, Profile};
use souspli_tlog::policy::{BadPolicy, Policy};
use souspli_tlog::vkey::{KeyType, VerifierKey};

/// Why there are no keys to judge by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    /// The witness policy does not read.
    #[error(transparent)]
    Policy(#[from] BadPolicy),
    /// The policy does not name the log that the host says is its own.
    #[error("the witness policy does not list the log {0}")]
    OtherLog(String),
    /// The text is not a private link.
    #[error(transparent)]
    Link(#[from] BadLink),
    /// A link that books nothing: the identity is opened with a booking link.
    #[error("this link does not book; the practice's booking link is needed")]
    NotBooking,
    /// A check of the practice's publications failed.
    #[error("the practice's publications do not verify: {0}")]
    Practice(#[from] Distrust),
    /// The practice has no identity at present.
    #[error("the practice has published no identity at present")]
    Silent,
}

/// A host's receipt key, and the policy that its log's checkpoints are held to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKeys {
    /// The key that signs receipts and claim sets.
    pub receipt: VerifyingKey,
    /// The log, its witnesses and their quorum.
    pub policy: Policy,
}

impl HostKeys {
    /// From a receipt key and the text of a policy that lists the log.
    pub fn new(receipt: VerifyingKey, policy: &[u8]) -> Result<Self, BadKeys> {
        Ok(Self { receipt, policy: Policy::parse(policy)? })
    }

    /// As the host says them itself. It can say anything: what a practice has signed is better.
    pub fn of_host(info: &HostInfo) -> Result<Self, BadKeys> {
        Self::listed(info.receipt_key, &info.log_origin, info.log_key, &info.witness_policy)
    }

    /// As a practice's root has signed them.
    pub fn of_identity(identity: &Identity) -> Result<Self, BadKeys> {
        Self::listed(identity.receipt_key, &identity.log_origin, identity.log_key, &identity.witness_policy)
    }

    /// As the root of a practice has signed them, from its booking link and its profile; `now` in minutes.
    pub fn of_practice(link: &str, profile: &Profile, now: u32) -> Result<Self, BadKeys> {
        let PrivateLink { context, opens } = PrivateLink::parse(link)?;
        let Opens::Book { secret, .. } = opens else { return Err(BadKeys::NotBooking) };
        let keys = LinkKeys::derive(&context, &Secret::new(secret));
        match verify_profile(&context, &Access::Link(&keys), profile, &mut Pins::default(), now)? {
            Verified::Open(practice) => Self::of_identity(&practice.identity),
            Verified::Silent => Err(BadKeys::Silent),
        }
    }

    /// As the root of a practice has signed them, from the voucher of one of its receipts.
    pub fn of_voucher(voucher: &Voucher, receipt: &Receipt) -> Result<Self, BadKeys> {
        let said = voucher.verify()?;
        if said.context != receipt.statement.link.context {
            return Err(Distrust::WrongCalendar.into());
        }
        Ok(Self { receipt: said.keys.receipt, policy: said.keys.policy })
    }

    fn listed(receipt: VerifyingKey, origin: &str, log: VerifyingKey, policy: &str) -> Result<Self, BadKeys> {
        let other = || BadKeys::OtherLog(origin.to_owned());
        let own = VerifierKey::new(origin, KeyType::Ed25519, log).map_err(|_| other())?;
        // An empty policy asks for no witness (`docs/spec/log.md` §6).
        let none = if policy.is_empty() { format!("log {own}\nquorum none\n") } else { String::new() };
        let keys = Self::new(receipt, if policy.is_empty() { &none } else { policy }.as_bytes())?;
        if keys.policy.logs().iter().any(|log| *log.key() == own) { Ok(keys) } else { Err(other()) }
    }

    /// Whether this host has signed a receipt.
    pub fn has_signed(&self, receipt: &Receipt) -> bool {
        verify(&self.receipt, &receipt.statement.encode(), &receipt.signature).is_ok()
    }
}
