//! The parts of a column that must look random, and what is said of those that do not.

use std::collections::BTreeMap;

use super::report::{Report, at_row};
use super::scratch::Scratch;
use crate::random::{Anomaly, Example, Part, Sample, What};
use crate::{Check, Finding, Place};

/// Samples by part; where each part begins in the column's values, so that a byte can be named.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    parts: BTreeMap<Part, (Sample, usize)>,
}

impl Samples {
    /// Takes a value of a part that begins at `at` in the column's value.
    pub(crate) fn add(&mut self, part: Part, value: &[u8], at: usize, row: u64) {
        let (sample, _) = self.parts.entry(part).or_insert_with(|| (Sample::new(&part.stretches()), at));
        sample.add(value, row);
    }

    /// Says what does not look random.
    pub(crate) fn report(&self, place: &Place, table: usize, scratch: &Scratch, report: &mut Report) {
        for (part, (sample, at)) in &self.parts {
            let anomalies = sample.finish(self.parts.len());
            let clear = clearest(&anomalies);
            for anomaly in &anomalies {
                let about = About { place, table, part, at: *at, rows: sample.rows(), scratch };
                match anomaly.what {
                    // What is one stretch to several tests is one finding.
                    What::Stretch { .. } if clear.is_some_and(|clear| tells_the_same(clear, anomaly)) => {}
                    What::Stretch { form, .. } if form.is_readable() => about.say(Check::ClearRun, anomaly, report),
                    _ => about.say(Check::NotRandom, anomaly, report),
                }
            }
        }
    }
}

/// Of several forms of a stretch the one that can be read and has the most bits, else the one with the most.
fn clearest(anomalies: &[Anomaly]) -> Option<&Anomaly> {
    let readable = |anomaly: &Anomaly| match anomaly.what {
        What::Stretch { form, .. } => Some(form.is_readable()),
        _ => None,
    };
    let stretches = anomalies.iter().filter_map(|anomaly| Some((readable(anomaly)?, anomaly)));
    let most = stretches.max_by(|(a, one), (b, two)| a.cmp(b).then(one.bits.total_cmp(&two.bits)));
    most.map(|(_, anomaly)| anomaly)
}

/// Whether another anomaly is about values that the clearest one names already.
fn tells_the_same(clearest: &Anomaly, other: &Anomaly) -> bool {
    let named = |row: u64| clearest.examples.iter().any(|example| example.row == row);
    !std::ptr::eq(clearest, other) && other.examples.iter().any(|example| named(example.row))
}

/// Where something does not look random.
struct About<'a> {
    place: &'a Place,
    table: usize,
    part: &'a Part,
    at: usize,
    rows: u64,
    scratch: &'a Scratch,
}

impl About<'_> {
    fn say(&self, check: Check, anomaly: &Anomaly, report: &mut Report) {
        let kind = format!("{} {}", self.part.name, label(anomaly));
        if anomaly.examples.is_empty() {
            let place = match anomaly.what {
                What::Position { byte, .. } => self.place.at(format!("byte {}", self.at.saturating_add(byte))),
                _ => self.place.clone(),
            };
            report.add(&kind, self.described(Finding::new(check, place), anomaly));
        }
        for example in &anomaly.examples {
            let byte = format!("byte {}", self.at.saturating_add(example.from));
            let finding = Finding::new(check, at_row(self.place, example.row).at(byte));
            report.add(&kind, self.of_example(self.described(finding, anomaly), example));
        }
    }

    fn described(&self, finding: Finding, anomaly: &Anomaly) -> Finding {
        let finding = finding.fact("part", self.part.name).fact("looks", label(anomaly)).fact("rows", self.rows);
        let finding = finding.fact("chance", format!("below 2^-{}", anomaly.bits.floor()));
        match anomaly.what {
            What::Position { positions, .. } => finding.fact("positions", positions),
            What::Stretch { values, .. } => finding.fact("values", values),
            _ => finding,
        }
    }

    fn of_example(&self, finding: Finding, example: &Example) -> Finding {
        let finding = finding.fact("length", example.to.saturating_sub(example.from));
        match self.scratch.key_of(self.table, example.row) {
            Some(key) => finding.fact("key", key),
            None => finding,
        }
    }
}

fn label(anomaly: &Anomaly) -> String {
    match anomaly.what {
        What::Position { .. } => "structured at a byte".to_owned(),
        What::Positions => "structured".to_owned(),
        What::Pair { bytes: (first, second) } => format!("byte {second} follows byte {first}"),
        What::Values => "uneven".to_owned(),
        What::Bits => "uneven in its bits".to_owned(),
        What::Lag { bytes } => format!("bytes follow those {bytes} before"),
        What::TooEven => "too even".to_owned(),
        What::Stretch { form, .. } => form.name().to_owned(),
    }
}
