//! Whether a column is equal wherever a field is: what deterministic encryption, a hash or a code does.

use std::collections::BTreeMap;

use crate::random::{IMPOSSIBLE, count};

/// Bits of evidence that one series follows from the other: wherever one repeats a value, the other does too.
///
/// If the column were shuffled over the rows, the second row of a class would have the value of the first with a chance of
/// at most `(M - 1) / (rows left)`, where M is how often the commonest value stands there; likewise the third, and so on.
/// The product is a bound from above.
pub(super) fn bits(field: &[i128], column: &[i128]) -> f64 {
    // Both directions are looked for.
    (follows(field, column).max(follows(column, field)) - 1.0).clamp(0.0, IMPOSSIBLE)
}

fn follows(classes: &[i128], values: &[i128]) -> f64 {
    let mut groups = BTreeMap::<i128, Vec<i128>>::new();
    let mut often = BTreeMap::<i128, usize>::new();
    for (class, value) in classes.iter().zip(values) {
        groups.entry(*class).or_default().push(*value);
        let n = often.entry(*value).or_default();
        *n = n.saturating_add(1);
    }
    let most = often.values().copied().max().unwrap_or_default();
    let (mut bits, mut left) = (0.0, values.len());
    for group in groups.values().filter(|group| group.len() > 1) {
        if group.iter().any(|value| Some(value) != group.first()) {
            return 0.0;
        }
        for drawn in 0..group.len() {
            if drawn > 0 {
                let chance = count(most.saturating_sub(drawn)) / count(left.max(1));
                bits -= chance.min(1.0).log2();
            }
            left = left.saturating_sub(1);
        }
    }
    if often.len() > 1 { bits } else { 0.0 }
}

/// Whether each value that a field repeats stands in one run of the order of arrival.
pub(super) fn are_runs(arrival: &[i128], field: &[i128]) -> bool {
    let mut pairs: Vec<(&i128, &i128)> = arrival.iter().zip(field).collect();
    pairs.sort_unstable();
    let mut values: Vec<&i128> = pairs.into_iter().map(|(_, value)| value).collect();
    values.dedup();
    let runs = values.len();
    values.sort_unstable();
    values.dedup();
    runs == values.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each number of telephone twice.
    fn phones(rows: i128) -> Vec<i128> {
        (0..rows).map(|n| n * 5 % rows / 2).collect()
    }

    #[test]
    fn equal_where_the_field_is_equal() {
        let phones = phones(28);
        let encrypted: Vec<i128> = phones.iter().map(|phone| phone * 31 % 101).collect();
        assert!(bits(&phones, &encrypted) > 45.0);
        let mut once_not = encrypted.clone();
        once_not[5] = 999;
        assert!(bits(&phones, &once_not) > 40.0, "the field still follows from the column");
        once_not[17] = once_not[2];
        assert!(bits(&phones, &once_not) < f64::EPSILON, "neither from the other");
        let random: Vec<i128> = (0..28).collect();
        assert!(bits(&phones, &random) < f64::EPSILON, "all different");
        assert!(bits(&phones, &[3; 28]) < f64::EPSILON, "all the same");
    }

    #[test]
    fn a_code_of_few_values_needs_few_bookings() {
        let specialties: Vec<i128> = (0..24).map(|n| n * 5 % 24 % 4).collect();
        let codes: Vec<i128> = specialties.iter().map(|specialty| 200 - 9 * specialty).collect();
        assert!(bits(&specialties, &codes) > 34.0);
        let coin: Vec<i128> = (0..24).map(|n| n % 3 % 2).collect();
        assert!(bits(&specialties, &coin) < 5.0);
    }

    #[test]
    fn runs_are_told_from_what_is_mixed() {
        let arrival: Vec<i128> = (0..6).collect();
        assert!(are_runs(&arrival, &[1, 1, 2, 2, 3, 3]));
        assert!(!are_runs(&arrival, &[1, 2, 1, 2, 3, 3]));
    }
}
