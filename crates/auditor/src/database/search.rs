//! Words that were typed, in the values of a database.

use std::collections::{BTreeMap, BTreeSet};

use super::report::Report;
use crate::scan::{self, Needles};
use crate::{Check, Finding, Place};

/// Different words of one form that a column must have as whole values.
const SEVERAL: usize = 3;

/// A search for words that somebody typed, in whatever encoding.
pub trait ValueSearch {
    /// What stands somewhere in a value, in clear, encoded or hashed.
    fn find(&self, value: &[u8]) -> Vec<Hit>;

    /// What a value is as a whole, of what is too short to be looked for inside others: a phonetic code, initials, a date.
    /// One such value proves nothing; a column of them does.
    fn whole(&self, value: &[u8]) -> Option<Hit>;
}

/// Something that was typed, found in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// [`Check::Canary`] or [`Check::CanaryHash`].
    pub check: Check,
    /// Which invented words they are.
    pub canary: String,
    /// In which form they stand there.
    pub form: String,
    /// Where in the value.
    pub at: u64,
}

impl From<scan::Hit> for Hit {
    fn from(hit: scan::Hit) -> Self {
        let check = if hit.hashed { Check::CanaryHash } else { Check::Canary };
        let inside = hit.inside.iter().map(|member| format!("{} ", member.kind)).collect::<Vec<_>>().concat();
        Self { check, canary: hit.canary, form: format!("{inside}{}", hit.form), at: hit.offset }
    }
}

impl ValueSearch for Needles {
    fn find(&self, value: &[u8]) -> Vec<Hit> {
        Self::find(self, value).into_iter().map(Hit::from).collect()
    }

    fn whole(&self, value: &[u8]) -> Option<Hit> {
        Self::whole(self, value).map(Hit::from)
    }
}

/// Says where words were found.
pub(crate) fn report_hit(hit: &Hit, place: Place, report: &mut Report) {
    let finding = Finding::new(hit.check, place).fact("canary", &hit.canary).fact("form", &hit.form);
    report.add(&hit.form, finding);
}

/// Values of an undeclared column that are words as a whole: by form, which words, and how many values.
#[derive(Debug, Default)]
pub(crate) struct Wholes(BTreeMap<String, (BTreeSet<String>, u64)>);

impl Wholes {
    pub(crate) fn add(&mut self, hit: Hit) {
        let (canaries, values) = self.0.entry(hit.form).or_default();
        *values = values.saturating_add(1);
        // As many as it takes to say so.
        if canaries.len() < SEVERAL {
            canaries.insert(hit.canary);
        }
    }

    /// Says so where several words come up and half of the column's values are such.
    pub(crate) fn report(&self, place: &Place, values: u64, report: &mut Report) {
        for (form, (canaries, hits)) in &self.0 {
            if canaries.len() >= SEVERAL && hits.saturating_mul(2) >= values {
                let named: Vec<&str> = canaries.iter().map(String::as_str).collect();
                let finding = Finding::new(Check::Canary, place.clone()).fact("canary", named.join(", "));
                report.add(form, finding.fact("form", form).fact("values", hits));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(hits: &[(&str, &str)], values: u64) -> usize {
        let (mut wholes, mut report) = (Wholes::default(), Report::default());
        for (canary, form) in hits {
            let (canary, form) = ((*canary).to_owned(), (*form).to_owned());
            wholes.add(Hit { check: Check::Canary, canary, form, at: 0 });
        }
        wholes.report(&Place::of("database"), values, &mut report);
        report.finish().len()
    }

    #[test]
    fn one_short_word_proves_nothing_and_a_column_of_them_does() {
        let three = [("a", "initials"), ("b", "initials"), ("c", "initials")];
        assert_eq!(found(&three, 6), 1);
        assert_eq!(found(&three, 7), 0, "most values are something else");
        assert_eq!(found(&[("a", "initials"); 9], 9), 0, "always the same");
        assert_eq!(found(&[("a", "initials"), ("b", "soundex"), ("c", "year")], 3), 0);
    }
}
