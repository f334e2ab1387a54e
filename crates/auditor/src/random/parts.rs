//! What of a stored object is sealed, and so must look random, and what of that may occur once.
//!
//! The plain parts (headers, statements, tables of public keys) are cut out by the layout of the specification and checked
//! as what they are, elsewhere.

use std::ops::Range;

use souspli_protocol::event::{Event, HEADER, Operation, WRAP_CLINICAL, WRAP_DESK, WRAP_PATIENT};
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::{GRANT_ROW, LINK_ROW, VAULT, VAULT_SLOT, XWING_ENC, XWING_PUBLIC};
use souspli_protocol::vault::{SealedVault, VAULT_BOX, VaultStatement};

use super::Texture;

/// A sealed part of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// Its name in reports.
    pub name: &'static str,
    shape: Shape,
}

/// How the bytes of a part are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Shape {
    Uniform(usize),
    /// HPKE: encapsulation, then so many bytes of ciphertext with its tag.
    Sealed(usize),
    XwingPublic,
    Signature,
}

/// A kind of block, two of which must never be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Block {
    /// An X-Wing encapsulation.
    Encapsulation,
    /// Its X25519 share.
    Share,
    /// A ciphertext; two that begin alike are under the same key.
    Ciphertext,
    /// The salt of a symmetric box.
    Salt,
    /// A signature.
    Signature,
    /// The first half of a signature: two of the same key with the same one give the key away.
    SignaturePoint,
    /// A public key that is made for one purpose.
    Key,
    /// A commitment to a key.
    Commitment,
    /// What is random for its own sake.
    Random,
}

/// A part of one object, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Which part.
    pub part: Part,
    /// First byte of the part in the object.
    pub at: usize,
    /// Blocks that may occur once, by their place in the object.
    pub once: Vec<(Block, Range<usize>)>,
}

/// Bytes that are compared of what may not begin alike.
const START: usize = 32;
/// Bytes of a salt, and of a commitment.
const SALT: usize = 32;

impl Part {
    /// A value of so many uniform bytes.
    pub const fn uniform(name: &'static str, bytes: usize) -> Self {
        Self { name, shape: Shape::Uniform(bytes) }
    }

    /// Its stretches.
    pub fn stretches(&self) -> Vec<(Texture, usize)> {
        let share = [(Texture::Uniform, 31), (Texture::BelowBit7, 1)];
        match self.shape {
            Shape::Uniform(bytes) => vec![(Texture::Uniform, bytes)],
            Shape::Sealed(bytes) => {
                let [share, top] = share;
                vec![(Texture::Kem10, 960), (Texture::Kem4, 128), share, top, (Texture::Uniform, bytes)]
            }
            Shape::XwingPublic => {
                let [share, top] = share;
                vec![(Texture::Kem12, 1_152), (Texture::Uniform, 32), share, top]
            }
            Shape::Signature => vec![(Texture::Uniform, 63), (Texture::BelowBit4, 1)],
        }
    }

    /// Its size.
    pub const fn bytes(&self) -> usize {
        match self.shape {
            Shape::Uniform(bytes) => bytes,
            Shape::Sealed(bytes) => XWING_ENC.saturating_add(bytes),
            Shape::XwingPublic => XWING_PUBLIC,
            Shape::Signature => 64,
        }
    }
}

/// A stored object that was read.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// An event.
    Event(&'a Event),
    /// A publication.
    Publication(&'a Publication),
    /// A vault.
    Vault(&'a SealedVault),
    /// A receipt; where its signature stands is always the same.
    Receipt,
}

/// The sealed parts of an object.
pub fn cuts(object: &Object<'_>) -> Vec<Cut> {
    match object {
        Object::Event(event) => of_event(event),
        Object::Publication(publication) => of_publication(publication),
        Object::Vault(vault) => of_vault(vault),
        Object::Receipt => vec![signature("the host's signature", Receipt::SIZE)],
    }
}

/// Where the manage key stands in a header: 15 fields, each with 5 bytes before it, end the header.
const MANAGE_AT: usize = HEADER - (15 * 5 + 2 * 32 + 4 + 32 + 1 + 8 + 4 * 32 + 4 + 4 + 3 * 32) + 5;
const VIEW_AT: usize = MANAGE_AT + 32 + 5;
const COMMITMENT_C_AT: usize = HEADER - 32;
const COMMITMENT_D_AT: usize = COMMITMENT_C_AT - 5 - 32;

/// `docs/spec/events.md` §1, §2.
fn of_event(event: &Event) -> Vec<Cut> {
    let bodies = HEADER + WRAP_DESK + WRAP_CLINICAL + WRAP_PATIENT;
    let parts = event.parts();
    let body_c = bodies.saturating_add(parts.body_d.len());
    let signatures = body_c.saturating_add(parts.body_c.len());
    let mut cuts = vec![
        single("commitment to the key of body d", COMMITMENT_D_AT, 32, Block::Commitment),
        single("commitment to the key of body c", COMMITMENT_C_AT, 32, Block::Commitment),
        sealed("wrap to the desk key", HEADER, WRAP_DESK),
        sealed("wrap to the clinical key", HEADER + WRAP_DESK, WRAP_CLINICAL),
        sealed("wrap to the patient's key", HEADER + WRAP_DESK + WRAP_CLINICAL, WRAP_PATIENT),
        body("body d", bodies, parts.body_d.len()),
        body("body c", body_c, parts.body_c.len()),
        signature("author's signature", signatures.saturating_add(64)),
    ];
    if event.header().operation == Operation::Create {
        cuts.push(single("manage key", MANAGE_AT, 32, Block::Key));
        cuts.push(single("view key", VIEW_AT, 32, Block::Key));
        cuts.push(signature("signature of the manage key", signatures.saturating_add(128)));
    }
    cuts
}

/// `docs/spec/publications.md` §1 to §7.
fn of_publication(publication: &Publication) -> Vec<Cut> {
    let kind = publication.statement().kind;
    let (at, length) = (kind.statement_len(), kind.payload_len());
    let rows = |size: usize| (at..at.saturating_add(length)).step_by(size);
    let mut cuts: Vec<Cut> = match kind {
        PublicationKind::Registration => vec![single("nonce of a registration", at, 32, Block::Random)],
        PublicationKind::Acl => rows(32).map(|row| single("key of an access list", row, 32, Block::Key)).collect(),
        PublicationKind::Links => rows(LINK_ROW)
            .flat_map(|row| {
                let key = single("key of a link", row, 32, Block::Key);
                [key, sealed_box("box of a link", row.saturating_add(40), LINK_ROW - 40)]
            })
            .collect(),
        PublicationKind::Identity => vec![sealed_box("box of an identity", at, length)],
        PublicationKind::Catalogue => vec![sealed_box("box of a catalogue", at, length)],
        PublicationKind::Hours => vec![sealed_box("box of hours", at, length)],
        PublicationKind::Rules => vec![sealed_box("box of rules", at, length)],
        // In clear: generation, sequence and head of the host's own chain.
        PublicationKind::Countersignature => Vec::new(),
        PublicationKind::Grants => rows(GRANT_ROW).map(|row| sealed("grant", row, GRANT_ROW)).collect(),
    };
    cuts.push(signature("signature of a publication", kind.size()));
    cuts
}

/// `docs/spec/keys.md` §6.
fn of_vault(vault: &SealedVault) -> Vec<Cut> {
    const WRAP: usize = 144;
    const KEY: usize = 1_168;
    let mut at = VaultStatement::SIZE;
    let mut cuts = Vec::new();
    for slot in vault.slots() {
        let rest = at.saturating_add(4);
        let (wrap, key) = (rest.saturating_add(XWING_PUBLIC), rest.saturating_add(XWING_PUBLIC + WRAP));
        if slot.first() == Some(&0) {
            cuts.push(single("empty slot", rest, VAULT_SLOT - 4, Block::Random));
        } else {
            cuts.push(cut("key of a slot", Shape::XwingPublic, rest, vec![(Block::Key, 0..XWING_PUBLIC)]));
            cuts.push(sealed_box("wrap of a slot", wrap, WRAP));
            cuts.push(sealed("vault key sealed to a slot", key, KEY));
            let filling = VAULT_SLOT - 4 - XWING_PUBLIC - WRAP - KEY;
            cuts.push(single("filling of a slot", key.saturating_add(KEY), filling, Block::Random));
        }
        at = at.saturating_add(VAULT_SLOT);
    }
    cuts.push(sealed_box("box of a vault", at, VAULT_BOX));
    cuts.push(signature("signature of a vault", VAULT));
    cuts
}

/// A cut, with blocks by their place in the part.
fn cut(name: &'static str, shape: Shape, at: usize, once: Vec<(Block, Range<usize>)>) -> Cut {
    let shifted =
        |(block, range): (Block, Range<usize>)| (block, at.saturating_add(range.start)..at.saturating_add(range.end));
    Cut { part: Part { name, shape }, at, once: once.into_iter().map(shifted).collect() }
}

fn single(name: &'static str, at: usize, bytes: usize, block: Block) -> Cut {
    cut(name, Shape::Uniform(bytes), at, vec![(block, 0..bytes)])
}

/// HPKE: encapsulation (its last 32 bytes are the X25519 share), ciphertext, tag.
fn sealed(name: &'static str, at: usize, bytes: usize) -> Cut {
    let once = vec![
        (Block::Encapsulation, 0..XWING_ENC),
        (Block::Share, XWING_ENC - 32..XWING_ENC),
        (Block::Ciphertext, XWING_ENC..bytes),
    ];
    cut(name, Shape::Sealed(bytes.saturating_sub(XWING_ENC)), at, once)
}

fn body(name: &'static str, at: usize, bytes: usize) -> Cut {
    cut(name, Shape::Uniform(bytes), at, vec![(Block::Ciphertext, 0..bytes), (Block::Ciphertext, 0..START)])
}

/// `salt (32) || commitment (32) || ciphertext || tag`.
fn sealed_box(name: &'static str, at: usize, bytes: usize) -> Cut {
    let once = vec![
        (Block::Salt, 0..SALT),
        (Block::Commitment, SALT..2 * SALT),
        (Block::Ciphertext, 2 * SALT..bytes),
        (Block::Ciphertext, 2 * SALT..2 * SALT + START),
    ];
    cut(name, Shape::Uniform(bytes), at, once)
}

/// The signature that ends where `end` is.
fn signature(name: &'static str, end: usize) -> Cut {
    let once = vec![(Block::Signature, 0..64), (Block::SignaturePoint, 0..32)];
    cut(name, Shape::Signature, end.saturating_sub(64), once)
}

impl Block {
    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encapsulation => "encapsulation",
            Self::Share => "x25519_share",
            Self::Ciphertext => "ciphertext",
            Self::Salt => "salt",
            Self::Signature => "signature",
            Self::SignaturePoint => "signature_point",
            Self::Key => "key",
            Self::Commitment => "commitment",
            Self::Random => "random",
        }
    }
}
