//! The auditor's signature over a report (`docs/auditing.md`, "The signature").
//!
//! Signed is the SHA-256 of the JSON's bytes. The page for people names the same hash, and [`super::page`] makes the same
//! page of the same JSON, so that one signature covers both.

use std::fmt::Write as _;

use souspli_attest::{sha256, verify};
use souspli_protocol::{Context, Digest, Label, Signature, VerifyingKey};

use super::{AuditorKey, Report};
use crate::audit::hex;

/// First line of a signature file.
const HEADER: &str = "souspli audit signature 1";
/// Bytes of the longest signature file.
const LONGEST: usize = 1_024;

/// What is signed for a report's JSON: `tlv("souspli/v1/audit/report", suite, zero FP, zero calendar, 4: SHA-256)`.
pub fn statement(json: &Digest) -> Vec<u8> {
    Context::NONE.write(Label::AuditReport).bytes(4, json.as_bytes()).finish()
}

/// A signature over a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// SHA-256 of the JSON.
    pub sha256: Digest,
    /// Whose.
    pub key: VerifyingKey,
    /// Over [`statement`].
    pub signature: Signature,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The file is not a signature file of this version.
    #[error("the signature file is not one of this version")]
    NotASignature,
    /// The report's bytes are not those that were signed.
    #[error("the report is not the one that was signed")]
    OtherReport,
    /// It was signed by another key than the report names.
    #[error("the report names another key than the one that signed")]
    OtherKey,
    /// The key is not the one that the caller trusts.
    #[error("it was signed by another key than the one expected")]
    NotExpected,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Unverified,
}

impl Signed {
    /// Signs a report's JSON.
    pub fn sign(json: &[u8], key: &AuditorKey) -> Self {
        let sha256 = sha256(json);
        Self { sha256, key: key.public(), signature: key.sign(&statement(&sha256)) }
    }

    /// Checks it against a report: that its bytes are the ones that were signed, by the key that the report names and, if
    /// one is expected, by that one.
    pub fn check(&self, json: &[u8], report: &Report, expected: Option<&VerifyingKey>) -> Result<(), SignatureError> {
        if sha256(json) != self.sha256 {
            return Err(SignatureError::OtherReport);
        }
        verify(&self.key, &statement(&self.sha256), &self.signature).map_err(|_| SignatureError::Unverified)?;
        if report.auditor.key != Some(self.key) {
            return Err(SignatureError::OtherKey);
        }
        if expected.is_some_and(|expected| *expected != self.key) {
            return Err(SignatureError::NotExpected);
        }
        Ok(())
    }

    /// The signature file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\nsha256 {}\n", hex(self.sha256.as_bytes()));
        let _ = write!(text, "key {}\nsignature {}\n", self.key, self.signature);
        text
    }

    /// Reads a signature file. There is one way to write one.
    pub fn from_text(text: &str) -> Result<Self, SignatureError> {
        Self::read(text).filter(|signed| signed.to_text() == text).ok_or(SignatureError::NotASignature)
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut lines = text.lines();
        lines.next().filter(|line| *line == HEADER)?;
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let sha256 = from_hex(value("sha256")?)?;
        Some(Self { sha256, key: value("key")?.parse().ok()?, signature: value("signature")?.parse().ok()? })
    }
}

fn from_hex(text: &str) -> Option<Digest> {
    let mut digest = Digest::ZERO;
    for (place, byte) in digest.0.iter_mut().enumerate() {
        let at = place.checked_mul(2)?;
        *byte = u8::from_str_radix(text.get(at..at.checked_add(2)?)?, 16).ok()?;
    }
    Some(digest)
}
