//! `souspli-audit verify`: whether a report is what its auditor signed.

use std::path::{Path, PathBuf};

use clap::Args;
use souspli_protocol::VerifyingKey;

use super::files::{read, read_report, read_signature};
use super::print::print_line;
use super::stop::{Exit, Stop};
use super::{Run, Session, key};
use crate::report::{Language, Proof, Report, moment, page, verdict_sentence, visible};

/// Bytes of the largest page that is read: a page is its report, with markup around it.
const LARGEST_PAGE: usize = 1024 * 1024 * 1024;

/// Check the signature of a report, and that its page says the same
///
/// Needs the report as JSON and, beside it, its signature (the same name with .sig behind). Anybody can run it, and it
/// reads nothing else.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  souspli-audit verify report.json --signed-by KEY --html report.html

Exit codes:
  0   the signature holds, and the page, if one is named, says what the report says
  6   a file cannot be read
  7   the report is not signed, or was changed, or is signed by another key, or the page differs")]
pub struct Verify {
    /// The report, as JSON
    #[arg(value_name = "REPORT.json")]
    pub report: PathBuf,
    /// The auditor's public key, as you have it from the auditor and not from the report
    #[arg(long, value_name = "KEY", value_parser = key::public)]
    pub signed_by: Option<VerifyingKey>,
    /// Check, too, that this page says what the report says, character by character
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

impl Run for Verify {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let (bytes, report) = read_report(&self.report)?;
        let Some(signed) = read_signature(&self.report, (&bytes, &report), self.signed_by.as_ref())? else {
            let english = "Nobody has signed it: there is no signature file beside it.";
            let french = "Personne ne l’a signé : aucun fichier de signature ne l’accompagne.";
            return Err(Stop::said(Exit::NotVerified, english, french).about(&self.report));
        };
        if let Some(file) = &self.html {
            same_page(file, &report, &Proof::of(&bytes, Some(signed)))?;
        }
        if !session.quiet {
            self.say(&report, session.language);
        }
        Ok(Exit::Done)
    }
}

impl Verify {
    fn say(&self, report: &Report, language: Language) {
        print_line(language.of("The signature holds.", "La signature est valable."));
        if self.html.is_some() {
            print_line(language.of("The page says what the report says.", "La page dit ce que dit le rapport."));
        }
        if let (None, Some(key)) = (self.signed_by, report.auditor.key) {
            print_line(&format!("{} {key}", language.of("The key that signed:", "La clé qui a signé :")));
            print_line(language.of(
                "Whose it is, this cannot tell: compare it with the one that the auditor gave you by another way, or name that one with --signed-by.",
                "À qui elle est, cela ne le dit pas : comparez-la à celle que l’auditeur vous a donnée par une autre voie, ou nommez celle-ci avec --signed-by.",
            ));
        }
        let (host, end) = (visible(&report.host), moment(report.end, language));
        print_line(&format!("{} {host}, {end}", language.of("Host:", "Hébergeur :")));
        print_line(verdict_sentence(report, language));
    }
}

/// Whether a page is the one of this report, in any language.
fn same_page(file: &Path, report: &Report, proof: &Proof) -> Result<(), Stop> {
    let bytes = read(file, LARGEST_PAGE)?;
    if Language::ALL.iter().any(|language| page(report, proof, *language).as_bytes() == bytes) {
        return Ok(());
    }
    let ours = env!("CARGO_PKG_VERSION");
    let stop = if report.tool.version == ours {
        Stop::said(
            Exit::NotVerified,
            "This page is not the one of the report: somebody has changed it, or it belongs to another report.",
            "Cette page n’est pas celle du rapport : quelqu’un l’a modifiée, ou elle appartient à un autre rapport.",
        )
    } else {
        let made = visible(&report.tool.version);
        Stop::said(
            Exit::NotVerified,
            format!(
                "This page is not as this version ({ours}) would write it. The report was made by version {made}: check the page with that one."
            ),
            format!(
                "Cette page n’est pas telle que cette version ({ours}) l’écrirait. Le rapport a été fait par la version {made} : vérifiez la page avec celle-ci."
            ),
        )
    };
    Err(stop.about(file))
}
