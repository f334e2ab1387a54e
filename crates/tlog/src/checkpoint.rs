//! Checkpoints (C2SP tlog-checkpoint, "Note text" and "Signatures").

use souspli_attest::SigningKey;
use souspli_protocol::Digest;

use crate::note::{self, Note, NoteError, NoteSignature};
use crate::text::{decimal, hash, to_base64};
use crate::vkey::VerifierKey;

/// Why bytes are not a checkpoint, or not one of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Fewer than three lines.
    #[error("a checkpoint has at least three lines")]
    Lines,
    /// The first line is empty.
    #[error("the origin is empty")]
    Origin,
    /// The second line is not a decimal without leading zeroes, or beyond 2^64 - 1.
    #[error("the tree size is not a decimal without leading zeroes")]
    Size,
    /// The third line is not 32 bytes in canonical base64.
    #[error("the root hash is not 32 bytes in base64")]
    Root,
    /// A further line is empty.
    #[error("an extension line is empty")]
    Extension,
    /// The origin is not the name of the log's key (tlog-policy, "Defining a log").
    #[error("the checkpoint is of {origin}")]
    OtherOrigin {
        /// The origin that it names.
        origin: String,
    },
}

/// What a log says of itself: origin, size and root. Nothing of it is signed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: one line.
    pub origin: String,
    /// How many leaves its tree has.
    pub size: u64,
    /// Root of its tree (RFC 6962 §2.1).
    pub root: Digest,
    /// Further lines. They are signed and mean nothing here; a log of ours has none.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    pub fn new(origin: &str, size: u64, root: Digest) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }

    /// The text of the note.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, to_base64(&self.root.0));
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Reads the text of a note; [`Checkpoint::text`] gives the same text again.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = text.split('\n');
        let mut next = || lines.next().ok_or(CheckpointError::Lines);
        let (origin, size, root) = (next()?, next()?, next()?);
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if origin.is_empty() {
            return Err(CheckpointError::Origin);
        }
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Extension);
        }
        Ok(Self {
            origin: origin.to_owned(),
            size: decimal(size).ok_or(CheckpointError::Size)?,
            root: hash(root).ok_or(CheckpointError::Root)?,
            extensions,
        })
    }

    /// The text, if it reads back as this checkpoint: an origin or an extension of two lines does not.
    pub(crate) fn checked_text(&self) -> Result<String, CheckpointError> {
        let text = self.text();
        match Self::parse(&text)? {
            same if same == *self => Ok(text),
            _ => Err(CheckpointError::Extension),
        }
    }
}

/// A checkpoint that its log has signed, with all signatures that the note carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// What is signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note: what is signed, and the signatures. Only the log's has been verified.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a signature, such as a witness's.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        self.note.add(signature)
    }

    /// The bytes that are served.
    pub fn encode(&self) -> Vec<u8> {
        self.note.encode()
    }
}

/// Signs a checkpoint with the log's key, of type 0x01, whose name is the origin.
pub fn sign(
    checkpoint: Checkpoint,
    key: &VerifierKey,
    secret: &SigningKey,
) -> Result<SignedCheckpoint, CheckpointError> {
    let text = checkpoint.checked_text()?;
    if checkpoint.origin != key.name() {
        return Err(CheckpointError::OtherOrigin { origin: checkpoint.origin });
    }
    let note = Note::new(&text, note::sign(&text, key, secret)?)?;
    Ok(SignedCheckpoint { checkpoint, note })
}

/// Reads a checkpoint and verifies that the log of this key signed it.
pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<SignedCheckpoint, CheckpointError> {
    let note = Note::parse(bytes)?;
    note.verify(key)?;
    let checkpoint = Checkpoint::parse(note.text())?;
    if checkpoint.origin != key.name() {
        return Err(CheckpointError::OtherOrigin { origin: checkpoint.origin });
    }
    Ok(SignedCheckpoint { checkpoint, note })
}
