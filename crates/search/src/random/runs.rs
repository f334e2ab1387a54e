//! The clearest run of a value: bets that are begun anew at each byte (Shiryaev and Roberts).
//!
//! `R(n) = R(n-1) × f(byte | byte before) + f(byte | beginning)` adds up the stakes of all bets that were begun so far. If
//! the bytes are random, `R(n) - n` goes up and down like a fair game, so over m bytes `R` ever reaches `2^b` with a chance
//! of at most `m × 2^-b` (Doob). Where bytes are not uniform, each factor is divided by how much likelier than uniform
//! any byte can be.

use super::forms::{Bet, Form, bets};
use super::tally::Best;

/// Above this a stake is not counted on: its logarithm says enough.
const ENOUGH: f64 = 1e300;

/// The best run for each form that goes byte by byte. `fair[n]` is what a factor at place n is multiplied with.
pub(crate) fn best_runs(value: &[u8], fair: &[f64], mut found: impl FnMut(Best)) {
    bets().iter().filter_map(|bet| best_run(bet, value, fair)).for_each(&mut found);
    longest_same(value, fair).into_iter().for_each(found);
}

/// The bet that each byte is the one before it.
fn longest_same(value: &[u8], fair: &[f64]) -> Option<Best> {
    let (mut bits, mut from) = (0.0_f64, 0_usize);
    let mut best = None::<Best>;
    for (place, pair) in value.windows(2).enumerate() {
        let next = place.saturating_add(1);
        match pair {
            [before, byte] if before == byte => bits += 8.0 + fair.get(next)?.log2(),
            _ => (bits, from) = (0.0, next),
        }
        if best.as_ref().is_none_or(|best| bits > best.bits) {
            best = Some(Best { bits, form: Form::SameByte, from, to: next.saturating_add(1) });
        }
    }
    best
}

fn best_run(bet: &Bet, value: &[u8], fair: &[f64]) -> Option<Best> {
    let start = bet.factors.first()?;
    let (mut stake, mut before, mut from) = (0.0_f64, start, 0_usize);
    let (mut most, mut span) = (1.0_f64, None);
    for (place, (byte, fair)) in value.iter().zip(fair).enumerate() {
        let byte = usize::from(*byte);
        if stake < 1.0 {
            from = place;
        }
        let (go_on, begin) = (before.get(byte)?, start.get(byte)?);
        stake = ((stake * go_on + begin) * fair).min(ENOUGH);
        if stake > most {
            most = stake;
            span = Some((from, place.saturating_add(1)));
        }
        before = bet.factors.get(usize::from(*bet.class.get(byte)?))?;
    }
    let (from, to) = span?;
    Some(Best { bits: most.log2(), form: bet.form, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Form;
    use crate::random::sample::tests::Noise;

    fn bits_of(run: &[u8], form: Form) -> f64 {
        let mut value = Noise::new(7).bytes(2_000);
        value[900..900 + run.len()].copy_from_slice(run);
        let mut bits = 0.0;
        best_runs(&value, &[1.0; 2_000], |best| {
            if best.form == form {
                bits = best.bits;
                if bits > 20.0 {
                    assert!(best.from <= 902 && best.to >= 895 + run.len(), "{form:?}: {} to {}", best.from, best.to);
                }
            }
        });
        bits
    }

    #[test]
    fn each_form_is_seen() {
        assert!(bits_of(b"douleur au genou", Form::Text) > 55.0);
        assert!(bits_of("rougeurs, fièvre légère".as_bytes(), Form::Text) > 60.0);
        assert!(bits_of(b"DOULEUR AU GENOU", Form::Capitals) > 55.0);
        assert!(bits_of(b"+33 6 12 34 56 78", Form::Digits) > 55.0);
        assert!(bits_of(b"2026-11-23T08:30", Form::Digits) > 50.0);
        assert!(bits_of(b"6d6172746520647570", Form::Hex) > 60.0);
        assert!(bits_of("Ивановна Мария".as_bytes(), Form::Scripts) > 70.0);
        assert!(bits_of(b"m\0a\0r\0t\0i\0n\0", Form::Utf16) > 60.0);
        assert!(bits_of(b"\0m\0a\0r\0t\0i\0n", Form::Utf16) > 55.0);
        assert!(bits_of(&[0; 12], Form::SameByte) > 80.0);
        assert!(bits_of(&[b'='; 40], Form::Printable) > 50.0);
    }

    #[test]
    fn random_bytes_win_no_more_than_the_bound() {
        let mut noise = Noise::new(11);
        let (mut over, values, length) = (0, 400, 1_000);
        for _ in 0..values {
            let value = noise.bytes(length);
            best_runs(&value, &vec![1.0; length], |best| over += usize::from(best.bits > 20.0));
        }
        // At most 400 × 1,000 × 10 × 2^-20 = 3.8 on average.
        assert!(over <= 15, "{over}");
    }
}
