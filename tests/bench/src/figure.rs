//! What is printed: medians, spreads, and the lines of the closing table.

/// Whether a figure is to be large or small.
#[derive(Clone, Copy)]
pub(crate) enum Aim {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
}

/// Prints a line of the closing table: what, how much, in which words, and the aim.
pub(crate) fn figure(name: &str, value: f64, words: &str, aim: Aim) {
    let (met, aim) = match aim {
        Aim::AtLeast(least) => (value >= least, format!("at least {least}")),
        Aim::AtMost(most) => (value <= most, format!("at most {most}")),
    };
    let met = if met { "met" } else { "missed" };
    println!("figure | {name} | {words} | {aim} | {met}");
}

/// The middle one, or the mean of the two in the middle; 0 of nothing.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(high), 0) => f64::midpoint(*high, sorted.get(middle - 1).copied().unwrap_or(*high)),
        (Some(middle), _) => *middle,
        (None, _) => 0.0,
    }
}

/// `1,234 (1,200 to 1,300)`: median, least and most.
pub(crate) fn spread(values: &[f64]) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    format!("{} ({} to {})", whole(median(values)), whole(least), whole(most))
}

/// A number without its fraction, thousands set off.
pub(crate) fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count as a number to divide by.
pub(crate) fn number(count: usize) -> f64 {
    // Counts here are far below 2^32.
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_spreads() {
        assert_eq!(spread(&[1_300.0, 1_200.4, 1_234.0]), "1,234 (1,200 to 1,300)");
        assert!((median(&[1.0, 4.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert_eq!((whole(12.0), whole(1_234_567.0)), ("12".to_owned(), "1,234,567".to_owned()));
        assert!(median(&[]).abs() < 1e-9);
    }
}
