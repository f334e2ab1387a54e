//! A report in some lines, for a terminal.

use std::fmt::Write as _;

use crate::report::groups;
use crate::report::{
    Language, Report, Since, bytes, count, fact_name, gap, moment, severity, span, step, title, verdict_sentence,
    visible,
};
use crate::{Fact, Place};

/// Findings of one check that are printed; the report lists more.
const OF_A_CHECK: usize = 3;
/// Places that were not looked at that are printed.
const MOST: usize = 20;

/// What a report comes to, its numbers, the first findings, and what was not looked at.
pub(super) fn of(report: &Report, language: Language) -> String {
    let mut text = format!("{}\n", verdict_sentence(report, language));
    if !report.complete && !report.looked.is_empty() {
        text.push_str(language.of(
            "The audit is incomplete: something that was to be looked at could not be.\n",
            "L’audit est incomplet : un élément qui devait être examiné n’a pas pu l’être.\n",
        ));
    }
    numbers(&mut text, report, language);
    findings(&mut text, report, language);
    unchecked(&mut text, report, language);
    text
}

fn numbers(text: &mut String, report: &Report, language: Language) {
    let counts = report.counts;
    let (host, plain) = (visible(&report.host), |number| count(number, language));
    let _ = writeln!(
        text,
        "  {} {host}, {}",
        language.of("Host:", "Hébergeur :"),
        span(report.begin, report.end, language)
    );
    let names = language.of("breaches warnings notes", "manquements avertissements remarques").split(' ');
    let found = names.zip([counts.breaches, counts.warnings, counts.notes]);
    let found: Vec<String> = found.map(|(name, number)| format!("{name} {}", plain(number))).collect();
    let _ = writeln!(text, "  {} {}", language.of("Found:", "Constats :"), found.join(", "));
    let _ = writeln!(
        text,
        "  {} {}, {} {}, {}{} {}",
        language.of("Looked at: places", "Examiné : emplacements"),
        plain(counts.places),
        language.of("entries", "entrées"),
        plain(counts.rows),
        bytes(counts.bytes, language),
        language.of("; not looked at: places", " ; non examiné : emplacements"),
        plain(counts.unchecked),
    );
    if let Some(comparison) = &report.comparison {
        let since = moment(comparison.end, language);
        let number = |number: usize| count(u64::try_from(number).unwrap_or(u64::MAX), language);
        let _ = writeln!(
            text,
            "  {} {since}{} {}, {} {}, {} {}, {} {}",
            language.of("Since", "Depuis le"),
            language.of(": new", " : nouveaux"),
            number(comparison.count(Since::New)),
            language.of("gone", "disparus"),
            number(comparison.gone.len()),
            language.of("unchanged", "inchangés"),
            number(comparison.count(Since::Unchanged)),
            language.of("no longer looked at", "plus examinés"),
            number(comparison.lost_sight.len()),
        );
    }
}

fn findings(text: &mut String, report: &Report, language: Language) {
    for group in groups::of_report(report) {
        let (weight, title) = (severity(group.severity, language), title(group.check, language));
        let _ = writeln!(text, "{weight}{}{title} [{}]", language.of(": ", " : "), group.check);
        for (finding, _) in group.listed.iter().take(OF_A_CHECK) {
            let _ = writeln!(text, "    {}", place(&finding.place, language));
            facts(text, &finding.facts, language);
        }
        let shown = u64::try_from(group.listed.len().min(OF_A_CHECK)).unwrap_or_default();
        more(text, group.count().saturating_sub(shown), language);
    }
}

fn unchecked(text: &mut String, report: &Report, language: Language) {
    for unchecked in report.unchecked.iter().take(MOST) {
        let (place, why) = (place(&unchecked.place, language), gap(unchecked.gap, language));
        let _ = writeln!(text, "{}{place}. {why}", language.of("Not looked at: ", "Non examiné : "));
        facts(text, &unchecked.facts, language);
    }
    let shown = u64::try_from(report.unchecked.len().min(MOST)).unwrap_or_default();
    more(text, report.counts.unchecked.saturating_sub(shown), language);
}

fn more(text: &mut String, number: u64, language: Language) {
    if number > 0 {
        let others = if number == 1 { "autre" } else { "autres" };
        let (before, after) = (language.of("and", "et"), language.of("more", others));
        let _ = writeln!(text, "    {before} {} {after}", count(number, language));
    }
}

fn facts(text: &mut String, facts: &[Fact], language: Language) {
    let one = |fact: &Fact| {
        let name = fact_name(&fact.name, language).map_or_else(|| shown(&fact.name), str::to_owned);
        format!("{name}{}{}", language.of(": ", " : "), shown(&fact.value))
    };
    if !facts.is_empty() {
        let _ = writeln!(text, "      {}", facts.iter().map(one).collect::<Vec<_>>().join(", "));
    }
}

fn place(place: &Place, language: Language) -> String {
    let one = |part: &str| {
        let (kind, name) = step(part, language);
        kind.map(str::to_owned).into_iter().chain(name.map(shown)).collect::<Vec<_>>().join(" ")
    };
    let steps: Vec<String> = std::iter::once(&place.artefact).chain(&place.path).map(|part| one(part)).collect();
    steps.join(" › ")
}

/// A text from elsewhere; an empty one is seen too.
fn shown(text: &str) -> String {
    if text.is_empty() { "\"\"".to_owned() } else { visible(text) }
}
