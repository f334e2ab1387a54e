//! Whatever an honest host's data are put together to, they convict nobody.

use proptest::prelude::*;

use super::calendar::{Calendar, WINDOW, granules};
use super::keys;
use crate::evidence::{
    Entry, double_claims, judge, make_double_claim, make_hidden_claim, make_signed_twice, make_two_claim_sets,
    make_wrong_count,
};

/// What people do with a calendar.
#[derive(Debug, Clone)]
enum Deed {
    Publish,
    Book(u64, u32),
    Move(usize, u64, u32),
    Release(usize),
    Note(usize),
    Tell(u32),
}

fn deed() -> impl Strategy<Value = Deed> {
    // Few starts and few windows, so that times are wanted again and again.
    let (start, window, record) = (0..60_u64, WINDOW..WINDOW + 3, 0..8_usize);
    prop_oneof![
        1 => Just(Deed::Publish),
        4 => (start.clone(), window.clone()).prop_map(|(start, window)| Deed::Book(start, window)),
        3 => (record.clone(), start, window.clone()).prop_map(|(at, start, window)| Deed::Move(at, start, window)),
        3 => record.clone().prop_map(Deed::Release),
        2 => record.prop_map(Deed::Note),
        2 => window.prop_map(Deed::Tell),
    ]
}

/// A calendar with what an honest host has signed, set by set.
fn lived(deeds: &[Deed]) -> (Calendar, Vec<(Vec<u8>, Vec<u8>)>) {
    let (mut calendar, mut told) = (Calendar::new(1, 1), Vec::new());
    for deed in deeds {
        calendar.minute += 1;
        match *deed {
            Deed::Publish => drop(calendar.publish()),
            Deed::Book(start, window) => drop(calendar.book(&granules(start), window)),
            Deed::Move(at, start, window) if calendar.records() > 0 => {
                let at = at % calendar.records();
                calendar.shift(at, &granules(start), window);
            }
            Deed::Release(at) if calendar.records() > 0 => drop(calendar.release(at % calendar.records())),
            Deed::Note(at) if calendar.records() > 0 => drop(calendar.note(at % calendar.records())),
            Deed::Tell(first) => {
                told.push(calendar.told(first, granules(2_000).ids()));
                told.push(calendar.told(first, &[]));
            }
            _ => {}
        }
    }
    (calendar, told)
}

/// The chain as it is, without some entries' events, and without some entries.
fn tampered(chain: &[Entry], hide: u64) -> [Vec<Entry>; 3] {
    let chosen = |entry: &Entry| hide >> (entry.sequence() % 64) & 1 == 1;
    let mut hidden = chain.to_vec();
    hidden.iter_mut().filter(|entry| chosen(entry)).for_each(|entry| entry.event = None);
    [chain.to_vec(), hidden, chain.iter().filter(|entry| !chosen(entry)).cloned().collect()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn an_honest_host_is_never_convicted(deeds in prop::collection::vec(deed(), 1..30), hide in any::<u64>()) {
        let (calendar, told) = lived(&deeds);
        let keys = keys(&calendar);
        prop_assert_eq!(double_claims(&calendar.chain), []);
        let clean = |file: Vec<u8>| {
            let judgement = judge(&file[..], &keys);
            prop_assert!(!judgement.is_guilty(), "{judgement}");
            Ok(())
        };
        for chain in tampered(&calendar.chain, hide) {
            for first in chain.iter().filter(|entry| entry.claims.is_some() && entry.event.is_some()) {
                let claiming = |entry: &&Entry| entry.claims.is_some() && entry.event.is_some();
                for second in chain.iter().filter(claiming).filter(|second| second.sequence() > first.sequence()) {
                    clean(make_double_claim(&chain, first.sequence(), second.sequence()).expect("made"))?;
                }
                for (statement, set) in &told {
                    clean(make_hidden_claim(statement, set, &chain, first.sequence()).expect("made"))?;
                }
                // Two of one place follow each other.
                for pair in told.windows(2) {
                    let [(one, set), (other, other_set)] = pair else { continue };
                    let claim = Some((&chain[..], first.sequence()));
                    clean(make_two_claim_sets((one, set), (other, other_set), claim).expect("made"))?;
                }
            }
            for (statement, set) in &told {
                clean(make_wrong_count(statement, set, &chain).expect("made"))?;
            }
            for one in &chain {
                for other in &chain {
                    clean(make_signed_twice(&one.receipt, &other.receipt))?;
                }
            }
        }
    }

    #[test]
    fn one_lie_among_honest_deeds_is_found_and_convicts(deeds in prop::collection::vec(deed(), 1..30), start in 0..60_u64) {
        let (mut calendar, _) = lived(&deeds);
        let taken = calendar.book(&granules(start), WINDOW).is_none();
        prop_assume!(taken);
        let second = calendar.book_anyway(&granules(start), WINDOW);
        let found = double_claims(&calendar.chain);
        prop_assert!(!found.is_empty() && found.iter().all(|(_, then)| *then == second), "{found:?}");
        for (first, second) in found {
            let file = make_double_claim(&calendar.chain, first, second).expect("made");
            let judgement = judge(&file[..], &keys(&calendar));
            prop_assert!(judgement.is_guilty(), "{judgement}");
        }
    }
}
