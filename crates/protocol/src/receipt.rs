//! Leaf, head and receipt, as bytes to hash and sign (`docs/spec/events.md` §6).

use crate::tlv::{FIELD_OVERHEAD, TlvError, Writer};
use crate::{Context, Digest, Label, SUITE, Signature};

/// The generation of a chain that no host has restored (`docs/spec/restore.md` §1).
pub const GENERATION: u32 = 0;

/// What the leaf is the hash of, behind one zero byte (RFC 6962 §2.1).
pub fn leaf_input(object: &Digest) -> Vec<u8> {
    let mut input = vec![0];
    input.extend(Writer::new(Label::Leaf).u8(1, SUITE).bytes(4, object.as_bytes()).finish());
    input
}

/// One place in a calendar's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Whose chain.
    pub context: Context,
    /// Generation of the chain; rises when a host restores.
    pub generation: u32,
    /// Place in the chain, from 1.
    pub sequence: u64,
    /// Head before.
    pub previous: Digest,
    /// Leaf of what is accepted.
    pub leaf: Digest,
}

impl Link {
    /// What the new head is the hash of.
    pub fn head_input(&self) -> Vec<u8> {
        self.context
            .write(Label::Head)
            .bytes(4, self.previous.as_bytes())
            .u32(5, self.generation)
            .u64(6, self.sequence)
            .bytes(7, self.leaf.as_bytes())
            .finish()
    }
}

/// What the host signs when it has accepted something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptStatement {
    /// The place in the chain.
    pub link: Link,
    /// Minute of acceptance.
    pub minute: u32,
    /// The log holds the leaf at most this many minutes later.
    pub mmd: u32,
}

impl ReceiptStatement {
    /// Bytes of a statement.
    pub const SIZE: usize = Context::prefix_len(Label::Receipt) + 6 * FIELD_OVERHEAD + 3 * 4 + 8 + 2 * 32;

    /// The bytes that are signed.
    pub fn encode(&self) -> Vec<u8> {
        self.link
            .context
            .write(Label::Receipt)
            .u32(4, self.link.generation)
            .u64(5, self.link.sequence)
            .bytes(6, self.link.previous.as_bytes())
            .bytes(7, self.link.leaf.as_bytes())
            .u32(8, self.minute)
            .u32(9, self.mmd)
            .finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        let (context, mut reader) = Context::open(bytes, Label::Receipt)?;
        let generation = reader.u32(4)?;
        let sequence = reader.u64(5)?;
        let previous = Digest(reader.array(6)?);
        let leaf = Digest(reader.array(7)?);
        let statement = Self {
            link: Link { context, generation, sequence, previous, leaf },
            minute: reader.u32(8)?,
            mmd: reader.u32(9)?,
        };
        reader.finish()?;
        Ok(statement)
    }
}

/// A receipt: the statement and the host's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// What is signed.
    pub statement: ReceiptStatement,
    /// By the host's receipt key.
    pub signature: Signature,
}

impl Receipt {
    /// Bytes of a receipt.
    pub const SIZE: usize = ReceiptStatement::SIZE + Signature::SIZE;

    /// All bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.statement.encode();
        bytes.extend_from_slice(self.signature.as_bytes());
        bytes
    }

    /// Takes bytes apart; the signature is not checked here.
    pub fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        let (statement, signature) = bytes.split_at_checked(ReceiptStatement::SIZE).ok_or(TlvError::Truncated)?;
        Ok(Self {
            statement: ReceiptStatement::decode(statement)?,
            signature: Signature::try_from(signature).map_err(|_| TlvError::Trailing)?,
        })
    }
}
