//! Reading the input of a case, and writing what it gives.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use souspli_protocol::{CalendarId, Context, Fingerprint, Label};

use crate::Secret;

/// Why a case gives nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The named error that the case is about.
    Named(String),
    /// The case itself is wrong.
    Case(String),
    /// This build cannot run it.
    #[cfg_attr(feature = "argon2", allow(dead_code))]
    Skipped,
}

/// The fields that a case gives.
pub(super) type Output = Vec<(&'static str, Value)>;
/// What a family says: `None` when the name is not one of its own.
pub(super) type Found = Option<Result<Output, Failure>>;

/// A named error.
pub(super) fn named(code: &str) -> Failure {
    Failure::Named(code.to_owned())
}

/// Bytes as a value of JSON.
pub(super) fn hex(bytes: impl AsRef<[u8]>) -> Value {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Value::String(nibbles.filter_map(|nibble| DIGITS.get(usize::from(nibble)).copied().map(char::from)).collect())
}

/// The input of a case, its references replaced by what they refer to.
#[derive(Debug)]
pub(super) struct Input(Map<String, Value>);

impl Input {
    /// `"@name.field"` stands for a field of what an earlier case of the file gives.
    pub(super) fn new(
        input: &Map<String, Value>,
        earlier: &BTreeMap<String, Map<String, Value>>,
    ) -> Result<Self, Failure> {
        let mut resolved = input.clone();
        for value in resolved.values_mut() {
            let Some(reference) = value.as_str().and_then(|text| text.strip_prefix('@')) else { continue };
            let found = reference.rsplit_once('.').and_then(|(name, field)| earlier.get(name)?.get(field));
            *value = found.ok_or_else(|| Failure::Case(format!("nothing stands at {reference}")))?.clone();
        }
        Ok(Self(resolved))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn text(&self, name: &str) -> Result<&str, Failure> {
        self.value(name)?.as_str().ok_or_else(|| wrong(name))
    }

    pub(super) fn hex(&self, name: &str) -> Result<Vec<u8>, Failure> {
        from_hex(self.text(name)?).ok_or_else(|| wrong(name))
    }

    pub(super) fn array<const N: usize>(&self, name: &str) -> Result<[u8; N], Failure> {
        self.hex(name)?.try_into().map_err(|_| wrong(name))
    }

    pub(super) fn secret<const N: usize>(&self, name: &str) -> Result<Secret<N>, Failure> {
        self.array(name).map(Secret::new)
    }

    pub(super) fn u64(&self, name: &str) -> Result<u64, Failure> {
        self.value(name)?.as_u64().ok_or_else(|| wrong(name))
    }

    pub(super) fn u32(&self, name: &str) -> Result<u32, Failure> {
        u32::try_from(self.u64(name)?).map_err(|_| wrong(name))
    }

    pub(super) fn usize(&self, name: &str) -> Result<usize, Failure> {
        usize::try_from(self.u64(name)?).map_err(|_| wrong(name))
    }

    pub(super) fn list(&self, name: &str) -> Result<&[Value], Failure> {
        self.value(name)?.as_array().map(Vec::as_slice).ok_or_else(|| wrong(name))
    }

    /// A list of hexadecimal strings.
    pub(super) fn hex_list(&self, name: &str) -> Result<Vec<Vec<u8>>, Failure> {
        let items = self.list(name)?.iter();
        items.map(|item| item.as_str().and_then(from_hex)).collect::<Option<_>>().ok_or_else(|| wrong(name))
    }

    /// FP and calendar; none of both is the context of what no practice has.
    pub(super) fn context(&self) -> Result<Context, Failure> {
        if !self.has("fp") && !self.has("calendar") {
            return Ok(Context::NONE);
        }
        Ok(Context { fp: Fingerprint(self.array("fp")?), calendar: CalendarId(self.array("calendar")?) })
    }

    pub(super) fn label(&self) -> Result<Label, Failure> {
        let text = self.text("label")?;
        Label::ALL.iter().find(|label| label.as_str() == text).copied().ok_or_else(|| wrong("label"))
    }

    /// Bytes that a case changes: at `flip_at` the lowest bit, cut to `cut_to`, with `more` behind them.
    pub(super) fn changed(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let mut bytes = self.hex(name)?;
        self.change(&mut bytes)?;
        Ok(bytes)
    }

    /// Changes bytes as [`Input::changed`] does.
    pub(super) fn change(&self, bytes: &mut Vec<u8>) -> Result<(), Failure> {
        if self.has("flip_at") {
            let byte = bytes.get_mut(self.usize("flip_at")?).ok_or_else(|| wrong("flip_at"))?;
            *byte ^= 1;
        }
        if self.has("cut_to") {
            bytes.truncate(self.usize("cut_to")?);
        }
        if self.has("more") {
            bytes.extend(self.hex("more")?);
        }
        Ok(())
    }

    fn value(&self, name: &str) -> Result<&Value, Failure> {
        self.0.get(name).ok_or_else(|| Failure::Case(format!("the input {name:?} is missing")))
    }
}

/// The case's own input is wrong.
pub(super) fn wrong(name: &str) -> Failure {
    Failure::Case(format!("the input {name:?} is wrong"))
}

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    digits
        .chunks_exact(2)
        .map(|pair| pair.iter().try_fold(0_u8, |byte, digit| Some(byte << 4 | u8::try_from(*digit).ok()?)))
        .collect()
}
