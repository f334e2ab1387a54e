//! Identifiers, keys and signatures as bytes of fixed length (`docs/spec/encoding.md` §4, §5).

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::json::{self, FromJson, Json, ToJson};

/// Text that is not base64url without padding, or not of the right length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base64url of the expected length")]
pub struct Base64Error;

/// Encodes bytes as base64url without padding.
pub fn to_base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Decodes base64url without padding, strictly.
pub fn from_base64url(text: &str) -> Result<Vec<u8>, Base64Error> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| Base64Error)
}

macro_rules! fixed_bytes {
    ($($(#[$doc:meta])* $name:ident: $size:literal,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $size]);

        impl $name {
            /// How many bytes it has.
            pub const SIZE: usize = $size;
            /// All bytes zero: "none" where a shape needs a value.
            pub const ZERO: Self = Self([0; $size]);

            /// Its bytes.
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }

            /// Whether every byte is zero.
            pub fn is_zero(&self) -> bool {
                self == &Self::ZERO
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = core::array::TryFromSliceError;

            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                bytes.try_into().map(Self)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&to_base64url(&self.0))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl core::str::FromStr for $name {
            type Err = Base64Error;

            fn from_str(text: &str) -> Result<Self, Base64Error> {
                let mut bytes = [0; $size];
                match Base64UrlUnpadded::decode(text, &mut bytes) {
                    Ok(decoded) if decoded.len() == $size => Ok(Self(bytes)),
                    _ => Err(Base64Error),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }

        impl ToJson for $name {
            fn write(&self, writer: &mut json::Writer) {
                json::write_bytes(&self.0, writer);
            }
        }

        impl FromJson for $name {
            fn read(json: Json) -> Option<Self> {
                Self::try_from(json::read_bytes(json)?.as_slice()).ok()
            }
        }
    )*};
}

fixed_bytes! {
    /// Fingerprint of a practice's root key: what a link names and all trust starts from.
    Fingerprint: 32,
    /// Opaque id of a calendar.
    CalendarId: 16,
    /// Opaque id of a record, made from its manage and view keys.
    RecordId: 16,
    /// Claim id: one granule of one resource under a generation's key, or a decoy.
    Gid: 16,
    /// Opaque id of a vault.
    VaultId: 16,
    /// Where a vault is found; made from a secret of at least 128 bits, never from a passphrase.
    Locator: 32,
    /// Ed25519 verification key (RFC 8032).
    VerifyingKey: 32,
    /// Ed25519 signature (RFC 8032).
    Signature: 64,
    /// A SHA-256 value (FIPS 180-4).
    Digest: 32,
    /// Nonce that the host gave for one signed request.
    Nonce: 32,
    /// Solution of a proof of work.
    Work: 8,
    /// Sealed id of a practitioner, room, visit type or question.
    ItemId: 8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_is_strict() {
        let id = CalendarId([0xfb; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), 22);
        for bad in ["", "AAAA", "-_-_-_-_-_-_-_-_-_-_-x", "+/+/+/+/+/+/+/+/+/+/+w", "AAAAAAAAAAAAAAAAAAAAAA=="] {
            assert_eq!(bad.parse::<CalendarId>(), Err(Base64Error), "{bad}");
        }
        let json = serde_json::to_string(&id).expect("json");
        assert_eq!(serde_json::from_str::<CalendarId>(&json).expect("back"), id);
        assert!(serde_json::from_str::<CalendarId>("7").is_err());
    }
}
