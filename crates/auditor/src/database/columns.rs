//! Some columns of some tables, whatever else there is.

use super::structure::{FoundTable, Read};
use super::value::Value;
use super::{AuditError, Source};

/// A table, and the columns of it that are wanted.
pub(crate) type Columns = (&'static str, &'static [&'static str]);

/// Takes a row: which of the wanted tables it is of, and a value for each column.
pub(crate) type Each<'a> = &'a mut dyn FnMut(usize, &[&Value]) -> Result<(), AuditError>;

/// Reads them row by row: which of the wanted tables it is, and a value for each column. Gives which of the tables are
/// there with all of these columns.
pub(crate) fn read_columns(source: &Source, wanted: &[Columns], each: Each<'_>) -> Result<Vec<bool>, AuditError> {
    let mut reader = source.open()?;
    let structure = reader.structure()?;
    let number_of = |table: &FoundTable| {
        let has = |name: &str| table.columns.iter().any(|column| column.name == name);
        let is = |(name, columns): &Columns| *name == table.name && columns.iter().all(|name| has(name));
        wanted.iter().position(|wanted| table.is_plain() && is(wanted))
    };
    let numbers: Vec<Option<usize>> = structure.tables.iter().map(number_of).collect();
    // Only these columns are asked for, where the reader can; a server sends whole rows.
    let narrowed = structure.tables.iter().zip(&numbers).map(|(table, number)| {
        let mut table = table.clone();
        match number.and_then(|number| wanted.get(number)) {
            Some((_, names)) => table.columns.retain(|column| names.contains(&column.name.as_str())),
            None => table.from = None,
        }
        table
    });
    let narrowed: Vec<FoundTable> = narrowed.collect();
    let mut unread = None;
    reader.rows(&narrowed, &mut |read| {
        let (place, values) = match read {
            Read::Row(place, values) => (place, values),
            Read::Unread(place, why) => {
                if numbers.get(place).copied().flatten().is_some() {
                    unread = Some(why);
                }
                return Ok(());
            }
        };
        let Some(number) = numbers.get(place).copied().flatten() else { return Ok(()) };
        let (Some(full), Some(narrow), Some((_, names))) =
            (structure.tables.get(place), narrowed.get(place), wanted.get(number))
        else {
            return Ok(());
        };
        let columns = if values.len() == narrow.columns.len() { &narrow.columns } else { &full.columns };
        let value = |name: &str| {
            let at = columns.iter().position(|column| column.name == name);
            at.and_then(|at| values.get(at)).unwrap_or(&Value::Null)
        };
        each(number, &names.iter().map(|name| value(name)).collect::<Vec<_>>())
    })?;
    match unread {
        Some(why) => Err(AuditError::Unreadable(why)),
        None => Ok((0..wanted.len()).map(|number| numbers.contains(&Some(number))).collect()),
    }
}
