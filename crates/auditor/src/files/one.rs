//! One file.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::Common;
use super::kind::{self, HEAD, Kind};
use super::lines::{self, Form, Lines};
use super::open::{self, Became};
use super::secret;
use super::sqlite;
use super::tap::{Shown, Tap};
use crate::audit::{Audit, Gap, Progress, Unchecked};
use crate::database::{Live, Source};
use crate::policy::FileKind;
use crate::scan::{Options, Reason, Scanned};
use crate::{Area, Check, Finding, Place};

/// Members that were not looked at and are named.
const SKIPPED: usize = 16;
/// Rows of a copy that are named.
const NAMED: usize = 8;

/// A file, and how it is looked at.
pub(super) struct One<'a> {
    pub(super) place: &'a Place,
    /// Its path from the folder on.
    pub(super) name: &'a str,
    /// What is declared under its name.
    pub(super) declared: Option<FileKind>,
    /// What its lines are taken for; `None` for settings and the like.
    pub(super) form: Option<Form>,
    /// It is a database server's own.
    pub(super) of_server: bool,
    pub(super) work: &'a str,
    pub(super) before: u64,
    pub(super) total: u64,
}

/// Why a file was not read.
pub(super) fn unread(place: Place, error: &io::Error) -> Unchecked {
    let gap = match error.kind() {
        io::ErrorKind::NotFound => Gap::Changed,
        io::ErrorKind::PermissionDenied => Gap::Refused,
        _ => Gap::Unreadable,
    };
    Unchecked::new(Area::Files, place, gap).fact("error", error)
}

impl One<'_> {
    /// Says what is not as declared of a file that is no server's.
    pub(super) fn declared(&self, path: &Path, found: &Metadata, common: &Common<'_>, audit: &mut Audit) {
        let Ok(head) = open::open(path).and_then(|mut file| open::head(&mut file, HEAD)) else { return };
        let kind = kind::of(&head);
        if self.declared == Some(FileKind::HostKey) && found.permissions().mode() & 0o077 != 0 {
            let finding = Finding::new(Check::KeyBeside, self.place.clone());
            audit.find(finding.fact("found", "the host's own key, which others may read"));
        }
        match self.declared {
            Some(holds) if kind::is_declared(holds, self.name, path, &head, found.len()) => return,
            Some(_) => {
                let finding = Finding::new(Check::UndeclaredFile, self.place.clone());
                audit.find(finding.fact("found", "something else than is declared under this name"));
            }
            // A copy of the database is one under any name.
            None if is_copy(kind, &head, common) => {}
            None => {
                let finding = Finding::new(Check::UndeclaredFile, self.place.clone());
                audit.find(finding.fact("bytes", found.len()).fact("kind", said(kind)));
            }
        }
        let secret = match kind {
            Kind::Key(form) => Some(form),
            Kind::Text | Kind::Other => secret::in_file(self.name, &head, found.len()),
            _ => None,
        };
        if let Some(form) = secret {
            audit.find(Finding::new(Check::KeyBeside, self.place.clone()).fact("kind", form));
        }
    }

    /// Reads it from end to end; how many bytes, if nothing went wrong.
    pub(super) fn read(
        &self,
        path: &Path,
        before: &Metadata,
        common: &mut Common<'_>,
        audit: &mut Audit,
        progress: &mut dyn Progress,
    ) -> Option<u64> {
        let read = open::open(path).and_then(|mut file| {
            let bytes = self.search(&mut file, before, common, audit, progress)?;
            self.pages(&mut file, audit)?;
            self.rows(path, &mut file, common, audit)?;
            let after = file.metadata()?;
            // What grows is looked at as far as it went; a log does nothing else.
            if open::became(before, &after) == Became::Another {
                audit.unchecked(Unchecked::new(Area::Files, self.place.clone(), Gap::Changed));
            }
            Ok(bytes)
        });
        read.inspect_err(|error| audit.unchecked(unread(self.place.clone(), error))).ok()
    }

    fn search(
        &self,
        file: &mut File,
        found: &Metadata,
        common: &mut Common<'_>,
        audit: &mut Audit,
        progress: &mut dyn Progress,
    ) -> io::Result<u64> {
        let head = open::head(file, HEAD)?;
        if let Kind::Memory(form) = kind::of(&head) {
            audit.find(Finding::new(Check::MemoryDump, self.place.clone()).fact("kind", form));
        }
        let (policy, needles) = (common.policy, common.needles.clone());
        let lines = self.form_of(&head).map(|form| Lines::new(policy, form));
        let shown = Shown { progress, work: self.work, before: self.before, total: self.total };
        let mut tap = Tap::new(lines, kind::is_packed(&head), self.of_server, common, self.name, shown);
        let mut bytes = 0_u64;
        for part in open::parts(file, found.len()) {
            tap.base = part.0;
            let options = Options { total: Some(part.1), ..Options::default() };
            let scanned = needles.scan_with(open::part(file, part)?, self.place, &options, &mut tap)?;
            bytes = bytes.saturating_add(scanned.bytes);
            self.skipped(&scanned, audit);
        }
        if let Some(form) = tap.memory {
            audit.find(
                Finding::new(Check::MemoryDump, self.place.clone()).fact("kind", form).fact("inside", "a packed file"),
            );
        }
        let place_of = |at: u64| place_in(&head, at);
        tap.findings(self.place, &place_of).into_iter().for_each(|finding| audit.find(finding));
        Ok(bytes)
    }

    /// What its lines are taken for. What is packed as a whole is judged by its name alone.
    fn form_of(&self, head: &[u8]) -> Option<Form> {
        let is_packed_log = kind::is_packed(head) && self.name.contains(".log");
        match self.declared {
            Some(FileKind::LogLines) => Some(Form::Declared),
            None if is_packed_log => self.form,
            None if kind::of(head) == Kind::Text => self.form.and_then(|_| lines::form_of(self.name, head)),
            _ => None,
        }
    }

    fn skipped(&self, scanned: &Scanned, audit: &mut Audit) {
        for skipped in scanned.skipped.iter().take(SKIPPED) {
            let gap = match skipped.reason {
                Reason::TooDeep | Reason::TooMuch | Reason::TooMany | Reason::Window => Gap::TooLarge,
                Reason::Format(_) | Reason::Dictionary => Gap::UnknownForm,
                Reason::Encrypted => Gap::Refused,
                Reason::Damaged => Gap::Damaged,
            };
            let inside = skipped.inside.iter().map(ToString::to_string).collect::<Vec<_>>().join(" › ");
            let unchecked = Unchecked::new(Area::Files, self.place.at(format!("member {inside}")), gap);
            audit.unchecked(unchecked.fact("why", skipped.reason));
        }
    }

    /// What a SQLite file has given back must be empty.
    fn pages(&self, file: &mut File, audit: &mut Audit) -> io::Result<()> {
        if kind::of(&open::head(file, HEAD)?) != Kind::Sqlite {
            return Ok(());
        }
        let free = sqlite::free_pages(file)?.finding(self.place, "free pages that are not empty");
        let room = sqlite::freed_room(file)?.finding(self.place, "room of deleted rows that is not empty");
        free.into_iter().chain(room).for_each(|finding| audit.find(finding));
        Ok(())
    }

    /// Rows of a dump that are no rows of the database any more.
    fn rows(&self, path: &Path, file: &mut File, common: &Common<'_>, audit: &mut Audit) -> io::Result<()> {
        if kind::of(&open::head(file, HEAD)?) != Kind::Dump {
            return Ok(());
        }
        let Some(live) = &common.live else { return Ok(()) };
        let read = Live::new().and_then(|dump| {
            // A dump in many files is named by their folder.
            let is_part = path.file_name().is_some_and(|name| name == "toc.dat");
            let at = path.parent().filter(|_| is_part).unwrap_or(path);
            dump.add(&Source::Dump(at.to_owned()))?;
            live.left_in(&dump, NAMED)
        });
        match read {
            Ok((left, count)) => {
                if let Some((_, record, revision)) = left.first() {
                    let finding = Finding::new(Check::Remains, self.place.at("table event"));
                    let finding = finding.fact("found", "rows that the database has no more").fact("rows", count);
                    audit.find(finding.fact("record", souspli_protocol::RecordId(*record)).fact("revision", revision));
                }
            }
            Err(error) => {
                audit.unchecked(Unchecked::new(Area::Files, self.place.clone(), error.gap()).fact("why", error));
            }
        }
        Ok(())
    }
}

/// Whether it is a copy of the database: a SQLite file of ours, its log, a dump.
fn is_copy(kind: Kind, head: &[u8], common: &Common<'_>) -> bool {
    let application = head.get(68..72).and_then(|id| id.try_into().ok()).map(i32::from_be_bytes);
    match kind {
        Kind::Sqlite => application.map(i64::from) == Some(common.policy.schema.sqlite_application_id),
        Kind::Dump => true,
        _ => false,
    }
}

fn said(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "another SQLite database",
        Kind::WriteAheadLog => "a write-ahead log of SQLite",
        Kind::Journal => "a rollback journal of SQLite",
        Kind::Memory(form) | Kind::Key(form) => form,
        Kind::Dump => "a dump of a database",
        Kind::Text => "text",
        Kind::Other => "bytes",
    }
}

/// A place in a SQLite file or its log.
fn place_in(head: &[u8], at: u64) -> Vec<String> {
    let size = |at: usize| head.get(at..)?.first_chunk::<2>().map(|size| u64::from(u16::from_be_bytes(*size)));
    let frame = head.get(8..).and_then(<[u8]>::first_chunk::<4>).map(|size| u64::from(u32::from_be_bytes(*size)));
    let step = match kind::of(head) {
        Kind::Sqlite => {
            let page = size(16).map(|size| if size == 1 { 65_536 } else { size });
            page.and_then(|page| at.checked_div(page)).map(|page| format!("page {}", page.saturating_add(1)))
        }
        Kind::WriteAheadLog => {
            let number = frame.and_then(|page| at.saturating_sub(32).checked_div(page.saturating_add(24)));
            number.map(|number| format!("wal frame {}", number.saturating_add(1)))
        }
        _ => None,
    };
    step.into_iter().chain([format!("byte {at}")]).collect()
}
