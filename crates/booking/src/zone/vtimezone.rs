//! VTIMEZONE components (RFC 5545 §3.6.5): written from the changes of a zone, and checked before they are copied into
//! a patient's calendar file.

use souspli_protocol::sorted;

use super::Offsets;
use crate::date::Date;
#[cfg(feature = "tzdb")]
use crate::{date::WallTime, ics::local_time};

/// One change of a zone.
#[cfg(feature = "tzdb")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Onset {
    /// The UTC minute from which it holds.
    pub(super) minute: u32,
    /// The offset before it, in minutes.
    pub(super) from: i16,
    /// The offset from then on.
    pub(super) to: i16,
    /// The abbreviation from then on.
    pub(super) name: String,
    /// Whether the database calls it daylight saving time.
    pub(super) daylight: bool,
}

/// Writes a component with one STANDARD or DAYLIGHT part for each kind of change and an RDATE for each repetition:
/// exact for the span that the changes cover, with no rule guessed for later.
#[cfg(feature = "tzdb")]
pub(super) fn write(name: &str, onsets: Vec<Onset>) -> String {
    let mut kinds: Vec<(Onset, Vec<u32>)> = Vec::new();
    for onset in onsets {
        let same = |kind: &&mut (Onset, Vec<u32>)| Onset { minute: onset.minute, ..kind.0.clone() } == onset;
        match kinds.iter_mut().find(same) {
            Some(kind) => kind.1.push(onset.minute),
            None => kinds.push((onset, Vec::new())),
        }
    }
    let mut lines = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{name}")];
    for (kind, repeated) in kinds {
        let part = if kind.daylight { "DAYLIGHT" } else { "STANDARD" };
        let local = |minute: u32| local_time(WallTime::from_count(i64::from(minute) + i64::from(kind.from)));
        lines.extend([format!("BEGIN:{part}"), format!("DTSTART:{}", local(kind.minute))]);
        lines.extend(repeated.into_iter().map(|minute| format!("RDATE:{}", local(minute))));
        lines.extend([format!("TZOFFSETFROM:{}", offset(kind.from)), format!("TZOFFSETTO:{}", offset(kind.to))]);
        lines.extend([format!("TZNAME:{}", kind.name), format!("END:{part}")]);
    }
    lines.extend(["END:VTIMEZONE".to_owned(), String::new()]);
    lines.join("\r\n")
}

#[cfg(feature = "tzdb")]
fn offset(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{:02}", minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60)
}

/// Whether a text is one VTIMEZONE component of the zone named, made of nothing but the lines that `Zone::vtimezone`
/// writes: it is copied into calendar files, so nothing else may ride along.
pub fn is_vtimezone(text: &str, zone: &str) -> bool {
    let Some(body) = text
        .strip_prefix("BEGIN:VTIMEZONE\r\nTZID:")
        .and_then(|rest| rest.strip_prefix(zone))
        .and_then(|rest| rest.strip_prefix("\r\n"))
        .and_then(|rest| rest.strip_suffix("END:VTIMEZONE\r\n"))
    else {
        return false;
    };
    let mut open = None;
    let mut parts = 0;
    for line in body.split_inclusive('\n') {
        let Some((name, value)) = line.strip_suffix("\r\n").and_then(|line| line.split_once(':')) else { return false };
        match (open, name) {
            (None, "BEGIN") if matches!(value, "STANDARD" | "DAYLIGHT") => open = Some(value),
            (Some(part), "END") if part == value => {
                open = None;
                parts += 1;
            }
            (Some(_), "DTSTART" | "RDATE" | "TZOFFSETFROM" | "TZOFFSETTO" | "TZNAME") if is_plain(value) => {}
            _ => return false,
        }
    }
    super::is_zone_name(zone) && open.is_none() && parts > 0
}

/// The offsets that a component says, exact for the span that it covers; `None` for one that `Zone::vtimezone` does not
/// write. What was in force before its first change is what that one changed from.
pub fn offsets_of_vtimezone(text: &str) -> Option<Offsets> {
    let mut changes = Vec::new();
    let (mut starts, mut from) = (Vec::new(), 0);
    for line in text.split_terminator("\r\n") {
        let (name, value) = line.split_once(':')?;
        match name {
            "DTSTART" | "RDATE" => starts.push(read_local_time(value)?),
            "TZOFFSETFROM" => from = read_offset(value)?,
            "TZOFFSETTO" => {
                let to = read_offset(value)?;
                let onset = |local: i64| (u32::try_from(local - i64::from(from)).unwrap_or_default(), from, to);
                changes.extend(starts.drain(..).map(onset));
            }
            _ => {}
        }
    }
    let changes = sorted(changes);
    let mut entries = vec![(0, changes.first()?.1)];
    for (minute, _, to) in changes {
        match entries.last_mut() {
            Some(last) if last.0 == minute => last.1 = to,
            Some(last) if last.1 != to => entries.push((minute, to)),
            _ => {}
        }
    }
    Offsets::new(entries).ok()
}

/// `20261025T030000`, as minutes since 1970 on the wall.
fn read_local_time(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let date = Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    Some(i64::from(date.days()) * 1_440 + i64::from(number(9, 11)?) * 60 + i64::from(number(11, 13)?))
}

/// `+0130`, in minutes.
fn read_offset(text: &str) -> Option<i16> {
    let minutes = text.get(1..3)?.parse::<i16>().ok()? * 60 + text.get(3..5)?.parse::<i16>().ok()?;
    match text.get(..1)? {
        "+" => Some(minutes),
        "-" => Some(-minutes),
        _ => None,
    }
}

/// What a date, an offset or an abbreviation is made of.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 32
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTC: &str = "BEGIN:VTIMEZONE\r\nTZID:UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
        TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nTZNAME:UTC\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

    #[test]
    fn nothing_rides_along() {
        assert!(is_vtimezone(UTC, "UTC"));
        assert!(!is_vtimezone(UTC, "UT"));
        assert!(!is_vtimezone("BEGIN:VTIMEZONE\r\nTZID:UTC\r\nEND:VTIMEZONE\r\n", "UTC"));
        for (from, to) in [
            ("TZNAME:UTC", "TZNAME:UTC\r\nX-EVIL:1"),
            ("TZNAME:UTC", "TZNAME;X=\"a:b\":UTC"),
            ("TZNAME:UTC", "TZNAME:UTC\nATTACH:http://x"),
            ("TZNAME:UTC", "TZNAME:"),
            ("\r\n", "\n"),
            ("END:STANDARD\r\n", ""),
            ("END:STANDARD", "END:DAYLIGHT"),
            ("END:STANDARD\r\n", "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nBEGIN:VTIMEZONE\r\n"),
            ("BEGIN:STANDARD", "BEGIN:VALARM"),
            ("END:VTIMEZONE\r\n", "END:VTIMEZONE\r\nBEGIN:VEVENT\r\n"),
        ] {
            assert!(!is_vtimezone(&UTC.replace(from, to), "UTC"), "{to:?}");
        }
    }
}
