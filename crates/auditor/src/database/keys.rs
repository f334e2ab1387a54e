//! Secret keys beside the data: whether 32 bytes of a column that is not declared open something that is.
//!
//! A value proves itself: the public key of the seed that it would be, or the commitment to the key that it would be,
//! stands in the database.

use souspli_attest::{SigningKey, sha256};
use souspli_crypto::keys::{LinkKeys, MemberKeys, RecordKeys, ViewKeys};
use souspli_crypto::{PrivateKey, Secret};
use souspli_protocol::{CalendarId, Context, Fingerprint, Label, VerifyingKey, from_base64url};

use super::AuditError;
use super::once::{Spot, has_print};
use super::report::{Report, at_row};
use super::scratch::Scratch;
use super::table::TableAudit;
use super::value::Value;
use crate::scan::{Needles, secrets_of};
use crate::{Check, Finding};

/// Values that are tried; of each, one key of each kind and one commitment for each of so many calendars.
const TRIED: usize = 4_096;
const CALENDARS: u32 = 64;

/// Values that may be keys.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    keys: Vec<([u8; 32], Spot)>,
    secrets: Vec<Vec<u8>>,
}

impl Candidates {
    /// Takes a value of an undeclared column: 32 bytes, a seed with its public key, or either as text; and whatever
    /// else may be the key of a hash.
    pub(crate) fn add(&mut self, value: &Value, spot: Spot) {
        if self.keys.len() < TRIED
            && let Some(key) = key_of(value)
        {
            self.keys.push((key, spot));
        }
        if let Value::Text(bytes) | Value::Bytes(bytes) = value
            && self.secrets.len() < Needles::KEYS
        {
            for secret in secrets_of(bytes) {
                if !self.secrets.contains(&secret) {
                    self.secrets.push(secret);
                }
            }
        }
    }

    /// What others may have been hashed with.
    pub(crate) fn secrets(mut self) -> Vec<Vec<u8>> {
        self.secrets.truncate(Needles::KEYS);
        self.secrets
    }
}

fn key_of(value: &Value) -> Option<[u8; 32]> {
    let decoded = match value {
        Value::Bytes(bytes) => bytes.clone(),
        Value::Text(text) => {
            let text = std::str::from_utf8(text).ok()?.trim().trim_end_matches('=');
            let digits = (text.len() == 64 || text.len() == 128).then(|| hex(text)).flatten();
            digits.or_else(|| from_base64url(&text.replace('+', "-").replace('/', "_")).ok())?
        }
        _ => return None,
    };
    let (key, rest) = decoded.split_first_chunk::<32>()?;
    (rest.is_empty() || rest.len() == 32).then_some(*key)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    pairs.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Says which of them are keys.
pub(crate) fn report(
    candidates: &Candidates,
    scratch: &Scratch,
    tables: &[TableAudit<'_>],
    report: &mut Report,
) -> Result<(), AuditError> {
    if candidates.keys.is_empty() {
        return Ok(());
    }
    let contexts = contexts(scratch);
    for (key, spot) in &candidates.keys {
        let Some(opens) = opens(key, &contexts, scratch)? else { continue };
        let Some(column) = tables.get(spot.table).and_then(|table| table.column_place(spot.column)) else { continue };
        let finding = Finding::new(Check::KeyBeside, at_row(&column, spot.row)).fact("opens", opens);
        report.add(opens, finding);
    }
    Ok(())
}

/// The practices; none where the table is not as declared.
fn contexts(scratch: &Scratch) -> Vec<Context> {
    let read = || {
        let mut select = scratch.db.prepare("SELECT fp, calendar FROM calendar LIMIT ?1")?;
        let context =
            |row: &rusqlite::Row<'_>| Ok(Context { fp: Fingerprint(row.get(0)?), calendar: CalendarId(row.get(1)?) });
        select.query_map([CALENDARS], context)?.collect::<rusqlite::Result<Vec<Context>>>()
    };
    read().unwrap_or_default()
}

fn opens(key: &[u8; 32], contexts: &[Context], scratch: &Scratch) -> Result<Option<&'static str>, AuditError> {
    for (public, opens) in publics(key, contexts) {
        if has_print(scratch, &public)? {
            return Ok(Some(opens));
        }
    }
    Ok(None)
}

/// What would stand in a database that 32 bytes are a secret key for (`docs/spec/keys.md`), and what they would do there.
pub(crate) fn publics(key: &[u8; 32], contexts: &[Context]) -> Vec<(Vec<u8>, &'static str)> {
    let secret = || Secret::new(*key);
    let signs = |key: VerifyingKey| (key.as_bytes().to_vec(), "signs with a key of this database");
    let mut all = vec![signs(SigningKey::from_seed(key).verifying_key())];
    all.push((PrivateKey::from_seed(&secret()).public().to_bytes(), "opens what is sealed to a key of this database"));
    for context in contexts {
        all.extend([Label::CommitD, Label::CommitC].map(|label| {
            let commitment = sha256(&context.write(label).bytes(4, key).finish());
            (commitment.as_bytes().to_vec(), "opens an event of this database")
        }));
        all.push((
            LinkKeys::derive(context, &secret()).verifying_key().as_bytes().to_vec(),
            "is a booking link's secret",
        ));
        all.push((MemberKeys::derive(context, &secret()).verifying_key().as_bytes().to_vec(), "is a member's key"));
        let record = RecordKeys::derive(context, &secret());
        all.push((record.manage().verifying_key().as_bytes().to_vec(), "is a patient's link's secret"));
        all.push((
            ViewKeys::derive(context, secret()).verifying_key().as_bytes().to_vec(),
            "is a patient's link's secret",
        ));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_tried_in_every_form() {
        let text = |text: &str| Value::Text(text.into());
        let key = [0xfb; 32];
        let forms = [
            Value::Bytes(key.to_vec()),
            Value::Bytes([key, [1; 32]].concat()),
            text(&"fb".repeat(32)),
            text(&"FB".repeat(32)),
            text("-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s"),
            text("+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=\n"),
        ];
        for form in forms {
            assert_eq!(key_of(&form), Some(key), "{form:?}");
        }
        for other in
            [Value::Null, Value::Bytes(vec![0; 31]), Value::Bytes(vec![0; 48]), text("a word"), Value::Integer(7)]
        {
            assert_eq!(key_of(&other), None, "{other:?}");
        }
    }
}
