//! Entries of the log, and the two hashes of its tree (`docs/spec/events.md` §6, RFC 6962 §2.1).

use souspli_attest::sha256;
use souspli_protocol::receipt::leaf_input;
use souspli_protocol::tlv::Reader;
use souspli_protocol::{Digest, Label, SUITE};

/// The entry of an event or a publication, by its hash: `tlv("souspli/v1/leaf", suite, 4: SHA-256(object))`.
pub fn entry_of(object: &Digest) -> Vec<u8> {
    // What the leaf is the hash of, without the zero byte that stands before it.
    leaf_input(object).split_off(1)
}

/// The hash that an entry of ours holds; `None` for every other sequence of bytes.
pub fn object_of(entry: &[u8]) -> Option<Digest> {
    let mut reader = Reader::new(entry, Label::Leaf).ok()?;
    let suite = reader.u8(1).ok()?;
    let object = Digest(reader.array(4).ok()?);
    reader.finish().ok()?;
    (suite == SUITE).then_some(object)
}

/// Leaf hash of an entry: SHA-256(0x00 ‖ entry), RFC 6962 §2.1. Of [`entry_of`] it is [`souspli_attest::leaf_of`].
pub fn leaf_hash(entry: &[u8]) -> Digest {
    sha256(&[&[0], entry].concat())
}

/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut input = [1; 1 + 2 * Digest::SIZE];
    input[1..33].copy_from_slice(left.as_bytes());
    input[33..].copy_from_slice(right.as_bytes());
    sha256(&input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_hashes_to_the_leaf_of_receipts() {
        for object in [Digest::ZERO, Digest([0xff; 32]), sha256(b"event")] {
            let entry = entry_of(&object);
            assert_eq!(leaf_hash(&entry), souspli_attest::leaf_of(&object));
            assert_eq!(object_of(&entry), Some(object));
        }
    }

    #[test]
    fn only_an_entry_of_ours_holds_an_object() {
        let object = sha256(b"event");
        let entry = entry_of(&object);
        for bit in 0..entry.len() * 8 {
            let mut changed = entry.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(object_of(&changed).is_none_or(|other| other != object), "bit {bit}");
            assert!(object_of(&changed).is_none_or(|other| entry_of(&other) == changed), "bit {bit}");
        }
        for cut in 0..entry.len() {
            assert_eq!(object_of(&entry[..cut]), None, "cut at {cut}");
        }
        assert_eq!(object_of(&[&entry[..], &[0]].concat()), None);
    }
}
