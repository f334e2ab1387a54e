//! The JSON bodies of every route (`docs/spec/http.md` §2). Byte strings are base64url, unknown fields are refused.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::json::{self, FromJson, Json, ToJson};
use crate::{Digest, Locator, Nonce, RecordId, Signature, VerifyingKey, Work, from_base64url, to_base64url};

/// Bytes of any length, as base64url without padding.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Vec<u8>);

impl core::fmt::Debug for Blob {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_base64url(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        from_base64url(&text).map(Self).map_err(D::Error::custom)
    }
}

impl ToJson for Blob {
    fn write(&self, writer: &mut json::Writer) {
        json::write_bytes(&self.0, writer);
    }
}

impl FromJson for Blob {
    fn read(json: Json) -> Option<Self> {
        json::read_bytes(json).map(Self)
    }
}

/// A u64 as base64url of its 8 bytes, so that a body's length does not grow with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counter(pub u64);

impl Serialize for Counter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_base64url(&self.0.to_be_bytes()))
    }
}

impl<'de> Deserialize<'de> for Counter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Blob(bytes) = Blob::deserialize(deserializer)?;
        let bytes = bytes.try_into().map_err(|_| D::Error::custom(crate::Base64Error))?;
        Ok(Self(u64::from_be_bytes(bytes)))
    }
}

impl ToJson for Counter {
    fn write(&self, writer: &mut json::Writer) {
        json::write_bytes(&self.0.to_be_bytes(), writer);
    }
}

impl FromJson for Counter {
    fn read(json: Json) -> Option<Self> {
        Some(Self(u64::from_be_bytes(json::read_bytes(json)?.try_into().ok()?)))
    }
}

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        crate::to_json!($name { $($field),* });
        crate::from_json!($name { $($field),* });
    )*};
}

bodies! {
    /// A body without content.
    Empty {}

    /// Answer of `GET /v1/host`.
    HostInfo {
        /// The key that signs receipts and claim sets.
        receipt_key: VerifyingKey,
        /// The key that signs checkpoints.
        log_key: VerifyingKey,
        /// The log's origin line.
        log_origin: String,
        /// The log, its witnesses and how many of them must cosign: C2SP tlog-policy.
        witness_policy: String,
        /// The suite that the host knows.
        suite: u8,
        /// Whether it takes new practices: `open` or `closed`.
        registration: String,
    }

    /// Answer of `POST /v1/nonces`.
    NonceAnswer {
        /// For one signed request within five minutes.
        nonce: Nonce,
    }

    /// Body of `POST /v1/vaults` and `POST /v1/vaults/replace`.
    VaultBody {
        /// 262,144 bytes.
        vault: Blob,
        /// Where it is found; always two.
        locators: [Locator; 2],
    }

    /// Body of `POST /v1/vaults/open`.
    VaultOpen {
        /// Where it is looked for.
        locator: Locator,
    }

    /// Answer of `POST /v1/vaults/open`.
    VaultAnswer {
        /// 262,144 bytes.
        vault: Blob,
    }

    /// Body of `POST /v1/calendars/{c}/publications`.
    Publish {
        /// 1 to 32 publications with consecutive versions.
        publications: Vec<Blob>,
    }

    /// Answer of `POST /v1/calendars/{c}/publications`.
    Published {
        /// One for each publication.
        receipts: Vec<Blob>,
    }

    /// Body of `POST /v1/calendars/{c}/publications/read`.
    PublicationRead {
        /// Number of the kind.
        kind: u8,
        /// Epoch, window, or 0.
        slot: u32,
    }

    /// Answer of `POST /v1/calendars/{c}/publications/read`.
    PublicationAnswer {
        /// As published.
        publication: Blob,
        /// Its receipt.
        receipt: Blob,
    }

    /// Answer of `GET /v1/calendars/{c}/profile`.
    Profile {
        /// The calendar's version.
        version: Counter,
        /// As published.
        registration: Blob,
        /// As published.
        links: Blob,
        /// Of the current epoch, if published.
        identity: Option<Blob>,
        /// If published.
        catalogue: Option<Blob>,
        /// Every restore that the host has said, the oldest first.
        notices: Vec<Blob>,
        /// Of the newest of them, if the practice has accepted it.
        countersignature: Option<Blob>,
    }

    /// Answer of `GET /v1/calendars/{c}/identities/{epoch}`.
    IdentityAnswer {
        /// As published.
        identity: Blob,
    }

    /// Answer of `GET /v1/calendars/{c}/times`.
    Times {
        /// The calendar's version.
        version: Counter,
        /// Of the current window and the six after it, where published; always seven.
        hours: [Option<Blob>; 7],
        /// The claimed-id set of these windows.
        claim_set: Blob,
        /// The host's statement and signature about it.
        statement: Blob,
    }

    /// Body of `POST /v1/calendars/{c}/holds`.
    Hold {
        /// Statement, ids, signatures.
        hold: Blob,
        /// Proof of work, or zero.
        work: Work,
    }

    /// Answer of the hold routes.
    Held {
        /// Minute in which the hold ends.
        expires: u32,
    }

    /// Body of `POST /v1/calendars/{c}/events`.
    Append {
        /// 8,192 bytes.
        event: Blob,
        /// 24 claim ids, or nothing.
        claims: Blob,
        /// The session that held the time, or zero.
        session: VerifyingKey,
        /// Its signature over the event hash, or zero.
        session_signature: Signature,
        /// Proof of work, or zero.
        work: Work,
    }

    /// Answer of `POST /v1/calendars/{c}/events`.
    Appended {
        /// Stored with the event.
        receipt: Blob,
    }

    /// Body of `POST /v1/calendars/{c}/resubmissions`; the answer is that of `events`.
    Resubmit {
        /// 8,192 bytes.
        event: Blob,
        /// 24 claim ids, or nothing.
        claims: Blob,
        /// The receipts that these bytes have had, the oldest first.
        earlier: Blob,
    }

    /// Body of `POST /v1/calendars/{c}/notices`.
    NoticeRead {
        /// The generation that it opened.
        generation: u32,
    }

    /// Answer of `POST /v1/calendars/{c}/notices`.
    NoticeAnswer {
        /// The notice.
        notice: Blob,
        /// A proof file of its leaf, or null while it waits.
        proof: Option<Blob>,
    }

    /// Body of `POST /v1/calendars/{c}/records/read`.
    RecordRead {
        /// Which record.
        record: RecordId,
    }

    /// One event with its receipt.
    RecordEntry {
        /// 8,192 bytes.
        event: Blob,
        /// The host's receipt.
        receipt: Blob,
        /// Receipts of places that restores have lost, or nothing.
        earlier: Blob,
    }

    /// Answer of `POST /v1/calendars/{c}/records/read`: all revisions, from 0.
    RecordAnswer {
        /// In the order of revisions.
        entries: Vec<RecordEntry>,
    }

    /// Body of `POST /v1/calendars/{c}/erasures`.
    EraseBody {
        /// Statement and signature.
        erase: Blob,
    }

    /// Body of `POST /v1/calendars/{c}/sync`.
    Sync {
        /// The last sequence that the reader has.
        since: Counter,
    }

    /// One link of the calendar's chain.
    SyncEntry {
        /// Absent for a publication, an erase, and an event that was erased.
        event: Option<Blob>,
        /// The erase, where it is one.
        erase: Option<Blob>,
        /// Whether it is an event that was erased.
        erased: bool,
        /// The host's receipt.
        receipt: Blob,
        /// Receipts of places that restores have lost, or nothing.
        earlier: Blob,
    }

    /// Answer of `POST /v1/calendars/{c}/sync`.
    SyncAnswer {
        /// In the order of the chain, at most 64.
        entries: Vec<SyncEntry>,
        /// Whether there are more.
        more: bool,
        /// The chain's newest generation.
        generation: u32,
    }

    /// Body of `POST /v1/calendars/{c}/journal`.
    JournalRead {
        /// The last number that the reader has.
        since: Counter,
    }

    /// Answer of `POST /v1/calendars/{c}/journal`.
    JournalAnswer {
        /// Closed rows in the order of their numbers, at most 64.
        rows: Vec<Blob>,
        /// Rows of hours that last.
        open: Vec<Blob>,
        /// Whether there are more closed ones.
        more: bool,
        /// The host's statement and signature about them.
        statement: Blob,
    }

    /// Body of `POST /v1/calendars/{c}/proofs`.
    ProofRead {
        /// Place in the chain.
        sequence: Counter,
        /// The leaf there.
        leaf: Digest,
    }

    /// Answer of `POST /v1/calendars/{c}/proofs`.
    ProofAnswer {
        /// A proof file, or null while the leaf waits.
        proof: Option<Blob>,
    }

    /// One line of `POST /v1/calendars/{c}/stream`.
    StreamLine {
        /// The chain's newest sequence.
        sequence: Counter,
    }
}

/// A claim-set statement as it travels: statement, then the host's signature.
pub fn split_signed(bytes: &[u8]) -> Option<(&[u8], Signature)> {
    let (statement, signature) = bytes.split_last_chunk::<64>()?;
    Some((statement, Signature(*signature)))
}
