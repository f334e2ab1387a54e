//! Zones, wall times and free times (`tests/vectors/README.md`): `souspli-booking`, as each build has it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use souspli_booking::catalogue::Catalogue;
use souspli_booking::date::{Date, WallTime};
use souspli_booking::free::{Booker, FreeTimes, Wanted};
use souspli_booking::rules::Rules;
use souspli_booking::zone::{Offsets, Resolved};
use souspli_crypto::vectors::Made;
use souspli_protocol::{Digest, ItemId};

/// What a case of a family gives; `None` for the families of others.
pub(super) fn family(name: &str, input: &Value) -> Option<Made> {
    match name {
        "zone" => Some(zone(input)),
        "wall-time" => Some(made(read(input).and_then(|input| wall_time(&input)))),
        "shown-time" => Some(made(read(input).and_then(|input| shown_time(&input)))),
        "free-times" => Some(made(read(input).and_then(|input| free_times(&input)))),
        _ => None,
    }
}

/// Offsets over a span and the calendar file's component for it, from the bundled database.
#[cfg(feature = "practice")]
fn zone(input: &Value) -> Made {
    #[derive(Deserialize)]
    struct Input {
        zone: String,
        from: u32,
        to: u32,
    }
    made(read(input).and_then(|Input { zone, from, to }| {
        let zone = souspli_booking::zone::Zone::new(&zone).map_err(|_| "no_zone")?;
        Ok(json!({ "offsets": zone.offsets(from, to), "vtimezone": zone.vtimezone(from, to) }))
    }))
}

/// The patient's build has no database of zones.
#[cfg(not(feature = "practice"))]
fn zone(_: &Value) -> Made {
    Made::Skipped
}

#[derive(Deserialize)]
struct Wall {
    offsets: Vec<(u32, i16)>,
    date: Date,
    minute: u16,
}

/// When clocks show a wall time, and what a rule makes of it.
fn wall_time(input: &Wall) -> Result<Value, &'static str> {
    let offsets = table(&input.offsets)?;
    let wall = WallTime { date: input.date, minute: input.minute };
    let shown = match offsets.resolve(wall) {
        Resolved::Once(minute) => vec![minute],
        Resolved::Gap { .. } => vec![],
        Resolved::Fold { earlier, later } => vec![earlier, later],
    };
    Ok(json!({ "minutes": shown, "typed": offsets.typed_minute(wall).ok(), "rule": offsets.rule_minute(wall) }))
}

#[derive(Deserialize)]
struct Shown {
    offsets: Vec<(u32, i16)>,
    minute: u32,
}

/// What clocks show at a minute of UTC, and the window that it lies in.
fn shown_time(input: &Shown) -> Result<Value, &'static str> {
    let offsets = table(&input.offsets)?;
    let WallTime { date, minute } = offsets.wall_time(input.minute);
    let window = offsets.window(offsets.window_of(input.minute));
    Ok(json!({ "date": date, "minute": minute, "window": window.number, "begins": window.start, "ends": window.end }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Free {
    offsets: Vec<(u32, i16)>,
    catalogue: Catalogue,
    rules: Rules,
    now: u32,
    visit_type: ItemId,
    first: Date,
    days: u32,
}

/// What patients may book, from rules to starts.
fn free_times(input: &Free) -> Result<Value, &'static str> {
    let Free { catalogue, rules, now, .. } = input;
    let offsets = table(&input.offsets)?;
    let windows = offsets.windows(*now);
    let hours = windows.map(|window| rules.expand(catalogue, Digest([0; 32]), &offsets, window.number, u32::MAX));
    let hours: Vec<_> = hours.into_iter().collect::<Result<_, _>>().map_err(|_| "bad_hours")?;
    let free = FreeTimes::new(catalogue, &hours, *now, |_, _| false).map_err(|_| "bad_hours")?;
    let wanted = Wanted { visit_type: input.visit_type, practitioner: None, by: Booker::Patient };
    let starts = free.starts(&wanted, 0, u32::MAX).map_err(|_| "bad_visit_type")?;
    let days = free.days(&wanted, input.first, input.days).map_err(|_| "bad_visit_type")?;
    let starts: Vec<u32> = starts.into_iter().map(|time| time.start).collect();
    Ok(json!({ "starts": starts, "days": days }))
}

fn table(entries: &[(u32, i16)]) -> Result<Offsets, &'static str> {
    Offsets::new(entries.to_vec()).map_err(|_| "bad_offsets")
}

fn read<T: DeserializeOwned>(input: &Value) -> Result<T, &'static str> {
    serde_json::from_value(input.clone()).map_err(|_| "bad_input")
}

fn made(found: Result<Value, &'static str>) -> Made {
    match found {
        Ok(Value::Object(fields)) => Made::Expect(fields),
        Ok(other) => Made::Expect(Map::from_iter([("value".to_owned(), other)])),
        Err(code) => Made::Error(code.to_owned()),
    }
}
