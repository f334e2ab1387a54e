//! The inputs of `time.json`; what they give is computed.
#![allow(unreachable_pub, missing_docs, clippy::needless_pass_by_value)]

use serde_json::{Value, json};
use souspli_booking::date::{DAY_MINUTES, Date, WallTime};
use souspli_booking::zone::{Offsets, Zone};

const DAY: u32 = DAY_MINUTES as u32;
/// 2026-01-01T00:00Z and two years later.
const FROM: u32 = 29_453_760;
const TO: u32 = FROM + 2 * 365 * DAY;

/// Changes of an hour, of half an hour, at 3:30 from Greenwich, in a month that the moon decides, over midnight, never.
const ZONES: [&str; 6] = [
    "Europe/Paris",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Kathmandu",
];
const VISIT_TYPE: &str = "AAAAAAAAAAI";
const PRACTITIONER: &str = "AAAAAAAAAAE";
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub fn cases() -> Vec<Value> {
    let mut cases = Vec::new();
    for name in ZONES {
        let zone = Zone::new(name).expect("zone");
        let span = json!({ "zone": name, "from": FROM, "to": TO });
        cases.push(case("zone", name, &span));
        let offsets = zone.offsets(FROM, TO);
        for (minute, _) in zone.transitions(FROM, TO) {
            around(&mut cases, name, &offsets, minute);
        }
    }
    let unknown = json!({ "zone": "europe/paris", "from": FROM, "to": TO });
    cases.push(case("zone", "a zone in another spelling", &unknown));
    let turned = json!({ "offsets": [[0, 60], [5, 60]], "minute": 0 });
    cases.push(case("shown-time", "a table that does not change", &turned));
    cases
}

/// The minutes before and after a change, the wall times around it, and what can be booked in its three days.
fn around(cases: &mut Vec<Value>, name: &str, offsets: &Offsets, change: u32) {
    let date = offsets.date(change);
    for minute in [change - 1, change] {
        let input = json!({ "offsets": offsets, "minute": minute });
        cases.push(case("shown-time", format!("{name} {date}, minute {minute}"), &input));
    }
    let step = u32::from(offsets.at(change).abs_diff(offsets.at(change - 1)));
    let (old, new) = (count(offsets.wall_time(change - 1)) + 1, count(offsets.wall_time(change)));
    for count in [old - 1, old, u32::midpoint(old, new), new - 1, new, new + step] {
        let (date, minute) = (Date::from_days(count / DAY).expect("date"), count % DAY);
        let named = format!("{name} {date}, {:02}:{:02}", minute / 60, minute % 60);
        if !cases.iter().any(|case| case["name"] == named.as_str()) {
            cases.push(case("wall-time", named, &json!({ "offsets": offsets, "date": date, "minute": minute })));
        }
    }
    let first = Date::from_days(date.days() - 1).expect("date");
    let input = json!({
        "offsets": offsets, "now": change - 7 * DAY, "visitType": VISIT_TYPE, "first": first, "days": 3,
        "catalogue": catalogue(name), "rules": rules(first),
    });
    cases.push(case("free-times", format!("{name} {date}, free times"), &input));
}

/// Minutes since 1970 of the local calendar.
fn count(wall: WallTime) -> u32 {
    wall.date.days() * DAY + u32::from(wall.minute)
}

fn catalogue(zone: &str) -> Value {
    json!({
        "name": "Practice Example", "address": [], "phone": "", "website": "", "introduction": "", "languages": ["en"],
        "zone": zone, "vtimezone": "", "responseTime": 1440, "confirm": "manual", "minimumNotice": 60,
        "cancelDeadline": 60, "horizonDays": 60, "rooms": [],
        "practitioners": [{
            "id": PRACTITIONER, "name": "First Example", "title": "", "specialty": "", "languages": [],
            "colour": "#2e7d6b", "clinical": 0,
        }],
        "visitTypes": [{
            "id": VISIT_TYPE, "name": "First visit", "duration": 20, "buffer": 5, "step": null, "instructions": "",
            "colour": "#2e7d6b", "practitioners": [PRACTITIONER], "rooms": [], "questions": [], "public": true,
        }],
    })
}

/// From before clocks change in the night until after it, on three days.
fn rules(first: Date) -> Value {
    let weekly = WEEKDAYS.map(|weekday| {
        let hours = json!({ "start": 30, "end": 255, "visitTypes": [] });
        let (practitioner, last) = (PRACTITIONER, first.plus(2));
        json!({ "practitioner": practitioner, "weekday": weekday, "hours": hours, "first": first, "last": last })
    });
    json!({ "weekly": weekly, "exceptions": [] })
}

fn case(family: &str, name: impl Into<String>, input: &Value) -> Value {
    json!({ "name": name.into(), "family": family, "input": input })
}
