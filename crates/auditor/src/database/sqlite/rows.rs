//! Every row of a SQLite table.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::super::AuditError;
use super::super::scratch::quoted;
use super::super::structure::{FoundTable, Read};
use super::super::value::{LONGEST, Value};
use super::unreadable;

/// Reads a table from its own tree, not from an index, which might leave rows out.
pub(super) fn read(
    db: &Connection,
    number: usize,
    table: &FoundTable,
    each: &mut dyn FnMut(Read) -> Result<(), AuditError>,
) -> Result<(), AuditError> {
    let Some(from) = &table.from else {
        return each(Read::Unread(number, "it has no rows of its own".to_owned()));
    };
    let columns: Vec<String> = table.columns.iter().map(|column| selected(&column.name)).collect();
    let sql = format!("SELECT {} FROM {from} NOT INDEXED", columns.join(", "));
    let mut select = match db.prepare(&sql) {
        Ok(select) => select,
        Err(error) => return each(Read::Unread(number, error.to_string())),
    };
    let mut rows = select.query([]).map_err(|error| unreadable(&error))?;
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(()),
            Err(error) => return each(Read::Unread(number, error.to_string())),
        };
        let mut values = Vec::with_capacity(table.columns.len());
        for place in 0..table.columns.len() {
            let at = place.saturating_mul(2);
            let length = row.get::<_, Option<u64>>(at.saturating_add(1)).unwrap_or_default().unwrap_or_default();
            let value = row.get_ref(at).map_err(|error| unreadable(&error))?;
            values.push(of(value, length));
        }
        each(Read::Row(number, values))?;
    }
}

/// A value, or the start of a long one, and how long it is.
fn selected(column: &str) -> String {
    let name = quoted(column);
    format!(
        "CASE WHEN octet_length({name}) > {LONGEST} THEN CAST(substr({name}, 1, {LONGEST}) AS BLOB) ELSE {name} END,
         octet_length({name})"
    )
}

fn of(value: ValueRef<'_>, length: u64) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::cut(text.to_vec(), length, Value::Text),
        ValueRef::Blob(bytes) => Value::cut(bytes.to_vec(), length, Value::Bytes),
    }
}
