//! One table while its rows go by.

use souspli_protocol::to_base64url;

use super::column::{ColumnAudit, Shared};
use super::compare;
use super::correlate::Trace;
use super::objects::{self, Row};
use super::once::Spot;
use super::report::at_row;
use super::scratch::{Scratch, is_fact, signed};
use super::shape::Wrong;
use super::structure::{FoundTable, LARGE_OBJECTS};
use super::value::Value;
use super::{AuditError, Looked};
use crate::policy::{Column, Policy, Table};
use crate::{Check, Finding, Place};

/// What is known of a table, and what was seen of it.
pub(crate) struct TableAudit<'p> {
    /// Its place in the list.
    pub(crate) number: usize,
    pub(crate) place: Place,
    pub(crate) declared: Option<&'p Table>,
    names: Vec<String>,
    columns: Vec<ColumnAudit<'p>>,
    /// Places of the key's columns.
    key: Vec<usize>,
    /// Places of the columns whose values are small facts; none where the table is not as declared.
    facts: Option<Vec<usize>>,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// Whether it is nothing where it has no rows.
    is_nothing_if_empty: bool,
    /// Why not all rows were read.
    pub(crate) unread: Option<String>,
    /// What is compared with the contents of known bookings.
    pub(crate) trace: Option<Trace>,
}

impl<'p> TableAudit<'p> {
    pub(crate) fn new(
        number: usize,
        found: &FoundTable,
        policy: &'p Policy,
        shared: &Shared<'_>,
        place: &Place,
    ) -> Result<Self, AuditError> {
        let declared = compare::declared(found, policy, shared.engine);
        let place = place.at(found.step());
        let names: Vec<String> = found.columns.iter().map(|column| column.name.clone()).collect();
        let column = |name: &String| {
            declared.and_then(|table| table.columns_in(shared.engine).find(|column| column.name == *name))
        };
        let columns = found.columns.iter().map(|found_column| {
            let full = format!("{}.{}", found.name, found_column.name);
            let declared = column(&found_column.name);
            let referred = declared.filter(|_| is_referred(policy, &full)).map(|_| full);
            let place = place.at(format!("column {}", found_column.name));
            ColumnAudit::new(place, found_column.of_type.clone(), declared, referred)
        });
        let columns = columns.collect();
        let at = |name: &String| names.iter().position(|found| found == name);
        let key = declared.map(|table| table.key_in(shared.engine).iter().filter_map(at).collect()).unwrap_or_default();
        let facts = declared.and_then(|table| {
            let facts = table.columns_in(shared.engine).filter(|column| is_fact(&column.holds));
            facts.map(|column| at(&column.name)).collect::<Option<Vec<usize>>>()
        });
        let mut table = Self {
            number,
            place,
            declared,
            columns,
            names,
            key,
            facts,
            rows: 0,
            bytes: 0,
            is_nothing_if_empty: found.what == LARGE_OBJECTS,
            unread: None,
            trace: None,
        };
        table.make_facts(shared.scratch)?;
        Ok(table)
    }

    fn make_facts(&mut self, scratch: &Scratch) -> Result<(), AuditError> {
        let (Some(declared), Some(facts)) = (self.declared, &self.facts) else { return Ok(()) };
        let columns = facts.iter().filter_map(|place| self.names.get(*place)).cloned();
        let derived = objects::derived(&declared.name).iter().map(|name| (*name).to_owned());
        scratch.make(&declared.name, &columns.chain(derived).collect::<Vec<_>>())
    }

    /// Takes a row.
    pub(crate) fn row(&mut self, values: &[Value], shared: &mut Shared<'_>) -> Result<(), AuditError> {
        let row = self.rows;
        self.rows = self.rows.saturating_add(1);
        let mut wrong = Vec::new();
        for (column, (audit, value)) in self.columns.iter_mut().zip(values).enumerate() {
            self.bytes = self.bytes.saturating_add(value.len());
            audit.add(value, Spot { table: self.number, column, row, at: 0 }, shared, &mut wrong)?;
        }
        if let Some(trace) = &mut self.trace {
            trace.add(values, row);
        }
        let Some(declared) = self.declared else { return Ok(()) };
        let columns = self.columns.iter().enumerate();
        let is_wrong = |column: &ColumnAudit<'_>| wrong.iter().any(|(place, _)| *place == column.place);
        let misshaped: Vec<usize> = columns.filter(|(_, column)| is_wrong(column)).map(|(place, _)| place).collect();
        let is_key_right = !self.key.iter().any(|place| misshaped.contains(place));
        let key = if is_key_right { self.key_text(values) } else { String::new() };
        shared.scratch.key(self.number, row, &key)?;
        let derived = self.objects(declared, values, row, shared, &mut wrong)?;
        self.write_facts(declared, values, &misshaped, derived, row, shared.scratch)?;
        for (place, wrong) in wrong {
            say_wrong(&place, row, &key, &wrong, shared);
        }
        Ok(())
    }

    fn objects(
        &mut self,
        declared: &Table,
        values: &[Value],
        row: u64,
        shared: &mut Shared<'_>,
        wrong: &mut Vec<(Place, Wrong)>,
    ) -> Result<Vec<Value>, AuditError> {
        let seen = objects::look(&declared.name, &Row { names: &self.names, values });
        for (column, what) in seen.wrong {
            // What is not even of its size was named already.
            let place = self.place_of(column).unwrap_or_else(|| self.place.clone());
            if !wrong.iter().any(|(named, _)| *named == place) {
                wrong.push((place, what));
            }
        }
        let at = |name: &str| self.names.iter().position(|found| found == name);
        if let Some((name, cuts)) = seen.cuts
            && let Some(column) = at(name)
            && let Some(value) = values.get(column).and_then(Value::bytes)
            && let Some(audit) = self.columns.get_mut(column)
        {
            audit.parts(value, &cuts, Spot { table: self.number, column, row, at: 0 }, shared.scratch)?;
            if declared.name == "chain" {
                let sql = "INSERT INTO signed VALUES (?1, ?2)";
                shared.scratch.db.prepare_cached(sql)?.execute((signed(row), value))?;
            }
        }
        Ok(seen.facts)
    }

    /// Writes down what is compared with other rows. What is not as declared is left out: it was named already.
    fn write_facts(
        &self,
        declared: &Table,
        values: &[Value],
        misshaped: &[usize],
        derived: Vec<Value>,
        row: u64,
        scratch: &Scratch,
    ) -> Result<(), AuditError> {
        let Some(facts) = &self.facts else { return Ok(()) };
        let fact =
            |place: &usize| values.get(*place).filter(|_| !misshaped.contains(place)).cloned().unwrap_or(Value::Null);
        let written: Vec<Value> = facts.iter().map(fact).chain(derived).collect();
        scratch.write(&declared.name, row, &written)
    }

    /// The key of a row whose key columns are as declared: ids and numbers.
    fn key_text(&self, values: &[Value]) -> String {
        let part = |place: &usize| {
            let (name, value) = (self.names.get(*place)?, values.get(*place)?);
            let text = match value {
                Value::Bytes(bytes) => to_base64url(bytes),
                value => value.number()?.to_string(),
            };
            Some(format!("{name} {text}"))
        };
        self.key.iter().filter_map(part).collect::<Vec<_>>().join(", ")
    }

    /// Adds a row's key to a finding.
    pub(crate) fn keyed(&self, scratch: &Scratch, finding: Finding, row: u64) -> Finding {
        match scratch.key_of(self.number, row).filter(|key| !key.is_empty()) {
            Some(key) => finding.fact("key", key),
            None => finding,
        }
    }

    /// Where a column is.
    pub(crate) fn column_place(&self, column: usize) -> Option<Place> {
        self.columns.get(column).map(|column| column.place.clone())
    }

    /// Where a column of a name is.
    pub(crate) fn place_of(&self, name: &str) -> Option<Place> {
        self.names.iter().position(|found| found == name).and_then(|column| self.column_place(column))
    }

    /// Its columns, by name.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&String, &ColumnAudit<'p>)> {
        self.names.iter().zip(&self.columns)
    }

    /// Its columns whose values must also stand elsewhere.
    pub(crate) fn references(&self) -> impl Iterator<Item = (&Self, usize, &'p Column)> {
        let columns = self.columns.iter().enumerate();
        columns.filter_map(move |(place, column)| {
            Some((self, place, column.declared.filter(|one| !one.same_as.is_empty())?))
        })
    }

    /// Whether this is a declared table of which all columns are there and all rows were read.
    pub(crate) fn is_whole(&self, name: &str) -> bool {
        let declared = self.declared.is_some_and(|table| table.name == name);
        declared && self.facts.is_some() && self.unread.is_none()
    }

    pub(crate) fn looked(&self) -> Looked {
        Looked { place: self.place.clone(), rows: self.rows, bytes: self.bytes }
    }

    /// Says what is wrong with all rows together.
    pub(crate) fn report(&self, shared: &mut Shared<'_>) {
        if self.is_nothing_if_empty && self.rows == 0 {
            return;
        }
        if self.declared.is_none() {
            let finding = Finding::new(Check::UndeclaredObject, self.place.clone());
            let finding = finding.fact("rows", self.rows).fact("bytes", self.bytes);
            shared.report.add("table", finding);
        }
        for column in &self.columns {
            column.report(self.number, self.rows, shared.scratch, shared.report);
        }
    }
}

fn is_referred(policy: &Policy, full: &str) -> bool {
    let mut columns = policy.tables.iter().flat_map(|table| &table.columns);
    columns.any(|column| column.same_as.iter().any(|other| other == full))
}

fn say_wrong(place: &Place, row: u64, key: &str, wrong: &Wrong, shared: &mut Shared<'_>) {
    let check = if wrong.too_fine { Check::TimeTooFine } else { Check::WrongShape };
    let finding = Finding::new(check, at_row(place, row)).fact("expected", &wrong.expected);
    let finding = finding.fact("found", &wrong.found);
    let finding = if key.is_empty() { finding } else { finding.fact("key", key) };
    shared.report.add(&wrong.expected, finding);
}
