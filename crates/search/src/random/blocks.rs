//! A stretch that stands in one value twice: what a cipher without chaining makes of equal blocks.

use super::evidence::count;
use super::forms::Form;
use super::tally::Best;

/// Bytes that are compared first; shorter stretches come again by chance.
const FIRST: usize = 8;

/// The longest stretch that stands in a value twice, the two apart. Of m random bytes, some pair of stretches of L bytes is
/// equal with a chance of at most `m²/2 × 2^-8L`; with `ceilings`, accordingly more.
pub(crate) fn longest_twice(value: &[u8], ceilings: &[f64]) -> Option<Best> {
    let windows = value.windows(FIRST).enumerate();
    let mut starts: Vec<(u64, usize)> =
        windows.filter_map(|(at, window)| Some((u64::from_be_bytes(window.try_into().ok()?), at))).collect();
    starts.sort_unstable();
    let mut longest = None::<(usize, usize, usize)>;
    for pair in starts.windows(2) {
        let [(one, first), (two, second)] = pair else { continue };
        if one == two && second.saturating_sub(*first) >= FIRST {
            let length = common(value, *first, *second);
            if longest.is_none_or(|(_, _, most)| length > most) {
                longest = Some((*first, *second, length));
            }
        }
    }
    let (first, second, length) = longest?;
    let to = second.saturating_add(length);
    let unfair: f64 = ceilings.get(second..to).unwrap_or_default().iter().sum();
    let bits = 8.0 * count(length) - count(value.len()).log2() + 1.0 - unfair;
    Some(Best { bits, form: Form::Twice, from: first, to: first.saturating_add(length) })
}

/// How long two stretches go on being equal without overlapping.
fn common(value: &[u8], first: usize, second: usize) -> usize {
    let (one, two) = (value.get(first..second).unwrap_or_default(), value.get(second..).unwrap_or_default());
    one.iter().zip(two).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::sample::tests::Noise;

    #[test]
    fn equal_blocks_are_seen() {
        let mut value = Noise::new(9).bytes(2_000);
        assert!(longest_twice(&value, &[0.0; 2_000]).is_none());
        value.copy_within(320..336, 1_504);
        let best = longest_twice(&value, &[0.0; 2_000]).expect("twice");
        assert_eq!((best.from, best.to), (320, 336));
        assert!(best.bits > 110.0, "{best:?}");
    }
}
