//! What was found, and what changed since an earlier report.

use maud::{Markup, html};

use super::{Section, Teller};
use crate::report::groups::{self, Alike};
use crate::report::numbers::count;
use crate::report::{Comparison, Since, words};
use crate::{Area, Finding};

impl Teller<'_> {
    pub(super) fn findings(&self) -> Section {
        let groups = groups::of_report(self.report);
        let body = html! {
            @if groups.is_empty() {
                p {
                    (self.say(
                        "Nothing was found. This holds for what was looked at, and says nothing of anything else: read also what was not looked at, and what no audit can show.",
                        "Rien n’a été trouvé. Cela vaut pour ce qui a été examiné, et ne dit rien d’autre chose : lisez aussi ce qui n’a pas été examiné, et ce qu’aucun audit ne peut montrer.",
                    ))
                }
            }
            @for area in Area::ALL {
                @if groups.iter().any(|group| group.check.area() == *area) {
                    h3 { (words::area(*area, self.language)) }
                    @for group in groups.iter().filter(|group| group.check.area() == *area) { (self.group(group)) }
                }
            }
        };
        Section { id: "findings", heading: self.say("What was found", "Ce qui a été trouvé"), body }
    }

    fn group(&self, group: &Alike<'_>) -> Markup {
        let title = words::title(group.check, self.language);
        html! {
            article.finding {
                header {
                    h4 { (self.typeset(title)) }
                    (self.weight(group.severity))
                }
                p { (self.typeset(words::meaning(group.check, self.language))) }
                p.soft { (self.say("Code: ", "Code : ")) code { (group.check.code()) } }
                @if !group.listed.is_empty() {
                    (self.table(title, group.listed.iter().copied()))
                }
                @for rest in &group.rest {
                    p {
                        @match &rest.place {
                            Some(place) => { (self.more(rest.count)) (self.say(" in ", " dans ")) (self.place(place)) "." }
                            None => { (self.more(rest.count)) (self.say(" in other places.", " à d’autres endroits.")) }
                        }
                    }
                }
            }
        }
    }

    fn more(&self, number: u64) -> String {
        let counted = count(number, self.language);
        if number == 1 {
            return self.say("One more of the same, not listed,", "Un autre constat du même ordre, non listé,");
        }
        let english = format!("{counted} more of the same, not listed,");
        let french = format!("{counted} autres constats du même ordre, non listés,");
        self.say(&english, &french)
    }

    fn table<'a>(&self, caption: &str, findings: impl Iterator<Item = (&'a Finding, Option<Since>)>) -> Markup {
        let (place, evidence) = (self.say("Place", "Emplacement"), self.say("Evidence", "Éléments de preuve"));
        html! {
            table.two role="table" {
                caption.hidden { (self.typeset(caption)) }
                thead role="rowgroup" {
                    tr role="row" {
                        th role="columnheader" scope="col" { (place) }
                        th role="columnheader" scope="col" { (evidence) }
                    }
                }
                tbody role="rowgroup" {
                    @for (finding, since) in findings {
                        tr role="row" {
                            th role="rowheader" scope="row" {
                                (self.place(&finding.place))
                                @if let Some(since) = since { " " (self.since(since)) }
                            }
                            td.wide role="cell" { (self.facts(&finding.facts)) }
                        }
                    }
                }
            }
        }
    }

    fn since(&self, since: Since) -> Markup {
        let words = match since {
            Since::New => self.say("new", "nouveau"),
            Since::Unchanged => self.say("unchanged", "inchangé"),
            Since::Unknown => self.say("not looked for before", "non recherché auparavant"),
        };
        html! { span.weight { (words) } }
    }

    pub(super) fn comparison(&self) -> Option<Section> {
        let comparison = self.report.comparison.as_ref()?;
        let body = html! {
            p {
                (self.say(
                    "This report was compared with an earlier one. A finding counts as the same if its check, its place (rows aside) and its lasting evidence are the same. The file of the earlier report has this SHA-256:",
                    "Ce rapport a été comparé à un rapport antérieur. Un constat est tenu pour le même si son contrôle, son emplacement (numéros de ligne mis à part) et ses éléments de preuve durables sont les mêmes. Le fichier du rapport antérieur a cette empreinte SHA-256 :",
                ))
                code.hash { (comparison.sha256) }
            }
            (self.earlier(
                &comparison.gone,
                &self.say("Found then, no longer found now", "Constaté alors, plus constaté maintenant"),
                &self.say("Nothing that was found then is gone.", "Rien de ce qui avait été constaté n’a disparu."),
            ))
            @if !comparison.not_seen_again.is_empty() {
                (self.earlier(
                    &comparison.not_seen_again,
                    &self.say(
                        "Found then, and now not looked for in the same place or not listed in full",
                        "Constaté alors, et non recherché maintenant au même endroit ou non listé en entier",
                    ),
                    "",
                ))
            }
            (self.lost_sight(comparison))
        };
        Some(Section {
            id: "since",
            heading: self.say("Since the earlier report", "Depuis le rapport antérieur"),
            body,
        })
    }

    fn earlier(&self, findings: &[Finding], heading: &str, none: &str) -> Markup {
        html! {
            h3 { (heading) }
            @if findings.is_empty() { p { (none) } }
            @for group in groups::of_findings(findings) {
                @let title = words::title(group.check, self.language);
                article.finding {
                    header {
                        h4 { (self.typeset(title)) }
                        (self.weight(group.severity))
                    }
                    (self.table(title, group.listed.iter().copied()))
                }
            }
        }
    }

    fn lost_sight(&self, comparison: &Comparison) -> Markup {
        html! {
            h3 { (self.say("Looked at then, not looked at now", "Examiné alors, non examiné maintenant")) }
            @if comparison.lost_sight.is_empty() {
                p {
                    (self.say(
                        "All that was looked at then was looked at again.",
                        "Tout ce qui avait été examiné l’a été de nouveau.",
                    ))
                }
            } @else {
                ul {
                    @for lost in &comparison.lost_sight {
                        li {
                            (self.place(&lost.place)) (self.say(": ", " : "))
                            @for (at, check) in lost.checks.iter().enumerate() {
                                @if at > 0 { ", " }
                                code { (check.code()) }
                            }
                        }
                    }
                }
            }
        }
    }
}
