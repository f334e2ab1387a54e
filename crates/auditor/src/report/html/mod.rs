//! The report as a page for people: one file without scripts and without anything from elsewhere.
//!
//! The same report gives the same page, byte by byte: so the signature over the report's JSON covers the page too.

mod closing;
mod findings;
mod looked;
mod pieces;
mod summary;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use souspli_attest::sha256;
use souspli_protocol::Digest;

use super::numbers::moment;
use super::{Language, Report, Signed, visible};
use crate::audit::hex;

const STYLE: &str = include_str!("style.css");
/// Nothing is loaded and nothing runs, whatever a finding holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What ties a page to the report that is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// SHA-256 of the JSON.
    pub json: Digest,
    /// The signature, if somebody has signed.
    pub signed: Option<Signed>,
}

impl Proof {
    /// The proof of a report's JSON.
    pub fn of(json: &[u8], signed: Option<Signed>) -> Self {
        Self { json: sha256(json), signed }
    }
}

/// A report and the language that it is told in.
struct Teller<'a> {
    report: &'a Report,
    language: Language,
}

impl Teller<'_> {
    /// A text in the language of the page, with the spaces that must not break.
    fn say(&self, english: &str, french: &str) -> String {
        self.typeset(self.language.of(english, french))
    }

    /// A text of this program, never one from elsewhere.
    fn typeset(&self, text: &str) -> String {
        if self.language == Language::English {
            return text.to_owned();
        }
        [" :", " ;", " ?", " !", " »"]
            .into_iter()
            .fold(text.replace("« ", "«\u{a0}"), |text, high| text.replace(high, &high.replace(' ', "\u{a0}")))
    }
}

/// A section of the page: where it is, its heading, and what stands in it.
struct Section {
    id: &'static str,
    heading: String,
    body: Markup,
}

/// The page of a report.
pub fn page(report: &Report, proof: &Proof, language: Language) -> String {
    let teller = Teller { report, language };
    let mut sections = vec![teller.summary(), teller.findings()];
    sections.extend(teller.comparison());
    sections.extend([
        teller.looked(),
        teller.not_looked(),
        teller.limits(),
        teller.verification(proof),
        teller.appendix(),
    ]);
    let heading = teller.say("Audit report", "Rapport d’audit");
    let page = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            (teller.head(&heading, proof))
            body {
                header {
                    p.kicker { "Souspli" }
                    h1 { (heading) }
                    (teller.subject())
                }
                main {
                    @for (at, section) in sections.iter().enumerate() {
                        @if at == 1 { (teller.contents(sections.iter().skip(at))) }
                        section id=(section.id) aria-labelledby={ (section.id) "-heading" } {
                            h2 id={ (section.id) "-heading" } { (section.heading) }
                            (section.body)
                        }
                    }
                }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

impl Teller<'_> {
    fn head(&self, heading: &str, proof: &Proof) -> Markup {
        let (host, end) = (visible(&self.report.host), moment(self.report.end, self.language));
        // Each sheet of paper names the report that it belongs to.
        let hash = hex(&proof.json.0);
        let foot =
            format!("content: \"SHA-256 {}…\"; font: 9pt sans-serif; color: #555;", hash.get(..16).unwrap_or_default());
        html! {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { (heading) " – " (host) " – " (end) }
                style { (PreEscaped(STYLE)) "@media print { @page { @bottom-left { " (PreEscaped(foot)) " } } }" }
            }
        }
    }

    fn contents<'a>(&self, sections: impl Iterator<Item = &'a Section>) -> Markup {
        html! {
            nav aria-labelledby="contents" {
                h2 id="contents" { (self.say("Contents", "Sommaire")) }
                ol {
                    @for section in sections { li { a href={ "#" (section.id) } { (section.heading) } } }
                }
            }
        }
    }
}
