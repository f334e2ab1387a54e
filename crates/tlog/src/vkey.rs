//! Verifier keys (C2SP signed-note, "Verifier keys" and "Signature types"; tlog-cosignature, "Format").

use souspli_attest::sha256;
use souspli_protocol::VerifyingKey;

use crate::text::{from_base64, to_base64};

/// First four bytes of SHA-256(key name ‖ 0x0A ‖ signature type ‖ public key): tells keys of one name apart.
pub type KeyId = [u8; 4];

/// What a key signs. Types that are not listed are not verified here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// 0x01: Ed25519 over the text of a note (signed-note, "Ed25519 signatures").
    Ed25519,
    /// 0x04: timestamped Ed25519 cosignature of a checkpoint (tlog-cosignature).
    Cosignature,
}

impl KeyType {
    /// The signature type identifier byte.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }
}

/// Why a text is not a verifier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VkeyError {
    /// It is not `name+id+key`.
    #[error("a verifier key has three parts")]
    Shape,
    /// The name is empty, or holds a space, a plus or a control character.
    #[error("a key name is not empty and holds no space, plus or control character")]
    Name,
    /// The third part is not canonical base64.
    #[error("the key is not canonical base64")]
    Base64,
    /// The type is not one that is verified here.
    #[error("signatures of type {0:#04x} are not supported")]
    Type(u8),
    /// The public key does not have 32 bytes.
    #[error("an Ed25519 key has 32 bytes")]
    Length,
    /// The id is not that of name, type and key, in lower-case hexadecimal.
    #[error("the key id does not follow from name and key")]
    Id,
}

/// Name, type and public half of a key that signs notes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    kind: KeyType,
    key: VerifyingKey,
}

impl VerifierKey {
    /// A key under a name; its id follows.
    pub fn new(name: &str, kind: KeyType, key: VerifyingKey) -> Result<Self, VkeyError> {
        if !is_key_name(name) {
            return Err(VkeyError::Name);
        }
        let input = [name.as_bytes(), &[b'\n', kind.byte()], key.as_bytes()].concat();
        let [a, b, c, d, ..] = sha256(&input).0;
        Ok(Self { name: name.to_owned(), id: [a, b, c, d], kind, key })
    }

    /// Reads `name+hex(id)+base64(type ‖ key)`; there is one such text for a key.
    pub fn parse(text: &str) -> Result<Self, VkeyError> {
        let (name, rest) = text.split_once('+').ok_or(VkeyError::Shape)?;
        let (id, key) = rest.split_once('+').ok_or(VkeyError::Shape)?;
        let bytes = from_base64(key).ok_or(VkeyError::Base64)?;
        let (kind, key) = match bytes.split_first().ok_or(VkeyError::Length)? {
            (0x01, key) => (KeyType::Ed25519, key),
            (0x04, key) => (KeyType::Cosignature, key),
            (other, _) => return Err(VkeyError::Type(*other)),
        };
        let key = Self::new(name, kind, VerifyingKey::try_from(key).map_err(|_| VkeyError::Length)?)?;
        if id == key.hex_id() { Ok(key) } else { Err(VkeyError::Id) }
    }

    /// Its name, as signature lines carry it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id, as signature lines carry it.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What it signs.
    pub fn kind(&self) -> KeyType {
        self.kind
    }

    /// The Ed25519 key.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    fn hex_id(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id))
    }
}

impl core::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let key = to_base64(&[&[self.kind.byte()], self.key.as_bytes().as_slice()].concat());
        write!(f, "{}+{}+{key}", self.name, self.hex_id())
    }
}

impl core::str::FromStr for VerifierKey {
    type Err = VkeyError;

    fn from_str(text: &str) -> Result<Self, VkeyError> {
        Self::parse(text)
    }
}

/// Whether a name may stand in a signature line (signed-note, "Format"): not empty, no Unicode space, no plus, and no
/// control character, which no note may hold.
pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c < ' ')
}
