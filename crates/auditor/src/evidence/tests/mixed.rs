//! Parts of different calendars, generations and hosts, put together.

use super::calendar::{Calendar, WINDOW, granules};
use super::{doubt, keys, shows_nothing};
use crate::evidence::{
    Doubt, Entry, judge, make_double_claim, make_hidden_claim, make_signed_twice, make_two_claim_sets,
};

/// Two calendars of one host with the same deeds, and the ids of the same times.
fn pair() -> (Calendar, Calendar) {
    let (mut one, mut other) = (Calendar::new(1, 1), Calendar::new(1, 2));
    for calendar in [&mut one, &mut other] {
        calendar.book(&granules(0), WINDOW).expect("free");
        calendar.note(0);
    }
    (one, other)
}

fn renumbered(chain: &[Entry], from: u64) -> Vec<Entry> {
    chain.iter().filter(|entry| entry.sequence() >= from).cloned().collect()
}

#[test]
fn the_same_place_of_two_calendars_shows_nothing() {
    let (one, other) = pair();
    for (a, b) in one.chain.iter().zip(&other.chain) {
        shows_nothing(&make_signed_twice(&a.receipt, &b.receipt), &keys(&one), Doubt::Calendar);
    }
}

#[test]
fn the_same_place_of_two_generations_shows_nothing() {
    let (one, _) = pair();
    let (mut restored, _) = pair();
    restored.generation = 1;
    restored.publish();
    let last = restored.chain.last().expect("an entry").receipt;
    for entry in &one.chain {
        let judgement = judge(&make_signed_twice(&entry.receipt, &last)[..], &keys(&one));
        assert_eq!(doubt(&judgement), Some(Doubt::Calendar));
    }
}

#[test]
fn the_same_time_in_two_calendars_is_no_double_claim() {
    let (one, mut other) = pair();
    // A later place of the other calendar claims the same ids.
    other.publish();
    other.book_anyway(&granules(0), WINDOW);
    let place = other.sequence();
    let mixed: Vec<Entry> = one.chain.iter().cloned().chain(renumbered(&other.chain, one.sequence() + 1)).collect();
    let file = make_double_claim(&mixed, 4, place).expect("made");
    shows_nothing(&file, &keys(&one), Doubt::Calendar);
}

#[test]
fn the_claims_of_one_calendar_are_not_looked_for_in_the_set_of_another() {
    let (one, mut other) = pair();
    let empty = other.tell(WINDOW, &[], &[]);
    let file = make_hidden_claim(&empty.0, &empty.1, &one.chain, 4).expect("made");
    shows_nothing(&file, &keys(&one), Doubt::Calendar);
    let full = other.told(WINDOW, &[]);
    let fewer = other.tell(WINDOW, &granules(70).ids()[..], &[]);
    let file = make_two_claim_sets((&full.0, &full.1), (&fewer.0, &fewer.1), Some((&one.chain, 4))).expect("made");
    shows_nothing(&file, &keys(&one), Doubt::Calendar);
}

#[test]
fn what_another_host_has_signed_shows_nothing() {
    let (one, _) = pair();
    let mut stranger = Calendar::new(2, 1);
    stranger.book(&granules(0), WINDOW).expect("free");
    let second = stranger.book_anyway(&granules(0), WINDOW);
    let file = make_double_claim(&stranger.chain, 4, second).expect("made");
    assert!(judge(&file[..], &keys(&stranger)).is_guilty());
    shows_nothing(&file, &keys(&one), Doubt::Receipt);
    let signed = stranger.chain[3].receipt;
    shows_nothing(&make_signed_twice(&one.chain[3].receipt, &signed), &keys(&one), Doubt::Receipt);
    let told = (stranger.tell(WINDOW, &[], &[]), stranger.tell(WINDOW, granules(1).ids(), &[]));
    let file = make_two_claim_sets((&told.0.0, &told.0.1), (&told.1.0, &told.1.1), None).expect("made");
    assert!(judge(&file[..], &keys(&stranger)).is_guilty());
    shows_nothing(&file, &keys(&one), Doubt::Statement);
}

#[test]
fn an_event_with_anothers_receipt_or_ids_is_refused() {
    let (one, _) = pair();
    let event = one.chain[3].event.clone().expect("an event");
    let wrong = crate::evidence::Accepted::new(event.clone(), one.chain[4].receipt);
    assert_eq!(wrong.err(), Some(Doubt::Event));
    let right = crate::evidence::Accepted::new(event, one.chain[3].receipt).expect("its receipt");
    assert_eq!(crate::evidence::Claiming::new(right, granules(1)).err(), Some(Doubt::Claims));
}
