//! Vectors that others published: the primitives, through the functions that this crate uses.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use hpke::kem::{Kem, X25519HkdfSha256, XWing};
use hpke::{Deserializable as _, OpModeR, OpModeS, Serializable as _};
use souspli_attest::{SigningKey, verify};

use super::input::{Failure, Found, Input, Output, hex, wrong};
use super::rng::FixedRng;
use crate::kdf::expand;
use crate::{PrivateKey, PublicKey, open_hpke, seal_hpke};

pub(super) fn family(name: &str, input: &Input) -> Found {
    match name {
        "hkdf-sha256" => Some(hkdf(input)),
        "ed25519" => Some(ed25519(input)),
        "chacha20poly1305" => Some(chacha(input)),
        "argon2id" => Some(argon2id(input)),
        "xwing" => Some(xwing(input)),
        "hpke-x25519" => Some(hpke_x25519(input)),
        "hpke-xwing" => Some(hpke_xwing(input)),
        _ => None,
    }
}

/// RFC 5869. The lengths are those of its appendix.
fn hkdf(input: &Input) -> Result<Output, Failure> {
    let (salt, ikm, info) = (input.hex("salt")?, input.hex("ikm")?, input.hex("info")?);
    let okm = match input.u64("length")? {
        42 => hex(expand::<42>(&salt, &ikm, &info).expose_secret()),
        82 => hex(expand::<82>(&salt, &ikm, &info).expose_secret()),
        _ => return Err(wrong("length")),
    };
    Ok(vec![("okm", okm)])
}

/// RFC 8032.
fn ed25519(input: &Input) -> Result<Output, Failure> {
    let key = SigningKey::from_seed(&input.array("seed")?);
    let message = input.hex("message")?;
    let signature = key.sign(&message);
    verify(&key.verifying_key(), &message, &signature).map_err(|_| Failure::Case("it does not verify".into()))?;
    Ok(vec![("public", hex(key.verifying_key().0)), ("signature", hex(signature.0))])
}

/// RFC 8439.
fn chacha(input: &Input) -> Result<Output, Failure> {
    let cipher = chacha20poly1305::ChaCha20Poly1305::new(&input.array::<32>("key")?.into());
    let (plain, aad) = (input.hex("plain")?, input.hex("aad")?);
    let sealed = cipher.encrypt(&input.array::<12>("nonce")?.into(), Payload { msg: &plain, aad: &aad });
    Ok(vec![("sealed", hex(sealed.map_err(|_| wrong("plain"))?))])
}

/// RFC 9106.
#[cfg(feature = "argon2")]
fn argon2id(input: &Input) -> Result<Output, Failure> {
    let data = argon2::AssociatedData::new(&input.hex("data")?).map_err(|_| wrong("data"))?;
    let params = argon2::ParamsBuilder::new()
        .m_cost(input.u32("kib")?)
        .t_cost(input.u32("passes")?)
        .p_cost(input.u32("lanes")?)
        .data(data)
        .output_len(32)
        .build()
        .map_err(|_| wrong("kib"))?;
    let secret = input.hex("secret")?;
    let (algorithm, version) = (argon2::Algorithm::Argon2id, argon2::Version::V0x13);
    let hasher = argon2::Argon2::new_with_secret(&secret, algorithm, version, params).map_err(|_| wrong("secret"))?;
    let mut tag = [0; 32];
    hasher.hash_password_into(&input.hex("password")?, &input.hex("salt")?, &mut tag).map_err(|_| wrong("password"))?;
    Ok(vec![("tag", hex(tag))])
}

#[cfg(not(feature = "argon2"))]
fn argon2id(_: &Input) -> Result<Output, Failure> {
    Err(Failure::Skipped)
}

/// draft-connolly-cfrg-xwing-kem: key of a seed, encapsulation with given randomness, and back.
fn xwing(input: &Input) -> Result<Output, Failure> {
    let private = <XWing as Kem>::PrivateKey::from_bytes(&input.hex("seed")?).map_err(|_| wrong("seed"))?;
    let own = PrivateKey::from_seed(&input.secret("seed")?);
    let public = <XWing as Kem>::PublicKey::from_bytes(&own.public().to_bytes()).map_err(|_| wrong("seed"))?;
    let mut rng = FixedRng::new(input.hex("eseed")?);
    let (shared, encapsulated) = XWing::encap_with_rng(&public, None, &mut rng).map_err(|_| wrong("eseed"))?;
    let back = XWing::decap(&private, None, &encapsulated).map_err(|_| wrong("eseed"))?;
    if back.0 != shared.0 {
        return Err(Failure::Case("decapsulation gives another secret".into()));
    }
    Ok(vec![("pk", hex(own.public().to_bytes())), ("ct", hex(encapsulated.to_bytes())), ("ss", hex(shared.0))])
}

/// RFC 9180 with X25519: the same key schedule and single shot, with the KEM that the RFC's vectors have.
fn hpke_x25519(input: &Input) -> Result<Output, Failure> {
    type Aead = hpke::aead::ChaCha20Poly1305;
    type Kdf = hpke::kdf::HkdfSha256;
    type X25519 = X25519HkdfSha256;
    let private = <X25519 as Kem>::PrivateKey::from_bytes(&input.hex("skRm")?).map_err(|_| wrong("skRm"))?;
    let public = X25519::sk_to_pk(&private);
    let (info, aad, plain) = (input.hex("info")?, input.hex("aad")?, input.hex("plain")?);
    let mut rng = FixedRng::new(input.hex("ikmE")?);
    let (enc, sealed) =
        hpke::single_shot_seal_with_rng::<Aead, Kdf, X25519>(&OpModeS::Base, &public, &info, &plain, &aad, &mut rng)
            .map_err(|_| wrong("ikmE"))?;
    let back = hpke::single_shot_open::<Aead, Kdf, X25519>(&OpModeR::Base, &private, &enc, &info, &sealed, &aad);
    if back.ok() != Some(plain) {
        return Err(Failure::Case("it does not open".into()));
    }
    Ok(vec![("pkRm", hex(public.to_bytes())), ("enc", hex(enc.to_bytes())), ("ct", hex(sealed))])
}

/// draft-ietf-hpke-pq with this project's suite, through this crate's own functions.
fn hpke_xwing(input: &Input) -> Result<Output, Failure> {
    let key = PrivateKey::from_seed(&input.secret("skRm")?);
    let public = PublicKey::from_bytes(&key.public().to_bytes()).map_err(|_| wrong("skRm"))?;
    let (info, aad, plain) = (input.hex("info")?, input.hex("aad")?, input.hex("plain")?);
    let mut rng = FixedRng::new(input.hex("ikmE")?);
    let sealed = seal_hpke(&public, &info, &aad, &plain, &mut rng).map_err(|_| wrong("info"))?;
    let back = open_hpke(&key, &info, &aad, &sealed).map_err(|_| Failure::Case("it does not open".into()))?;
    let (enc, ct) = sealed.split_at_checked(1_120).ok_or_else(|| wrong("plain"))?;
    if back.expose_secret() != plain {
        return Err(Failure::Case("it opens to something else".into()));
    }
    Ok(vec![("pkRm", hex(public.to_bytes())), ("enc", hex(enc)), ("ct", hex(ct))])
}
