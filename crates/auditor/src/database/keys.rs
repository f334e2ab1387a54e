//! Secret keys beside the data: whether 32 bytes of a column that is not declared open something that is.
//!
//! A value proves itself: the public key of the seed that it would be, or the commitment to the key that it would be,
//! stands in the database.

use souspli_attest::{SigningKey, sha256};
use souspli_crypto::{PrivateKey, Secret};
use souspli_protocol::{CalendarId, Context, Fingerprint, Label, from_base64url};

use super::AuditError;
use super::once::{Spot, has_print};
use super::report::{Report, at_row};
use super::scratch::Scratch;
use super::table::TableAudit;
use super::value::Value;
use crate::{Check, Finding};

/// Values that are tried; of each, one key of each kind and one commitment for each of so many calendars.
const TRIED: usize = 4_096;
const CALENDARS: u32 = 64;

/// Values that may be keys.
#[derive(Debug, Default)]
pub(crate) struct Candidates(Vec<([u8; 32], Spot)>);

impl Candidates {
    /// Takes a value of an undeclared column: 32 bytes, a seed with its public key, or either as text.
    pub(crate) fn add(&mut self, value: &Value, spot: Spot) {
        if self.0.len() < TRIED
            && let Some(key) = key_of(value)
        {
            self.0.push((key, spot));
        }
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
    if candidates.0.is_empty() {
        return Ok(());
    }
    let contexts = contexts(scratch);
    for (key, spot) in &candidates.0 {
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
    if has_print(scratch, SigningKey::from_seed(key).verifying_key().as_bytes())? {
        return Ok(Some("signs with a key of this database"));
    }
    if has_print(scratch, &PrivateKey::from_seed(&Secret::new(*key)).public().to_bytes())? {
        return Ok(Some("opens what is sealed to a key of this database"));
    }
    for context in contexts {
        for label in [Label::CommitD, Label::CommitC] {
            let commitment = sha256(&context.write(label).bytes(4, key).finish());
            if has_print(scratch, commitment.as_bytes())? {
                return Ok(Some("opens an event of this database"));
            }
        }
    }
    Ok(None)
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
