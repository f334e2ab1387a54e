//! A receipt with all that a third party needs to believe it (`docs/spec/log.md` §9).

use souspli_crypto::Secret;
use souspli_crypto::keys::CalendarKey;
use souspli_crypto::publish::{
    PublicationError, identity_opening, open_identity_with, verify_publication, verify_registration,
};
use souspli_protocol::Context;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::receipt::Receipt;

use super::keys::Keys;
use crate::trust::Distrust;

const REGISTRATION: usize = PublicationKind::Registration.size();
const IDENTITY: usize = PublicationKind::Identity.size();
const OPENING: usize = 32;

/// What a practice's root says of its host, in a form that can be handed on: it opens one identity and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    bytes: Vec<u8>,
}

/// What a voucher that verifies says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// FP and calendar of the practice.
    pub context: Context,
    /// What its host is judged by.
    pub keys: Keys,
}

impl Voucher {
    /// Bytes of every voucher.
    pub const SIZE: usize = REGISTRATION + IDENTITY + OPENING;

    /// Of publications that were verified. `None` for an access that does not open the identity.
    pub fn make(registration: &[u8], identity: &Publication, access: &CalendarKey) -> Option<Self> {
        let opening = identity_opening(identity, access).ok()?;
        Self::read(&[registration, identity.bytes(), opening.expose_secret()].concat())
    }

    /// Reads bytes of the right length; nothing of them is verified.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == Self::SIZE).then(|| Self { bytes: bytes.to_vec() })
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Verifies it down from the root.
    pub fn verify(&self) -> Result<Vouched, Distrust> {
        let (registration, rest) = self.bytes.split_at_checked(REGISTRATION).ok_or(Distrust::WrongRoot)?;
        let (identity, opening) = rest.split_at_checked(IDENTITY).ok_or(Distrust::BadIdentity)?;
        let registration = Publication::parse(registration.to_vec()).map_err(|_| Distrust::WrongRoot)?;
        let context = registration.statement().context;
        verify_registration(&registration, &context).map_err(|error| match error {
            PublicationError::WrongCalendar => Distrust::WrongCalendar,
            _ => Distrust::WrongRoot,
        })?;
        let bad = |_| Distrust::BadIdentity;
        let identity = Publication::parse(identity.to_vec()).map_err(bad)?;
        verify_publication(&identity, PublicationKind::Identity, &context).map_err(|_| Distrust::BadIdentity)?;
        let opening = Secret::from_slice(opening).map_err(|_| Distrust::BadIdentity)?;
        let opened = open_identity_with(&identity, &opening).map_err(|_| Distrust::BadIdentity)?;
        Ok(Vouched { context, keys: Keys::of(&opened)? })
    }
}

/// A receipt, and a voucher where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VouchedReceipt {
    /// The receipt.
    pub receipt: Receipt,
    /// What it is believed by.
    pub voucher: Option<Voucher>,
}

impl VouchedReceipt {
    /// Reads a receipt alone, or a receipt and a voucher.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (receipt, rest) = bytes.split_at_checked(Receipt::SIZE)?;
        let receipt = Receipt::decode(receipt).ok()?;
        let voucher = if rest.is_empty() { None } else { Some(Voucher::read(rest)?) };
        Some(Self { receipt, voucher })
    }

    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let voucher = self.voucher.as_ref().map(Voucher::bytes).unwrap_or_default();
        [&self.receipt.encode(), voucher].concat()
    }
}
