//! The table of offsets against the IANA database itself, over the days on which clocks change.

use jiff::{
    Timestamp, Unit,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};
use proptest::prelude::*;

use super::{Gap, Offsets, Resolved, Zone, is_vtimezone};
use crate::{
    date::WallTime,
    window::{self, LAST_WINDOW},
};

/// Zones with a change of one hour, of one hour at 00:01 (until 2011), of half an hour, and with negative daylight
/// saving time around Ramadan.
const ZONES: [&str; 4] = ["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"];
/// 2005-01-01T00:00Z and 2037-01-01T00:00Z.
const SPAN: (u32, u32) = (18_408_960, 35_237_280);

fn oracle(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).expect("zone")
}

fn instant(minute: u32) -> Timestamp {
    Timestamp::from_second(i64::from(minute) * 60).expect("instant")
}

fn unix_minute(instant: Timestamp) -> u32 {
    u32::try_from(instant.as_second() / 60).expect("after 1970")
}

fn wall(datetime: DateTime) -> WallTime {
    let (year, month, day) = (datetime.year(), datetime.month(), datetime.day());
    let field = |value: i8| u8::try_from(value).expect("positive");
    let date = crate::date::Date::new(u16::try_from(year).expect("year"), field(month), field(day)).expect("date");
    WallTime { date, minute: u16::from(field(datetime.hour())) * 60 + u16::from(field(datetime.minute())) }
}

fn datetime(wall: WallTime) -> DateTime {
    let (year, month, day) = wall.date.ymd();
    let part = |value: u16| i8::try_from(value).expect("small");
    let date = jiff::civil::date(year.cast_signed(), month.cast_signed(), day.cast_signed());
    date.at(part(wall.minute / 60), part(wall.minute % 60), 0, 0)
}

/// A zone, and a minute within two days of one of its changes.
fn near_a_change() -> impl Strategy<Value = (Zone, u32)> {
    let zone = proptest::sample::select(&ZONES[..]).prop_map(|name| Zone::new(name).expect("zone"));
    let change = zone.prop_flat_map(|zone| {
        let changes = zone.transitions(SPAN.0, SPAN.1);
        assert!(changes.len() > 50, "{zone:?}");
        (Just(zone), proptest::sample::select(changes))
    });
    (change, 0_u32..5_760).prop_map(|((zone, change), shift)| (zone, change.0 - 2_880 + shift))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn utc_to_wall((zone, minute) in near_a_change()) {
        let offsets = zone.offsets(SPAN.0, SPAN.1);
        let expected = oracle(zone.name()).to_datetime(instant(minute));
        prop_assert_eq!(datetime(offsets.wall_time(minute)), expected);
        prop_assert_eq!(offsets.wall_time(minute), wall(expected));
        prop_assert_eq!(offsets.date(minute).weekday().iso().cast_signed(), expected.weekday().to_monday_one_offset());
    }

    #[test]
    fn wall_to_utc((zone, minute) in near_a_change()) {
        let offsets = zone.offsets(SPAN.0, SPAN.1);
        // Over the clock's reading at that minute, as if the offset had been another one: gaps and folds are met.
        let typed = WallTime::from_count(i64::from(minute) + i64::from(offsets.at(minute - 2_000)));
        let rules = oracle(zone.name());
        let ambiguous = rules.to_ambiguous_timestamp(datetime(typed));
        let at = |offset: jiff::tz::Offset| unix_minute(offset.to_timestamp(datetime(typed)).expect("instant"));
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                prop_assert_eq!(offsets.resolve(typed), Resolved::Once(at(offset)));
                prop_assert_eq!(offsets.typed_minute(typed), Ok(at(offset)));
                prop_assert_eq!(offsets.rule_minute(typed), at(offset));
            }
            AmbiguousOffset::Gap { before, .. } => {
                let change = rules.preceding(instant(at(before) + 1)).next().expect("the change");
                let next = unix_minute(change.timestamp());
                prop_assert_eq!(offsets.resolve(typed), Resolved::Gap { next });
                prop_assert_eq!(offsets.typed_minute(typed), Err(Gap { next }));
                prop_assert_eq!(offsets.rule_minute(typed), next);
            }
            AmbiguousOffset::Fold { before, after } => {
                let (earlier, later) = (at(before), at(after));
                prop_assert_eq!(offsets.resolve(typed), Resolved::Fold { earlier, later });
                prop_assert_eq!(offsets.typed_minute(typed), Ok(earlier));
                prop_assert_eq!(offsets.rule_minute(typed), earlier);
            }
        }
    }

    #[test]
    fn a_range_never_turns_round((zone, minute) in near_a_change(), length in 0_i64..600) {
        let offsets = zone.offsets(SPAN.0, SPAN.1);
        let start = offsets.wall_time(minute);
        let end = WallTime::from_count(start.count() + length);
        prop_assert!(offsets.rule_minute(start) <= offsets.rule_minute(end));
    }

    #[test]
    fn windows_are_four_weeks_of_local_days((zone, minute) in near_a_change()) {
        let number = zone.window_of(minute);
        let window = zone.window(number);
        prop_assert!(window.contains(minute));
        // Where clocks go forward over that midnight, the day begins with the first minute there is.
        let first = datetime(window::first_date(number).midnight()).date();
        let start = first.to_zoned(oracle(zone.name())).expect("the day").timestamp();
        prop_assert_eq!(window.start, unix_minute(start));
        let local = oracle(zone.name()).to_datetime(instant(minute)).date();
        let days = (local - jiff::civil::date(1970, 1, 5)).get_days();
        prop_assert_eq!(number, u32::try_from(days / 28).expect("positive"));
        let seven = zone.windows(minute);
        for (place, window) in (0_u32..).zip(seven) {
            prop_assert_eq!(window, zone.window(number + place));
        }
        prop_assert!(seven.windows(2).all(|pair| pair[0].end == pair[1].start));
    }
}

#[test]
fn changes_of_known_days() {
    let changes = |name: &str, from: u32, to: u32| Zone::new(name).expect("zone").transitions(from, to);
    let minute = |text: &str| unix_minute(text.parse().expect("instant"));
    let year = (minute("2026-01-01T00:00Z"), minute("2027-01-01T00:00Z"));
    assert_eq!(
        changes("Europe/Paris", year.0, year.1),
        [(minute("2026-03-29T01:00Z"), 120), (minute("2026-10-25T01:00Z"), 60)]
    );
    assert_eq!(
        changes("Australia/Lord_Howe", year.0, year.1),
        [(minute("2026-04-04T15:00Z"), 630), (minute("2026-10-03T15:30Z"), 660)]
    );
    assert_eq!(
        changes("Africa/Casablanca", minute("2025-01-01T00:00Z"), year.0),
        [(minute("2025-02-23T02:00Z"), 0), (minute("2025-04-06T02:00Z"), 60)]
    );
    assert_eq!(
        changes("America/St_Johns", year.0, year.1),
        [(minute("2026-03-08T05:30Z"), -150), (minute("2026-11-01T04:30Z"), -210)]
    );
    assert_eq!(changes("Asia/Tokyo", year.0, year.1), []);
}

#[test]
fn windows_with_a_change_are_longer_or_shorter() {
    let length = |name: &str, date: &str| {
        let number = window::window_of_date(date.parse().expect("date"));
        let window = Zone::new(name).expect("zone").window(number);
        window.granules().expect("granules").granules()
    };
    assert_eq!(length("Europe/Paris", "2026-03-29"), 8_064 - 12);
    assert_eq!(length("Europe/Paris", "2026-10-25"), 8_064 + 12);
    assert_eq!(length("Australia/Lord_Howe", "2026-10-04"), 8_064 - 6);
    assert_eq!(length("Asia/Tokyo", "2026-10-04"), 8_064);
}

#[test]
fn only_exact_names_of_the_bundled_database() {
    assert_eq!(Zone::new("Europe/Paris").map(|zone| zone.name().to_owned()), Ok("Europe/Paris".to_owned()));
    for bad in ["europe/paris", "Europe/Pariss", "", "../../etc/passwd", "CET-1CEST"] {
        assert!(Zone::new(bad).is_err(), "{bad}");
    }
    let names = Zone::names();
    assert!(names.len() > 400 && ZONES.iter().all(|zone| names.iter().any(|name| name == zone)));
    for name in &names {
        assert!(Zone::new(name).is_ok(), "{name}");
    }
}

#[test]
fn vtimezone_of_paris() {
    let zone = Zone::new("Europe/Paris").expect("zone");
    let minute = |text: &str| unix_minute(text.parse().expect("instant"));
    let text = zone.vtimezone(minute("2026-11-01T00:00Z"), minute("2028-01-01T00:00Z"));
    let expected = "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\n\
        BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nRDATE:20271031T030000\r\n\
        TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n\
        BEGIN:DAYLIGHT\r\nDTSTART:20270328T020000\r\n\
        TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n\
        END:VTIMEZONE\r\n";
    assert_eq!(text, expected);
    // From the very minute of a change on, the change itself is enough.
    let text = zone.vtimezone(minute("2026-10-25T01:00Z"), minute("2026-12-01T00:00Z"));
    assert!(text.contains("DTSTART:20261025T030000") && !text.contains("DAYLIGHT"), "{text}");
}

#[test]
fn every_zone_has_a_small_vtimezone() {
    let half_year = (29_667_392, 29_667_392 + 60 * 24 * 28 * 8);
    for name in Zone::names() {
        let text = Zone::new(&name).expect("zone").vtimezone(half_year.0, half_year.1);
        assert!(is_vtimezone(&text, &name), "{text}");
        assert!(text.len() < 700, "{} {name}", text.len());
    }
}

/// Reads a component the way a calendar program does: the latest onset at or before a wall time decides.
fn offset_by_vtimezone(text: &str, wall: &str) -> String {
    let (mut from, mut best) = (String::new(), (String::new(), String::new()));
    let mut starts: Vec<String> = Vec::new();
    for line in text.lines() {
        match line.split_once(':').expect("a line") {
            ("DTSTART" | "RDATE", value) => starts.push(value.to_owned()),
            ("TZOFFSETTO", value) => value.clone_into(&mut from),
            ("END", "STANDARD" | "DAYLIGHT") => {
                for start in starts.drain(..).filter(|start| start.as_str() <= wall) {
                    best = best.max((start, from.clone()));
                }
            }
            _ => {}
        }
    }
    best.1
}

#[test]
fn a_vtimezone_says_what_the_database_says() {
    for name in ZONES {
        let zone = Zone::new(name).expect("zone");
        let (from, to) = (29_667_392, 29_667_392 + 60 * 24 * 400);
        let text = zone.vtimezone(from, to);
        let offsets = zone.offsets(from, to);
        let away_from_changes = |minute: &u32| offsets.at(minute - 180) == offsets.at(minute + 180);
        for minute in (from..to).step_by(12 * 60).filter(away_from_changes) {
            let local = datetime(offsets.wall_time(minute)).strftime("%Y%m%dT%H%M%S").to_string();
            let expected = oracle(name).to_offset(instant(minute)).round(Unit::Minute).expect("offset").to_string();
            let found = offset_by_vtimezone(&text, &local);
            let padded = format!("{expected:0<3}").replace(':', "");
            assert_eq!(found, format!("{padded:0<5}"), "{name} {local}");
        }
    }
}

#[test]
fn a_vtimezone_reads_back_as_the_offsets_that_it_was_written_from() {
    let back = |text: &str| crate::zone::offsets_of_vtimezone(text).expect("offsets");
    for name in Zone::names() {
        let zone = Zone::new(&name).expect("zone");
        let (from, to) = (29_667_392 - 60 * 24 * 400, 29_667_392 + 60 * 24 * 800);
        let (read, known) = (back(&zone.vtimezone(from, to)), zone.offsets(from, to));
        for minute in (from..to).step_by(6 * 60).chain(known.entries().flat_map(|(at, _)| [at, at.saturating_sub(1)])) {
            let minute = minute.clamp(from, to);
            assert_eq!(read.at(minute), known.at(minute), "{name} {minute}");
        }
    }
    for bad in ["", "TZOFFSETFROM:+0100\r\n", "DTSTART:2026\r\n", "DTSTART:20261332T000000\r\nTZOFFSETTO:+0100\r\n"] {
        assert_eq!(crate::zone::offsets_of_vtimezone(bad), None, "{bad}");
    }
    assert_eq!(crate::zone::offsets_of_vtimezone("TZOFFSETFROM:é0100\r\n"), None);
}

#[test]
fn tables_of_windows_join_to_the_table_of_all() {
    for name in ZONES {
        let zone = Zone::new(name).expect("zone");
        for first in (700..800).step_by(3) {
            let parts: Vec<Offsets> = (first..first + 7).map(|number| zone.window_offsets(number)).collect();
            let joined = Offsets::join(&parts).expect("joins");
            for number in first..first + 7 {
                assert_eq!(joined.window(number), zone.window(number), "{name} {number}");
            }
            assert!(parts.iter().all(|part| part.entries().count() <= 3), "{name} {first}");
        }
    }
}

#[test]
fn the_far_end_of_time_does_not_panic() {
    let zone = Zone::new("Europe/Paris").expect("zone");
    assert!(zone.window(LAST_WINDOW).granules().is_some());
    assert_eq!(zone.window(u32::MAX).granules(), None);
    assert_eq!(zone.window_of(u32::MAX), LAST_WINDOW);
    assert!(is_vtimezone(&zone.vtimezone(u32::MAX, u32::MAX), "Europe/Paris"));
}
