//! Hashes over labelled bytes (`docs/spec/encoding.md` §4, `events.md` §6, `claims.md` §2).

use sha2::{Digest as _, Sha256};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::receipt::{Link, leaf_input};
use souspli_protocol::request::work_input;
use souspli_protocol::tlv::Writer;
use souspli_protocol::{CalendarId, Context, Digest, Fingerprint, Label, RecordId, SUITE, VerifyingKey, Work};

/// SHA-256 (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// FP of a root key.
pub fn fingerprint(root: &VerifyingKey) -> Fingerprint {
    Fingerprint(sha256(&Writer::new(Label::Id).u8(1, SUITE).bytes(2, root.as_bytes()).finish()).0)
}

/// Calendar id of a practice and a 32-byte nonce.
pub fn calendar_id(fp: &Fingerprint, nonce: &[u8; 32]) -> CalendarId {
    let input = Writer::new(Label::Calendar).u8(1, SUITE).bytes(2, fp.as_bytes()).bytes(3, nonce).finish();
    CalendarId(first_16(&sha256(&input)))
}

/// Record id of a manage and a view key.
pub fn record_id(manage: &VerifyingKey, view: &VerifyingKey) -> RecordId {
    let writer = Writer::new(Label::Record).u8(1, SUITE).bytes(2, manage.as_bytes()).bytes(3, view.as_bytes());
    RecordId(first_16(&sha256(&writer.finish())))
}

/// Digest of the 24 claim ids of an event.
pub fn claims_digest(context: &Context, window: u32, claims: &ClaimIds) -> Digest {
    sha256(&claims.digest_input(context, window))
}

/// Hash of an event or a publication: SHA-256 of all its bytes.
pub fn event_hash(bytes: &[u8]) -> Digest {
    sha256(bytes)
}

/// Leaf of an event or publication hash.
pub fn leaf_of(object: &Digest) -> Digest {
    sha256(&leaf_input(object))
}

/// Head of the chain after a link.
pub fn head_after(link: &Link) -> Digest {
    sha256(&link.head_input())
}

/// How many leading zero bits a proof of work has.
pub fn work_bits(context: &Context, object: &Digest, work: &Work) -> u32 {
    zero_bits(&sha256(&work_input(context, object, work)))
}

/// Leading zero bits of a digest.
pub fn zero_bits(digest: &Digest) -> u32 {
    let mut bits = 0;
    for byte in digest.0 {
        bits = byte.leading_zeros().saturating_add(bits);
        if byte != 0 {
            break;
        }
    }
    bits
}

fn first_16(digest: &Digest) -> [u8; 16] {
    let mut id = [0; 16];
    id.copy_from_slice(digest.0.split_at(16).0);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_is_that_of_fips_180_4() {
        let abc = [
            0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03,
            0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
        ];
        assert_eq!(sha256(b"abc").0, abc);
    }

    #[test]
    fn zero_bits_count_from_the_front() {
        let mut digest = Digest([0; 32]);
        assert_eq!(zero_bits(&digest), 256);
        digest.0[1] = 0x10;
        assert_eq!(zero_bits(&digest), 11);
        digest.0[0] = 0x80;
        assert_eq!(zero_bits(&digest), 0);
    }

    #[test]
    fn a_practice_is_named_by_its_root_alone() {
        let root = VerifyingKey([7; 32]);
        let fp = fingerprint(&root);
        assert_ne!(fp, fingerprint(&VerifyingKey([8; 32])));
        assert_ne!(calendar_id(&fp, &[0; 32]), calendar_id(&fp, &[1; 32]));
        assert_ne!(record_id(&root, &VerifyingKey([8; 32])), record_id(&VerifyingKey([8; 32]), &root));
    }
}
