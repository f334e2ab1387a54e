//! Shows each step and the time that it took.

use std::fmt::Display;
use std::time::{Duration, Instant};

use crate::failure::Outcome;

/// Runs a step called `name`; `work` returns what there is to say about it.
pub(crate) fn step<N: Display>(name: &str, work: impl FnOnce() -> Outcome<N>) -> Outcome {
    println!("▸ {name}");
    let begin = Instant::now();
    let note = work()?;
    println!("  {:>7}  {note}", seconds(begin.elapsed()));
    Ok(())
}

/// `12.3 s`, or `2 min 05 s` from a minute up.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 60 { format!("{:.1} s", time.as_secs_f64()) } else { format!("{} min {:02} s", whole / 60, whole % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        assert_eq!(seconds(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}
