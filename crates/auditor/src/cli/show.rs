//! `souspli-audit show`: a report that exists already.

use std::path::PathBuf;

use clap::Args;
use souspli_protocol::VerifyingKey;

use super::files::{must_be_free, read_report, read_signature, write_new};
use super::output::endings;
use super::print::{print_line, print_text};
use super::stop::{Exit, Stop};
use super::{Run, Session, key, summary};
use crate::report::{Proof, page};

/// Print a report that exists already, or write its page, in another language too
///
/// Needs the report as JSON. If it says that it is signed, its signature must lie beside it and hold.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Example:
  souspli-audit show report.json --language fr --html rapport.html

Ends as the audit did that made the report. ", endings!()))]
pub struct Show {
    /// The report, as JSON
    #[arg(value_name = "REPORT.json")]
    pub report: PathBuf,
    /// The auditor's public key; a report that it did not sign is refused
    #[arg(long, value_name = "KEY", value_parser = key::public)]
    pub signed_by: Option<VerifyingKey>,
    /// Write the page of the report, in the language of --language
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

impl Run for Show {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        self.html.as_deref().map_or(Ok(()), must_be_free)?;
        let (bytes, report) = read_report(&self.report)?;
        let signed = read_signature(&self.report, (&bytes, &report), self.signed_by.as_ref())?;
        if signed.is_none() && (self.signed_by.is_some() || report.auditor.key.is_some()) {
            let english = "It is not signed as it says: there is no signature file beside it.";
            let french = "Il n’est pas signé comme il le dit : aucun fichier de signature ne l’accompagne.";
            return Err(Stop::said(Exit::NotVerified, english, french).about(&self.report));
        }
        if let Some(file) = &self.html {
            write_new(file, page(&report, &Proof::of(&bytes, signed), session.language).as_bytes())?;
        }
        if !session.quiet {
            print_text(&summary::of(&report, session.language));
            if signed.is_none() {
                print_line(session.language.of("Nobody has signed this report.", "Personne n’a signé ce rapport."));
            }
        }
        Ok(Exit::of(&report))
    }
}
