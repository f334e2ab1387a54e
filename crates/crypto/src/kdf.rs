//! Key derivation: HKDF-SHA256 (RFC 5869) whose info is a bound message (`docs/spec/keys.md`, notation).

use hkdf::Hkdf;
use sha2::Sha256;
use souspli_protocol::{Context, Label};

use crate::Secret;

/// `derive(key, label, fields…)`: 32 bytes; no salt; info is the bound message of the label with the fields from
/// tag 4 on.
pub fn derive<const N: usize>(key: &Secret<N>, label: Label, context: &Context, fields: &[&[u8]]) -> Secret<32> {
    expand(&[], key.expose_secret(), &bound(label, context, fields))
}

/// A bound message with fields from tag 4 on (`docs/spec/encoding.md` §2).
pub(crate) fn bound(label: Label, context: &Context, fields: &[&[u8]]) -> Vec<u8> {
    fields.iter().zip(4..).fold(context.write(label), |message, (field, tag)| message.bytes(tag, field)).finish()
}

/// HKDF-SHA256 extract and expand to `N` bytes. No salt and an empty salt are the same thing (RFC 5869 §2.2).
#[expect(clippy::expect_used, reason = "N is known here and small, the limit of RFC 5869 §2.3 is 255 × 32")]
pub(crate) fn expand<const N: usize>(salt: &[u8], ikm: &[u8], info: &[u8]) -> Secret<N> {
    Secret::fill(|place| Hkdf::<Sha256>::new(Some(salt), ikm).expand(info, place).expect("a short output"))
}

/// HKDF-SHA256, the first of its two steps alone.
pub(crate) fn extract(salt: &[u8], ikm: &[u8]) -> Secret<32> {
    Secret::fill(|place: &mut [u8; 32]| place.copy_from_slice(&Hkdf::<Sha256>::extract(Some(salt), ikm).0))
}

/// The second step, after [`extract`].
#[expect(clippy::expect_used, reason = "as in `expand`; and a key of 32 bytes is long enough")]
pub(crate) fn expand_only<const N: usize>(extracted: &Secret<32>, info: &[u8]) -> Secret<N> {
    let hkdf = Hkdf::<Sha256>::from_prk(extracted.expose_secret()).expect("32 bytes");
    Secret::fill(|place| hkdf.expand(info, place).expect("a short output"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_context_and_fields_each_change_the_key() {
        let key = Secret::new([1; 32]);
        let here = Context { fp: souspli_protocol::Fingerprint([2; 32]), ..Context::NONE };
        let one = derive(&key, Label::KeyHours, &Context::NONE, &[&[0; 4]]);
        assert_eq!(one, derive(&key, Label::KeyHours, &Context::NONE, &[&[0; 4]]));
        for other in [
            derive(&key, Label::KeyGid, &Context::NONE, &[&[0; 4]]),
            derive(&key, Label::KeyHours, &here, &[&[0; 4]]),
            derive(&key, Label::KeyHours, &Context::NONE, &[&[0; 4], &[]]),
            derive(&key, Label::KeyHours, &Context::NONE, &[&[1; 4]]),
            derive(&Secret::new([2; 32]), Label::KeyHours, &Context::NONE, &[&[0; 4]]),
        ] {
            assert_ne!(one, other);
        }
    }
}
