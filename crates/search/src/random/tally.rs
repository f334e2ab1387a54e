//! The best of each value, and whether the values together have more of it than chance gives.

use std::collections::BTreeMap;

use super::evidence::{count, real, too_many};
use super::forms::Form;

/// Examples that are kept.
const EXAMPLES: usize = 8;
/// Fewer bits are not counted.
const LEAST: u32 = 10;
/// More are counted as these.
const MOST: u32 = 255;

/// What speaks most against a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Best {
    pub(crate) bits: f64,
    pub(crate) form: Form,
    /// First byte of the stretch.
    pub(crate) from: usize,
    /// First byte behind it.
    pub(crate) to: usize,
}

/// A value that speaks against randomness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    /// The row, by the number that the caller gave.
    pub row: u64,
    /// Bits of evidence of this value alone.
    pub bits: f64,
    /// What the stretch looks like.
    pub form: Form,
    /// First byte of the stretch.
    pub from: usize,
    /// First byte behind it.
    pub to: usize,
}

/// How many values have how many bits of one form.
#[derive(Debug, Default)]
struct Bits {
    values: BTreeMap<u32, u64>,
    examples: Vec<Example>,
}

/// Over all values.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    forms: BTreeMap<Form, Bits>,
    /// Bytes of all values: each value of m bytes reaches b bits of a form with a chance of at most `m × 2^-b`.
    bytes: u64,
}

/// What is more than chance gives.
pub(crate) struct Excess {
    pub(crate) form: Form,
    pub(crate) bits: f64,
    /// How many values reach the bits that are least likely.
    pub(crate) values: u64,
    pub(crate) examples: Vec<Example>,
}

impl Tally {
    /// Counts a value of so many bytes.
    pub(crate) fn value(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// Counts the best of a value for a form.
    pub(crate) fn best(&mut self, best: Best, row: u64) {
        let whole = (LEAST..=MOST).rev().find(|bits| best.bits >= f64::from(*bits));
        let Some(whole) = whole else { return };
        let form = self.forms.entry(best.form).or_default();
        let values = form.values.entry(whole).or_default();
        *values = values.saturating_add(1);
        let example = Example { row, bits: best.bits, form: best.form, from: best.from, to: best.to };
        let place = form.examples.partition_point(|other| other.bits >= example.bits);
        form.examples.insert(place, example);
        form.examples.truncate(EXAMPLES);
    }

    /// The forms that come up more often than chance gives; each with the bits that remain once it is counted how many
    /// forms and thresholds there are.
    pub(crate) fn excess(&self) -> impl Iterator<Item = Excess> + '_ {
        self.forms.iter().filter_map(|(form, counted)| self.most(*form, counted))
    }

    /// Half of the chance that is allowed goes to the best value alone, half to how many values there are beyond each
    /// threshold.
    fn most(&self, form: Form, counted: &Bits) -> Option<Excess> {
        let forms = count(Form::ALL.len()).log2() + 1.0;
        let best = counted.examples.first()?;
        let mut most = (best.bits - real(self.bytes).log2() - forms, 1, best.bits);
        let several = f64::from(MOST.saturating_sub(LEAST).saturating_add(1)).log2() + forms;
        let mut reached = 0_u64;
        for (bits, values) in counted.values.iter().rev() {
            reached = reached.saturating_add(*values);
            let expected = real(self.bytes) * (-f64::from(*bits)).exp2();
            let evidence = too_many(real(reached), expected) - several;
            if evidence > most.0 {
                most = (evidence, reached, f64::from(*bits));
            }
        }
        let (bits, values, threshold) = most;
        let examples = counted.examples.iter().filter(|example| example.bits >= threshold);
        Some(Excess { form, bits, values, examples: examples.copied().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(bits: f64) -> Best {
        Best { bits, form: Form::Text, from: 3, to: 15 }
    }

    #[test]
    fn many_weak_ones_weigh_as_much_as_a_strong_one() {
        let excess = |bits: f64, values: u64| {
            let mut tally = Tally::default();
            for row in 0..20_000 {
                tally.value(2_064);
                if row < values {
                    tally.best(best(bits), row);
                }
            }
            tally.excess().next().map_or(0.0, |excess| excess.bits)
        };
        // Once in 2.5 × 10^7 bytes, 48 bits come up by chance in one of some million audits; three times never.
        assert!(excess(48.0, 1) < 30.0);
        assert!(excess(48.0, 3) > 50.0);
        assert!(excess(80.0, 1) > 40.0);
        assert!(excess(22.0, 9) < 0.0, "as often as by chance");
        assert!(excess(22.0, 100) > 100.0);
    }

    #[test]
    fn the_best_examples_are_kept() {
        let mut tally = Tally::default();
        for row in 0..100 {
            tally.value(100);
            tally.best(best(40.0 + f64::from(u8::try_from(row).expect("small"))), row);
        }
        let excess = tally.excess().next().expect("excess");
        assert_eq!(
            excess.examples.iter().map(|example| example.row).collect::<Vec<_>>(),
            (92..100).rev().collect::<Vec<_>>()
        );
        assert!(excess.values > 50 && excess.bits > 1_000.0, "{} {}", excess.values, excess.bits);
    }
}
