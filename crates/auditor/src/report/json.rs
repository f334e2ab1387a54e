//! The report as JSON: the form that is signed (`schema/report.schema.json`).

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use super::Report;
use super::escape::is_plain;

/// The format of a report; another one gets another name.
pub const FORMAT: &str = "souspli/audit/report/1";
/// The JSON Schema of a report (draft 2020-12).
pub const SCHEMA: &str = include_str!("../../schema/report.schema.json");
/// Bytes of the largest report that is read. The bounds of an audit keep its own far below.
pub const LARGEST: usize = 128 * 1024 * 1024;

/// Why bytes are not a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is larger than [`LARGEST`].
    #[error("it is larger than any report")]
    TooLarge,
    /// It is not JSON, or not the JSON of a report.
    #[error("it is not a report of an audit: line {line}, column {column}: {why}")]
    NotAReport {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says.
        why: String,
    },
    /// It is a report of another format.
    #[error("its format is not {FORMAT}")]
    OtherFormat,
    /// What it says of itself does not follow from what it lists.
    #[error("its verdict or its numbers do not follow from what it lists")]
    Contradicts,
    /// It holds more than a report does, or is written in another way: there is one way to write a report.
    #[error("it is not written as a report is written")]
    NotCanonical,
}

impl Report {
    /// The report as JSON. One report has one form, and every character in it can be seen: control characters, marks that
    /// turn the direction of writing and the like stand as `\u` with four digits.
    pub fn to_json(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut bytes, Visible(PrettyFormatter::new()));
        // Maps with keys that are no text are the one thing that fails, and there are none.
        let _ = self.serialize(&mut serializer);
        bytes.push(b'\n');
        bytes
    }

    /// Reads what [`Report::to_json`] wrote, and nothing else.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ReadError> {
        #[derive(serde::Deserialize)]
        struct Beginning {
            format: String,
        }
        if bytes.len() > LARGEST {
            return Err(ReadError::TooLarge);
        }
        let refuse = |error: serde_json::Error| ReadError::NotAReport {
            line: error.line(),
            column: error.column(),
            why: error.to_string(),
        };
        let beginning: Beginning = serde_json::from_slice(bytes).map_err(refuse)?;
        if beginning.format != FORMAT {
            return Err(ReadError::OtherFormat);
        }
        let report: Self = serde_json::from_slice(bytes).map_err(refuse)?;
        if !report.holds_together() {
            return Err(ReadError::Contradicts);
        }
        if report.to_json() == bytes { Ok(report) } else { Err(ReadError::NotCanonical) }
    }
}

/// Pretty JSON whose strings hold no character that cannot be seen.
struct Visible(PrettyFormatter<'static>);

impl Formatter for Visible {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for piece in fragment.split_inclusive(|c| !is_plain(c)) {
            let last = piece.chars().next_back().filter(|c| !is_plain(*c));
            let Some(hidden) = last else {
                writer.write_all(piece.as_bytes())?;
                continue;
            };
            writer.write_all(piece.strip_suffix(hidden).unwrap_or_default().as_bytes())?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }

    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
