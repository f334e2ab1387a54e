//! What a place may hold: a closed list of kinds, each with its exact size or range.

use serde::{Deserialize, Serialize};
use souspli_protocol::claims::{ClaimIds, ClaimSetStatement, HoldRequest};
use souspli_protocol::erase::Erase;
use souspli_protocol::journal::{JournalStatement, Ranges, ReadRow};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::restore::{EARLIER, Notice};
use souspli_protocol::sizes::{EVENT, VAULT};
use souspli_protocol::{Nonce, Signature, VerifyingKey, Work};

use super::{Engine, Why};

/// The first minute that a time of the system may name: 2024-01-01 00:00 UTC.
pub const FIRST_MINUTE: u32 = 28_401_120;
/// The last one: 2123-12-31 23:59 UTC. Unix seconds of today are far above it.
pub const LAST_MINUTE: u32 = 80_995_679;

/// A kind of content. What is not of a declared kind is a finding, whatever it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Holds {
    /// An id without meaning, drawn at random or made from keys by a hash.
    Id {
        /// Its size.
        bytes: usize,
    },
    /// An Ed25519 verification key: 32 bytes that are a point of the curve.
    VerificationKey,
    /// An Ed25519 signature, 64 bytes.
    Signature,
    /// A hash over sealed or public bytes.
    Hash {
        /// Its size; 32 is SHA-256.
        bytes: usize,
    },
    /// A sealed event of 8,192 bytes.
    Event,
    /// A publication; each kind has one size.
    Publication,
    /// A sealed vault of 262,144 bytes.
    Vault,
    /// A receipt: what the host signed when it took something.
    Receipt,
    /// Receipts one after the other, at most 16: those that something had before restores (`docs/spec/restore.md` §5).
    Receipts,
    /// A notice of a restore, signed by the host (`docs/spec/restore.md` §2).
    Notice,
    /// 24 claim ids of 16 bytes, sorted, or none.
    ClaimIds,
    /// Whose a claim id is: a record (16 bytes) or the session of a hold (32 bytes).
    ClaimOwner,
    /// A request to hold a time: statement, 24 claim ids, two signatures.
    HoldRequest,
    /// The claimed-id set: seed, count, filter, held ids.
    ClaimSet,
    /// The host's signed statement about a claimed-id set.
    ClaimStatement,
    /// An erase: which record is to be erased, signed by a member.
    Erase,
    /// What of a chain a key was given: eight pairs of places (`docs/spec/log.md` §7).
    ReadRanges,
    /// A row of the journal of reads: key, hour, places of the chain, kinds of publication.
    ReadRow,
    /// The host's signed statement about the journal of reads.
    JournalStatement,
    /// Key, nonce and signature of a signed request.
    Authorization,
    /// A nonce of the host's: minute, random, MAC.
    Nonce,
    /// A proof of work of 8 bytes, or zero.
    Work,
    /// A window: a number of four weeks since 1970-01-05.
    Window,
    /// An epoch: a number of 14 days since 1970.
    Epoch,
    /// A minute since 1970, no finer.
    Minute {
        /// Whether 0 may stand for "none".
        #[serde(default)]
        or_zero: bool,
    },
    /// An hour since 1970, no finer.
    Hour,
    /// A number that counts up, without a gap.
    Counter {
        /// The first one.
        from: u64,
    },
    /// A number of 64 bits that its owner chooses and signs; compared for equality only.
    Generation,
    /// A number in a range.
    Number {
        /// The least.
        from: u64,
        /// The greatest.
        to: u64,
    },
    /// A u64 as 8 bytes, so that its text has one length.
    CounterBytes,
    /// The number of a kind of publication, 1 to 8 or 11.
    PublicationKind,
    /// Epoch, window, or 0: which of its kind a publication is.
    Slot,
    /// The index of a leaf of the public log, or how many it has.
    LogPlace,
    /// A proof file of the public log (`docs/spec/log.md` §4).
    LogProof,
    /// Who watches the public log (`docs/spec/log.md` §6).
    WitnessPolicy,
    /// Level and index of a piece of the public log; the rest of a path.
    Tile,
    /// Yes or no.
    Flag,
    /// The mark of a table's only row.
    One,
    /// One of these words.
    Word {
        /// All that may stand here.
        of: Vec<String>,
    },
    /// 1970-01-01 00:00, always: a column that would hold a time holds none.
    NoTime,
    /// Zero, always.
    Zero,
    /// Another message, field by field.
    Message {
        /// Its name.
        of: String,
    },
    /// A page, script, picture or document that is the same for everybody.
    Asset,
    /// What a browser adds to each request by itself; neither stored nor logged.
    Browser,
    /// What HTTP needs to carry a body: lengths, codings, dates of the answer.
    Transport,
    /// A route's template, with names in the place of values.
    RouteTemplate,
    /// When a log line was written.
    LineTime,
    /// Microseconds that something took.
    Latency,
    /// A fixed text of the program's, or a place in its source or among its own files.
    ProgramText,
    /// A sentence of the operating system's or the database's. It cannot be checked by its shape, only searched.
    SystemText,
}

impl Holds {
    /// Bytes of a value, where the kind has one size.
    pub fn bytes(&self) -> Option<usize> {
        match self {
            Self::Id { bytes } | Self::Hash { bytes } => Some(*bytes),
            Self::VerificationKey => Some(VerifyingKey::SIZE),
            Self::Signature => Some(Signature::SIZE),
            Self::Event => Some(EVENT),
            Self::Vault => Some(VAULT),
            Self::Receipt => Some(Receipt::SIZE),
            Self::Notice => Some(Notice::SIGNED),
            Self::HoldRequest => Some(HoldRequest::SIZE),
            Self::ClaimStatement => Some(ClaimSetStatement::SIZE.saturating_add(Signature::SIZE)),
            Self::Erase => Some(Erase::SIZE),
            Self::ReadRanges => Some(Ranges::SIZE),
            Self::ReadRow => Some(ReadRow::SIZE),
            Self::JournalStatement => Some(JournalStatement::SIZE.saturating_add(Signature::SIZE)),
            Self::Authorization => Some(VerifyingKey::SIZE + Nonce::SIZE + Signature::SIZE),
            Self::Nonce => Some(Nonce::SIZE),
            Self::Work => Some(Work::SIZE),
            Self::CounterBytes => Some(8),
            _ => None,
        }
    }

    /// The sizes that a value of bytes may have; empty for what is not bytes or has no fixed size.
    pub fn sizes(&self) -> Vec<usize> {
        match self {
            Self::Publication => PublicationKind::ALL.into_iter().map(PublicationKind::size).collect(),
            Self::ClaimIds => vec![0, ClaimIds::SIZE],
            Self::ClaimOwner => vec![16, VerifyingKey::SIZE],
            Self::Receipts => (0..=EARLIER).map(|receipts| receipts.saturating_mul(Receipt::SIZE)).collect(),
            _ => self.bytes().into_iter().collect(),
        }
    }

    /// The type of a column that holds it; `None` for kinds that are no column's.
    pub fn column_type(&self, engine: Engine) -> Option<&'static str> {
        let [sqlite, postgres] = match self {
            Self::Id { .. }
            | Self::VerificationKey
            | Self::Signature
            | Self::Hash { .. }
            | Self::Event
            | Self::Publication
            | Self::Vault
            | Self::Receipt
            | Self::Erase
            | Self::ReadRanges
            | Self::ReadRow
            | Self::Receipts
            | Self::Notice
            | Self::ClaimOwner => ["BLOB", "bytea"],
            Self::ClaimIds => ["BLOB", "bytea[]"],
            Self::Flag | Self::One => ["INTEGER", "boolean"],
            Self::Word { .. } => ["TEXT", "text"],
            Self::NoTime => ["TEXT", "timestamp with time zone"],
            Self::Window
            | Self::Epoch
            | Self::Minute { .. }
            | Self::Hour
            | Self::Counter { .. }
            | Self::Generation
            | Self::Number { .. }
            | Self::PublicationKind
            | Self::Slot
            | Self::LogPlace
            | Self::Zero => ["INTEGER", "bigint"],
            _ => return None,
        };
        Some(match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        })
    }

    /// The one size of its base64url text, where it has one.
    pub fn text_len(&self) -> Option<usize> {
        let sizes = self.sizes();
        let [size] = sizes.as_slice() else { return None };
        Some(size.saturating_mul(8).div_ceil(6))
    }

    /// What the kind is, in a sentence for a reader who is no programmer.
    pub fn explained(&self) -> Why {
        let (en, fr) = super::sentences::of(self);
        Why { en: en.to_owned(), fr: fr.to_owned() }
    }
}
