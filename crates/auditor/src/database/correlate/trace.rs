//! What stands in the rows of known bookings.

use std::collections::HashMap;

use souspli_attest::sha256;
use souspli_protocol::from_base64url;

use super::super::known::KnownBooking;
use super::super::value::Value;

/// What is kept of a value in the row of a known booking.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    /// How many rows of the table the booking has.
    pub(super) rows: u32,
    pub(super) length: u64,
    /// Its place in an order: a number, or the first bytes.
    pub(super) order: i128,
    /// The same for equal values only.
    pub(super) print: i128,
}

/// Of one table: for each known booking a cell a column, of its first row, and one more with that row's number.
#[derive(Debug)]
pub(crate) struct Trace {
    by_record: HashMap<[u8; 16], usize>,
    by_order: HashMap<u64, usize>,
    of_records: Vec<Vec<Option<Cell>>>,
    of_orders: Vec<Vec<Option<Cell>>>,
    has_records: bool,
}

impl Trace {
    pub(super) fn new(known: &[KnownBooking], columns: usize) -> Self {
        let empty = vec![vec![None; columns.saturating_add(1)]; known.len()];
        Self {
            by_record: known.iter().zip(0..).map(|(booking, number)| (booking.record.0, number)).collect(),
            by_order: known.iter().zip(0..).map(|(booking, number)| (booking.order, number)).collect(),
            of_records: empty.clone(),
            of_orders: empty,
            has_records: false,
        }
    }

    /// Takes a row: it is a known booking's if one of its values is the record's id, in bytes or as text.
    pub(crate) fn add(&mut self, values: &[Value], row: u64) {
        let record = values.iter().find_map(|value| self.by_record.get(&id(value)?));
        if let Some(cells) = record.and_then(|number| self.of_records.get_mut(*number)) {
            self.has_records = true;
            fill(cells, values, row);
        }
        if let Some(cells) = self.by_order.get(&row).and_then(|number| self.of_orders.get_mut(*number)) {
            fill(cells, values, row);
        }
    }

    /// The cells by booking. A table that names no record is taken to be in the order of arrival if it has as many rows as
    /// there are bookings.
    pub(super) fn cells(&self, rows: u64, bookings: u64) -> Option<Vec<Vec<Option<&Cell>>>> {
        let cells = match self.has_records {
            true => &self.of_records,
            false if rows > 0 && rows == bookings => &self.of_orders,
            false => return None,
        };
        Some(cells.iter().map(|cells| cells.iter().map(Option::as_ref).collect()).collect())
    }
}

fn fill(cells: &mut [Option<Cell>], values: &[Value], row: u64) {
    let number = Value::Integer(i64::try_from(row).unwrap_or(i64::MAX));
    for (cell, value) in cells.iter_mut().zip(values.iter().chain([&number])) {
        match cell {
            Some(cell) => cell.rows = cell.rows.saturating_add(1),
            None => *cell = of(value),
        }
    }
}

fn of(value: &Value) -> Option<Cell> {
    let (order, bytes) = match value {
        Value::Null => return None,
        Value::Integer(number) => (i128::from(*number), number.to_be_bytes().to_vec()),
        Value::Boolean(yes) => (i128::from(*yes), vec![u8::from(*yes)]),
        Value::Real(number) => (i128::from(total(*number)), number.to_be_bytes().to_vec()),
        Value::Text(bytes) | Value::Bytes(bytes) | Value::Long { start: bytes, .. } => {
            (ordered_text(bytes), bytes.clone())
        }
        Value::List(items) => (ordered_text(&items.concat()), items.concat()),
    };
    let print = ordered_text(&sha256(&bytes).0);
    Some(Cell { rows: 1, length: value.len(), order, print })
}

/// A real number's place among others.
fn total(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The first 15 bytes as a number: in their order, if the values are.
pub(super) fn ordered_text(bytes: &[u8]) -> i128 {
    let first = (0..15).map(|place| bytes.get(place).copied().unwrap_or_default());
    first.fold(0, |number, byte| number << 8 | i128::from(byte))
}

/// Sixteen bytes, as they are, in hexadecimal (also as a UUID) or in base64url.
fn id(value: &Value) -> Option<[u8; 16]> {
    match value {
        Value::Bytes(bytes) => bytes.as_slice().try_into().ok(),
        Value::Text(text) => {
            let text = std::str::from_utf8(text).ok()?;
            let digits: String = text.chars().filter(|letter| *letter != '-').collect();
            let number = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32);
            number.map(u128::to_be_bytes).or_else(|| from_base64url(text).ok()?.try_into().ok())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use souspli_protocol::RecordId;

    use super::*;

    #[test]
    fn rows_are_found_by_the_record_in_any_form_or_by_their_number() {
        let known: Vec<KnownBooking> = (0..3)
            .map(|n| KnownBooking { record: RecordId([n; 16]), order: u64::from(n), fields: Vec::new() })
            .collect();
        let text = |text: &str| Value::Text(text.into());
        let forms = [
            Value::Bytes(vec![1; 16]),
            text("01010101-0101-0101-0101-010101010101"),
            text("01010101010101010101010101010101"),
            text("AQEBAQEBAQEBAQEBAQEBAQ"),
        ];
        for form in forms {
            let mut trace = Trace::new(&known, 2);
            trace.add(&[form.clone(), Value::Integer(7)], 0);
            let cells = trace.cells(1, 3).expect("by record");
            assert_eq!(cells[1][1].map(|cell| cell.order), Some(7), "{form:?}");
            assert!(cells[0][1].is_none() && cells[2][1].is_none());
        }
        let mut trace = Trace::new(&known, 1);
        (0..3).for_each(|row| trace.add(&[Value::Integer(10 + row)], row.unsigned_abs()));
        assert!(trace.cells(3, 4).is_none(), "more bookings than rows");
        assert_eq!(trace.cells(3, 3).expect("by order")[2][0].map(|cell| cell.order), Some(12));
    }

    #[test]
    fn orders_are_those_of_the_values() {
        assert!(ordered_text(b"durand") < ordered_text(b"durant") && ordered_text(b"d") < ordered_text(b"da"));
        let numbers = [-7.5, -0.5, 0.0, 0.25, 9e9].map(total);
        assert!(numbers.is_sorted(), "{numbers:?}");
    }
}
