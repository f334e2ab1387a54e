//! Common hashes of a value, which a host might keep to find a person again (a blind index).

use blake2::{Blake2b, Blake2b512, Blake2s256};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::consts::U32;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_256};
use sha3::{Sha3_256, Sha3_512};

use super::alphabet::{BASE64, BASE64URL, inside, whole};
use super::needle::{Around, Case, Needle};

/// The hashes of a message, by name.
pub(crate) fn digests(message: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("md5", of::<Md5>(message)),
        ("sha1", of::<Sha1>(message)),
        ("sha224", of::<Sha224>(message)),
        ("sha256", of::<Sha256>(message)),
        ("sha384", of::<Sha384>(message)),
        ("sha512", of::<Sha512>(message)),
        ("sha512-256", of::<Sha512_256>(message)),
        ("sha3-256", of::<Sha3_256>(message)),
        ("sha3-512", of::<Sha3_512>(message)),
        ("blake2b", of::<Blake2b512>(message)),
        ("blake2b-256", of::<Blake2b<U32>>(message)),
        ("blake2s", of::<Blake2s256>(message)),
        ("blake3", blake3::hash(message).as_bytes().to_vec()),
    ]
}

/// The hashes of a message with a key, by name: HMAC (RFC 2104), and what is used in its place.
pub(crate) fn keyed(key: &[u8], message: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let joined = |parts: [&[u8]; 2]| of::<Sha256>(&parts.concat());
    let mut all = vec![("key-sha256", joined([key, message])), ("sha256-key", joined([message, key]))];
    macro_rules! hmac {
        ($($name:literal $hash:ty),*) => {
            $(all.extend(Hmac::<$hash>::new_from_slice(key).ok().map(|mac| {
                ($name, mac.chain_update(message).finalize().into_bytes().to_vec())
            }));)*
        };
    }
    hmac!("hmac-sha256" Sha256, "hmac-sha512" Sha512, "hmac-sha1" Sha1, "hmac-md5" Md5);
    all.extend(
        <&[u8; 32]>::try_from(key)
            .ok()
            .map(|key| ("blake3-keyed", blake3::keyed_hash(key, message).as_bytes().to_vec())),
    );
    all
}

fn of<D: Digest>(message: &[u8]) -> Vec<u8> {
    D::digest(message).to_vec()
}

/// What of a digest is looked for: itself and its beginning from 8 bytes on, in binary, hex and base64.
///
/// Where random data goes on for long, 8 bytes are found by chance. So a cut of 8 or 9 bytes (10 in base64) must stand early in
/// binary data, or alone between other characters in text. `everywhere` adds the offsets of base64 at which a digest
/// is in the middle of what was encoded.
pub(crate) fn needles(canary: u32, name: &str, digest: &[u8], everywhere: bool) -> Vec<Needle> {
    let form = |form: &str| format!("{name}/{form}");
    let hex = super::alphabet::hex(digest).into_bytes();
    let mut all = vec![
        Needle::new(canary, form("raw"), digest.to_vec(), Case::Exact).prefix(8, 10, Around::Early),
        Needle::new(canary, form("hex"), hex, Case::Any).alphabet(4.0).prefix(16, 20, Around::NoHex),
    ];
    for (base, alphabet) in [("base64", BASE64), ("base64url", BASE64URL)] {
        for cut in [8, 9, 10] {
            let text = whole(digest.get(..cut).unwrap_or_default(), alphabet);
            let form = format!("{name}/{base}[..{}]", text.len());
            all.push(Needle::new(canary, form, text, Case::Exact).around(Around::NoBase64));
        }
        for offset in 0..if everywhere { 3 } else { 1 } {
            let text = inside(digest, offset, alphabet);
            let needle = Needle::new(canary, form(&format!("{base}@{offset}")), text, Case::Exact).alphabet(6.0);
            all.push(needle.prefix(14, 14, Around::NoBase64));
        }
    }
    for needle in &mut all {
        needle.hashed = true;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_their_standards() {
        let hex = |name: &str| {
            let (_, digest) = digests(b"abc").into_iter().find(|(known, _)| *known == name).expect("the hash");
            super::super::alphabet::hex(&digest)
        };
        for (name, begins) in [
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("sha224", "23097d223405d8228642a477bda255b3"),
            ("sha256", "ba7816bf8f01cfea414140de5dae2223"),
            ("sha384", "cb00753f45a35e8bb5a03d699ac65007"),
            ("sha512", "ddaf35a193617abacc417349ae204131"),
            ("sha512-256", "53048e2681941ef99b2e29b76b4c7dab"),
            ("sha3-256", "3a985da74fe225b2045c172d6bd390bd"),
            ("sha3-512", "b751850b1a57168a5693cd924b6b096e"),
            ("blake2b", "ba80a53f981c4d0d6a2797b69f12f6e9"),
            ("blake2b-256", "bddd813c634239723171ef3fee98579b"),
            ("blake2s", "508c5e8c327c14e2e1a72ba34eeb452f"),
            ("blake3", "6437b3ac38465133ffb63b75273a8db5"),
        ] {
            assert!(hex(name).starts_with(begins), "{name}: {}", hex(name));
        }
    }

    /// RFC 4231, test case 2; RFC 2202, test case 2 of both.
    #[test]
    fn keyed_hashes_are_those_of_rfc_2104() {
        let all = keyed(b"Jefe", b"what do ya want for nothing?");
        let hex = |name: &str| {
            let (_, digest) = all.iter().find(|(known, _)| *known == name).expect("the hash");
            super::super::alphabet::hex(digest)
        };
        assert!(hex("hmac-sha256").starts_with("5bdcc146bf60754e6a042426089575c7"));
        assert!(hex("hmac-sha512").starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
        assert!(hex("hmac-sha1").starts_with("effcdf6ae5eb2fa2d27416d5f184df9c"));
        assert!(hex("hmac-md5").starts_with("750c783e6ab0b503eaa86e310a5db738"));
    }
}
