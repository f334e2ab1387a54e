//! Columns that follow what was typed into known bookings: by order, by length, by equality.
//!
//! A cipher may hide every letter and still tell which of two names comes first, which is longer, or that two are the
//! same. So each column is compared with each field of the known bookings. The chance of what is found is exact or bounded
//! from above ([`kendall`], [`partition`]) and counts how many comparisons there were.

mod kendall;
mod partition;
mod trace;

use std::collections::BTreeMap;

use super::Unchecked;
use super::known::{KnownBooking, KnownValue};
use super::report::Report;
use super::table::TableAudit;
use crate::audit::Gap;
use crate::policy::Holds;
use crate::random::{ALLOWED, count};
use crate::{Check, Finding, Place};

pub(crate) use trace::Trace;
use trace::{Cell, ordered_text};

/// What follows the order of arrival as well as a field does, within so many bits, may follow that alone.
const MARGIN: f64 = 8.0;
/// Ways in which a column is compared with a field.
const WAYS: usize = 4;

/// Has the tables remember what stands in the rows of known bookings.
pub(crate) fn prepare(tables: &mut [TableAudit<'_>], known: &[KnownBooking]) {
    if known.is_empty() {
        return;
    }
    for table in tables {
        table.trace = Some(Trace::new(known, table.columns().count()));
    }
}

/// Says which columns follow which fields.
pub(crate) fn report(
    tables: &[TableAudit<'_>],
    known: &[KnownBooking],
    report: &mut Report,
    unchecked: &mut Vec<Unchecked>,
) {
    let fields = fields(known);
    let columns: usize = tables.iter().map(|table| table.columns().count().saturating_add(1)).sum();
    let tests = columns.saturating_mul(fields.len()).saturating_mul(WAYS).max(1);
    let needed = (count(tests) / ALLOWED).log2();
    let bookings = tables.iter().find(|table| table.is_whole("record")).map_or(0, |table| table.rows);
    let mut confounded = BTreeMap::<&str, Place>::new();
    for table in tables {
        let Some(cells) = table.trace.as_ref().and_then(|trace| trace.cells(table.rows, bookings)) else { continue };
        let columns =
            table.columns().map(|(_, column)| (column.place.clone(), column.declared.map(|column| &column.holds)));
        // The order in which rows lie is compared like a column of counters.
        let order = (table.place.at("order of rows"), Some(&Holds::Counter { from: 0 }));
        for (number, (place, holds)) in columns.chain([order]).enumerate() {
            for field in &fields {
                let compared = Compared::new(known, field, &cells, number);
                for (follows, bits) in compared.ways(holds).into_iter().filter(|(_, bits)| *bits >= needed) {
                    if compared.is_order_of_arrival(follows, bits) {
                        confounded.entry(field.name).or_insert_with(|| place.clone());
                        continue;
                    }
                    let finding = Finding::new(Check::Correlated, place.clone()).fact("field", field.name);
                    let finding = finding.fact("follows", follows.name()).fact("bookings", compared.rows.len());
                    report.add(field.name, finding.fact("chance", format!("below 2^-{}", bits.floor())));
                }
            }
        }
    }
    for (field, place) in confounded {
        let why =
            format!("the known bookings were made in the order of their {field}; what follows it may follow that");
        unchecked.push(Unchecked { place, gap: Gap::LeftOut, why });
    }
}

/// A field of the known bookings: its value in each, if it has one.
struct Field<'k> {
    name: &'k str,
    values: Vec<Option<&'k KnownValue>>,
}

fn fields(known: &[KnownBooking]) -> Vec<Field<'_>> {
    let mut fields = Vec::<Field<'_>>::new();
    for (booking, number) in known.iter().zip(0_usize..) {
        for field in &booking.fields {
            if !fields.iter().any(|other| other.name == field.name) {
                fields.push(Field { name: &field.name, values: vec![None; known.len()] });
            }
            let place = fields.iter_mut().find(|other| other.name == field.name);
            if let Some(value) = place.and_then(|field| field.values.get_mut(number)) {
                *value = Some(&field.value);
            }
        }
    }
    fields
}

/// In which way a column follows a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follows {
    Order,
    Length,
    Rows,
    Equality,
}

impl Follows {
    const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Length => "length",
            Self::Rows => "number of rows",
            Self::Equality => "equality",
        }
    }
}

/// One field and one column, of the bookings that have both.
struct Compared<'a> {
    rows: Vec<(u64, &'a KnownValue, &'a Cell)>,
}

impl<'a> Compared<'a> {
    fn new(known: &[KnownBooking], field: &Field<'a>, cells: &[Vec<Option<&'a Cell>>], column: usize) -> Self {
        let rows = known.iter().zip(&field.values).zip(cells).filter_map(|((booking, value), cells)| {
            let cell = cells.get(column).copied().flatten()?;
            Some((booking.order, (*value)?, cell))
        });
        Self { rows: rows.collect() }
    }

    fn ways(&self, holds: Option<&Holds>) -> Vec<(Follows, f64)> {
        let is_time = self.rows.iter().any(|(_, value, _)| matches!(value, KnownValue::Time(_)));
        if is_time && matches!(holds, Some(Holds::Window | Holds::Epoch)) {
            return Vec::new();
        }
        let order = kendall::bits(&self.of(|row| of_value(row.1)), &self.of(|row| row.2.order));
        let lengths = self.of(|row| length(row.1));
        let length = kendall::bits(&lengths, &self.of(|row| i128::from(row.2.length)));
        let rows = kendall::bits(&lengths, &self.of(|row| i128::from(row.2.rows)));
        // Counters have no gaps, so nothing can be put into them; in two calendars they take the same values.
        let equality = match holds {
            Some(Holds::Counter { .. }) => 0.0,
            _ => partition::bits(&self.of(|row| of_value(row.1)), &self.of(|row| row.2.print)),
        };
        vec![(Follows::Order, order), (Follows::Length, length), (Follows::Rows, rows), (Follows::Equality, equality)]
    }

    /// Whether the bookings were made in the order of the field, and the column follows that as well as anything.
    fn is_order_of_arrival(&self, follows: Follows, bits: f64) -> bool {
        let arrival = self.of(|row| i128::from(row.0));
        let column = self.of(|row| row.2.order);
        match follows {
            Follows::Equality => {
                is_rising(&arrival, &column) && partition::are_runs(&arrival, &self.of(|row| of_value(row.1)))
            }
            Follows::Order => kendall::bits(&self.of(|row| of_value(row.1)), &arrival) + MARGIN > bits,
            Follows::Length | Follows::Rows => kendall::bits(&self.of(|row| length(row.1)), &arrival) + MARGIN > bits,
        }
    }

    fn of(&self, value: impl Fn(&(u64, &KnownValue, &Cell)) -> i128) -> Vec<i128> {
        self.rows.iter().map(value).collect()
    }
}

/// Whether a column never falls in the order of arrival.
fn is_rising(arrival: &[i128], column: &[i128]) -> bool {
    let mut pairs: Vec<(&i128, &i128)> = arrival.iter().zip(column).collect();
    pairs.sort_unstable();
    pairs.is_sorted_by_key(|(_, value)| *value)
}

/// Where a value comes in the order of its field; equal values are at the same place.
fn of_value(value: &KnownValue) -> i128 {
    match value {
        KnownValue::Text(text) => ordered_text(text.to_lowercase().as_bytes()),
        KnownValue::Time(number) | KnownValue::Number(number) => i128::from(*number),
    }
}

fn length(value: &KnownValue) -> i128 {
    match value {
        KnownValue::Text(text) => i128::try_from(text.len()).unwrap_or_default(),
        KnownValue::Time(_) | KnownValue::Number(_) => 0,
    }
}
