//! The file's lines (`docs/spec/evidence.md` §1), read one at a time.

use std::io::{BufRead, Read as _};

use souspli_protocol::receipt::Receipt;
use souspli_protocol::{from_base64url, to_base64url};
use souspli_tlog::note::Note;

use super::verdict::{Doubt, Kind};
use crate::receipt::HostKeys;

/// What stands before the kind in the first line.
const PREFIX: &str = "souspli/evidence/";
/// What stands behind it.
const VERSION: &str = "@v1";
/// Most bytes of a file, leaves not counted.
const MAX_FILE: usize = 64 << 20;
/// Most bytes of a line: the longest value is a claimed-id set of 2^20 ids, or a note.
const MAX_LINE: usize = 4 << 20;
/// The lines that are not counted: they are read one by one and not kept.
const LEAVES: &str = "leaves";

/// One line.
struct Part {
    name: String,
    value: Vec<u8>,
}

/// Lines that are read in the order of their kind.
pub(super) struct Lines<R> {
    reader: R,
    kind: Kind,
    number: u64,
    read: usize,
    next: Option<Part>,
}

impl<R: BufRead> Lines<R> {
    /// Reads the first line.
    pub(super) fn open(mut reader: R) -> Result<Self, Doubt> {
        let (mut read, first) = (0, line(&mut reader)?);
        let name = first.as_deref().and_then(|first| first.strip_prefix(PREFIX)?.strip_suffix(VERSION));
        let kind = Kind::ALL.into_iter().find(|kind| Some(kind.name()) == name).ok_or(Doubt::Kind)?;
        read = first.map_or(read, |first| first.len());
        let mut lines = Self { reader, kind, number: 1, read, next: None };
        lines.next = lines.part()?;
        Ok(lines)
    }

    /// What the file claims.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// The next line, which must have this name.
    pub(super) fn take(&mut self, name: &str) -> Result<Vec<u8>, Doubt> {
        self.take_if(name)?.ok_or(Doubt::Line { line: self.number })
    }

    /// The next line, if it has this name.
    pub(super) fn take_if(&mut self, name: &str) -> Result<Option<Vec<u8>>, Doubt> {
        if !self.is_next(name) {
            return Ok(None);
        }
        let next = self.part()?;
        Ok(std::mem::replace(&mut self.next, next).map(|part| part.value))
    }

    /// Whether the next line has this name.
    pub(super) fn is_next(&self, name: &str) -> bool {
        self.next.as_ref().is_some_and(|part| part.name == name)
    }

    /// A receipt under this name, verified.
    pub(super) fn receipt(&mut self, name: &str, keys: &HostKeys) -> Result<Receipt, Doubt> {
        let line = Doubt::Line { line: self.number };
        let receipt = Receipt::decode(&self.take(name)?).map_err(|_| line)?;
        if keys.has_signed(&receipt) { Ok(receipt) } else { Err(Doubt::Receipt) }
    }

    /// A checkpoint's note.
    pub(super) fn note(&mut self) -> Result<Note, Doubt> {
        let line = Doubt::Line { line: self.number };
        Note::parse(&self.take("checkpoint")?).map_err(|_| line)
    }

    /// That nothing is left over.
    pub(super) fn end(&self) -> Result<(), Doubt> {
        if self.next.is_none() { Ok(()) } else { Err(Doubt::Line { line: self.number }) }
    }

    fn part(&mut self) -> Result<Option<Part>, Doubt> {
        let Some(text) = line(&mut self.reader)? else {
            self.number = self.number.saturating_add(1);
            return Ok(None);
        };
        self.number = self.number.saturating_add(1);
        let bad = Doubt::Line { line: self.number };
        let (name, encoded) = text.split_once(' ').ok_or(bad)?;
        if name != LEAVES {
            self.read = self.read.saturating_add(text.len());
        }
        if self.read > MAX_FILE {
            return Err(bad);
        }
        // Strict: there is one encoding of one value.
        let value = from_base64url(encoded).map_err(|_| bad)?;
        Ok(Some(Part { name: name.to_owned(), value }))
    }
}

/// One line without its newline; `None` at the end.
fn line(reader: &mut impl BufRead) -> Result<Option<String>, Doubt> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    reader.by_ref().take(limit).read_until(b'\n', &mut bytes).map_err(|_| Doubt::Unreadable)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    // The last line ends in a newline too.
    if bytes.pop() != Some(b'\n') {
        return Err(Doubt::Unreadable);
    }
    String::from_utf8(bytes).map(Some).map_err(|_| Doubt::Unreadable)
}

/// Writes lines.
pub(super) struct Draft(String);

impl Draft {
    /// The first line.
    pub(super) fn new(kind: Kind) -> Self {
        Self(format!("{PREFIX}{kind}{VERSION}\n"))
    }

    /// One more line.
    pub(super) fn line(mut self, name: &str, value: &[u8]) -> Self {
        self.add(name, value);
        self
    }

    /// One more line.
    pub(super) fn add(&mut self, name: &str, value: &[u8]) {
        self.0.push_str(name);
        self.0.push(' ');
        self.0.push_str(&to_base64url(value));
        self.0.push('\n');
    }

    /// The bytes.
    pub(super) fn finish(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// One line of leaves.
pub(super) fn leaves_line(hashes: &[u8]) -> String {
    format!("{LEAVES} {}\n", to_base64url(hashes))
}
