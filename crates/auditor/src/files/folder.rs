//! A folder from its first file to its last, and a file of log lines by itself.

use std::path::Path;
use std::time::Instant;

use super::lines::Form;
use super::one::One;
use super::sealed::Finder;
use super::survey::Survey;
use super::suspects::{PRACTICES, Suspects};
use super::walk::{Entry, What, walk};
use super::{Common, FilesError, Wanted};
use crate::audit::{Audit, Gap, Looked, Progress, Unchecked};
use crate::database::{Live, Source};
use crate::policy::{FileKind, Policy};
use crate::scan::{Needles, hash_keys};
use crate::{Area, Check, Finding, Place};

/// What files are looked at for.
const CHECKS: &[Check] =
    &[Check::UndeclaredFile, Check::MemoryDump, Check::KeyBeside, Check::Remains, Check::UndeclaredLogField];

/// Looks through a folder. `name` is what the report calls it.
pub fn folder(
    root: &Path,
    name: &str,
    wanted: &Wanted<'_>,
    audit: &mut Audit,
    progress: &mut dyn Progress,
) -> Result<(), FilesError> {
    let place = Place::of(format!("folder {name}"));
    if !root.is_dir() {
        let gap = if root.exists() { Gap::Damaged } else { Gap::NotThere };
        audit.unchecked(Unchecked::new(Area::Files, place, gap));
        return Ok(());
    }
    let begin = Instant::now();
    let survey = Survey::of(root, wanted.policy);
    let mut common = common(&survey, wanted, &place, audit)?;
    let mut so_far = SoFar { place: &place, work: &place.artefact, files: 0, bytes: 0, total: survey.bytes };
    walk(root, &mut |entry| so_far.entry(&entry, &survey, &mut common, audit, progress));
    let (files, bytes) = (so_far.files, so_far.bytes);
    common.suspects.findings(&place).into_iter().for_each(|finding| audit.find(finding));
    finish(&common, place, (files, bytes), begin, audit);
    Ok(())
}

/// Looks through a file that is said to hold what the host wrote down.
pub fn log(
    file: &Path,
    name: &str,
    wanted: &Wanted<'_>,
    audit: &mut Audit,
    progress: &mut dyn Progress,
) -> Result<(), FilesError> {
    let place = Place::of(format!("file {name}"));
    let begin = Instant::now();
    let survey = Survey::default();
    let mut common = common(&survey, wanted, &place, audit)?;
    let Ok(found) = std::fs::metadata(file) else {
        audit.unchecked(Unchecked::new(Area::Files, place, Gap::NotThere));
        return Ok(());
    };
    let one = One {
        place: &place,
        name,
        declared: Some(FileKind::LogLines),
        form: None,
        of_server: false,
        work: &place.artefact,
        before: 0,
        total: found.len(),
    };
    if let Some(bytes) = one.read(file, &found, &mut common, audit, progress) {
        finish(&common, place, (1, bytes), begin, audit);
    }
    Ok(())
}

/// Looks through a SQLite file, its write-ahead log and its journal for what was deleted.
pub fn database(
    file: &Path,
    place: &Place,
    policy: &Policy,
    audit: &mut Audit,
    progress: &mut dyn Progress,
) -> Result<u64, FilesError> {
    let source = Source::Sqlite(file.to_owned());
    let wanted = Wanted { policy, canaries: &[], databases: vec![source], keys: Vec::new() };
    let mut common = common(&Survey::default(), &wanted, place, audit)?;
    let mut read = 0_u64;
    for ending in ["", "-wal", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        let path = Path::new(&name);
        let Ok(found) = std::fs::metadata(path) else { continue };
        let place = if ending.is_empty() { place.clone() } else { place.at(format!("file {}", path.display())) };
        let (work, total) = (place.artefact.as_str(), found.len());
        let (form, before) = (None, 0);
        let one = One { place: &place, name: "", declared: None, form, of_server: false, work, before, total };
        read = read.saturating_add(one.read(path, &found, &mut common, audit, progress).unwrap_or_default());
    }
    Ok(read)
}

fn common<'a>(
    survey: &Survey,
    wanted: &Wanted<'a>,
    place: &Place,
    audit: &mut Audit,
) -> Result<Common<'a>, FilesError> {
    let named = wanted.keys.iter().filter_map(|file| std::fs::read(file).ok());
    let secrets = hash_keys(named.chain(survey.small.iter().cloned()));
    let live = Live::new().map_err(FilesError::Scratch)?;
    let lying = survey.databases.iter().map(|file| Source::Sqlite(file.clone()));
    let mut is_known = false;
    for source in wanted.databases.iter().cloned().chain(lying) {
        match live.add(&source) {
            Ok(()) => is_known = true,
            Err(error) => {
                let unchecked = Unchecked::new(Area::Files, place.at("database"), error.gap());
                audit.unchecked(unchecked.fact("why", error));
            }
        }
    }
    let contexts = live.contexts(PRACTICES);
    let keys: &[Vec<u8>] = if wanted.canaries.is_empty() { &[] } else { &secrets };
    Ok(Common {
        policy: wanted.policy,
        needles: Needles::kept(wanted.canaries, keys)?,
        has_canaries: !wanted.canaries.is_empty(),
        finder: Finder::new().ok_or(crate::scan::NeedleError::TooMany)?,
        live: is_known.then_some(live),
        suspects: Suspects::new(&survey.values, &contexts),
    })
}

fn finish(common: &Common<'_>, place: Place, (rows, bytes): (u64, u64), begin: Instant, audit: &mut Audit) {
    let mut checks = CHECKS.to_vec();
    if common.has_canaries {
        checks.extend([Check::Canary, Check::CanaryHash]);
    } else {
        audit.unchecked(Unchecked::new(Area::Files, place.at("value"), Gap::NoCanaries));
    }
    if common.live.is_none() {
        // Without rows to compare with, only what a file says of itself can be judged.
        let unchecked = Unchecked::new(Area::Files, place.at("event"), Gap::LeftOut);
        audit.unchecked(unchecked.fact("why", "no database was named to tell what was deleted"));
    }
    audit.looked(Looked { area: Area::Files, place, checks, rows, bytes, seconds: begin.elapsed().as_secs() });
}

/// How far a folder is.
struct SoFar<'a> {
    place: &'a Place,
    work: &'a str,
    files: u64,
    bytes: u64,
    total: u64,
}

impl SoFar<'_> {
    fn entry(
        &mut self,
        entry: &Entry,
        survey: &Survey,
        common: &mut Common<'_>,
        audit: &mut Audit,
        progress: &mut dyn Progress,
    ) {
        let place = self.place.at(format!("file {}", entry.name));
        self.files = self.files.saturating_add(1);
        // A name is as good a place as any.
        for hit in common.needles.find(entry.full.as_bytes()) {
            audit.find(hit.finding(&place.at("name")));
        }
        match &entry.what {
            What::Link(target) => {
                let finding = Finding::new(Check::UndeclaredFile, place).fact("kind", "a link");
                audit.find(finding.fact("text", target.display()));
            }
            What::Special(kind) => audit.find(Finding::new(Check::UndeclaredFile, place).fact("kind", kind)),
            What::TooDeep => audit.unchecked(Unchecked::new(Area::Files, place, Gap::TooLarge)),
            What::Unread(error) => audit.unchecked(super::one::unread(place, error)),
            What::File(found) => {
                let server = survey.within_server(&entry.name);
                let form = match server {
                    Some(name) if super::server::is_settings(name) => None,
                    _ => Some(Form::Any),
                };
                let (of_server, before) = (server.is_some(), self.bytes);
                let declared = common.policy.file(&entry.full).map(|file| file.holds);
                let (work, total, name) = (self.work, self.total, entry.name.as_str());
                let one = One { place: &place, name, declared, form, of_server, work, before, total };
                if !server.is_some_and(super::server::is_own) {
                    one.declared(&entry.path, found, common, audit);
                }
                let read = one.read(&entry.path, found, common, audit, progress);
                self.bytes = self.bytes.saturating_add(read.unwrap_or_default());
            }
        }
    }
}
