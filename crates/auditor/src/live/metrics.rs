//! What a host counts: names and labels of Prometheus' text format, against the policy.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::policy::{Field, Holds, Policy, Why};
use crate::traffic::value;
use crate::{Check, Finding, Place};

/// Bytes of a name that is printed.
const LONGEST: usize = 120;

/// Compares the text of a host's metrics with those that the policy declares. Each difference is said once.
pub(crate) fn judge(policy: &Policy, text: &[u8], place: &Place) -> Vec<Finding> {
    let text = String::from_utf8_lossy(text);
    let mut found = BTreeSet::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix('#') {
            let name = comment.split_whitespace().nth(1).unwrap_or_default();
            if !policy.metrics.iter().any(|metric| metric.name == name) {
                found.insert((format!("metric {}", short(name)), String::new(), "a declared metric".to_owned()));
            }
        } else {
            sample(policy, line, &mut found);
        }
    }
    let finding = |(metric, label, expected): (String, String, String)| {
        let place = place.at(metric);
        let place = if label.is_empty() { place } else { place.at(label) };
        Finding::new(Check::UndeclaredMetric, place).fact("expected", expected)
    };
    found.into_iter().map(finding).collect()
}

fn sample(policy: &Policy, line: &str, found: &mut BTreeSet<(String, String, String)>) {
    let end = line.find(['{', ' ']).unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end).unwrap_or((line, ""));
    let step = format!("metric {}", short(name));
    let Some(metric) = policy.metrics.iter().find(|metric| metric.name == name) else {
        found.insert((step, String::new(), "a declared metric".to_owned()));
        return;
    };
    let (labels, value) = match rest.strip_prefix('{').and_then(|rest| rest.rsplit_once('}')) {
        Some((labels, value)) => (labels, value.trim()),
        None => ("", rest.trim()),
    };
    let mut seen = BTreeSet::new();
    for (label, text) in labels_of(labels) {
        let step = (step.clone(), format!("label {}", short(&label)));
        match metric.labels.get(&label) {
            None => _ = found.insert((step.0, step.1, "a declared label".to_owned())),
            Some(holds) if !fits(policy, holds, &text) => {
                _ = found.insert((step.0, step.1, holds.explained().en));
            }
            Some(_) => {}
        }
        seen.insert(label);
    }
    for label in metric.labels.keys().filter(|label| !seen.contains(*label)) {
        found.insert((step.clone(), format!("label {label}"), "a value".to_owned()));
    }
    // A time behind the value, or more: nothing of ours writes that.
    if !value.bytes().all(|byte| byte.is_ascii_digit()) || value.is_empty() {
        found.insert((step, String::new(), "a whole number".to_owned()));
    }
}

fn fits(policy: &Policy, holds: &Holds, text: &str) -> bool {
    if *holds == Holds::RouteTemplate {
        let template = text.replace("{*", "{");
        return text == "none" || policy.routes.iter().any(|route| route.path == template);
    }
    let number = text.parse::<u64>().ok().map(Value::from);
    let field = |holds: &Holds| Field {
        name: String::new(),
        holds: holds.clone(),
        why: Why { en: String::new(), fr: String::new() },
        list: false,
        or_null: false,
        or_zero: false,
        may_be_absent: false,
    };
    match holds {
        Holds::Word { .. } => value::text(holds, text, false).is_ok(),
        _ => number.is_some_and(|number| value::check(&field(holds), &number).is_ok()),
    }
}

/// `a="b",c="d"`, with the escapes of the format undone.
fn labels_of(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut rest = text.trim();
    while let Some((name, after)) = rest.split_once("=\"") {
        let (mut value, mut escaped, mut end) = (String::new(), false, after.len());
        for (at, letter) in after.char_indices() {
            match letter {
                '\\' if !escaped => escaped = true,
                '"' if !escaped => {
                    end = at;
                    break;
                }
                letter => {
                    value.push(letter);
                    escaped = false;
                }
            }
        }
        all.push((name.trim_matches([',', ' ']).to_owned(), value));
        rest = after.get(end.saturating_add(1)..).unwrap_or_default();
    }
    all
}

fn short(name: &str) -> String {
    name.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let policy = Policy::embedded().expect("policy");
        judge(&policy, text.as_bytes(), &Place::of("m")).into_iter().map(|found| found.place.path.join(" ")).collect()
    }

    #[test]
    fn names_labels_and_values_are_compared() {
        assert_eq!(
            found(
                "# HELP souspli_events_total Events accepted.\n# TYPE souspli_events_total counter\nsouspli_events_total 7\n\
                 souspli_requests_total{method=\"GET\",route=\"/v1/host\",status=\"200\"} 2\n\
                 souspli_refused_total{code=\"slot_taken\"} 1\n"
            ),
            Vec::<String>::new()
        );
        for (line, place) in [
            ("souspli_practices_total 7", "metric souspli_practices_total"),
            ("# HELP souspli_other x", "metric souspli_other"),
            ("souspli_events_total{calendar=\"AAAA\"} 7", "metric souspli_events_total label calendar"),
            ("souspli_events_total 7 1766620800000", "metric souspli_events_total"),
            ("souspli_events_total 7.5", "metric souspli_events_total"),
            ("souspli_refused_total{code=\"a \\\"b\\\"\"} 1", "metric souspli_refused_total label code"),
            ("souspli_refused_total 1", "metric souspli_refused_total label code"),
            (
                "souspli_requests_total{method=\"GET\",route=\"/v1/calendars/AAAA/times\",status=\"200\"} 2",
                "metric souspli_requests_total label route",
            ),
        ] {
            assert_eq!(found(line), [place], "{line}");
        }
    }
}
