//! Rows as `COPY` writes them.

use super::super::structure::FoundTable;
use super::super::value::{LONGEST, Value};
use super::words::{Word, bracketed, full_name, parts, words};

/// Which table rows are for, and which of its columns.
pub(super) struct Copied {
    pub(super) table: usize,
    /// For each column of the table its place in a row.
    places: Vec<Option<usize>>,
}

impl Copied {
    /// `COPY public.event (calendar, …) FROM stdin;`
    pub(super) fn of(sql: &str, tables: &[FoundTable]) -> Option<Self> {
        let words = words(sql);
        let (name, _) = full_name(words.get(1..)?)?;
        let table = tables.iter().position(|table| table.name == name)?;
        let (inside, _) = bracketed(&words)?;
        let listed: Vec<&str> = parts(inside).iter().filter_map(|part| part.first().and_then(Word::name)).collect();
        let columns = tables.get(table)?.columns.iter();
        let places = columns.map(|column| listed.iter().position(|name| *name == column.name)).collect();
        Some(Self { table, places })
    }

    /// The values of a row, in the order of the table's columns.
    pub(super) fn values(&self, row: &[u8], tables: &[FoundTable]) -> Vec<Value> {
        let cells: Vec<&[u8]> = row.split(|byte| *byte == b'\t').collect();
        let columns = tables.get(self.table).map(|table| table.columns.as_slice()).unwrap_or_default();
        let value = |(of_type, place): (&str, &Option<usize>)| {
            let cell = place.and_then(|place| cells.get(place).copied());
            cell.map_or(Value::Null, |cell| value(cell, of_type))
        };
        columns.iter().map(|column| column.of_type.as_str()).zip(&self.places).map(value).collect()
    }
}

/// A value of a type.
fn value(cell: &[u8], of_type: &str) -> Value {
    if cell == b"\\N" {
        return Value::Null;
    }
    let text = unescaped(cell);
    let parsed = match of_type {
        "bytea" => bytes(&text).map(Value::Bytes),
        "bytea[]" => list(&text).map(Value::List),
        "bigint" | "integer" | "smallint" => number(&text).map(Value::Integer),
        "boolean" if text == b"t" => Some(Value::Boolean(true)),
        "boolean" if text == b"f" => Some(Value::Boolean(false)),
        _ => None,
    };
    match parsed.unwrap_or(Value::Text(text)) {
        Value::Bytes(bytes) | Value::Text(bytes) if bytes.len() > LONGEST => long(bytes),
        value => value,
    }
}

fn long(mut bytes: Vec<u8>) -> Value {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    bytes.truncate(LONGEST);
    Value::Long { start: bytes, length }
}

fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Takes back the escapes of `COPY`: `\\`, `\t`, `\n`, octal, hexadecimal.
fn unescaped(cell: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(cell.len());
    let mut rest = cell;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        let Some((&next, behind)) = rest.split_first().filter(|_| byte == b'\\') else {
            text.push(byte);
            continue;
        };
        rest = behind;
        match next {
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'v' => text.push(11),
            b'x' if digit(rest, 16).is_some() => text.push(take_number(&mut rest, 16, 2)),
            b'0'..=b'7' => {
                let before = u32::from(next.saturating_sub(b'0'));
                let digits = rest.iter().take(2).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                let after = u32::from(take_number(&mut rest, 8, 2));
                let shift = u32::try_from(digits).unwrap_or_default().saturating_mul(3);
                text.push(u8::try_from((before << shift | after) & 0xff).unwrap_or_default());
            }
            other => text.push(other),
        }
    }
    text
}

fn digit(text: &[u8], radix: u32) -> Option<u8> {
    let digit = text.first().and_then(|byte| char::from(*byte).to_digit(radix))?;
    u8::try_from(digit).ok()
}

/// Takes at most so many digits off the front.
fn take_number(text: &mut &[u8], radix: u8, most: usize) -> u8 {
    let mut number = 0_u8;
    for _ in 0..most {
        let Some(next) = digit(text, u32::from(radix)) else { break };
        number = number.wrapping_mul(radix).wrapping_add(next);
        *text = text.get(1..).unwrap_or_default();
    }
    number
}

/// `\x…`, or the older form: bytes as they are, others as `\ooo`.
fn bytes(text: &[u8]) -> Option<Vec<u8>> {
    let Some(hex) = text.strip_prefix(b"\\x") else {
        return older_bytes(text);
    };
    let (pairs, rest) = hex.as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(byte).collect::<Option<Vec<u8>>>().filter(|_| rest.is_empty())
}

fn older_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'\\' {
            bytes.push(byte);
        } else if let Some(behind) = rest.strip_prefix(b"\\") {
            bytes.push(b'\\');
            rest = behind;
        } else {
            let (digits, behind) = rest.split_first_chunk::<3>()?;
            rest = behind;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()?);
        }
    }
    Some(bytes)
}

/// `{"\\x…","\\x…"}`
fn list(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let text = std::str::from_utf8(text).ok()?;
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    if inside.is_empty() {
        return Some(Vec::new());
    }
    let item = |item: &str| bytes(item.trim_matches('"').replace("\\\\", "\\").as_bytes());
    inside.split(',').map(item).collect()
}

/// A page of a large object: `SELECT pg_catalog.lowrite(0, '\x…');`
pub(super) fn large_object_page(sql: &str) -> Option<Vec<u8>> {
    let text = sql.strip_prefix("SELECT pg_catalog.lowrite(0, '")?.strip_suffix("');")?;
    bytes(text.as_bytes())
}

/// The table of an `INSERT INTO`.
pub(super) fn inserted_into(sql: &str, tables: &[FoundTable]) -> Option<usize> {
    let start: String = sql.strip_prefix("INSERT INTO ")?.chars().take(512).collect();
    let (name, _) = full_name(&words(&start))?;
    tables.iter().position(|table| table.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        assert_eq!(value(b"\\N", "bytea"), Value::Null);
        assert_eq!(value(b"\\\\x00ff7a", "bytea"), Value::Bytes(vec![0, 255, 0x7a]));
        assert_eq!(value(b"\\\\000ab\\\\\\\\\\\\377", "bytea"), Value::Bytes(b"\0ab\\\xff".to_vec()));
        assert_eq!(value(b"{\"\\\\\\\\x01\",\"\\\\\\\\x0203\"}", "bytea[]"), Value::List(vec![vec![1], vec![2, 3]]));
        assert_eq!(value(b"{}", "bytea[]"), Value::List(Vec::new()));
        assert_eq!((value(b"-7", "bigint"), value(b"t", "boolean")), (Value::Integer(-7), Value::Boolean(true)));
        assert_eq!(value(b"a\\tb\\nc\\\\d\\101\\x41\\7", "text"), Value::Text(b"a\tb\nc\\dAA\x07".to_vec()));
        for (bad, of_type) in
            [("\\\\x0", "bytea"), ("\\\\xzz", "bytea"), ("{", "bytea[]"), ("x", "bigint"), ("yes", "boolean")]
        {
            assert!(matches!(value(bad.as_bytes(), of_type), Value::Text(_)), "{bad}");
        }
        assert_eq!(value(b"\\", "text"), Value::Text(b"\\".to_vec()));
    }

    #[test]
    fn pages_and_inserts_are_known() {
        assert_eq!(large_object_page("SELECT pg_catalog.lowrite(0, '\\x4142');"), Some(b"AB".to_vec()));
        assert_eq!(large_object_page("SELECT pg_catalog.lo_close(0);"), None);
        assert_eq!(inserted_into("INSERT INTO public.event VALUES (1);", &[]), None);
    }
}
