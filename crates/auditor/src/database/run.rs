//! One audit, from the first table to the last comparison.

use super::column::{Shared, report_hit};
use super::correlate;
use super::report::Report;
use super::scratch::Scratch;
use super::structure::{Read, Reader, Structure};
use super::table::TableAudit;
use super::{AuditError, KnownBooking, Outcome, Progress, Unchecked, ValueSearch, compare, once, relations};
use crate::Place;
use crate::policy::Policy;

/// Rows between two reports of progress.
const STEP: u64 = 512;

pub(crate) fn run(
    reader: &mut dyn Reader,
    policy: &Policy,
    search: Option<&dyn ValueSearch>,
    known: &[KnownBooking],
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, AuditError> {
    let (engine, place) = (reader.engine(), Place::of(reader.artefact()));
    let structure = reader.structure()?;
    let (scratch, mut report) = (Scratch::open()?, Report::default());
    compare::compare(&structure, policy, engine, &place, &mut report);
    let mut shared = Shared { scratch: &scratch, report: &mut report, search, engine };
    search_texts(&structure, &place, &mut shared);
    let mut tables = Vec::with_capacity(structure.tables.len());
    for (number, found) in structure.tables.iter().enumerate() {
        tables.push(TableAudit::new(number, found, policy, &shared, &place)?);
    }
    correlate::prepare(&mut tables, known);
    read(reader, &structure, &mut tables, &mut shared, progress)?;
    let mut unchecked = unread(&structure, &tables, &place);
    scratch.index();
    for table in &tables {
        table.report(&mut shared);
    }
    once::report(&scratch, &tables, &mut report)?;
    once::report_references(&scratch, &tables, &mut report)?;
    relations::report(&scratch, &tables, &place, &mut report, &mut unchecked)?;
    correlate::report(&tables, known, &mut report, &mut unchecked);
    let looked = tables.iter().map(TableAudit::looked).collect();
    Ok(Outcome { findings: report.finish(), looked, unchecked })
}

fn read(
    reader: &mut dyn Reader,
    structure: &Structure,
    tables: &mut [TableAudit<'_>],
    shared: &mut Shared<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), AuditError> {
    reader.rows(&structure.tables, &mut |read| {
        match read {
            Read::Row(number, values) => {
                let Some(table) = tables.get_mut(number) else { return Ok(()) };
                table.row(&values, shared)?;
                if table.rows % STEP == 1 {
                    progress(Progress { place: table.place.clone(), rows: table.rows });
                }
            }
            Read::Unread(number, why) => {
                if let Some(table) = tables.get_mut(number) {
                    table.unread = Some(why);
                }
            }
        }
        Ok(())
    })
}

/// Names, definitions and comments may hold words as well as values may.
fn search_texts(structure: &Structure, place: &Place, shared: &mut Shared<'_>) {
    let Some(search) = shared.search else { return };
    let tables = structure.tables.iter().flat_map(|table| {
        let columns = table.columns.iter().map(move |column| {
            let default = column.default.clone().unwrap_or_default();
            (vec![table.step(), format!("column {}", column.name)], format!("{}\n{default}", column.name))
        });
        let own = format!("{}\n{}", table.name, table.sql.clone().unwrap_or_default());
        columns.chain([(vec![table.step()], own)])
    });
    let objects = structure.objects.iter().map(|object| {
        let table = object.of.iter().map(|table| format!("table {table}"));
        let path = table.chain([format!("{} {}", object.what, object.name)]).collect();
        (path, format!("{}\n{}", object.name, object.text))
    });
    for (path, text) in tables.chain(objects).collect::<Vec<(Vec<String>, String)>>() {
        for hit in search.find(text.as_bytes()) {
            let place = path.iter().fold(place.clone(), |place, step| place.at(step.clone()));
            report_hit(&hit, place, shared.report);
        }
    }
}

fn unread(structure: &Structure, tables: &[TableAudit<'_>], place: &Place) -> Vec<Unchecked> {
    let structure =
        structure.unread.iter().map(|(what, why)| Unchecked { place: place.at(what.clone()), why: why.clone() });
    let tables =
        tables.iter().filter_map(|table| Some(Unchecked { place: table.place.clone(), why: table.unread.clone()? }));
    structure.chain(tables).collect()
}
