//! The tables of a report: people to tell, records, bookings through a link.

use serde_json::Value;

use super::csv::table;
use super::language::Language;
use super::words::{all_data, hour, list, reason, state_of, text};

/// People to tell.
pub(super) fn people(report: &Value, language: Language) -> String {
    let heading = [
        language.of("name", "nom"),
        language.of("e-mail", "e-mail"),
        language.of("phone", "téléphone"),
        language.of("language", "langue"),
        language.of("appointments", "rendez-vous"),
        language.of("read since (hour)", "lu depuis (heure)"),
        language.of("read until (hour)", "lu jusqu’à (heure)"),
        language.of("what could be read", "ce qui a pu être lu"),
        language.of("health data that could be read", "données de santé qui ont pu être lues"),
        language.of("records", "dossiers"),
    ];
    let row = |person: &Value| {
        let records: Vec<&str> = list(person, "records").iter().filter_map(Value::as_str).collect();
        vec![
            text(person, "name").to_owned(),
            text(person, "email").to_owned(),
            text(person, "phone").to_owned(),
            text(person, "language").to_owned(),
            records.len().to_string(),
            hour(&person["first"]),
            hour(&person["last"]),
            all_data(&person["desk"], language),
            all_data(&person["clinical"], language),
            records.join(" "),
        ]
    };
    table(std::iter::once(words(&heading)).chain(list(report, "people").iter().map(row)))
}

/// Columns of the table of records.
const COLUMNS: usize = 14;

/// Every record that was given, those that cannot be read here too, and what of the chain showed no event.
pub(super) fn records(report: &Value, language: Language) -> String {
    let heading: [&str; COLUMNS] = [
        language.of("record", "dossier"),
        language.of("state", "état"),
        language.of("date", "date"),
        language.of("time", "heure"),
        language.of("visit", "visite"),
        language.of("with", "avec"),
        language.of("name", "nom"),
        language.of("given since (hour)", "remis depuis (heure)"),
        language.of("given until (hour)", "remis jusqu’à (heure)"),
        language.of("events given", "événements remis"),
        language.of("events in all", "événements en tout"),
        language.of("what could be read", "ce qui a pu être lu"),
        language.of("health data that could be read", "données de santé qui ont pu être lues"),
        language.of("remark", "remarque"),
    ];
    let readable = list(report, "records").iter().map(|record| record_row(record, language));
    let unreadable = list(report, "unreadable").iter().map(|record| unreadable_row(record, language));
    let silent = list(report, "silent").iter().map(|range| silent_row(range, language));
    table(std::iter::once(words(&heading)).chain(readable).chain(unreadable).chain(silent))
}

fn record_row(record: &Value, language: Language) -> Vec<String> {
    let when = &record["appointment"];
    let remark = match (record["broken"].as_str(), record["certain"].as_bool()) {
        (Some(code), _) => reason(code, language),
        (None, Some(false)) => language
            .of(
                "this device cannot read the health data: whether there are any is not known here",
                "cet appareil ne lit pas les données de santé : on ne sait pas ici s’il y en a",
            )
            .to_owned(),
        _ => String::new(),
    };
    vec![
        text(record, "record").to_owned(),
        state_of(record, language),
        text(when, "date").to_owned(),
        text(when, "time").to_owned(),
        text(when, "visitTypeName").to_owned(),
        text(when, "practitionerName").to_owned(),
        text(record, "name").to_owned(),
        hour(&record["first"]),
        hour(&record["last"]),
        record["events"].to_string(),
        record["all"].to_string(),
        all_data(&record["desk"], language),
        all_data(&record["clinical"], language),
        remark,
    ]
}

fn unreadable_row(record: &Value, language: Language) -> Vec<String> {
    let remark = language.of("cannot be read on this device:", "illisible sur cet appareil :");
    let mut row: [String; COLUMNS] = Default::default();
    text(record, "record").clone_into(&mut row[0]);
    row[7] = hour(&record["first"]);
    row[8] = hour(&record["last"]);
    row[9] = record["events"].to_string();
    row[COLUMNS - 1] = format!("{remark} {}", reason(text(record, "why"), language));
    row.to_vec()
}

fn silent_row(range: &Value, language: Language) -> Vec<String> {
    let mut row: [String; COLUMNS] = Default::default();
    row[COLUMNS - 1] = match language {
        Language::English => {
            format!("entries {} to {} of the chain: publications, or events that were erased since", range[0], range[1])
        }
        Language::French => {
            format!("entrées {} à {} de la chaîne : publications, ou événements effacés depuis", range[0], range[1])
        }
    };
    row.to_vec()
}

/// Bookings that were made through a link.
pub(super) fn bookings(report: &Value, language: Language) -> String {
    let heading = [
        language.of("record", "dossier"),
        language.of("state", "état"),
        language.of("booked on", "pris le"),
        language.of("booked at", "pris à"),
        language.of("date", "date"),
        language.of("time", "heure"),
        language.of("visit", "visite"),
        language.of("with", "avec"),
        language.of("name", "nom"),
        language.of("e-mail", "e-mail"),
        language.of("phone", "téléphone"),
        language.of("language", "langue"),
    ];
    let row = |booked: &Value| {
        let when = &booked["appointment"];
        let made = |place: usize| booked["booked"].get(place).and_then(Value::as_str).unwrap_or_default().to_owned();
        vec![
            text(booked, "record").to_owned(),
            state_of(booked, language),
            made(0),
            made(1),
            text(when, "date").to_owned(),
            text(when, "time").to_owned(),
            text(when, "visitTypeName").to_owned(),
            text(when, "practitionerName").to_owned(),
            text(booked, "name").to_owned(),
            text(booked, "email").to_owned(),
            text(booked, "phone").to_owned(),
            text(booked, "language").to_owned(),
        ]
    };
    let unreadable = list(report, "unreadable").iter().map(|record| {
        let remark = language.of("cannot be read on this device", "illisible sur cet appareil");
        let mut row = words(&[record.as_str().unwrap_or_default(), remark]);
        row.resize(heading.len(), String::new());
        row
    });
    table(std::iter::once(words(&heading)).chain(list(report, "bookings").iter().map(row)).chain(unreadable))
}

fn words(heading: &[&str]) -> Vec<String> {
    heading.iter().map(|&word| word.to_owned()).collect()
}
