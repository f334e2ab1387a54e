//! A report of what was exposed, as files for people: a sheet of numbers, tables, letters (`docs/spec/log.md` §7). They hold
//! what was opened: whoever keeps them keeps patients' data in clear.

mod cover;
mod csv;
mod dates;
mod language;
mod letters;
mod plain;
mod tables;
mod words;

use serde_json::Value;

pub use dates::{in_words, utc};
pub use language::Language;
pub use plain::{line, plain};
pub use words::{state, who};

use crate::face::FileView;

/// The files of a report, as `breachReport` gives one. What stands first is the sheet of numbers.
pub fn files(report: &Value, language: Language) -> Vec<FileView> {
    let file =
        |name: &str, kind: &str, text: String| FileView { name: name.to_owned(), media_type: kind.to_owned(), text };
    let (text, table, page) = ("text/plain;charset=utf-8", "text/csv;charset=utf-8", "text/html;charset=utf-8");
    if report["kind"] == "link" {
        return vec![
            file("cover.txt", text, cover::link(report, language)),
            file("bookings.csv", table, tables::bookings(report, language)),
        ];
    }
    vec![
        file("cover.txt", text, cover::reads(report, language)),
        file("people.csv", table, tables::people(report, language)),
        file("records.csv", table, tables::records(report, language)),
        file("letters.html", page, letters::letters(report)),
    ]
}
