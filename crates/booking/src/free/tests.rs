use core::cell::RefCell;
use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use souspli_protocol::Digest;

use super::*;
use crate::{
    catalogue::{
        Confirm,
        tests::{ALICE, BLUE, BOB, GREEN, INNER, LONG, SHORT, practice},
    },
    date::Weekday,
    hours::tests::{WINDOW, empty},
    rules::{Rules, WeeklyRule, tests::weekly},
    zone::Offsets,
};

/// First granule of window 742 in Paris, Monday 2026-11-23.
const MONDAY: u32 = 5_984_628;
/// Noon of the Sunday before.
const NOW: u32 = (MONDAY - 144) * 5;

const SHORT_WITH_ALICE: Wanted = Wanted { visit_type: SHORT, practitioner: Some(ALICE), by: Booker::Patient };
const SHORT_WITH_ANY: Wanted = Wanted { practitioner: None, ..SHORT_WITH_ALICE };
const LONG_WITH_ANY: Wanted = Wanted { visit_type: LONG, ..SHORT_WITH_ANY };

fn hours_of(rules: Vec<WeeklyRule>) -> Vec<Hours> {
    let rules = Rules { weekly: rules, exceptions: vec![] };
    let offsets = Offsets::fixed(60).expect("offset");
    let expand = |window| rules.expand(&practice(), Digest([0xca; 32]), &offsets, window, 31_000_000).expect("expands");
    (WINDOW..WINDOW + 7).map(expand).collect()
}

/// Alice on Mondays 9:00-10:30 and Thursdays 9:00-10:00, Bob on Mondays 9:30-10:30.
fn hours() -> Vec<Hours> {
    hours_of(vec![
        weekly(ALICE, Weekday::Monday, 540, 630),
        weekly(ALICE, Weekday::Thursday, 540, 600),
        weekly(BOB, Weekday::Monday, 570, 630),
    ])
}

/// The granule of a day of the first window and a time of Paris.
fn at(day: u32, hour: u32, minute: u32) -> u32 {
    MONDAY + day * 288 + hour * 12 + minute / 5
}

fn date(text: &str) -> Date {
    text.parse().expect("date")
}

fn free(start: u32, practitioners: &[ItemId], room: Option<ItemId>) -> FreeTime {
    FreeTime { start, practitioners: practitioners.to_vec(), room }
}

fn nothing(_: ItemId, _: u32) -> bool {
    false
}

#[test]
fn starts_of_one_practitioner() {
    let (catalogue, hours) = (practice(), hours());
    let times = FreeTimes::new(&catalogue, &hours, NOW, nothing).expect("hours");
    let starts = times.starts(&SHORT_WITH_ALICE, MONDAY, MONDAY + 288).expect("known");
    let expected = [at(0, 9, 0), at(0, 9, 20), at(0, 9, 40), at(0, 10, 0)];
    assert_eq!(starts, expected.map(|start| free(start, &[ALICE], None)), "20 minutes each, the last one fits whole");
    let part = times.starts(&SHORT_WITH_ALICE, at(0, 9, 5), at(0, 9, 40)).expect("known");
    assert_eq!(part, [free(at(0, 9, 20), &[ALICE], None)]);
    assert_eq!(times.starts(&SHORT_WITH_ALICE, 0, 0), Ok(vec![]));
}

#[test]
fn any_practitioner_and_a_room() {
    let (catalogue, hours) = (practice(), hours());
    let taken = |resource, granule: u32| match resource {
        ALICE => granule == at(0, 10, 0),
        GREEN => granule == at(0, 9, 5) || granule == at(0, 9, 55),
        BLUE => granule == at(0, 9, 15),
        _ => false,
    };
    let times = FreeTimes::new(&catalogue, &hours, NOW, taken).expect("hours");
    let starts = times.starts(&LONG_WITH_ANY, MONDAY, MONDAY + 288).expect("known");
    let expected = [
        // At 9:00 both rooms are taken for a part; green is preferred where it is free.
        free(at(0, 9, 15), &[ALICE], Some(GREEN)),
        free(at(0, 9, 30), &[ALICE, BOB], Some(BLUE)),
        free(at(0, 9, 45), &[BOB], Some(BLUE)),
        free(at(0, 10, 0), &[BOB], Some(GREEN)),
    ];
    assert_eq!(starts, expected);
}

#[test]
fn notice_and_horizon_bind_patients_only() {
    let (mut catalogue, hours) = (practice(), hours());
    let starts = |catalogue: &Catalogue, now: u32, by| {
        let times = FreeTimes::new(catalogue, &hours, now, nothing).expect("hours");
        let starts = times.starts(&Wanted { by, ..SHORT_WITH_ALICE }, 0, u32::MAX).expect("known");
        (starts.len(), starts[0].start)
    };
    let early = at(0, 7, 21) * 5 + 1;
    assert_eq!(starts(&catalogue, early, Booker::Patient), (7 * 28 - 2, at(0, 9, 40)), "two hours from 7:21");
    assert_eq!(starts(&catalogue, early, Booker::Practice), (7 * 28, at(0, 9, 0)));
    assert_eq!(starts(&catalogue, at(0, 9, 20) * 5 + 4, Booker::Practice), (7 * 28 - 1, at(0, 9, 20)));
    catalogue.horizon_days = 3;
    assert_eq!(starts(&catalogue, at(0, 6, 0) * 5, Booker::Patient), (4, at(0, 9, 0)), "Thursday 9:00 is too far");
    assert_eq!(starts(&catalogue, at(0, 6, 0) * 5, Booker::Practice).0, 7 * 28);
    catalogue.horizon_days = 196;
    catalogue.confirm = Confirm::Manual;
    assert_eq!(starts(&catalogue, at(0, 6, 0) * 5, Booker::Patient), (7 * 28 - 4, at(3, 9, 0)), "a day to respond");
}

#[test]
fn what_cannot_be_asked_for() {
    let (catalogue, hours) = (practice(), hours());
    let times = FreeTimes::new(&catalogue, &hours, NOW, nothing).expect("hours");
    let asked = |visit_type, practitioner, by| times.starts(&Wanted { visit_type, practitioner, by }, 0, 1).err();
    assert_eq!(asked(ALICE, None, Booker::Patient), Some(FreeError::VisitType));
    assert_eq!(asked(INNER, None, Booker::Patient), Some(FreeError::VisitType), "not public");
    assert_eq!(asked(INNER, None, Booker::Practice), None);
    assert_eq!(asked(INNER, Some(BOB), Booker::Practice), Some(FreeError::Practitioner));
    let turned = [empty(WINDOW + 1), empty(WINDOW)];
    assert_eq!(FreeTimes::new(&catalogue, &turned, NOW, nothing).err(), Some(FreeError::Hours));
    let twice = [empty(WINDOW), empty(WINDOW)];
    assert_eq!(FreeTimes::new(&catalogue, &twice, NOW, nothing).err(), Some(FreeError::Hours));
    let eight: Vec<Hours> = (0..8).map(|place| empty(WINDOW + place)).collect();
    assert_eq!(FreeTimes::new(&catalogue, &eight, NOW, nothing).err(), Some(FreeError::Hours));
    let apart = [empty(WINDOW), empty(WINDOW + 7)];
    assert_eq!(FreeTimes::new(&catalogue, &apart, NOW, nothing).err(), Some(FreeError::Hours));
    let gap = [empty(WINDOW), empty(WINDOW + 6)];
    assert_eq!(FreeTimes::new(&catalogue, &gap, NOW, nothing).err(), None);
    let none = FreeTimes::new(&catalogue, &[], NOW, nothing).expect("no hours, nothing offered");
    assert_eq!(none.starts(&SHORT_WITH_ANY, 0, u32::MAX), Ok(vec![]));
}

#[test]
fn nearest_to_a_time_that_was_just_taken() {
    let (catalogue, hours) = (practice(), hours());
    let taken = |resource, granule| resource == ALICE && (at(0, 9, 40)..at(0, 10, 0)).contains(&granule);
    let times = FreeTimes::new(&catalogue, &hours, NOW, taken).expect("hours");
    let nearest = times.nearest(&SHORT_WITH_ALICE, at(0, 9, 40), 4).expect("known");
    let starts: Vec<u32> = nearest.iter().map(|time| time.start).collect();
    assert_eq!(starts, [at(0, 9, 20), at(0, 10, 0), at(0, 9, 0), at(3, 9, 0)]);
    assert_eq!(times.nearest(&SHORT_WITH_ALICE, at(0, 9, 40), 0), Ok(vec![]));
}

#[test]
fn days_that_are_free_full_and_closed() {
    let (catalogue, hours) = (practice(), hours());
    let first_thursday = |resource, granule| resource == ALICE && (at(3, 0, 0)..at(4, 0, 0)).contains(&granule);
    let times = FreeTimes::new(&catalogue, &hours, NOW, first_thursday).expect("hours");
    let day = |text: &str, offered, free| Day { date: date(text), offered, free };
    assert_eq!(
        times.days(&SHORT_WITH_ALICE, date("2026-11-22"), 6),
        Ok(vec![
            day("2026-11-22", 0, 0),
            day("2026-11-23", 4, 4),
            day("2026-11-24", 0, 0),
            day("2026-11-25", 0, 0),
            day("2026-11-26", 3, 0),
            day("2026-11-27", 0, 0),
        ])
    );
    assert_eq!(times.next_day(&SHORT_WITH_ALICE, date("2026-11-22")), Ok(Some(date("2026-11-23"))));
    assert_eq!(times.next_day(&SHORT_WITH_ALICE, date("2026-11-23")), Ok(Some(date("2026-11-30"))), "Thursday is full");
    assert_eq!(times.next_day(&SHORT_WITH_ALICE, date("1970-01-01")), Ok(Some(date("2026-11-23"))));
    assert_eq!(times.days(&SHORT_WITH_ALICE, date("2026-11-23"), u32::MAX).expect("known").len(), 366);
    // The seven windows end on 2027-06-06; their last open day is Thursday the 3rd.
    assert_eq!(times.next_day(&SHORT_WITH_ALICE, date("2027-06-02")), Ok(Some(date("2027-06-03"))));
    assert_eq!(times.next_day(&SHORT_WITH_ALICE, date("2027-06-03")), Ok(None));
    assert_eq!(times.next_day(&SHORT_WITH_ALICE, Date::MAX), Ok(None));
    let first = times.first_from(&SHORT_WITH_ALICE, at(0, 9, 45)).expect("known");
    assert_eq!(first, Some(free(at(0, 10, 0), &[ALICE], None)));
}

#[test]
fn json_is_camel_case() {
    let json = serde_json::to_string(&free(7, &[ALICE], Some(BLUE))).expect("json");
    assert_eq!(json, format!(r#"{{"start":7,"practitioners":["{ALICE}"],"room":"{BLUE}"}}"#));
    let wanted = format!(r#"{{"visitType":"{SHORT}","practitioner":null,"by":"patient"}}"#);
    assert_eq!(serde_json::from_str::<Wanted>(&wanted).expect("wanted"), SHORT_WITH_ANY);
    let day = Day { date: date("2026-11-23"), offered: 4, free: 1 };
    assert_eq!(serde_json::to_string(&day).expect("json"), r#"{"date":"2026-11-23","offered":4,"free":1}"#);
}

#[test]
fn an_appointment_that_was_on_offer_passes() {
    let (catalogue, hours) = (practice(), hours());
    let taken = |resource, granule| resource == BOB && granule == at(0, 10, 5);
    let times = FreeTimes::new(&catalogue, &hours, NOW, taken).expect("hours");
    let (_, long) = catalogue.visit_type(LONG).expect("long");
    let time = times.first_from(&LONG_WITH_ANY, at(0, 9, 30)).expect("known").expect("free");
    assert_eq!(time.appointment(long, GREEN), Err(BadAppointment::Resource));
    let good = time.appointment(long, BOB).expect("fits");
    let check = |appointment: Appointment| times.check(&appointment, Booker::Patient);
    assert_eq!(check(good), Ok(()));
    let start = |start| Appointment { start, ..good };
    assert_eq!(check(Appointment { visit_type: ALICE, ..good }), Err(Unavailable::VisitType));
    assert_eq!(check(Appointment { practitioner: GREEN, ..good }), Err(Unavailable::Practitioner));
    assert_eq!(check(Appointment { room: None, ..good }), Err(Unavailable::Room));
    assert_eq!(check(Appointment { room: Some(ALICE), ..good }), Err(Unavailable::Room));
    assert_eq!(check(Appointment { granules: 7, ..good }), Err(Unavailable::Length));
    assert_eq!(check(Appointment { duration: 25, ..good }), Err(Unavailable::Length));
    assert_eq!(check(start(at(0, 9, 25))), Err(Unavailable::Hours));
    assert_eq!(check(start(at(0, 10, 5))), Err(Unavailable::Hours), "would end after closing");
    assert_eq!(check(start(at(0, 9, 35))), Err(Unavailable::Start));
    assert_eq!(check(start(at(0, 9, 45))), Err(Unavailable::Taken));
    assert_eq!(check(start(0)), Err(Unavailable::Hours));
    assert_eq!(times.check(&start(at(0, 9, 35)), Booker::Practice), Ok(()));

    let late = FreeTimes::new(&catalogue, &hours, at(0, 8, 0) * 5, nothing).expect("hours");
    assert_eq!(late.check(&good, Booker::Patient), Err(Unavailable::TooSoon));
    assert_eq!(late.check(&good, Booker::Practice), Ok(()));
    let near = Catalogue { horizon_days: 1, ..catalogue.clone() };
    let near = FreeTimes::new(&near, &hours, NOW - 1_440, nothing).expect("hours");
    assert_eq!(near.check(&good, Booker::Patient), Err(Unavailable::TooFar));
}

#[test]
fn a_full_practice_is_asked_once_for_each_granule() {
    let wanted = Wanted { by: Booker::Practice, ..SHORT_WITH_ANY };
    let mut catalogue = practice();
    let carol = ItemId([0xc0; 8]);
    let mut third = catalogue.practitioners[0].clone();
    third.id = carol;
    catalogue.practitioners.push(third);
    catalogue.visit_types[0].practitioners.push(carol);
    let every_day = |id| Weekday::ALL.into_iter().map(move |day| weekly(id, day, 480, 1_080));
    let rules = Rules { weekly: [ALICE, BOB, carol].into_iter().flat_map(every_day).collect(), exceptions: vec![] };
    let offsets = Offsets::fixed(60).expect("offset");
    let expand = |window| rules.expand(&catalogue, Digest([0xca; 32]), &offsets, window, 31_000_000).expect("expands");
    let hours: Vec<Hours> = (WINDOW..WINDOW + 7).map(expand).collect();
    let asked = RefCell::new(HashMap::<(ItemId, u32), u32>::new());
    let taken = |resource, granule| {
        *asked.borrow_mut().entry((resource, granule)).or_default() += 1;
        false
    };
    let times = FreeTimes::new(&catalogue, &hours, NOW, taken).expect("hours");
    for _ in 0..2 {
        let starts = times.starts(&wanted, 0, u32::MAX).expect("known");
        assert_eq!(starts.len(), 7 * 28 * 30);
        assert!(starts.iter().all(|time| time.practitioners == [ALICE, BOB, carol]));
    }
    assert_eq!(times.days(&wanted, date("2026-11-23"), 196).expect("known").len(), 196);
    assert_eq!(asked.borrow().len(), 3 * 7 * 28 * 120);
    assert!(asked.borrow().values().all(|&count| count == 1));
}

fn any_rule() -> impl Strategy<Value = WeeklyRule> {
    let who = proptest::sample::select(vec![ALICE, BOB]);
    (who, 0..7_usize, 0..280_u16, 1..80_u16)
        .prop_map(|(id, day, start, length)| weekly(id, Weekday::ALL[day], start * 5, (start + length).min(288) * 5))
}

/// Free starts of one window by trying every granule.
fn by_trying(
    catalogue: &Catalogue,
    hours: &Hours,
    wanted: &Wanted,
    now: u32,
    taken: &HashSet<(ItemId, u32)>,
) -> Vec<FreeTime> {
    let (bit, visit_type) = catalogue.visit_type(wanted.visit_type).expect("known");
    let needed = visit_type.granules();
    let is_free = |resource, start: u32| (start..start + needed).all(|granule| !taken.contains(&(resource, granule)));
    let window = hours.bounds().granules().expect("window");
    let open = [hours.open(0, bit), hours.open(1, bit)];
    let mut found = Vec::new();
    for start in window.start()..window.end() {
        let offers = |place: usize| {
            let range = open[place].intervals().iter().find(|range| range.contains(start));
            range.is_some_and(|range| {
                start + needed <= range.end() && (start - range.start()) % visit_type.step_granules() == 0
            })
        };
        let who = catalogue.practitioners.iter().enumerate();
        let who = who.filter(|(place, who)| offers(*place) && is_free(who.id, start)).map(|(_, who)| who.id);
        let practitioners: Vec<ItemId> = who.collect();
        let room = visit_type.rooms.iter().copied().find(|&room| is_free(room, start));
        let has_room = room.is_some() || visit_type.rooms.is_empty();
        if !practitioners.is_empty() && has_room && start * 5 >= now + catalogue.minimum_notice {
            found.push(FreeTime { start, practitioners, room });
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_as_trying_every_granule(
        rules in proptest::collection::vec(any_rule(), 0..10),
        visit_type in proptest::sample::select(vec![SHORT, LONG]),
        taken in proptest::collection::hash_set(
            (proptest::sample::select(vec![ALICE, BOB, BLUE, GREEN]), 0_u32..288), 0..300),
        now in 0_u32..1_440,
        (from, until) in (0_u32..300, 0_u32..3_000),
    ) {
        // The first day of each week has the claims.
        let taken: HashSet<(ItemId, u32)> =
            taken.iter().flat_map(|(id, granule)| (0..4).map(move |week| (*id, MONDAY + week * 2_016 + granule))).collect();
        let (catalogue, hours) = (practice(), hours_of(rules));
        let now = MONDAY * 5 + now;
        let wanted = Wanted { visit_type, ..SHORT_WITH_ANY };
        let times = FreeTimes::new(&catalogue, &hours[..1], now, |id, granule| taken.contains(&(id, granule)));
        let times = times.expect("hours");
        let all = times.starts(&wanted, 0, u32::MAX).expect("known");
        prop_assert_eq!(&all, &by_trying(&catalogue, &hours[0], &wanted, now, &taken));
        let (from, until) = (MONDAY + from, MONDAY + until);
        let part = times.starts(&wanted, from, until).expect("known");
        let expected = all.iter().filter(|time| (from..until).contains(&time.start)).cloned();
        prop_assert_eq!(part, expected.collect::<Vec<_>>());

        let mut by_distance = all.clone();
        by_distance.sort_by_key(|time| (time.start.abs_diff(from), time.start));
        by_distance.truncate(5);
        prop_assert_eq!(times.nearest(&wanted, from, 5).expect("known"), by_distance);
        let counted: u32 = times.days(&wanted, date("2026-11-23"), 28).expect("known").iter().map(|day| day.free).sum();
        prop_assert_eq!(usize::try_from(counted).expect("small"), all.len());
        let (_, kind) = catalogue.visit_type(visit_type).expect("known");
        for time in &all {
            for &who in &time.practitioners {
                let appointment = time.appointment(kind, who).expect("fits");
                prop_assert_eq!(times.check(&appointment, Booker::Patient), Ok(()));
            }
        }
    }
}
