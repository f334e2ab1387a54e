//! What a database is made of against what the policy declares.

use super::report::Report;
use super::structure::{FoundColumn, FoundObject, FoundTable, Structure};
use crate::policy::{Column, Engine, Holds, Policy, Table};
use crate::{Check, Finding, Place};

/// Says what is not declared, what is not as declared, and what is missing. Undeclared columns are left to when their
/// rows are known.
pub(crate) fn compare(structure: &Structure, policy: &Policy, engine: Engine, place: &Place, report: &mut Report) {
    for (name, found) in &structure.numbers {
        let declared = match *name {
            "user_version" => policy.schema.sqlite_user_version,
            "application_id" => policy.schema.sqlite_application_id,
            _ => 0,
        };
        if declared != *found {
            let finding = Finding::new(Check::UndeclaredObject, place.at(*name));
            report.add(name, finding.fact("expected", declared).fact("found", found));
        }
    }
    for table in &structure.tables {
        if let Some(declared) = declared(table, policy, engine) {
            compare_table(table, declared, engine, &place.at(table.step()), report);
        }
    }
    for table in policy.tables.iter().filter(|table| table.is_in(engine)) {
        if !structure.tables.iter().any(|found| found.is_plain() && found.name == table.name) {
            let missing = place.at(format!("table {}", table.name));
            report.add("missing", Finding::new(Check::MissingObject, missing));
        }
    }
    for object in &structure.objects {
        compare_object(object, policy, engine, place, report);
    }
    missing_indexes(structure, policy, engine, place, report);
}

/// What the policy says of a table; nothing of views and the like, whatever their name.
pub(crate) fn declared<'p>(table: &FoundTable, policy: &'p Policy, engine: Engine) -> Option<&'p Table> {
    policy.table(engine, &table.name).filter(|_| table.is_plain())
}

fn compare_table(table: &FoundTable, declared: &Table, engine: Engine, place: &Place, report: &mut Report) {
    let differences = differences(table, declared, engine);
    for Difference { column, what, expected, found } in &differences {
        let place = column.as_ref().map_or_else(|| place.clone(), |column| place.at(format!("column {column}")));
        let finding = Finding::new(Check::UndeclaredObject, place).fact("what", what);
        report.add(what, finding.fact("expected", expected).fact("found", found));
    }
    let named = |name: &str| table.columns.iter().any(|found| found.name == name);
    for column in declared.columns_in(engine).filter(|column| !named(&column.name)) {
        let missing = place.at(format!("column {}", column.name));
        report.add("missing", Finding::new(Check::MissingObject, missing));
    }
    let same_columns = table.columns.len() == declared.columns_in(engine).count();
    if let Some(sql) = &table.sql
        && same_columns
        && differences.is_empty()
    {
        super::sqlite::compare_text(sql, declared, place, report);
    }
}

/// Something of a table that is not as declared.
struct Difference {
    column: Option<String>,
    what: &'static str,
    expected: String,
    found: String,
}

fn differences(table: &FoundTable, declared: &Table, engine: Engine) -> Vec<Difference> {
    let mut differences = Vec::new();
    for column in &table.columns {
        let as_declared = declared.columns_in(engine).find(|other| other.name == column.name);
        differences.extend(as_declared.into_iter().flat_map(|declared| of_column(column, declared, engine)));
    }
    let of_table = |what, expected: &[String], found: &[String]| {
        let (expected, found) = (expected.join(", "), found.join(", "));
        (expected != found).then_some(Difference { column: None, what, expected, found })
    };
    differences.extend(of_table("primary key", declared.key_in(engine), &table.key));
    differences.extend(of_table("options", &options(declared, engine), &table.options));
    differences
}

fn of_column(column: &FoundColumn, declared: &Column, engine: Engine) -> Vec<Difference> {
    let of_type = declared.holds.column_type(engine).unwrap_or_default();
    let of_type = if column.of_type.eq_ignore_ascii_case(of_type) { &column.of_type } else { of_type };
    let null = |not_null: bool| if not_null { "not null" } else { "null" };
    // What a default says may be a value; that there is one is enough.
    let default = declared.postgres_default.as_ref().filter(|_| engine == Engine::Postgres);
    let of_default = if column.default.as_ref() == default { "as declared" } else { "another" };
    let extras = column.extras.join(", ");
    let compared = [
        ("type", of_type, column.of_type.as_str()),
        ("null", null(!declared.optional), null(column.not_null)),
        ("default", "as declared", of_default),
        ("extra", "", &extras),
    ];
    let different = compared.into_iter().filter(|(_, expected, found)| expected != found);
    let difference = |(what, expected, found): (&'static str, &str, &str)| Difference {
        column: Some(column.name.clone()),
        what,
        expected: expected.to_owned(),
        found: found.to_owned(),
    };
    different.map(difference).collect()
}

/// The options that a declared table has.
fn options(declared: &Table, engine: Engine) -> Vec<String> {
    match engine {
        Engine::Sqlite => {
            let sorted = declared.sorted.then(|| "WITHOUT ROWID".to_owned());
            ["STRICT".to_owned()].into_iter().chain(sorted).collect()
        }
        Engine::Postgres => declared.postgres_options.clone(),
    }
}

fn compare_object(object: &FoundObject, policy: &Policy, engine: Engine, place: &Place, report: &mut Report) {
    if object.plain_index.as_ref().is_some_and(|columns| is_declared_index(object, columns, policy, engine)) {
        return;
    }
    let is_extension = object.what == "extension" && policy.schema.postgres_extensions.contains(&object.name);
    if is_extension || is_one_row_mark(object, policy, engine) {
        return;
    }
    let place = match &object.of {
        Some(table) => place.at(format!("table {table}")),
        None => place.clone(),
    };
    let mut finding = Finding::new(Check::UndeclaredObject, place.at(format!("{} {}", object.what, object.name)));
    for (name, value) in &object.facts {
        finding = finding.fact(name, value);
    }
    if !object.text.is_empty() {
        finding = finding.fact("length", object.text.len());
    }
    report.add("object", finding);
}

fn is_declared_index(object: &FoundObject, columns: &[String], policy: &Policy, engine: Engine) -> bool {
    let table = object.of.as_ref().and_then(|table| policy.table(engine, table));
    let declared = table.and_then(|table| table.indexes.iter().find(|index| index.name == object.name));
    declared.is_some_and(|index| index.columns == columns)
}

/// The check that keeps a table to one row is declared with its column.
fn is_one_row_mark(object: &FoundObject, policy: &Policy, engine: Engine) -> bool {
    let table = object.of.as_ref().and_then(|table| policy.table(engine, table));
    let mark = table.and_then(one_row_mark).map(|mark| format!("CHECK ({mark})"));
    object.what == "constraint" && mark.is_some_and(|mark| mark == object.text)
}

fn missing_indexes(structure: &Structure, policy: &Policy, engine: Engine, place: &Place, report: &mut Report) {
    let tables = policy.tables.iter().filter(|table| table.is_in(engine));
    for (table, index) in tables.flat_map(|table| table.indexes.iter().map(move |index| (table, index))) {
        let found = structure.objects.iter().any(|object| {
            object.name == index.name && object.plain_index.as_ref().is_some_and(|columns| *columns == index.columns)
        });
        if !found {
            let missing = place.at(format!("table {}", table.name)).at(format!("index {}", index.name));
            report.add("missing", Finding::new(Check::MissingObject, missing));
        }
    }
}

/// Whether a declared column is a one-row mark, whose check is declared with it.
pub(crate) fn one_row_mark(table: &Table) -> Option<&str> {
    table.columns.iter().find(|column| column.holds == Holds::One).map(|column| column.name.as_str())
}
