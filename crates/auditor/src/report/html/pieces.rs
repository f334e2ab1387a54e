//! The small parts: evidence, places, facts and weights. Every text that is not this program's own goes through
//! [`evidence`].

use maud::{Markup, html};

use super::Teller;
use crate::report::escape::{Piece, pieces};
use crate::report::words;
use crate::{Fact, Place, Severity};

/// A text from elsewhere: kept apart from what is around it, with everything in it visible.
pub(super) fn evidence(text: &str) -> Markup {
    // `dir` keeps letters that run from right to left from turning what follows.
    html! {
        code dir="ltr" translate="no" {
            @if text.is_empty() { span.escaped { "\"\"" } }
            @for piece in pieces(text) {
                @match piece {
                    Piece::Plain(run) => (run),
                    Piece::Escaped(run) => span.escaped { (run) },
                }
            }
        }
    }
}

/// The class of a weight.
fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Breach => "breach",
    }
}

impl Teller<'_> {
    /// A weight, as a small sign with a word.
    pub(super) fn weight(&self, severity: Severity) -> Markup {
        html! { span class={ "weight " (class(severity)) } { (words::severity(severity, self.language)) } }
    }

    /// A place, from the outside in.
    pub(super) fn place(&self, place: &Place) -> Markup {
        html! {
            span.path {
                (self.step(&place.artefact))
                @for step in &place.path { span.next { " › " } (self.step(step)) }
            }
        }
    }

    fn step(&self, step: &str) -> Markup {
        let (kind, name) = words::step(step, self.language);
        html! {
            @if let Some(kind) = kind { span.kind { (kind) } }
            @if kind.is_some() && name.is_some() { " " }
            @if let Some(name) = name { (evidence(name)) }
        }
    }

    /// Facts, each with its name.
    pub(super) fn facts(&self, facts: &[Fact]) -> Markup {
        html! {
            @if !facts.is_empty() {
                dl.evidence {
                    @for fact in facts {
                        dt {
                            @match words::fact_name(&fact.name, self.language) {
                                Some(name) => (name),
                                None => (evidence(&fact.name)),
                            }
                        }
                        dd { (evidence(&fact.value)) }
                    }
                }
            }
        }
    }
}
