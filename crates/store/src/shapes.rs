//! What goes in and comes out: sealed, signed or counted; never readable.

use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::Event;
use souspli_protocol::publication::Publication;
use souspli_protocol::receipt::Link;
use souspli_protocol::restore::Notice;
use souspli_protocol::{CalendarId, Context, Digest, Gid, VerifyingKey};

/// Makes heads and receipts inside a transaction: only there is the previous head known.
pub trait Linker: Send + Sync {
    /// The head after this link and the encoded receipt for it, signed.
    fn seal(&self, link: &Link, minute: u32) -> (Digest, Vec<u8>);

    /// A notice with the host's signature behind it.
    fn notice(&self, notice: &Notice) -> Vec<u8>;

    /// The leaf of an object with this hash.
    fn leaf(&self, object: &Digest) -> Digest;

    /// The hash of an event's or a publication's bytes.
    fn hash(&self, bytes: &[u8]) -> Digest;
}

/// What the host knows of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Id and FP.
    pub context: Context,
    /// Root key, from the registration.
    pub root: VerifyingKey,
    /// Version that the newest publication made.
    pub version: u64,
    /// Generation of the chain.
    pub generation: u32,
    /// Newest sequence of the chain.
    pub sequence: u64,
    /// Head of the chain.
    pub head: Digest,
}

/// Bytes that only a client can open, as they are stored.
pub type Sealed = Vec<u8>;

/// A publication with its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPublication {
    /// As published.
    pub publication: Publication,
    /// As signed at acceptance.
    pub receipt: Sealed,
}

/// The hold that a booking quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldQuoted {
    /// Its session.
    pub session: VerifyingKey,
}

/// An event to append, checked as far as it can be without the database.
#[derive(Debug, Clone)]
pub struct EventWrite {
    /// The envelope.
    pub event: Event,
    /// SHA-256 of its bytes.
    pub hash: Digest,
    /// Its claim ids, where it claims.
    pub claims: Option<ClaimIds>,
    /// The hold whose ids it takes over.
    pub hold: Option<HoldQuoted>,
    /// The receipts of lost places that it had, one after the other, where it is brought back after a restore
    /// (`docs/spec/restore.md` §5); or nothing.
    pub earlier: Sealed,
}

/// What an append came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The receipt, as stored.
    pub receipt: Sealed,
    /// Whether it was stored now; `false` for the same bytes again.
    pub new: bool,
    /// Sequence in the chain.
    pub sequence: u64,
}

/// An event with its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The envelope.
    pub event: Event,
    /// SHA-256 of its bytes.
    pub hash: Digest,
    /// As signed at acceptance.
    pub receipt: Sealed,
    /// Receipts of lost places, or nothing.
    pub earlier: Sealed,
    /// Whether the record's claims have been given back.
    pub released: bool,
}

/// What a link of a chain is for.
#[expect(clippy::large_enum_variant, reason = "nearly every one is an event")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// An event that is there.
    Event(Event),
    /// A publication.
    Publication,
    /// An erase, as its author signed it.
    Erase(Sealed),
    /// An event that was erased.
    Gap,
}

/// One link of a calendar's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Place in the chain.
    pub sequence: u64,
    /// What it is.
    pub entry: Entry,
    /// As signed at acceptance.
    pub receipt: Sealed,
    /// Receipts of lost places, or nothing.
    pub earlier: Sealed,
}

/// What is claimed and held now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimsNow {
    /// The calendar in the same snapshot.
    pub calendar: Calendar,
    /// Ids of records, sorted.
    pub claimed: Vec<Gid>,
    /// Ids of live holds, sorted.
    pub held: Vec<Gid>,
}

/// What the log holds leaves of (`docs/spec/log.md` §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Stream {
    /// Events and publications of a calendar, in the order of its chain.
    Chain = 1,
    /// Closed rows of a calendar's journal of reads, by their numbers.
    Journal = 2,
    /// Notices of restores, by their generations.
    Notices = 3,
}

impl Stream {
    /// Its number in a database.
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The stream of a number.
    pub const fn of_id(id: u8) -> Option<Self> {
        match id {
            1 => Some(Self::Chain),
            2 => Some(Self::Journal),
            3 => Some(Self::Notices),
            _ => None,
        }
    }
}

/// Which leaf: of what, and the how manyeth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafId {
    /// Whose.
    pub calendar: CalendarId,
    /// Of what.
    pub stream: Stream,
    /// Place in the stream.
    pub sequence: u64,
}

/// A link of a chain, as far as the log needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLeaf {
    /// The leaf.
    pub leaf: Digest,
    /// As signed at acceptance.
    pub receipt: Sealed,
}

/// What a checkpoint says of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Leaves.
    pub size: u64,
    /// Root hash.
    pub root: Digest,
}

/// The sequencer's row, taken or kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Rises with each new holder.
    pub fence: u64,
    /// The newest checkpoint that the database has heard of; zeros before the first.
    pub head: TreeHead,
}

/// Where a database stands against its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The host's generation.
    pub generation: u32,
    /// The newest checkpoint that the database has heard of; zeros before the first.
    pub head: TreeHead,
    /// The first minute in which nobody merges.
    pub until: u32,
}

/// A leaf that waits for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unmerged {
    /// Which.
    pub id: LeafId,
    /// What it is the leaf of.
    pub object: Digest,
    /// Minute of acceptance.
    pub minute: u32,
}

/// A leaf that is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// Which.
    pub id: LeafId,
    /// Its index in the tree.
    pub place: u64,
}
