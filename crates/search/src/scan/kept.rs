//! The searches made last. To make one costs more than to search a small host with it, and one audit needs the same one
//! for the database, each folder, the logs and the traffic.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Canary, NeedleError, Needles};

/// How many are kept: a set of canaries with no keys, and with those that lie in two or three places.
const KEPT: usize = 4;

struct Made {
    canaries: Vec<Canary>,
    keys: Vec<Vec<u8>>,
    needles: Arc<Needles>,
}

/// The newest last.
#[derive(Default)]
struct Kept(Vec<Made>);

impl Kept {
    fn of(&mut self, canaries: &[Canary], keys: &[Vec<u8>]) -> Result<Arc<Needles>, NeedleError> {
        let found = self.0.iter().position(|one| one.canaries == canaries && one.keys == keys);
        let one = match found {
            Some(place) => self.0.remove(place),
            None => Made {
                canaries: canaries.to_vec(),
                keys: keys.to_vec(),
                needles: Arc::new(Needles::build(canaries, keys)?),
            },
        };
        let needles = Arc::clone(&one.needles);
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(one);
        Ok(needles)
    }
}

/// Whoever waits for the lock may find that what it wants has been made meanwhile.
static MADE: Mutex<Kept> = Mutex::new(Kept(Vec::new()));

impl Needles {
    /// [`Needles::build`], or what it gave for the same canaries and keys before.
    pub fn kept(canaries: &[Canary], keys: &[Vec<u8>]) -> Result<Arc<Self>, NeedleError> {
        MADE.lock().unwrap_or_else(PoisonError::into_inner).of(canaries, keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::CanaryKind;

    #[test]
    fn the_same_is_made_once_and_something_else_is_not_taken_for_it() {
        let mut kept = Kept::default();
        let [one, two] = ["Alberich Quandtmeier", "Walpurga Zinnoberfels"];
        let canary = |value: &str| [Canary::new("canary 1", CanaryKind::Name, value)];
        let first = kept.of(&canary(one), &[]).unwrap();
        assert!(Arc::ptr_eq(&first, &kept.of(&canary(one), &[]).unwrap()));
        let other = kept.of(&canary(two), &[]).unwrap();
        assert!(!other.find(two.as_bytes()).is_empty() && first.find(two.as_bytes()).is_empty());
        assert!(!Arc::ptr_eq(&first, &kept.of(&canary(one), &[vec![7; 32]]).unwrap()));
        for key in 0..9 {
            kept.of(&canary(one), &[vec![key; 32]]).unwrap();
        }
        assert_eq!(kept.0.len(), KEPT);
    }
}
