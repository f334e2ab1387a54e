//! One audit, from the first table to the last comparison.

use super::column::Shared;
use super::correlate;
use super::keys::{self, Candidates};
use super::report::Report;
use super::scratch::Scratch;
use super::search::report_hit;
use super::structure::{Read, Reader, Structure};
use super::table::TableAudit;
use super::{AuditError, Outcome, Progress, Unchecked, Wanted, compare, leaves, once, relations};
use crate::audit::Gap;
use crate::{Check, Finding, Place};

/// Rows between two reports of progress.
const STEP: u64 = 512;

pub(crate) fn run(
    reader: &mut dyn Reader,
    wanted: Wanted<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, AuditError> {
    let Wanted { policy, search, known, log } = wanted;
    let (engine, place) = (reader.engine(), Place::of(reader.artefact()));
    let structure = reader.structure()?;
    let (scratch, mut report) = (Scratch::open()?, Report::default());
    compare::compare(&structure, policy, engine, &place, &mut report);
    let candidates = Candidates::default();
    let mut shared = Shared { scratch: &scratch, report: &mut report, search, engine, candidates };
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
    let candidates = shared.candidates;
    keys::report(&candidates, &scratch, &tables, &mut report)?;
    report_row_numbers(&structure, &tables, &mut report);
    once::report(&scratch, &tables, &mut report)?;
    once::report_references(&scratch, &tables, &mut report)?;
    relations::report(&scratch, &tables, &place, &mut report, &mut unchecked)?;
    leaves::report(&scratch, &tables, log, &mut report, &mut unchecked)?;
    correlate::report(&tables, known, &mut report, &mut unchecked);
    let looked = tables.iter().map(TableAudit::looked).collect();
    Ok(Outcome { findings: report.finish(), looked, unchecked, secrets: candidates.secrets() })
}

fn read(
    reader: &mut dyn Reader,
    structure: &Structure,
    tables: &mut [TableAudit<'_>],
    shared: &mut Shared<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), AuditError> {
    let (mut rows, mut bytes) = (0_u64, 0_u64);
    reader.rows(&structure.tables, &mut |read| {
        match read {
            Read::Row(number, values) => {
                let Some(table) = tables.get_mut(number) else { return Ok(()) };
                let before = table.bytes;
                table.row(&values, shared)?;
                rows = rows.saturating_add(1);
                bytes = bytes.saturating_add(table.bytes.saturating_sub(before));
                if rows % STEP == 1 {
                    progress(Progress { place: table.place.clone(), bytes, of: structure.bytes });
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

/// SQLite numbers the rows of most tables by itself, in the order of arrival. A number may be chosen as well, and then it
/// says something: none can be above how many objects were accepted.
fn report_row_numbers(structure: &Structure, tables: &[TableAudit<'_>], report: &mut Report) {
    let accepted = tables.iter().find(|table| table.is_whole("chain")).map_or(0, |table| table.rows);
    for (found, table) in structure.tables.iter().zip(tables) {
        let Some((least, most)) = found.row_numbers.filter(|_| table.declared.is_some()) else { continue };
        if least < 1 || u64::try_from(most).is_ok_and(|most| most > accepted) {
            let finding = Finding::new(Check::WrongShape, table.place.at("row numbers"));
            let finding = finding.fact("expected", format!("numbers from 1 to {accepted}"));
            report.add("row numbers", finding.fact("found", "greater or smaller ones"));
        }
    }
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
    let gap = Gap::Unreadable;
    let Structure { unread, elsewhere, .. } = structure;
    let unread = unread.iter().map(|(what, why)| Unchecked { place: place.at(what.clone()), gap, why: why.clone() });
    let of_table =
        |table: &TableAudit<'_>| Some(Unchecked { place: table.place.clone(), gap, why: table.unread.clone()? });
    let elsewhere =
        elsewhere.iter().map(|why| Unchecked { place: place.at("server"), gap: Gap::LeftOut, why: why.clone() });
    unread.chain(tables.iter().filter_map(of_table)).chain(elsewhere).collect()
}
