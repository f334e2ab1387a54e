//! A dump that `pg_dump` wrote: plain SQL with `COPY`, or one of its archive formats, which `pg_restore` turns into that.
//!
//! The file is gone through twice: for the statements, then for the rows.

mod archive;
mod copy;
mod ddl;
mod statements;
mod words;

use std::io::BufRead;
use std::path::{Path, PathBuf};

use self::archive::{Pass, Text};
use self::ddl::Schema;
use self::statements::{Item, Statements};
use super::AuditError;
use super::structure::{FoundTable, LARGE_OBJECTS, Read, Reader, Structure};
use super::value::{LONGEST, Value};
use crate::policy::Engine;

/// A dump.
pub(crate) struct Dump {
    file: PathBuf,
    name: String,
}

impl Dump {
    pub(crate) fn open(file: &Path) -> Result<Self, AuditError> {
        archive::check(file)?;
        let name = file.file_name().map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy());
        Ok(Self { file: file.to_owned(), name: format!("dump {name}") })
    }
}

impl Reader for Dump {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn artefact(&self) -> String {
        self.name.clone()
    }

    fn structure(&mut self) -> Result<Structure, AuditError> {
        let mut text = Text::open(&self.file, Pass::Schema)?;
        let mut statements = Statements::new(text.reader()?);
        let mut schema = Schema::default();
        while let Some(item) = statements.next()? {
            match item {
                Item::Statement(sql) => schema.take(&sql),
                Item::Copy(_) => while statements.row()?.is_some() {},
                Item::TooLong(length) => {
                    schema.structure.unread.push(("statement".to_owned(), format!("it has {length} bytes")));
                }
            }
        }
        text.end()?;
        let mut structure = schema.finish()?;
        // Bytes are written in two digits each; an archive is packed besides.
        structure.bytes =
            std::fs::metadata(&self.file).ok().filter(std::fs::Metadata::is_file).map(|file| file.len() / 2);
        Ok(structure)
    }

    fn rows(
        &mut self,
        tables: &[FoundTable],
        each: &mut dyn FnMut(Read) -> Result<(), AuditError>,
    ) -> Result<(), AuditError> {
        let mut text = Text::open(&self.file, Pass::Rows)?;
        let mut statements = Statements::new(text.reader()?);
        let mut filled = vec![false; tables.len()];
        let mut object = Vec::new();
        while let Some(item) = statements.next()? {
            match item {
                Item::Copy(sql) => copy_rows(&mut statements, &sql, tables, &mut filled, each)?,
                Item::Statement(sql) => {
                    let Some((number, read)) = other_row(&sql, tables, &mut object) else { continue };
                    if let Some(filled) = filled.get_mut(number) {
                        *filled = true;
                    }
                    each(read)?;
                }
                Item::TooLong(_) => {}
            }
        }
        text.end()?;
        for (number, table) in tables.iter().enumerate() {
            if filled.get(number) != Some(&true) && table.what != LARGE_OBJECTS {
                let why = if table.from.is_some() { "the dump has no rows of it" } else { "it has no rows of its own" };
                each(Read::Unread(number, why.to_owned()))?;
            }
        }
        Ok(())
    }
}

fn copy_rows<R: BufRead>(
    statements: &mut Statements<R>,
    sql: &str,
    tables: &[FoundTable],
    filled: &mut [bool],
    each: &mut dyn FnMut(Read) -> Result<(), AuditError>,
) -> Result<(), AuditError> {
    let copied = copy::Copied::of(sql, tables);
    if let Some(copied) = &copied
        && let Some(filled) = filled.get_mut(copied.table)
    {
        *filled = true;
    }
    while let Some(row) = statements.row()? {
        let Some(copied) = &copied else { continue };
        match row {
            Ok(row) => each(Read::Row(copied.table, copied.values(&row, tables)))?,
            Err(length) => each(Read::Unread(copied.table, format!("a row has {length} bytes")))?,
        }
    }
    Ok(())
}

/// A row that is not copied: a large object, whose pages are gathered until it is closed; and inserts, which are not read.
fn other_row(sql: &str, tables: &[FoundTable], object: &mut Vec<u8>) -> Option<(usize, Read)> {
    if let Some(page) = copy::large_object_page(sql) {
        if object.len() < LONGEST {
            object.extend(page);
        }
        return None;
    }
    if sql.starts_with("SELECT pg_catalog.lo_close") {
        let number = tables.iter().position(|table| table.what == LARGE_OBJECTS)?;
        return Some((number, Read::Row(number, vec![Value::Bytes(std::mem::take(object))])));
    }
    let number = copy::inserted_into(sql, tables)?;
    Some((number, Read::Unread(number, "its rows are inserts; a dump without --inserts can be read".to_owned())))
}
