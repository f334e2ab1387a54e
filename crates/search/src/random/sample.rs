//! One part of one column over all rows, put to every test.

use super::evidence::{IMPOSSIBLE, count, needed};
use super::forms::Form;
use super::law::{Texture, laws};
use super::pairs::Pairs;
use super::pooled::{Counted, Pooled};
use super::positions::Positions;
use super::tally::{Example, Tally};
use super::{blocks, runs, windows};

/// Tests that share what a part may give of false alarms: positions alone, positions together, pairs, pools, values.
const TESTS: usize = 5;
/// Windows in which few values are looked for.
const WINDOWS: [(usize, Form); 2] = [(32, Form::FewValues), (128, Form::FewValuesWide)];

/// What does not look random.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A byte position is constant or structured over the rows.
    Position {
        /// Which one, from 0.
        byte: usize,
        /// How many positions are.
        positions: usize,
    },
    /// No position alone, but all of them together.
    Positions,
    /// Two positions depend on each other.
    Pair {
        /// Which two.
        bytes: (usize, usize),
    },
    /// The bytes of all rows together are uneven.
    Values,
    /// The bits of all rows together are.
    Bits,
    /// Bytes depend on those so many places before.
    Lag {
        /// How many.
        bytes: usize,
    },
    /// The bytes of all rows together are more even than chance allows.
    TooEven,
    /// Stretches of values look like something.
    Stretch {
        /// Like what.
        form: Form,
        /// In how many values.
        values: u64,
    },
}

/// A test that a part did not pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Anomaly {
    /// What was found.
    pub what: What,
    /// The chance that random bytes give as much is at most `2^-bits`.
    pub bits: f64,
    /// Values that show it, the clearest first.
    pub examples: Vec<Example>,
}

/// The values of one part.
#[derive(Debug)]
pub struct Sample {
    /// Numbers of the laws at each place.
    places: Vec<u8>,
    fair: Vec<f64>,
    ceilings: Vec<f64>,
    positions: Positions,
    pairs: Pairs,
    pooled: Pooled,
    tally: Tally,
    rows: u64,
}

impl Sample {
    /// For values that are these stretches, one behind the other.
    pub fn new(stretches: &[(Texture, usize)]) -> Self {
        let places = stretches.iter().flat_map(|(texture, length)| (0..*length).map(|place| texture.law(place)));
        let places: Vec<u8> = places.map(|law| u8::try_from(law).unwrap_or_default()).collect();
        let ceiling = |law: &u8| laws().get(usize::from(*law)).map_or(0.0, |law| law.ceiling);
        let ceilings: Vec<f64> = places.iter().map(ceiling).collect();
        Self {
            fair: ceilings.iter().map(|bits| (-bits).exp2()).collect(),
            ceilings,
            positions: Positions::new(&places),
            pairs: Pairs::new(if places.iter().all(|law| *law == 0) { places.len() } else { 0 }),
            pooled: Pooled::new(&places),
            tally: Tally::default(),
            places,
            rows: 0,
        }
    }

    /// How many values there were.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes a value. One of another length is passed over: that is another check's matter.
    pub fn add(&mut self, value: &[u8], row: u64) {
        if value.len() != self.places.len() {
            return;
        }
        self.rows = self.rows.saturating_add(1);
        self.positions.add(value);
        self.pairs.add(value);
        self.pooled.add(value);
        self.tally.value(value.len());
        let tally = &mut self.tally;
        runs::best_runs(value, &self.fair, |best| tally.best(best, row));
        let windows = WINDOWS.map(|(width, form)| windows::best_window(value, &self.ceilings, width, form));
        let whole = [windows::unevenness(value, &self.places), blocks::longest_twice(value, &self.ceilings)];
        for best in windows.into_iter().chain(whole).flatten() {
            tally.best(best, row);
        }
    }

    /// Every test that the values do not pass, where the column has so many parts.
    pub fn finish(&self, parts: usize) -> Vec<Anomaly> {
        let needed = needed(parts.saturating_mul(TESTS));
        let mut anomalies = self.uneven_positions(needed);
        anomalies.extend(self.pairs.worst().map(|pair| Anomaly::new(What::Pair { bytes: pair.bytes }, pair.bits)));
        anomalies.extend(self.pools());
        anomalies.extend(self.tally.excess().map(|excess| Anomaly {
            what: What::Stretch { form: excess.form, values: excess.values },
            bits: excess.bits,
            examples: excess.examples,
        }));
        anomalies.retain(|anomaly| anomaly.bits >= needed);
        anomalies
    }

    fn uneven_positions(&self, needed: f64) -> Vec<Anomaly> {
        let several = count(self.places.len().max(1)).log2();
        let (mut worst, mut together, mut uneven) = (None::<(usize, f64)>, 0.0, 0_usize);
        for position in self.positions.all() {
            together += position.bits;
            let bits = position.bits - several;
            uneven = uneven.saturating_add(usize::from(bits >= needed));
            if worst.is_none_or(|(_, most)| bits > most) {
                worst = Some((position.byte, bits));
            }
        }
        let worst = worst.map(|(byte, bits)| Anomaly::new(What::Position { byte, positions: uneven.max(1) }, bits));
        let together = (uneven == 0).then(|| Anomaly::new(What::Positions, together));
        worst.into_iter().chain(together).collect()
    }

    /// The worst pool, since what is uneven by values mostly is by bits as well.
    fn pools(&self) -> Option<Anomaly> {
        let pools = self.pooled.all();
        let several = (2.0 * count(pools.len().max(1))).log2();
        let worst = pools.into_iter().max_by(|a, b| a.bits.total_cmp(&b.bits))?;
        let what = match worst.counted {
            _ if worst.even => What::TooEven,
            Counted::Values => What::Values,
            Counted::Bits => What::Bits,
            Counted::Lag(bytes) => What::Lag { bytes },
        };
        Some(Anomaly::new(what, worst.bits - several))
    }
}

impl Anomaly {
    fn new(what: What, bits: f64) -> Self {
        Self { what, bits: bits.min(IMPOSSIBLE), examples: Vec::new() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Bytes that look random and are the same in each run (SplitMix64).
    pub(crate) struct Noise(u64);

    impl Noise {
        pub(crate) fn new(seed: u64) -> Self {
            Self(seed)
        }

        pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
            let words = (0..length.div_ceil(8)).flat_map(|_| {
                self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut word = self.0;
                word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
                (word ^ word >> 31).to_le_bytes()
            });
            words.take(length).collect()
        }
    }

    fn found(length: usize, rows: u64, change: impl Fn(u64, &mut Vec<u8>)) -> Vec<Anomaly> {
        let mut noise = Noise::new(55);
        let mut sample = Sample::new(&[(Texture::Uniform, length)]);
        for row in 0..rows {
            let mut value = noise.bytes(length);
            change(row, &mut value);
            sample.add(&value, row);
        }
        assert_eq!(sample.rows(), rows);
        sample.finish(1)
    }

    fn stretches(anomalies: &[Anomaly]) -> Vec<Form> {
        let form = |anomaly: &Anomaly| match anomaly.what {
            What::Stretch { form, .. } => Some(form),
            _ => None,
        };
        anomalies.iter().filter_map(form).collect()
    }

    #[test]
    fn random_values_pass() {
        assert_eq!(found(2_064, 200, |_, _| {}), []);
        assert_eq!(found(16, 5_000, |_, _| {}), []);
        assert_eq!(found(32, 3, |_, _| {}), []);
    }

    #[test]
    fn twelve_letters_in_three_values_of_three_hundred_are_found() {
        let words: [&[u8; 12]; 3] = [b"douleur dos ", b"Marie Durand", b"enceinte de "];
        let anomalies = found(1_775, 300, |row, value| {
            if row % 100 == 7 {
                let at = 100 + usize::try_from(row).expect("small") * 4;
                value[at..at + 12].copy_from_slice(words[usize::try_from(row / 100).expect("small")]);
            }
        });
        assert!(stretches(&anomalies).contains(&Form::Text), "{anomalies:?}");
        let text = anomalies.iter().find(|anomaly| anomaly.what == What::Stretch { form: Form::Text, values: 3 });
        let examples = &text.expect("three values").examples;
        assert_eq!(examples.len(), 3);
        assert!(examples.iter().all(|example| example.row % 100 == 7), "{examples:?}");
    }

    #[test]
    fn ids_that_count_are_found_even_if_they_are_few() {
        let anomalies = found(16, 5, |row, value| {
            let first = Noise::new(66).bytes(16);
            value.copy_from_slice(&first);
            value[15] = value[15].wrapping_add(u8::try_from(row).expect("small"));
        });
        assert!(
            anomalies.iter().any(|found| matches!(found.what, What::Position { .. } | What::Positions)),
            "{anomalies:?}"
        );
    }

    #[test]
    fn values_of_another_length_are_passed_over() {
        let mut sample = Sample::new(&[(Texture::Uniform, 16)]);
        sample.add(&[0; 15], 0);
        sample.add(&[], 1);
        assert_eq!((sample.rows(), sample.finish(1)), (0, Vec::new()));
    }
}
