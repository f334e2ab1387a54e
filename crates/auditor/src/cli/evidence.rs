//! `souspli-audit evidence`: what a file against a host shows.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::Args;

use super::online::{KeyOptions, Keys, client, runtime};
use super::output::{ReportOptions, audited};
use super::print::print_line;
use super::receipt::asked;
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::audit::{Audit, Gap, Looked, Unchecked};
use crate::evidence::{Doubt, Judgement, Kind, Verdict, judge};
use crate::receipt::HostKeys;
use crate::report::{Language, reason};
use crate::{Area, Place};

/// What an evidence file begins with.
pub(super) const BEGINNING: &[u8] = b"souspli/evidence/";

/// Judge an evidence file: what it shows against a host, and what it does not
///
/// An evidence file holds signatures of a host that contradict each other, or a promise that it has not kept, and all
/// that is needed to check that. Needs the file and the host's keys: nothing else is asked, no network, no clock.
#[derive(Debug, Args)]
#[command(
    mut_arg("host", |host| host
        .value_name("URL")
        .help("The host's address: asked for its keys, where no others are named")
        .help_heading("The host's keys")),
    after_help = "\
Examples:
  souspli-audit evidence unmerged-0123456789abcdef.evidence --host https://rdv.example.org
  souspli-audit evidence log-fork-0123456789abcdef.evidence --keys host.json

The verdicts, and how the program ends:
  3   guilty: it follows from signatures of the host
  1   unanswered: the host owes a proof that it has not shown here
  7   not_shown: the file shows nothing against this host; it does not speak for the host either
  4   the host gave no keys; nothing was judged
  2, 6   nothing was judged; `souspli-audit --help` says why"
)]
pub struct Evidence {
    /// The evidence file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the keys come from.
    #[command(flatten)]
    pub keys: KeyOptions,
    /// The report.
    #[command(flatten)]
    pub report: ReportOptions,
}

impl Run for Evidence {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let address = asked(&self.report, self.keys.keys.is_some())?;
        let keys = runtime()?.block_on(self.keys.find(&client()?, address.as_ref(), session.minute().minutes()))?;
        let judgement = judged(&self.file, &keys.keys)?;
        let options = self.report.clone().or(ReportOptions {
            host: keys.keys.policy.logs().first().map(|log| log.key().name().to_owned()),
            ..ReportOptions::default()
        });
        if options.json.is_some() || options.html.is_some() {
            let place = Place::of(format!("evidence {}", self.file.display()));
            audited(&options, session, |audit, _| {
                tell(&judgement, &keys, &place, audit);
                Ok(())
            })?;
        }
        if !session.quiet {
            say(&judgement, keys.own_word, session.language);
        }
        Ok(match judgement.verdict {
            Verdict::Guilty(_) => Exit::Breach,
            Verdict::Unanswered { .. } => Exit::Warnings,
            Verdict::NotShown(_) => Exit::NotVerified,
        })
    }
}

/// Judges a file, which may be as long as a log.
pub(super) fn judged(file: &Path, keys: &HostKeys) -> Result<Judgement, Stop> {
    let opened = File::open(file).map_err(|error| {
        let because = |language| reason(&error, language);
        let english = format!("It cannot be read: {}.", because(Language::English));
        Stop::said(Exit::Files, english, format!("Sa lecture a échoué : {}.", because(Language::French))).about(file)
    })?;
    Ok(judge(BufReader::new(opened), keys))
}

/// Tells an audit.
pub(super) fn tell(judgement: &Judgement, keys: &Keys, place: &Place, audit: &mut Audit) {
    if keys.own_word {
        audit.unchecked(Unchecked::new(Area::Evidence, place.at("key"), Gap::OwnWord));
    }
    match (&judgement.verdict, judgement.kind) {
        (Verdict::NotShown(doubt), _) => {
            let unchecked =
                Unchecked::new(Area::Evidence, place.clone(), Gap::Damaged).fact("verdict", judgement.code());
            audit.unchecked(unchecked.fact("check", doubt.code()).fact("why", doubt));
        }
        (_, kind) => audit.looked(Looked {
            area: Area::Evidence,
            place: place.clone(),
            checks: kind.map(Kind::check).into_iter().collect(),
            rows: 1,
            bytes: 0,
            seconds: 0,
        }),
    }
    if let Some(finding) = judgement.finding(place.clone()) {
        audit.find(finding);
    }
}

fn say(judgement: &Judgement, own_word: bool, language: Language) {
    match (&judgement.verdict, judgement.kind) {
        (Verdict::Guilty(_), Some(kind)) => {
            let guilty = language.of(
                "Guilty, by the host's own signatures:",
                "Coupable, d’après les signatures de l’hébergeur lui-même :",
            );
            print_line(&format!("{guilty} {}", proves(kind, language)));
            print_line(&judgement.to_string());
            print_line(does_not(kind, language));
        }
        (Verdict::Unanswered { .. }, _) => {
            print_line(language.of(
                "Unanswered: enough witnesses had seen no log that holds this when its time was over. The host owes a proof file; if it has none, it has broken its promise.",
                "Sans réponse : assez de témoins n’avaient vu aucun registre contenant cet élément quand le délai était passé. L’hébergeur doit un fichier de preuve ; s’il n’en a pas, il a rompu sa promesse.",
            ));
            print_line(&judgement.to_string());
            print_line(language.of(
                "What it does not show: why. A log whose states did not reach the witnesses looks the same.",
                "Ce que cela ne montre pas : pourquoi. Un registre dont les états n’ont pas atteint les témoins a le même aspect.",
            ));
        }
        (Verdict::NotShown(doubt), _) => print_line(&nothing(*doubt, language)),
        // Nobody is guilty of no kind.
        (Verdict::Guilty(_), None) => {}
    }
    if own_word && !matches!(judgement.verdict, Verdict::NotShown(_)) {
        print_line(language.of(
            "Whose keys these are, the host itself has said: compare them with those that a practice has signed (--link).",
            "À qui sont ces clés, l’hébergeur l’a dit lui-même : comparez-les à celles qu’un cabinet a signées (--link).",
        ));
    }
}

fn nothing(doubt: Doubt, language: Language) -> String {
    let code = doubt.code();
    match language {
        Language::English => format!(
            "This file shows nothing against this host: {doubt} (check: {code}). That does not speak for the host either."
        ),
        Language::French => format!(
            "Ce fichier ne montre rien contre cet hébergeur (contrôle : {code}). Cela ne parle pas non plus pour lui."
        ),
    }
}

/// What is shown, for a person.
fn proves(kind: Kind, language: Language) -> &'static str {
    let (english, french) = match kind {
        Kind::SignedTwice => (
            "it has signed two different histories of one calendar.",
            "il a signé deux histoires différentes d’un même agenda.",
        ),
        Kind::DoubleClaim => (
            "it gave a time to one appointment while another still had it.",
            "il a donné un horaire à un rendez-vous alors qu’un autre l’avait encore.",
        ),
        Kind::HiddenClaim => (
            "it has signed a list of taken times that lacks one that an appointment had then.",
            "il a signé une liste d’horaires pris où manque un horaire qu’un rendez-vous avait alors.",
        ),
        Kind::WrongCount => (
            "it has signed a list with more or fewer taken times than its own history has.",
            "il a signé une liste comptant plus ou moins d’horaires pris que sa propre histoire.",
        ),
        Kind::TwoClaimSets => (
            "it has signed two lists of taken times for one moment that contradict each other.",
            "il a signé, pour un même moment, deux listes d’horaires pris qui se contredisent.",
        ),
        Kind::Unmerged => (
            "it has not put into its log in time what it signed for, though something later is there.",
            "il n’a pas inscrit à temps à son registre ce qu’il avait signé, alors qu’un élément ultérieur y est.",
        ),
        Kind::LogFork => (
            "its log has signed two histories that contradict each other.",
            "son registre a signé deux histoires qui se contredisent.",
        ),
        Kind::FalseNotice => (
            "it says that it restored a backup, to a history that is not the one it had signed.",
            "il dit avoir restauré une sauvegarde, vers une histoire qui n’est pas celle qu’il avait signée.",
        ),
    };
    language.of(english, french)
}

/// What is not shown.
fn does_not(kind: Kind, language: Language) -> &'static str {
    let (english, french) = match kind {
        Kind::DoubleClaim => (
            "What it does not show: which of the two had a right to the time, which time it is, and why.",
            "Ce que cela ne montre pas : lequel des deux avait droit à l’horaire, quel est cet horaire, et pourquoi.",
        ),
        Kind::Unmerged => (
            "What it does not show: why. A host that stood still for a day has broken its promise too.",
            "Ce que cela ne montre pas : pourquoi. Un hébergeur resté à l’arrêt un jour a lui aussi rompu sa promesse.",
        ),
        Kind::SignedTwice
        | Kind::HiddenClaim
        | Kind::WrongCount
        | Kind::TwoClaimSets
        | Kind::LogFork
        | Kind::FalseNotice => (
            "What it does not show: why. A host that was put back to an older backup, and went on without announcing it, looks like one that lies.",
            "Ce que cela ne montre pas : pourquoi. Un hébergeur rétabli depuis une ancienne sauvegarde, sans l’annoncer, a le même aspect qu’un hébergeur qui ment.",
        ),
    };
    language.of(english, french)
}
