//! Whether two series rise together: Kendall's number of inversions, whose distribution is known exactly for any number
//! of rows (Mahonian numbers), unlike that of Spearman's coefficient.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::random::IMPOSSIBLE;

/// More rows than these say no more.
const MOST: usize = 200;

/// Bits of evidence that two series follow each other, in the same direction or in opposite ones. Ties are broken in an
/// order that depends on neither series, so that the distribution stays exact; what is equal everywhere gives none.
pub(super) fn bits(one: &[i128], two: &[i128]) -> f64 {
    let one = ranks(one.get(..MOST).unwrap_or(one), 0x51);
    let two = ranks(two.get(..MOST).unwrap_or(two), 0xa7);
    let (Some(one), Some(two)) = (one, two) else { return 0.0 };
    let inversions = inversions(&one, &two);
    let rows = one.len().min(two.len());
    let most = rows.saturating_mul(rows.saturating_sub(1)) / 2;
    let extreme = inversions.min(most.saturating_sub(inversions));
    // Both directions are looked for.
    (-(2.0 * at_most(rows, extreme)).log2()).clamp(0.0, IMPOSSIBLE)
}

/// Ranks of a series, ties broken by a mix of place and salt; `None` where all is equal.
fn ranks(series: &[i128], salt: u64) -> Option<Vec<usize>> {
    let first = series.first()?;
    if series.iter().all(|value| value == first) {
        return None;
    }
    let mut places: Vec<usize> = (0..series.len()).collect();
    places.sort_by_key(|place| (series.get(*place).copied(), mixed(*place, salt)));
    let mut ranks = vec![0; series.len()];
    for (rank, place) in places.into_iter().enumerate() {
        if let Some(slot) = ranks.get_mut(place) {
            *slot = rank;
        }
    }
    Some(ranks)
}

fn mixed(place: usize, salt: u64) -> u64 {
    let mut word = (place as u64).wrapping_add(salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ word >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word ^ word >> 32
}

fn inversions(one: &[usize], two: &[usize]) -> usize {
    let pairs: Vec<(usize, usize)> = one.iter().copied().zip(two.iter().copied()).collect();
    let against = |(place, (x, y)): (usize, &(usize, usize))| {
        pairs.iter().skip(place.saturating_add(1)).filter(|(v, w)| (x < v) != (y < w)).count()
    };
    pairs.iter().enumerate().map(against).sum()
}

/// The chance that a random order of `rows` has at most so many inversions.
fn at_most(rows: usize, inversions: usize) -> f64 {
    static KNOWN: Mutex<Option<HashMap<usize, Vec<f64>>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let chances = known.get_or_insert_default().entry(rows).or_insert_with(|| distribution(rows));
    chances.iter().take(inversions.saturating_add(1)).sum::<f64>().min(1.0)
}

/// The chance of each number of inversions: the n-th row adds 0 to n - 1 of them, each as likely.
fn distribution(rows: usize) -> Vec<f64> {
    let mut chances = vec![1.0];
    for choices in 2..=rows {
        let length = chances.len().saturating_add(choices).saturating_sub(1);
        let mut next = vec![0.0; length];
        let mut sum = 0.0;
        for (place, slot) in next.iter_mut().enumerate() {
            sum += chances.get(place).copied().unwrap_or_default();
            if let Some(gone) = place.checked_sub(choices) {
                sum -= chances.get(gone).copied().unwrap_or_default();
            }
            *slot = f64::max(sum, 0.0) / crate::random::count(choices);
        }
        chances = next;
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_is_that_of_mahon() {
        // 1, 3, 5, 6, 5, 3, 1 orders of four have 0 to 6 inversions.
        let of_four: Vec<f64> = distribution(4).iter().map(|chance| (chance * 24.0).round()).collect();
        assert_eq!(of_four, [1.0, 3.0, 5.0, 6.0, 5.0, 3.0, 1.0]);
        assert!((distribution(60).iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let factorial: f64 = (1..=24).map(|n| f64::from(n).log2()).sum();
        assert!((-at_most(24, 0).log2() - factorial).abs() < 1e-6);
    }

    #[test]
    fn what_follows_is_told_from_what_does_not() {
        let rising: Vec<i128> = (0..24).collect();
        let falling: Vec<i128> = rising.iter().map(|n| 1_000 - n * n).collect();
        assert!(bits(&rising, &rising) > 75.0 && bits(&rising, &falling) > 75.0);
        let any: Vec<i128> = (0..24).map(|place| i128::from(mixed(place, 3))).collect();
        assert!(bits(&rising, &any) < 8.0);
        assert!(bits(&rising, &[7; 24]) < f64::EPSILON && bits(&[], &[]) < f64::EPSILON);
        // Days of visits: four of each.
        let days: Vec<i128> = (0..40).map(|n| n / 4).collect();
        assert!(bits(&days, &(0..40).collect::<Vec<i128>>()) > 60.0);
    }
}
