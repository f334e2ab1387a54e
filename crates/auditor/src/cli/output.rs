//! Where a report goes: what every command that examines has in common.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use souspli_protocol::VerifyingKey;

use super::files::{must_be_free, read_report, read_signature, signature_of, write_new};
use super::stop::{Exit, Stop};
use super::{Session, key, print, summary};
use crate::audit::{About, Audit, Minute, Progress};
use crate::report::{AuditorKey, Language, Proof, Report, Signed, page, visible};

/// How a command that examines ends, for its `--help`.
macro_rules! endings {
    () => {
        "\
Exit codes:
  0   nothing was found, or notes only
  1   warnings: something is not as declared
  3   a breach: the host holds, sends or hides what it must not
  4   no breach in what was looked at, but something could not be looked at
  2, 5, 6, 7   there is no report; `souspli-audit --help` says why"
    };
}
pub(super) use endings;

/// Where the report goes, and what it says of itself.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "The report")]
pub struct ReportOptions {
    /// The host under examination, as the report names it
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Who runs the audit, as the report names that person
    #[arg(long, value_name = "NAME")]
    pub auditor: Option<String>,
    /// Write the report as JSON, for programs and for the signature
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the report as one page for people, without scripts and without anything from elsewhere
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Sign the JSON with this key (`souspli-audit key new` makes one); the signature goes beside it
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Compare with an earlier report, which must verify
    #[arg(long, value_name = "FILE.json")]
    pub baseline: Option<PathBuf>,
    /// The public key that signed the earlier report [default: that of --key]
    #[arg(long, value_name = "KEY", value_parser = key::public)]
    pub baseline_key: Option<VerifyingKey>,
}

impl ReportOptions {
    /// These options, and others where these say nothing.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            host: self.host.or(other.host),
            auditor: self.auditor.or(other.auditor),
            json: self.json.or(other.json),
            html: self.html.or(other.html),
            key: self.key.or(other.key),
            baseline: self.baseline.or(other.baseline),
            baseline_key: self.baseline_key.or(other.baseline_key),
        }
    }
}

/// Examines, and writes and prints the report of it.
///
/// What can go wrong with the files of the report goes wrong before the work. `examine` errs only with what makes all of
/// it senseless; whatever single thing cannot be looked at goes to [`Audit::unchecked`].
pub(super) fn audited(
    options: &ReportOptions,
    session: &mut Session,
    examine: impl FnOnce(&mut Audit, &mut dyn Progress) -> Result<(), Stop>,
) -> Result<Exit, Stop> {
    let key = options.key.as_deref().map(key::open).transpose()?;
    if key.is_some() && options.json.is_none() {
        let english = "What is signed is the JSON: say where it goes, with --json or with `reports` in the file.";
        let french = "C’est le JSON qui est signé : dites où l’écrire, par --json ou par `reports` dans le fichier.";
        return Err(Stop::said(Exit::Usage, english, french));
    }
    let signature = options.json.as_deref().filter(|_| key.is_some()).map(signature_of);
    let files = [&options.json, &signature, &options.html].into_iter().flatten();
    files.clone().try_for_each(|file| must_be_free(file).and_then(|()| make_folder_of(file)))?;
    let public = key.as_ref().map(AuditorKey::public);
    let host = options.host.clone().ok_or_else(|| {
        let english = "Name the host for the report with --host.";
        Stop::said(Exit::Usage, english, "Nommez l’hébergeur pour le rapport avec --host.")
    })?;
    let earlier = options.baseline.as_deref();
    let earlier = earlier.map(|file| baseline(file, &host, options.baseline_key.or(public))).transpose()?;

    let about = About { host, auditor: options.auditor.clone(), key: public };
    let mut audit = Audit::begin(about, session.minute());
    let examined = examine(&mut audit, &mut session.progress);
    session.progress.clear();
    examined?;
    let mut report = audit.end(session.minute());
    if let Some(earlier) = &earlier {
        report.compare(earlier);
    }
    // Printed before it is written: a disk that is full now must not take the work with it.
    let say = |text: &str| {
        if !session.quiet {
            print::print_text(text);
        }
    };
    say(&summary::of(&report, session.language));
    write(&report, options, key.as_ref(), session.language)?;
    for file in files {
        let name = visible(&file.display().to_string());
        say(&format!("{} {name}\n", session.language.of("Written:", "Écrit :")));
    }
    Ok(Exit::of(&report))
}

fn write(report: &Report, options: &ReportOptions, key: Option<&AuditorKey>, language: Language) -> Result<(), Stop> {
    let json = report.to_json();
    let signed = key.map(|key| Signed::sign(&json, key));
    if let Some(file) = &options.json {
        write_new(file, &json)?;
        if let Some(signed) = &signed {
            write_new(&signature_of(file), signed.to_text().as_bytes())?;
        }
    }
    if let Some(file) = &options.html {
        write_new(file, page(report, &Proof::of(&json, signed), language).as_bytes())?;
    }
    Ok(())
}

fn make_folder_of(file: &Path) -> Result<(), Stop> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|error| {
        let because = |language| crate::report::reason(&error, language);
        let english = format!("The folder cannot be made: {}.", because(Language::English));
        let french = format!("Le dossier n’a pas pu être créé : {}.", because(Language::French));
        Stop::said(Exit::Files, english, french).about(folder)
    })
}

/// An earlier report, verified. One that anybody could have written says nothing about what changed.
fn baseline(file: &Path, host: &str, expected: Option<VerifyingKey>) -> Result<Report, Stop> {
    let expected = expected.ok_or_else(|| {
        Stop::said(
            Exit::Usage,
            "An earlier report must verify before it is compared with: name its key with --baseline-key, or yours with --key.",
            "Un rapport antérieur doit être vérifié avant toute comparaison : nommez sa clé avec --baseline-key, ou la vôtre avec --key.",
        )
    })?;
    let (bytes, report) = read_report(file)?;
    if read_signature(file, (&bytes, &report), Some(&expected))?.is_none() {
        let english = "It is not signed, so it is not compared with: there is no signature file beside it.";
        let french =
            "Il n’est pas signé, donc il ne sert pas de comparaison : aucun fichier de signature ne l’accompagne.";
        return Err(Stop::said(Exit::NotVerified, english, french).about(file));
    }
    if report.host != host {
        let (other, host) = (visible(&report.host), visible(host));
        let english = format!("It is about another host: {other}, not {host}.");
        let french = format!("Il porte sur un autre hébergeur : {other}, non {host}.");
        return Err(Stop::said(Exit::Usage, english, french).about(file));
    }
    Ok(report)
}

/// The names of a report in a folder: the minute of its beginning, and a number where that minute has one already.
pub(super) fn named(folder: &Path, begin: Minute) -> (PathBuf, PathBuf) {
    let minute = begin.utc().strftime("%Y-%m-%dT%H%MZ").to_string();
    let names = |name: String| (folder.join(format!("{name}.json")), folder.join(format!("{name}.html")));
    let numbered = (2..100).map(|number| format!("{minute}-{number}"));
    let mut all = std::iter::once(minute.clone()).chain(numbered).map(names);
    all.find(|(json, html)| !json.exists() && !html.exists()).unwrap_or_else(|| names(minute.clone()))
}
