//! Signed notes (C2SP signed-note, "Format" and "Signatures").

use souspli_attest::SigningKey;
use souspli_protocol::Signature;

use crate::text::{from_base64, to_base64};
use crate::vkey::{KeyId, KeyType, VerifierKey, is_key_name};

/// Most bytes of a note, signatures and all.
pub const MAX_NOTE: usize = 1 << 20;
/// Most signatures of a note.
pub const MAX_SIGNATURES: usize = 64;

/// Why bytes are not a note, or not one that a key has signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More than 1 MiB, or more than 64 signatures.
    #[error("the note is too long")]
    TooLong,
    /// The bytes are not UTF-8, or hold a control character that is not a newline.
    #[error("the note holds bytes that are not text")]
    NotText,
    /// There is no text that ends in a newline.
    #[error("the note has no text that ends in a newline")]
    Text,
    /// There is no empty line with signature lines behind it.
    #[error("the note has no signatures")]
    NoSignatures,
    /// A signature line is not em dash, space, key name, space, canonical base64 of at least five bytes, newline.
    #[error("signature line {at} is malformed")]
    Line {
        /// Which signature line, from 0.
        at: usize,
    },
    /// No signature is by this key.
    #[error("the note is not signed by {name}")]
    Unsigned {
        /// Name of the key.
        name: String,
    },
    /// A signature that names this key does not verify.
    #[error("a signature by {name} does not verify")]
    BadSignature {
        /// Name of the key.
        name: String,
    },
    /// The key is of a type that does not sign what it is used for.
    #[error("{name} is a key of another type")]
    KeyType {
        /// Name of the key.
        name: String,
    },
    /// The secret half belongs to another key.
    #[error("{name} has another secret half")]
    OtherSecret {
        /// Name of the key.
        name: String,
    },
}

/// One signature line; what its bytes are depends on the type of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: KeyId,
    bytes: Vec<u8>,
}

impl NoteSignature {
    pub(crate) fn new(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self { name: key.name().to_owned(), key_id: key.id(), bytes }
    }

    /// Reads a line without its newline; `None` unless it is well formed.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = from_base64(base64)?;
        let (key_id, bytes) = bytes.split_first_chunk::<4>().filter(|(_, bytes)| !bytes.is_empty())?;
        is_key_name(name).then(|| Self { name: name.to_owned(), key_id: *key_id, bytes: bytes.to_vec() })
    }

    /// The line, with its newline.
    pub fn line(&self) -> String {
        format!("— {} {}\n", self.name, to_base64(&[&self.key_id, self.bytes.as_slice()].concat()))
    }

    /// Name of the key that made it, as it says.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of the key that made it, as it says.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The signature itself.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it says that this key made it.
    pub fn names(&self, key: &VerifierKey) -> bool {
        self.key_id == key.id() && self.name == key.name()
    }
}

/// A text and its signatures, well formed; that a signature verifies is asked key by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A note of a text, which ends in a newline, and its first signature.
    pub fn new(text: &str, signature: NoteSignature) -> Result<Self, NoteError> {
        check_text(text)?;
        let mut note = Self { text: text.to_owned(), signatures: Vec::new() };
        note.add(signature)?;
        Ok(note)
    }

    /// Reads a note; [`Note::encode`] gives the same bytes again.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        let all = core::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        let (text, lines) = all.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let text = format!("{text}\n");
        check_text(&text)?;
        Ok(Self { text, signatures: parse_lines(lines)? })
    }

    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut note = self.text.clone();
        note.push('\n');
        note.extend(self.signatures.iter().map(NoteSignature::line));
        note.into_bytes()
    }

    /// The text that is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, in their order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature behind the others; one that is there already is not added again.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if self.signatures.contains(&signature) {
            return Ok(());
        }
        let length = self.encode().len().saturating_add(signature.line().len());
        if self.signatures.len() >= MAX_SIGNATURES || length > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// The signatures that say they are by this key.
    pub fn by<'a>(&'a self, key: &'a VerifierKey) -> impl Iterator<Item = &'a NoteSignature> {
        self.signatures.iter().filter(|signature| signature.names(key))
    }

    /// Whether a key of type 0x01 has signed: `false` where no signature names it. A signature that names it and does
    /// not verify is an error: the whole note is to be refused.
    pub fn is_signed_by(&self, key: &VerifierKey) -> Result<bool, NoteError> {
        let name = || key.name().to_owned();
        if key.kind() != KeyType::Ed25519 {
            return Err(NoteError::KeyType { name: name() });
        }
        let mut signed = false;
        for signature in self.by(key) {
            let verified = Signature::try_from(signature.bytes())
                .is_ok_and(|bytes| souspli_attest::verify(key.key(), self.text.as_bytes(), &bytes).is_ok());
            if !verified {
                return Err(NoteError::BadSignature { name: name() });
            }
            signed = true;
        }
        Ok(signed)
    }

    /// Verifies that a key of type 0x01 has signed.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        if self.is_signed_by(key)? { Ok(()) } else { Err(NoteError::Unsigned { name: key.name().to_owned() }) }
    }
}

/// Signs a text, which ends in a newline, with a key of type 0x01.
pub fn sign(text: &str, key: &VerifierKey, secret: &SigningKey) -> Result<NoteSignature, NoteError> {
    check_text(text)?;
    if key.kind() != KeyType::Ed25519 {
        return Err(NoteError::KeyType { name: key.name().to_owned() });
    }
    if *key.key() != secret.verifying_key() {
        return Err(NoteError::OtherSecret { name: key.name().to_owned() });
    }
    Ok(NoteSignature::new(key, secret.sign(text.as_bytes()).0.to_vec()))
}

/// Reads signature lines, at least one and at most 64, each with its newline.
pub(crate) fn parse_lines(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    if lines.is_empty() {
        return Err(NoteError::NoSignatures);
    }
    let lines: Vec<&str> = lines.split_inclusive('\n').take(MAX_SIGNATURES.saturating_add(1)).collect();
    if lines.len() > MAX_SIGNATURES {
        return Err(NoteError::TooLong);
    }
    let signature = |line: &str| NoteSignature::parse(line.strip_suffix('\n')?);
    lines.iter().enumerate().map(|(at, line)| signature(line).ok_or(NoteError::Line { at })).collect()
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.chars().any(|c| c < ' ' && c != '\n') {
        return Err(NoteError::NotText);
    }
    if text.ends_with('\n') { Ok(()) } else { Err(NoteError::Text) }
}
