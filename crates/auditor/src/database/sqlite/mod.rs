//! A SQLite file, read without changing it or what lies beside it.

mod open;
mod rows;
mod schema;
mod text;

use std::path::Path;

use rusqlite::Connection;

use super::AuditError;
use super::structure::{FoundTable, Read, Reader, Structure};
use crate::policy::Engine;

pub(crate) use text::compare_text;

/// An open file.
pub(crate) struct Sqlite {
    db: Connection,
    name: String,
    /// The file's first bytes.
    header: [u8; 100],
    /// A private copy, where the file could not be read as it lies; gone with this.
    _copy: Option<tempfile::TempDir>,
}

impl Sqlite {
    pub(crate) fn open(file: &Path) -> Result<Self, AuditError> {
        let header = open::header(file)?;
        let (db, copy) = open::open(file)?;
        let name = file.file_name().map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy());
        Ok(Self { db, name: format!("database {name}"), header, _copy: copy })
    }
}

impl Reader for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn artefact(&self) -> String {
        self.name.clone()
    }

    fn structure(&mut self) -> Result<Structure, AuditError> {
        let mut structure = schema::read(&self.db).map_err(|error| unreadable(&error))?;
        structure.numbers.extend(schema::of_header(&self.header));
        Ok(structure)
    }

    fn rows(
        &mut self,
        tables: &[FoundTable],
        each: &mut dyn FnMut(Read) -> Result<(), AuditError>,
    ) -> Result<(), AuditError> {
        for (number, table) in tables.iter().enumerate() {
            rows::read(&self.db, number, table, each)?;
        }
        Ok(())
    }
}

/// Whether a file begins as those of SQLite do.
pub(crate) fn is_sqlite(file: &Path) -> bool {
    open::header(file).is_ok()
}

/// What SQLite says; it never repeats a value.
fn unreadable(error: &rusqlite::Error) -> AuditError {
    AuditError::Unreadable(error.to_string())
}
