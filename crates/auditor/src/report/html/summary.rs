//! What a judge reads: what was examined, by whom, when, what it comes to, and the numbers.

use maud::{Markup, html};

use super::pieces::evidence;
use super::{Section, Teller};
use crate::Severity;
use crate::report::numbers::{bytes, count, moment, span};
use crate::report::{Comparison, Language, Since, Verdict, words};

impl Teller<'_> {
    /// Under the title: which host, and when.
    pub(super) fn subject(&self) -> Markup {
        let report = self.report;
        html! {
            p {
                (self.say("Host examined: ", "Hébergeur examiné : ")) (evidence(&report.host)) br;
                (span(report.begin, report.end, self.language))
            }
        }
    }

    pub(super) fn summary(&self) -> Section {
        let body = html! {
            (self.verdict())
            p {
                (self.say(
                    "Souspli is a booking system for health practices. Its host keeps appointments in sealed form only and cannot read them. This audit looked for anything at this host that contradicts that.",
                    "Souspli est un système de prise de rendez-vous pour les cabinets de santé. L’hébergeur n’y conserve les rendez-vous que sous une forme scellée, qu’il ne peut pas lire. Cet audit a cherché tout ce qui, chez cet hébergeur, le contredirait.",
                ))
            }
            (self.who_and_when())
            (self.numbers())
            (self.weights())
        };
        Section { id: "summary", heading: self.say("Summary", "Résumé"), body }
    }

    fn verdict(&self) -> Markup {
        let report = self.report;
        let class = match report.verdict {
            Verdict::Breach => "breach",
            Verdict::Nothing if report.complete => "calm",
            Verdict::Notes if report.complete => "note",
            Verdict::Nothing | Verdict::Notes | Verdict::Warnings => "warning",
        };
        html! {
            div class={ "verdict " (class) } {
                p.first { (self.typeset(words::verdict_sentence(report, self.language))) }
                @if !report.complete && !report.looked.is_empty() {
                    p {
                        (self.say(
                            "The audit is incomplete: something that was to be looked at could not be.",
                            "L’audit est incomplet : un élément qui devait être examiné n’a pas pu l’être.",
                        ))
                        " " a href="#not-looked" { (self.say("See what.", "Voir lequel.")) }
                    }
                }
                @if let Some(comparison) = &report.comparison { p { (self.changes(comparison)) } }
            }
        }
    }

    /// What changed since an earlier report, in a sentence.
    fn changes(&self, comparison: &Comparison) -> String {
        let counted = |number, english, french| self.number_of(number, english, french);
        let mut parts = vec![
            counted(
                comparison.count(Since::New),
                ("new finding", "new findings"),
                ("constat nouveau", "constats nouveaux"),
            ),
            counted(comparison.gone.len(), ("gone", "gone"), ("disparu", "disparus")),
            counted(comparison.count(Since::Unchanged), ("unchanged", "unchanged"), ("inchangé", "inchangés")),
        ];
        if comparison.count(Since::Unknown) > 0 {
            let french = ("non recherché auparavant", "non recherchés auparavant");
            let english = ("not looked for before", "not looked for before");
            parts.push(counted(comparison.count(Since::Unknown), english, french));
        }
        let before = self.say("Since the report of", "Depuis le rapport du");
        let end = moment(comparison.end, self.language);
        format!("{before} {end}{} {}.", self.say(":", " :"), parts.join(", "))
    }

    /// A number with its word.
    fn number_of(&self, number: usize, english: (&str, &str), french: (&str, &str)) -> String {
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        let word = match self.language {
            Language::English => {
                if number == 1 {
                    english.0
                } else {
                    english.1
                }
            }
            Language::French => {
                if number < 2 {
                    french.0
                } else {
                    french.1
                }
            }
        };
        format!("{}\u{a0}{word}", count(number, self.language))
    }

    fn who_and_when(&self) -> Markup {
        let report = self.report;
        html! {
            dl.pairs {
                dt { (self.say("Host examined", "Hébergeur examiné")) }
                dd { (evidence(&report.host)) }
                dt { (self.say("Examined by", "Examiné par")) }
                dd {
                    @match &report.auditor.name {
                        Some(name) => (evidence(name)),
                        None => (self.say("nobody is named", "aucun nom n’est indiqué")),
                    }
                }
                dt { (self.say("Begun", "Début")) }
                dd { (moment(report.begin, self.language)) }
                dt { (self.say("Ended", "Fin")) }
                dd { (moment(report.end, self.language)) }
                dt { (self.say("Judged by", "Référentiel")) }
                dd {
                    @match &report.policy {
                        Some(policy) => { (evidence(&policy.name)) br; "SHA-256 " (evidence(&policy.sha256)) }
                        None => (self.say("no policy", "aucun")),
                    }
                }
                dt { (self.say("Program", "Programme")) }
                dd { (evidence(&format!("{} {}", report.tool.name, report.tool.version))) }
            }
        }
    }

    fn numbers(&self) -> Markup {
        let counts = self.report.counts;
        let plain = |number| count(number, self.language);
        let pairs = [
            (self.say("Breaches", "Manquements"), plain(counts.breaches)),
            (self.say("Warnings", "Avertissements"), plain(counts.warnings)),
            (self.say("Notes", "Remarques"), plain(counts.notes)),
            (self.say("Places looked at", "Emplacements examinés"), plain(counts.places)),
            (self.say("Entries read", "Entrées lues"), plain(counts.rows)),
            (self.say("Data read", "Données lues"), bytes(counts.bytes, self.language)),
            (self.say("Places not looked at", "Emplacements non examinés"), plain(counts.unchecked)),
        ];
        html! {
            dl.numbers {
                @for (name, number) in pairs { div { dt { (name) } dd { (number) } } }
            }
        }
    }

    fn weights(&self) -> Markup {
        html! {
            p { (self.say("What is found has one of three weights:", "Chaque constat a l’un de ces trois poids :")) }
            ul.weights {
                li {
                    (self.weight(Severity::Breach)) " "
                    (self.say(
                        "The host holds, sends or hides what it must not.",
                        "L’hébergeur détient, envoie ou cache ce qu’il ne doit pas.",
                    ))
                }
                li {
                    (self.weight(Severity::Warning)) " "
                    (self.say(
                        "Something is not as declared. By itself this discloses nothing, and somebody must explain it.",
                        "Un élément n’est pas tel que déclaré. Cela ne divulgue rien en soi, et quelqu’un doit l’expliquer.",
                    ))
                }
                li {
                    (self.weight(Severity::Note)) " "
                    (self.say("Worth knowing; nothing is wrong.", "Bon à savoir ; rien n’est anormal."))
                }
            }
        }
    }
}
