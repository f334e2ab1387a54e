//! Stretches with few different bytes, and values that are uneven as a whole: bets on how often each byte comes up.

use super::evidence::{Stake, count, dirichlet};
use super::forms::Form;
use super::law::laws;
use super::tally::Best;

/// Values that are shorter are not judged as a whole.
const SHORTEST: usize = 256;

/// A window that slides over a value.
struct Window {
    counts: [u32; 256],
    inside: usize,
    /// Bits of the bet so far.
    bits: f64,
}

impl Window {
    /// `log2 (a + n)` for n = how often the byte is inside.
    fn step(&self, byte: u8) -> f64 {
        let n = self.counts.get(usize::from(byte)).copied().unwrap_or_default();
        (Stake::Small.size() + f64::from(n)).log2()
    }

    fn add(&mut self, byte: u8) {
        self.bits += self.step(byte) + 8.0;
        self.inside = self.inside.saturating_add(1);
        if let Some(n) = self.counts.get_mut(usize::from(byte)) {
            *n = n.saturating_add(1);
        }
    }

    fn remove(&mut self, byte: u8) {
        self.inside = self.inside.saturating_sub(1);
        if let Some(n) = self.counts.get_mut(usize::from(byte)) {
            *n = n.saturating_sub(1);
        }
        self.bits -= self.step(byte) + 8.0;
    }
}

/// The best window of `width` bytes. `ceilings` as in [`super::law::Law`].
pub(crate) fn best_window(value: &[u8], ceilings: &[f64], width: usize, form: Form) -> Option<Best> {
    let all = 256.0 * Stake::Small.size();
    let total: f64 = (0..width).map(|n| (all + count(n)).log2()).sum();
    let mut window = Window { counts: [0; 256], inside: 0, bits: 0.0 };
    let (mut unfair, mut best) = (0.0, None::<Best>);
    for (place, byte) in value.iter().enumerate() {
        window.add(*byte);
        unfair += ceilings.get(place).copied().unwrap_or_default();
        let to = place.saturating_add(1);
        let Some(from) = to.checked_sub(width) else { continue };
        let bits = window.bits - total - unfair;
        if best.as_ref().is_none_or(|best| bits > best.bits) {
            best = Some(Best { bits, form, from, to });
        }
        window.remove(value.get(from).copied().unwrap_or_default());
        unfair -= ceilings.get(from).copied().unwrap_or_default();
    }
    best
}

/// How uneven the uniform bytes of a value are. `places` are the numbers of the laws.
pub(crate) fn unevenness(value: &[u8], places: &[u8]) -> Option<Best> {
    let mut counts = [0_u64; 256];
    let mut bytes = 0_usize;
    for (byte, law) in value.iter().zip(places) {
        if *law == 0
            && let Some(n) = counts.get_mut(usize::from(*byte))
        {
            *n = n.saturating_add(1);
            bytes = bytes.saturating_add(1);
        }
    }
    if bytes < SHORTEST {
        return None;
    }
    let law = laws().first()?;
    let bits = dirichlet(counts.into_iter(), law.surprise.iter().copied(), Stake::Half);
    Some(Best { bits, form: Form::Uneven, from: 0, to: value.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::sample::tests::Noise;

    #[test]
    fn few_values_are_seen_even_where_no_form_is_known() {
        let mut noise = Noise::new(3);
        let mut value = noise.bytes(2_000);
        // A text under a one-byte key: as few values as the text, none of them readable.
        for (place, letter) in value[700..].iter_mut().zip(b"douleur au genou gauche depuis dimanche dernier") {
            *place = letter ^ 0xb7;
        }
        let best = best_window(&value, &[0.0; 2_000], 32, Form::FewValues).expect("a window");
        assert!(best.bits > 50.0 && (690..740).contains(&best.from), "{best:?}");
        let quiet = best_window(&noise.bytes(2_000), &[0.0; 2_000], 32, Form::FewValues).expect("a window");
        assert!(quiet.bits < 30.0, "{quiet:?}");
        assert!(best_window(&[0; 31], &[0.0; 31], 32, Form::FewValues).is_none(), "too short");
    }

    #[test]
    fn a_value_of_another_alphabet_is_uneven() {
        let mut noise = Noise::new(5);
        let alphabet = noise.bytes(64);
        let value: Vec<u8> = noise.bytes(2_064).iter().map(|byte| alphabet[usize::from(byte & 63)]).collect();
        assert!(unevenness(&value, &[0; 2_064]).expect("judged").bits > 500.0);
        assert!(unevenness(&noise.bytes(2_064), &[0; 2_064]).expect("judged").bits < 0.0);
        assert!(unevenness(&value[..200], &[0; 200]).is_none());
    }
}
