//! From a canary to all its needles.

use std::collections::HashSet;

use super::alphabet::{BASE64, BASE64URL, HEX};
use super::digest;
use super::digits::Numbers;
use super::needle::{Around, Case, Needle, SHORTEST};
use super::phone::Phone;
use super::spelling::{parts, plain, spellings, words_of};
use super::time::Moment;
use super::written::{self, Breadth, Written, written};
use super::{Canary, CanaryKind, NeedleError};

/// Bytes of a name's word that may be hashed alone.
const HASHED_WORD: usize = 4;

/// Adds a canary's needles; an error if it has none that is plain text.
pub(super) fn needles(
    canary: &Canary,
    number: u32,
    keys: &[Vec<u8>],
    all: &mut Vec<Needle>,
    numbers: &mut Numbers,
) -> Result<(), NeedleError> {
    let mut collected = Collected { number, needles: Vec::new(), known: HashSet::new() };
    match canary.kind {
        CanaryKind::Name | CanaryKind::Email | CanaryKind::Text => collected.text(canary)?,
        CanaryKind::Phone => collected.phone(canary, numbers)?,
        CanaryKind::Time => collected.time(canary)?,
        CanaryKind::Secret => collected.secret(canary)?,
    }
    collected.digests(canary, keys);
    all.extend(collected.needles);
    Ok(())
}

struct Collected {
    number: u32,
    needles: Vec<Needle>,
    /// What is there already, so that the first and plainest form of some bytes names them.
    known: HashSet<(bool, Vec<u8>)>,
}

impl Collected {
    fn add(&mut self, needle: Needle) {
        let is_exact = needle.case == Case::Exact;
        let bytes = if is_exact { needle.bytes.clone() } else { needle.bytes.to_ascii_lowercase() };
        if needle.least >= SHORTEST && self.known.insert((is_exact, bytes)) {
            self.needles.push(needle);
        }
    }

    fn extend(&mut self, needles: Vec<Needle>) {
        for needle in needles {
            self.add(needle);
        }
    }

    fn needle(&self, written: Written, how: &[&str]) -> Needle {
        let steps = std::iter::once(written.form.as_str()).chain(how.iter().copied()).filter(|step| !step.is_empty());
        let form = steps.collect::<Vec<_>>().join("/");
        let needle = Needle::new(self.number, form, written.bytes, written.case);
        written.width.map_or(needle.clone(), |width| needle.alphabet(width))
    }

    fn text(&mut self, canary: &Canary) -> Result<(), NeedleError> {
        let parts = parts(canary);
        if parts.is_empty() {
            return Err(NeedleError::TooShort { canary: canary.id.clone() });
        }
        for part in parts {
            for spelling in spellings(&part) {
                let breadth = if spelling.cased { Breadth::All } else { Breadth::Letters };
                for written in written(&spelling.text, breadth) {
                    self.add(self.needle(written, &[&part.label, &spelling.how]));
                }
            }
        }
        Ok(())
    }

    fn phone(&mut self, canary: &Canary, numbers: &mut Numbers) -> Result<(), NeedleError> {
        let phone = Phone::read(&canary.value)
            .ok_or_else(|| NeedleError::Form { canary: canary.id.clone(), kind: canary.kind })?;
        if phone.national.len() < SHORTEST {
            return Err(NeedleError::TooShort { canary: canary.id.clone() });
        }
        for (name, digits) in phone.digits() {
            numbers.add(&digits, self.number, format!("digits/{name}"));
        }
        let typed = canary.value.trim().to_owned();
        for (name, text) in
            [("national", phone.national.clone()), ("international", phone.international()), ("", typed)]
        {
            for written in written(&text, Breadth::All) {
                // These are found by their digits.
                if ["utf8", "utf16le", "utf16be", "utf32le", "utf32be"].contains(&written.form.as_str()) {
                    continue;
                }
                self.add(number(self.needle(written, &[name])));
            }
        }
        Ok(())
    }

    fn time(&mut self, canary: &Canary) -> Result<(), NeedleError> {
        let moment = Moment::read(&canary.value)
            .ok_or_else(|| NeedleError::Form { canary: canary.id.clone(), kind: canary.kind })?;
        for (name, text) in moment.texts() {
            for written in written(&text, Breadth::Dates) {
                self.add(self.needle(written, &[&name]));
            }
        }
        for (name, text) in moment.decimals() {
            for written in written(&text, Breadth::Dates) {
                self.add(number(self.needle(written, &[name])));
            }
        }
        for (name, text) in moment.days() {
            for written in written(&text, Breadth::Dates) {
                self.add(self.needle(written, &[name]));
            }
        }
        for (name, bytes) in moment.binary() {
            self.add(Needle::new(self.number, name, bytes.to_vec(), Case::Exact).around(Around::Early));
        }
        Ok(())
    }

    fn secret(&mut self, canary: &Canary) -> Result<(), NeedleError> {
        let value = canary.value.trim();
        let bytes = decoded(value).ok_or_else(|| NeedleError::Form { canary: canary.id.clone(), kind: canary.kind })?;
        if bytes.len() < SHORTEST {
            return Err(NeedleError::TooShort { canary: canary.id.clone() });
        }
        for written in written(value, Breadth::All) {
            self.add(self.needle(written, &[]));
        }
        self.add(self.needle(written::hex("/bytes", &bytes), &[]));
        for written in written::base64("/bytes", &bytes) {
            self.add(self.needle(written, &[]));
        }
        self.add(Needle::new(self.number, "bytes".to_owned(), bytes, Case::Exact));
        Ok(())
    }

    fn digests(&mut self, canary: &Canary, keys: &[Vec<u8>]) {
        let messages = messages(canary);
        for (how, message) in &messages {
            for (name, digest) in digest::digests(message.as_bytes()) {
                let name = format!("{name}/{how}");
                self.extend(digest::needles(self.number, &name, &digest, true));
            }
            for (place, key) in keys.iter().enumerate() {
                for (name, digest) in digest::keyed(key, message.as_bytes()) {
                    let name = format!("{name}(key {})/{how}", place + 1);
                    self.extend(digest::needles(self.number, &name, &digest, false));
                }
            }
        }
    }
}

/// Of a number, digits right before or behind make it another one; unless no digit is to be seen.
fn number(needle: Needle) -> Needle {
    let ends = [needle.bytes.first(), needle.bytes.last()];
    let shows = ends.into_iter().flatten().any(u8::is_ascii_digit);
    if needle.width.is_none() && shows && !needle.form.contains("-all") {
        needle.around(Around::NoDigit)
    } else {
        needle
    }
}

/// The bytes of a secret in base64url or hex.
fn decoded(value: &str) -> Option<Vec<u8>> {
    let value = value.trim_end_matches('=').as_bytes();
    let is_hex = value.iter().all(u8::is_ascii_hexdigit) && value.len().is_multiple_of(2);
    let (alphabet, width): (&[u8], u32) = if is_hex { (HEX, 4) } else { (BASE64URL, 6) };
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for byte in value {
        let byte = if is_hex { byte.to_ascii_lowercase() } else { *byte };
        let place = |alphabet: &[u8]| alphabet.iter().position(|known| *known == byte);
        let value = place(alphabet).or_else(|| place(BASE64).filter(|_| !is_hex))?;
        bits = bits << width | u32::try_from(value).ok()?;
        count += width;
        if count >= 8 {
            count -= 8;
            bytes.extend((bits >> count).to_le_bytes().first());
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// What of a canary a host might hash, with its name: as typed, as it would be normalised, and a name's words.
fn messages(canary: &Canary) -> Vec<(String, String)> {
    let value = canary.value.as_str();
    let trimmed = value.trim();
    let mut all = vec![("typed".to_owned(), value.to_owned())];
    let mut add = |how: &str, text: String| {
        if !all.iter().any(|(_, known)| *known == text) {
            all.push((how.to_owned(), text));
        }
    };
    add("trimmed", trimmed.to_owned());
    match canary.kind {
        CanaryKind::Name | CanaryKind::Email | CanaryKind::Text => {
            add("lower", trimmed.to_lowercase());
            add("upper", trimmed.to_uppercase());
            add("plain", plain(trimmed));
            add("plain-lower", plain(trimmed).to_lowercase());
            // Particles of a name are other people's too.
            let words = words_of(trimmed).into_iter().map(|(_, word)| word).enumerate();
            for (place, word) in words.filter(|(_, word)| canary.kind == CanaryKind::Name && word.len() >= HASHED_WORD)
            {
                add(&format!("word {}", place + 1), word.to_owned());
                add(&format!("word {}-lower", place + 1), word.to_lowercase());
                add(&format!("word {}-plain-lower", place + 1), plain(word).to_lowercase());
            }
        }
        CanaryKind::Phone => {
            if let Some(phone) = Phone::read(trimmed) {
                add("national", phone.national.clone());
                add("e164", phone.e164());
                add("international", phone.international());
                add("international00", format!("00{}", phone.international()));
                add("subscriber", phone.subscriber().to_owned());
                add("pairs", phone.pairs(" "));
            }
        }
        CanaryKind::Time => {
            if let Some(moment) = Moment::read(trimmed) {
                let decimals = moment.decimals().into_iter().take(2).map(|(name, text)| (name.to_owned(), text));
                let texts = moment.texts().into_iter().filter(|(name, _)| name.starts_with("iso"));
                decimals.chain(texts).for_each(|(name, text)| add(&name, text));
            }
        }
        CanaryKind::Secret => {}
    }
    all
}
