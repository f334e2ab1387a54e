//! `souspli agenda`.

use serde_json::{Value, json};
use souspli_client::report::{in_words, line, state};

use super::dates::parse;
use super::resent::sync;
use super::words::attention;
use super::{print_json, text};
use crate::cli::Agenda;
use crate::exit::{Exit, Stop};
use crate::language::Language;
use crate::office::Office;
use crate::print::print_text;

/// Days shown where no last one is given.
const DAYS: u32 = 14;

pub(super) async fn run(agenda: &Agenda, language: Language) -> Result<(), Stop> {
    let first = agenda.from.as_deref().map(parse).transpose()?;
    let last = agenda.to.as_deref().map(parse).transpose()?;
    let (mut office, _) = Office::open(&agenda.access, language).await?;
    sync(&mut office, language).await?;
    let first = match first {
        Some(first) => first,
        None => today(&mut office).await?,
    };
    let last = last.unwrap_or_else(|| first.plus(DAYS - 1));
    if last < first {
        return Err(Stop::said(
            Exit::Usage,
            format!("The last day, {last}, is before the first, {first}."),
            format!("Le dernier jour, {last}, est avant le premier, {first}."),
        ));
    }
    let found = office.call("agenda", json!({ "from": first.to_string(), "to": last.to_string() })).await?;
    if agenda.json {
        print_json(&found);
    } else {
        print_text(&table(&found, language));
    }
    Ok(())
}

async fn today(office: &mut Office) -> Result<souspli_booking::date::Date, Stop> {
    let nothing = office.call("agenda", json!({ "from": "0000-01-01", "to": "0000-01-01" })).await?;
    parse(text(&nothing, "today"))
}

fn table(found: &Value, language: Language) -> String {
    let items = found["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    if items.is_empty() {
        return format!("{}\n", language.of("No appointments on these days.", "Aucun rendez-vous ces jours-là."));
    }
    let mut table = String::new();
    let mut date = "";
    for item in items {
        let day = text(&item["appointment"], "date");
        if day != date {
            let gap = if date.is_empty() { "" } else { "\n" };
            table.extend([gap, &in_words(day, language), "\n"]);
            date = day;
        }
        table.push_str(&row(item, language));
    }
    table
}

/// Time, state, who, what, with whom, where, and the id; what needs a person on a line of its own.
fn row(item: &Value, language: Language) -> String {
    let when = &item["appointment"];
    let what = ["visitTypeName", "practitionerName", "roomName"].map(|field| line(text(when, field)));
    let what: Vec<&str> = what.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let mut row = format!(
        "  {}–{}  {:<12}  {}  ·  {}  [{}]\n",
        text(when, "time"),
        text(when, "endTime"),
        state(text(item, "state"), language),
        line(text(item, "name")),
        what.join(" · "),
        text(item, "record"),
    );
    if let Some(code) = item["attention"].as_str() {
        row.extend(["               ! ", attention(code, language), "\n"]);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(date: &str, time: &str, name: &str, attention: Option<&str>) -> Value {
        json!({ "record": "AAAA", "state": "reserved", "name": name, "attention": attention, "appointment": {
            "date": date, "time": time, "endTime": "10:00", "visitTypeName": "Consultation",
            "practitionerName": "Dr Example", "roomName": "" } })
    }

    #[test]
    fn days_are_headings_and_names_are_harmless() {
        let found = json!({ "today": "2026-11-30", "items": [
            item("2026-11-30", "09:00", "Patient One", None),
            item("2026-11-30", "09:30", "Patient\u{1b}[2J\nTwo", Some("hours")),
            item("2026-12-01", "09:00", "Patient Three", None),
        ] });
        let table = table(&found, Language::English);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "Monday 30 November 2026");
        assert_eq!(lines[1], "  09:00–10:00  reserved      Patient One  ·  Consultation · Dr Example  [AAAA]");
        assert!(lines[2].contains("Patient\u{fffd}[2J Two"));
        assert_eq!(lines[3].trim(), "! outside the published hours");
        assert_eq!((lines[4], lines[5]), ("", "Tuesday 1 December 2026"));
    }

    #[test]
    fn an_empty_agenda_is_a_sentence() {
        assert_eq!(table(&json!({ "items": [] }), Language::French), "Aucun rendez-vous ces jours-là.\n");
    }
}
