//! Boxes and HPKE seals (`docs/spec/keys.md` §6, §8).

use super::input::{Failure, Found, Input, Output, hex, named};
use super::rng::SeededRng;
use crate::boxes::aead_open;
use crate::kdf::bound;
use crate::{PrivateKey, open_box, open_hpke, seal_box, seal_hpke};

pub(super) fn family(name: &str, input: &Input) -> Found {
    match name {
        "box-seal" => Some(box_seal(input)),
        "box-open" => Some(box_open(input)),
        "aead-open" => Some(raw_open(input)),
        "hpke-seal" => Some(hpke_seal(input)),
        "hpke-open" => Some(hpke_open(input)),
        _ => None,
    }
}

/// The bound message of label, context and fields.
fn message(input: &Input) -> Result<Vec<u8>, Failure> {
    let fields = input.hex_list("fields")?;
    let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
    Ok(bound(input.label()?, &input.context()?, &fields))
}

fn box_seal(input: &Input) -> Result<Output, Failure> {
    let mut rng = SeededRng::new(&input.hex("rng")?);
    let (bound, plain) = (message(input)?, input.hex("plain")?);
    let sealed = seal_box(&input.secret("key")?, &bound, &plain, &mut rng).map_err(|_| named("cannot_seal"))?;
    Ok(vec![("bound", hex(bound)), ("sealed", hex(sealed))])
}

fn box_open(input: &Input) -> Result<Output, Failure> {
    let opened = open_box(&input.secret("key")?, &message(input)?, &input.changed("sealed")?);
    let plain = opened.map_err(|error| named(error.code()))?;
    Ok(vec![("plain", hex(plain.expose_secret()))])
}

/// ChaCha20-Poly1305 with nonce zero and no commitment: shows what the commitment prevents.
fn raw_open(input: &Input) -> Result<Output, Failure> {
    let opened = aead_open(&input.secret("key")?, &input.hex("aad")?, &input.changed("sealed")?);
    let plain = opened.map_err(|error| named(error.code()))?;
    Ok(vec![("plain", hex(plain.expose_secret()))])
}

fn hpke_seal(input: &Input) -> Result<Output, Failure> {
    let mut rng = SeededRng::new(&input.hex("rng")?);
    let key = PrivateKey::from_seed(&input.secret("seed")?);
    let sealed = seal_hpke(key.public(), &message(input)?, &input.hex("aad")?, &input.hex("plain")?, &mut rng)
        .map_err(|_| named("cannot_seal"))?;
    Ok(vec![("public", hex(key.public().to_bytes())), ("sealed", hex(sealed))])
}

fn hpke_open(input: &Input) -> Result<Output, Failure> {
    let key = PrivateKey::from_seed(&input.secret("seed")?);
    let opened = open_hpke(&key, &message(input)?, &input.hex("aad")?, &input.changed("sealed")?);
    let plain = opened.map_err(|error| named(error.code()))?;
    Ok(vec![("plain", hex(plain.expose_secret()))])
}
