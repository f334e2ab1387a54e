//! A report as files for people: a sheet of numbers, tables, letters. They hold what was opened: nobody else may read them.

mod cover;
mod csv;
mod letters;
mod tables;
mod words;

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use serde_json::Value;

use crate::language::Language;

/// Names and texts of a report's files.
pub(crate) fn files(report: &Value, language: Language) -> Vec<(&'static str, String)> {
    if report["kind"] == "link" {
        return vec![
            ("cover.txt", cover::link(report, language)),
            ("bookings.csv", tables::bookings(report, language)),
        ];
    }
    vec![
        ("cover.txt", cover::reads(report, language)),
        ("people.csv", tables::people(report, language)),
        ("records.csv", tables::records(report, language)),
        ("letters.html", letters::letters(report)),
    ]
}

/// Writes files, a report's or others, into a folder of their own, which must not hold anything yet.
pub(crate) fn write<N: AsRef<Path>>(folder: &Path, files: &[(N, String)]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if fs::read_dir(folder)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder is not empty"));
    }
    for (name, text) in files {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(name.as_ref()))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    Ok(())
}
