//! Whether a place is the one that was meant.

use souspli_auditor::Place;

/// Whether the steps stand in a place, in their order; the artefact is its first step.
pub(crate) fn lies_at(place: &Place, steps: &[&str]) -> bool {
    let mut wanted = steps.iter().copied().peekable();
    for step in std::iter::once(&place.artefact).chain(&place.path) {
        wanted.next_if(|wanted| is_step(step, wanted));
    }
    wanted.peek().is_none()
}

/// An artefact is named with its kind before and its folder: its end counts.
fn is_step(step: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(begin) => step.starts_with(begin),
        None => step == wanted || step.ends_with(&format!(" {wanted}")) || step.ends_with(&format!("/{wanted}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_count_in_their_order_and_others_may_lie_between() {
        let place =
            Place::of("database /srv/souspli.db").at("table event").at("column bytes").at("row 17").at("byte 8");
        for steps in [&["souspli.db", "table event"][..], &["table event", "byte 8"], &["table event", "row *"], &[]] {
            assert!(lies_at(&place, steps), "{steps:?}");
        }
        for steps in [&["column bytes", "table event"][..], &["table even"], &["table event", "column bytes", "row 1"]]
        {
            assert!(!lies_at(&place, steps), "{steps:?}");
        }
    }
}
