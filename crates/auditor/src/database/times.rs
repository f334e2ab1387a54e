//! Columns of minutes, over all rows.

use std::collections::BTreeSet;

use super::report::Report;
use crate::random::ALLOWED;
use crate::{Check, Finding, Place};

/// Different minutes that are remembered.
const REMEMBERED: usize = 4_096;
/// Visits begin at such minutes; what a host does, at any.
const STEP: i64 = 5;

/// The minutes of a column.
#[derive(Debug, Default)]
pub(crate) struct Times(BTreeSet<i64>);

impl Times {
    pub(crate) fn add(&mut self, minute: i64) {
        if minute != 0 && self.0.len() < REMEMBERED {
            self.0.insert(minute);
        }
    }

    /// Minutes at which a host did something fall on multiples of five once in five times. If all of many different ones
    /// do, they are times of visits.
    pub(crate) fn report(&self, place: &Place, report: &mut Report) {
        let all = self.0.iter().all(|minute| minute % STEP == 0);
        let chance = 0.2_f64.powi(i32::try_from(self.0.len()).unwrap_or(i32::MAX));
        if all && !self.0.is_empty() && chance < ALLOWED {
            let finding = Finding::new(Check::TimeTooFine, place.clone());
            let finding = finding.fact("expected", "minutes at which the host did something");
            let finding = finding.fact("found", "multiples of five minutes only, as visits begin");
            report.add("steps", finding.fact("minutes", self.0.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(minutes: impl Iterator<Item = i64>) -> usize {
        let (mut times, mut report) = (Times::default(), Report::default());
        minutes.for_each(|minute| times.add(minute));
        times.report(&Place::of("database").at("column minute"), &mut report);
        report.finish().len()
    }

    #[test]
    fn times_of_visits_are_told_from_minutes_of_arrival() {
        assert_eq!(found((0..40).map(|n| 29_923_680 + 20 * n)), 1);
        assert_eq!(found((0..40).map(|n| 29_923_680 + 7 * n)), 0);
        assert_eq!(found((0..12).map(|n| 29_923_680 + 20 * n)), 0, "too few to say");
        assert_eq!(found(std::iter::repeat_n(29_923_680, 500)), 0, "one minute of one busy test");
        assert_eq!(found(std::iter::empty()), 0);
    }
}
