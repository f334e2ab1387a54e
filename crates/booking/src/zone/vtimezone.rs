//! VTIMEZONE components (RFC 5545 §3.6.5): written from the changes of a zone, and checked before they are copied into
//! a patient's calendar file.

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
    let mut changes: Vec<Change> = Vec::new();
    let (mut starts, mut from) = (Vec::new(), 0);
    for line in text.as_bytes().split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(local) = line.strip_prefix(b"DTSTART:").or_else(|| line.strip_prefix(b"RDATE:")) {
            starts.push(read_local_time(local)?);
        } else if let Some(offset) = line.strip_prefix(b"TZOFFSETFROM:") {
            from = read_offset(offset)?;
        } else if let Some(offset) = line.strip_prefix(b"TZOFFSETTO:") {
            let to = read_offset(offset)?;
            for local in starts.drain(..) {
                insert(&mut changes, Change { minute: u32::try_from(local - from).unwrap_or(0), from, to });
            }
        }
    }
    let mut entries = vec![(0, changes.first()?.from)];
    for Change { minute, to, .. } in changes {
        match entries.last_mut() {
            Some(last) if last.0 == minute => last.1 = to,
            Some(last) if last.1 != to => entries.push((minute, to)),
            _ => {}
        }
    }
    let entries = entries.into_iter().map(|(minute, offset)| Some((minute, i16::try_from(offset).ok()?)));
    Offsets::new(entries.collect::<Option<_>>()?).ok()
}

/// A change as a component tells it; offsets in minutes.
struct Change {
    minute: u32,
    from: i64,
    to: i64,
}

/// Keeps changes by rising minute.
fn insert(changes: &mut Vec<Change>, change: Change) {
    let place = changes.iter().position(|known| known.minute > change.minute).unwrap_or(changes.len());
    changes.insert(place, change);
}

/// `20261025T030000`, as minutes since 1970 on the wall.
fn read_local_time(text: &[u8]) -> Option<i64> {
    let (date, time) = text.split_first_chunk::<8>()?;
    let date = u32::try_from(number(date)?).ok()?;
    let date = Date::new(u16::try_from(date / 10_000).ok()?, (date / 100 % 100) as u8, (date % 100) as u8)?;
    let (hours, minutes) = (number(time.get(1..3)?)?, number(time.get(3..5)?)?);
    Some(i64::from(date.days()) * 1_440 + hours * 60 + minutes)
}

/// `+0130`, in minutes.
fn read_offset(text: &[u8]) -> Option<i64> {
    let (sign, digits) = text.split_first()?;
    let minutes = number(digits.get(..2)?)? * 60 + number(digits.get(2..)?)?;
    match sign {
        b'+' => Some(minutes),
        b'-' => Some(-minutes),
        _ => None,
    }
}

/// A few digits.
fn number(digits: &[u8]) -> Option<i64> {
    let digit = |sum: i64, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'));
    if digits.len() > 8 { None } else { digits.iter().try_fold(0, digit) }
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
