//! `souspli journal`.

use serde_json::{Value, json};
use souspli_client::report::{in_words, utc, who};

use super::dates::moment;
use super::{print_json, text};
use crate::cli::Journal;
use crate::exit::Stop;
use crate::language::Language;
use crate::office::Office;
use crate::print::print_text;

/// Shown where no beginning is given.
const HOURS: &str = "168h";

pub(super) async fn run(journal: &Journal, language: Language) -> Result<(), Stop> {
    let since = moment(Some(journal.since.as_deref().unwrap_or(HOURS)))?;
    let until = moment(journal.until.as_deref())?;
    let (mut office, _) = Office::open(&journal.access, language).await?;
    let found = office.call("journal", json!({ "since": since, "until": until })).await?;
    if journal.json {
        print_json(&found);
    } else {
        print_text(&table(&found, language));
    }
    Ok(())
}

/// A line for each key and hour, under their days.
fn table(found: &Value, language: Language) -> String {
    let lines = found["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (mut table, mut date) = (String::new(), "");
    for line in lines {
        let day = text(line, "date");
        if day != date {
            let gap = if date.is_empty() { "" } else { "\n" };
            table.extend([gap, &in_words(day, language), "\n"]);
            date = day;
        }
        table.push_str(&row(line, language));
    }
    if lines.is_empty() {
        table.push_str(
            language.of("Nobody has read anything in this time.\n", "Personne n’a rien lu dans cette période.\n"),
        );
    }
    let minute = found["minute"].as_u64().and_then(|minute| u32::try_from(minute).ok()).map(utc).unwrap_or_default();
    let end = match language {
        Language::English => {
            format!("\nThe journal has {} closed rows; the host signed for it at {minute}.\n", found["number"])
        }
        Language::French => {
            format!("\nLe journal a {} lignes closes ; l’hébergeur l’a signé à {minute}.\n", found["number"])
        }
    };
    table + &end
}

/// Hour, who, how many records; what is odd on a line of its own.
fn row(line: &Value, language: Language) -> String {
    let count = |field: &str| line[field].as_u64().unwrap_or_default();
    let records = match (count("records"), language) {
        (0, _) => language.of("no record", "aucun dossier").to_owned(),
        (1, _) => language.of("1 record", "1 dossier").to_owned(),
        (many, Language::English) => format!("{many} records"),
        (many, Language::French) => format!("{many} dossiers"),
    };
    let own = if line["who"]["own"] == true { language.of(" · this key", " · cette clé") } else { "" };
    let open = if line["open"] == true { language.of(" · so far", " · jusqu’ici") } else { "" };
    let mut row = format!("  {}  {:<28}  {records}{own}{open}\n", text(line, "time"), who(&line["who"], language));
    if line["who"]["kind"] == "unknown" {
        row.extend(["         ! ", text(line, "key"), "\n"]);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_headings_and_a_strange_key_stands_out() {
        let line = |date: &str, who: Value, records: u64| json!({ "key": "AAAA", "who": who, "date": date, "time": "09:00", "minute": 0, "open": false, "records": records });
        let owner = json!({ "kind": "member", "name": "", "role": "owner", "own": true });
        let desk = json!({ "kind": "member", "name": "Front\u{1b}desk", "role": "desk", "own": false });
        let unknown = json!({ "kind": "unknown", "name": "", "role": null, "own": false });
        let lines = json!([line("2026-11-30", owner, 0), line("2026-11-30", desk, 1), line("2026-12-01", unknown, 40)]);
        let found = json!({ "lines": lines, "number": 7, "minute": 29_933_765 });
        let table = table(&found, Language::English);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "Monday 30 November 2026");
        assert!(lines[1].starts_with("  09:00  owner ") && lines[1].ends_with("no record · this key"), "{}", lines[1]);
        assert!(lines[2].contains("Front\u{fffd}desk (desk)") && lines[2].ends_with("1 record"), "{}", lines[2]);
        assert!(lines[5].contains("no member of this practice ever had") && lines[5].ends_with("40 records"));
        assert_eq!(lines[6].trim(), "! AAAA");
        assert_eq!(lines[8], "The journal has 7 closed rows; the host signed for it at 2026-11-30T08:05Z.");
    }
}
