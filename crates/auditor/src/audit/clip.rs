//! Bounds on what one finding may carry: names and values come from the host, which may make them as long as it likes.

use souspli_attest::sha256;

use crate::{Fact, Finding, Place};

/// Characters that a text may have; of a longer one the beginning, the length and the hash are kept.
pub const TEXT: usize = 256;
/// Characters of a longer text that are kept.
const KEPT: usize = 120;
/// Steps of a place's path.
pub const STEPS: usize = 12;
/// Facts of a finding.
pub const FACTS: usize = 16;

/// A text of at most [`TEXT`] characters. Two texts that differ stay different: the hash says so.
pub(super) fn text(text: String) -> String {
    if text.chars().nth(TEXT).is_none() {
        return text;
    }
    let head: String = text.chars().take(KEPT).collect();
    let hash = hex(&sha256(text.as_bytes()).0);
    format!("{head}… ({} bytes, SHA-256 {})", text.len(), hash.get(..32).unwrap_or_default())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn place(place: Place) -> Place {
    let left = place.path.len().saturating_sub(STEPS);
    let mut path: Vec<String> = place.path.into_iter().take(STEPS).map(text).collect();
    if left > 0 {
        path.push(format!("… {left}"));
    }
    Place { artefact: text(place.artefact), path }
}

pub(super) fn facts(facts: Vec<Fact>) -> Vec<Fact> {
    let left = facts.len().saturating_sub(FACTS);
    let mut kept: Vec<Fact> =
        facts.into_iter().take(FACTS).map(|fact| Fact { name: text(fact.name), value: text(fact.value) }).collect();
    if left > 0 {
        kept.push(Fact { name: "more_facts".to_owned(), value: left.to_string() });
    }
    kept
}

/// Bytes of all its texts.
pub(super) fn size(place: &Place, facts: &[Fact]) -> usize {
    let place = place.path.iter().chain([&place.artefact]).map(String::len);
    let facts = facts.iter().map(|fact| fact.name.len().saturating_add(fact.value.len()));
    place.chain(facts).fold(0, usize::saturating_add)
}

pub(super) fn finding(finding: Finding) -> Finding {
    Finding { place: place(finding.place), facts: facts(finding.facts), ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Check;

    #[test]
    fn a_long_name_is_cut_and_stays_itself() {
        let (one, other) = ("x".repeat(10_000), format!("{}y", "x".repeat(9_999)));
        let cut = text(one.clone());
        assert!(cut.starts_with("xxx") && cut.contains("10000 bytes") && cut.chars().count() <= TEXT, "{cut}");
        assert_ne!(cut, text(other));
        assert_eq!(text(cut.clone()), cut, "what is cut is not cut again");
        assert_eq!(text("é".repeat(TEXT)), "é".repeat(TEXT), "characters count, not bytes");
    }

    #[test]
    fn a_finding_of_any_size_becomes_small() {
        let mut huge = Finding::new(Check::ClearRun, Place::of("a".repeat(1 << 20)));
        for _ in 0..10_000 {
            huge.place = Place { path: [huge.place.path.clone(), vec!["s".repeat(300)]].concat(), ..huge.place };
            if huge.place.path.len() > 100 {
                break;
            }
        }
        for n in 0..1_000 {
            huge = huge.fact("found", format!("{n}{}", "\u{202e}".repeat(1_000)));
        }
        let small = finding(huge);
        assert_eq!((small.place.path.len(), small.facts.len()), (STEPS + 1, FACTS + 1));
        assert!(serde_json::to_vec(&small).expect("json").len() < 32 * 1024);
    }
}
