//! What was looked at, and what was not.

use maud::{Markup, html};

use super::{Section, Teller};
use crate::Area;
use crate::audit::Looked;
use crate::report::numbers::{bytes, count, duration};
use crate::report::words;

impl Teller<'_> {
    pub(super) fn looked(&self) -> Section {
        let report = self.report;
        let body = html! {
            @if report.looked.is_empty() {
                p { (self.say("Nothing was looked at.", "Rien n’a été examiné.")) }
            } @else {
                p { (self.say("The codes are explained in the appendix.", "Les codes sont expliqués en annexe.")) }
                (self.looked_table())
            }
            @if report.looked_not_listed > 0 {
                p {
                    (count(report.looked_not_listed, self.language))
                    (self.say(
                        " more places were looked at and are not listed.",
                        " autres emplacements ont été examinés et ne sont pas listés.",
                    ))
                }
            }
        };
        Section { id: "looked", heading: self.say("What was looked at", "Ce qui a été examiné"), body }
    }

    fn looked_table(&self) -> Markup {
        let [place, checks, rows, data, time] = self.looked_heads();
        html! {
            table.sights role="table" {
                caption.hidden { (self.say("What was looked at", "Ce qui a été examiné")) }
                thead role="rowgroup" {
                    tr role="row" {
                        th role="columnheader" scope="col" { (place) }
                        th role="columnheader" scope="col" { (checks) }
                        th.number role="columnheader" scope="col" { (rows) }
                        th.number role="columnheader" scope="col" { (data) }
                        th.number role="columnheader" scope="col" { (time) }
                    }
                }
                @for area in Area::ALL {
                    @if self.report.looked.iter().any(|looked| looked.area == *area) {
                        tbody role="rowgroup" {
                            tr role="row" {
                                th role="rowheader" scope="rowgroup" colspan="5" { (words::area(*area, self.language)) }
                            }
                            @for looked in self.report.looked.iter().filter(|looked| looked.area == *area) {
                                (self.looked_row(looked))
                            }
                        }
                    }
                }
            }
        }
    }

    fn looked_heads(&self) -> [String; 5] {
        [
            self.say("Place", "Emplacement"),
            self.say("Looked for", "Recherché"),
            self.say("Entries", "Entrées"),
            self.say("Data", "Données"),
            self.say("Time", "Durée"),
        ]
    }

    fn looked_row(&self, looked: &Looked) -> Markup {
        let [_, checks, rows, data, time] = self.looked_heads();
        html! {
            tr role="row" {
                th role="rowheader" scope="row" { (self.place(&looked.place)) }
                td.wide role="cell" data-label=(checks) {
                    @for (at, check) in looked.checks.iter().enumerate() {
                        @if at > 0 { ", " }
                        code { (check.code()) }
                    }
                }
                td.number role="cell" data-label=(rows) { (count(looked.rows, self.language)) }
                td.number role="cell" data-label=(data) { (bytes(looked.bytes, self.language)) }
                td.number role="cell" data-label=(time) { (duration(looked.seconds)) }
            }
        }
    }

    pub(super) fn not_looked(&self) -> Section {
        let report = self.report;
        let body = html! {
            @if report.unchecked.is_empty() {
                p {
                    (self.say(
                        "All that this audit was asked to look at was looked at.",
                        "Tout ce que cet audit devait examiner a été examiné.",
                    ))
                }
            } @else {
                (self.unchecked_table())
            }
            @if report.unchecked_not_listed > 0 {
                p {
                    (count(report.unchecked_not_listed, self.language))
                    (self.say(
                        " more places were not looked at and are not listed.",
                        " autres emplacements n’ont pas été examinés et ne sont pas listés.",
                    ))
                }
            }
            @if !report.not_asked.is_empty() {
                p { (self.say("This audit was not about:", "Cet audit ne portait pas sur :")) }
                ul { @for area in &report.not_asked { li { (words::area(*area, self.language)) } } }
            }
        };
        Section {
            id: "not-looked", heading: self.say("What was not looked at", "Ce qui n’a pas été examiné"), body
        }
    }

    fn unchecked_table(&self) -> Markup {
        let (place, why) = (self.say("Place", "Emplacement"), self.say("Why", "Raison"));
        html! {
            table.two role="table" {
                caption.hidden { (self.say("What was not looked at", "Ce qui n’a pas été examiné")) }
                thead role="rowgroup" {
                    tr role="row" {
                        th role="columnheader" scope="col" { (place) }
                        th role="columnheader" scope="col" { (why) }
                    }
                }
                tbody role="rowgroup" {
                    @for unchecked in &self.report.unchecked {
                        tr role="row" {
                            th role="rowheader" scope="row" { (self.place(&unchecked.place)) }
                            td.wide role="cell" {
                                (self.typeset(words::gap(unchecked.gap, self.language)))
                                (self.facts(&unchecked.facts))
                            }
                        }
                    }
                }
            }
        }
    }
}
