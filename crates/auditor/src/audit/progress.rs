//! How far a long examination is.

/// Hears how far the work is. An examination says so as often as it likes; whoever shows it decides how often.
pub trait Progress {
    /// `done` of `total` units of this piece of work are done; without a total nobody knows how many there are.
    fn at(&mut self, work: &str, done: u64, total: Option<u64>);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn at(&mut self, _: &str, _: u64, _: Option<u64>) {}
}
