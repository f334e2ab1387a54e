//! The text of a dump: as it lies there, or as `pg_restore` writes it.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::super::AuditError;

/// How a dump in the custom format begins.
const CUSTOM: &[u8] = b"PGDMP";
/// How one in the tar format does, and the file that one in the directory format has.
const CONTENTS: &str = "toc.dat";
/// Words of the first lines that `pg_dump` writes.
const PLAIN: &str = "PostgreSQL database";
/// Bytes in which they are looked for.
const FIRST: u64 = 4_096;
/// Where Debian keeps the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// What is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    Schema,
    Rows,
}

/// A text that is being read.
pub(super) enum Text {
    Plain(File),
    Restored(Child),
}

/// Whether this is a dump at all.
pub(super) fn check(file: &Path) -> Result<(), AuditError> {
    let plain = || first(file).is_ok_and(|first| String::from_utf8_lossy(&first).contains(PLAIN));
    if is_archive(file)? || plain() { Ok(()) } else { Err(AuditError::Foreign("a dump of pg_dump's")) }
}

fn first(file: &Path) -> Result<Vec<u8>, AuditError> {
    let mut first = Vec::new();
    let opened = File::open(file).map_err(|error| unreadable(&error))?;
    opened.take(FIRST).read_to_end(&mut first).map_err(|error| unreadable(&error))?;
    Ok(first)
}

fn is_archive(file: &Path) -> Result<bool, AuditError> {
    if file.is_dir() {
        return Ok(file.join(CONTENTS).is_file());
    }
    let first = first(file)?;
    Ok(first.starts_with(CUSTOM) || first.starts_with(CONTENTS.as_bytes()))
}

impl Text {
    pub(super) fn open(file: &Path, pass: Pass) -> Result<Self, AuditError> {
        if !is_archive(file)? {
            return File::open(file).map(Self::Plain).map_err(|error| unreadable(&error));
        }
        let program = program().ok_or_else(|| {
            AuditError::Unreadable(
                "an archive of pg_dump's is read with pg_restore, which is not on this machine".to_owned(),
            )
        })?;
        let pass = if pass == Pass::Schema { "--schema-only" } else { "--data-only" };
        let mut restore = Command::new(program);
        restore.arg(pass).args(["--file", "-"]).arg(file).stdin(Stdio::null()).stderr(Stdio::null());
        let child = restore.stdout(Stdio::piped()).spawn().map_err(|error| unreadable(&error))?;
        Ok(Self::Restored(child))
    }

    pub(super) fn reader(&mut self) -> Result<BufReader<Box<dyn Read>>, AuditError> {
        let reader: Box<dyn Read> = match self {
            Self::Plain(file) => Box::new(file.try_clone().map_err(|error| unreadable(&error))?),
            Self::Restored(child) => match child.stdout.take() {
                Some(output) => Box::new(output),
                None => return Err(AuditError::Unreadable("pg_restore writes nothing".to_owned())),
            },
        };
        Ok(BufReader::with_capacity(1 << 16, reader))
    }

    /// What was read is whole only if `pg_restore` came to the end.
    pub(super) fn end(mut self) -> Result<(), AuditError> {
        let Self::Restored(child) = &mut self else { return Ok(()) };
        let status = child.wait().map_err(|error| unreadable(&error))?;
        if status.success() {
            return Ok(());
        }
        Err(AuditError::Unreadable(
            "pg_restore cannot read the archive; it may be damaged, or of a newer version".to_owned(),
        ))
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        if let Self::Restored(child) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// `pg_restore` on the path, or the newest that Debian has installed.
fn program() -> Option<PathBuf> {
    const NAME: &str = "pg_restore";
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut on_path = std::env::split_paths(&path).map(|folder| folder.join(NAME));
    on_path.find(|program| program.is_file()).or_else(|| {
        let folders = std::fs::read_dir(VERSIONS).into_iter().flatten().flatten();
        let version =
            |folder: &std::fs::DirEntry| folder.file_name().to_string_lossy().parse::<u32>().unwrap_or_default();
        let newest = folders.max_by_key(version)?;
        Some(newest.path().join("bin").join(NAME)).filter(|program| program.is_file())
    })
}

fn unreadable(error: &std::io::Error) -> AuditError {
    AuditError::Unreadable(error.to_string())
}
