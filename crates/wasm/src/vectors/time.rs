//! Zones, wall times and free times (`tests/vectors/README.md`): `souspli-booking`, as each build has it.

use serde_json::{Map, Value, json};
use souspli_booking::catalogue::Catalogue;
use souspli_booking::date::{Date, WallTime};
use souspli_booking::free::{Booker, FreeTimes, Wanted};
use souspli_booking::rules::Rules;
use souspli_booking::zone::{Offsets, Resolved};
use souspli_crypto::vectors::Made;
use souspli_protocol::Digest;

/// A field of a case's input.
macro_rules! field {
    ($input:ident, $name:literal) => {
        serde_json::from_value($input.get($name).cloned().unwrap_or_default()).map_err(|_| "bad_input")?
    };
}

/// What a case of a family gives; `None` for the families of others.
pub(super) fn family(name: &str, input: &Value) -> Option<Made> {
    match name {
        "zone" => Some(zone(input)),
        "wall-time" => Some(made(wall_time(input))),
        "shown-time" => Some(made(shown_time(input))),
        "free-times" => Some(made(free_times(input))),
        _ => None,
    }
}

/// Offsets over a span and the calendar file's component for it, from the bundled database.
#[cfg(feature = "practice")]
fn zone(input: &Value) -> Made {
    let offsets = || {
        let (name, from, to): (String, u32, u32) = (field!(input, "zone"), field!(input, "from"), field!(input, "to"));
        let zone = souspli_booking::zone::Zone::new(&name).map_err(|_| "no_zone")?;
        Ok(json!({ "offsets": zone.offsets(from, to), "vtimezone": zone.vtimezone(from, to) }))
    };
    made(offsets())
}

/// The patient's build has no database of zones.
#[cfg(not(feature = "practice"))]
fn zone(_: &Value) -> Made {
    Made::Skipped
}

/// When clocks show a wall time, and what a rule makes of it.
fn wall_time(input: &Value) -> Result<Value, &'static str> {
    let offsets = table(input)?;
    let wall = WallTime { date: field!(input, "date"), minute: field!(input, "minute") };
    let shown = match offsets.resolve(wall) {
        Resolved::Once(minute) => vec![minute],
        Resolved::Gap { .. } => vec![],
        Resolved::Fold { earlier, later } => vec![earlier, later],
    };
    Ok(json!({ "minutes": shown, "typed": offsets.typed_minute(wall).ok(), "rule": offsets.rule_minute(wall) }))
}

/// What clocks show at a minute of UTC, and the window that it lies in.
fn shown_time(input: &Value) -> Result<Value, &'static str> {
    let offsets = table(input)?;
    let now = field!(input, "minute");
    let WallTime { date, minute } = offsets.wall_time(now);
    let window = offsets.window(offsets.window_of(now));
    Ok(json!({ "date": date, "minute": minute, "window": window.number, "begins": window.start, "ends": window.end }))
}

/// What patients may book, from rules to starts.
fn free_times(input: &Value) -> Result<Value, &'static str> {
    let offsets = table(input)?;
    let (catalogue, rules): (Catalogue, Rules) = (field!(input, "catalogue"), field!(input, "rules"));
    let (now, first, days): (u32, Date, u32) = (field!(input, "now"), field!(input, "first"), field!(input, "days"));
    let windows = offsets.windows(now);
    let hours = windows.map(|window| rules.expand(&catalogue, Digest([0; 32]), &offsets, window.number, u32::MAX));
    let hours: Vec<_> = hours.into_iter().collect::<Result<_, _>>().map_err(|_| "bad_hours")?;
    let free = FreeTimes::new(&catalogue, &hours, now, |_, _| false).map_err(|_| "bad_hours")?;
    let wanted = Wanted { visit_type: field!(input, "visitType"), practitioner: None, by: Booker::Patient };
    let starts = free.starts(&wanted, 0, u32::MAX).map_err(|_| "bad_visit_type")?;
    let counted = free.days(&wanted, first, days).map_err(|_| "bad_visit_type")?;
    let starts: Vec<u32> = starts.into_iter().map(|time| time.start).collect();
    Ok(json!({ "starts": starts, "days": counted }))
}

fn table(input: &Value) -> Result<Offsets, &'static str> {
    Offsets::new(field!(input, "offsets")).map_err(|_| "bad_offsets")
}

fn made(found: Result<Value, &'static str>) -> Made {
    match found {
        Ok(Value::Object(fields)) => Made::Expect(fields),
        Ok(other) => Made::Expect(Map::from_iter([("value".to_owned(), other)])),
        Err(code) => Made::Error(code.to_owned()),
    }
}
