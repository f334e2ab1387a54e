//! Columns that the policy does not declare: how much they hold, and what it looks like.

use super::report::Report;
use super::shape::finer_unit;
use super::value::Value;
use crate::policy::{FIRST_MINUTE, LAST_MINUTE};
use crate::{Check, Finding, Place};

/// Shorter bytes are readable by chance.
const SHORTEST: usize = 6;

/// What an undeclared column holds.
#[derive(Debug, Default)]
pub(crate) struct Undeclared {
    values: u64,
    bytes: u64,
    readable: u64,
    /// Bytes that are text; some are by chance.
    legible: u64,
    json: u64,
    numbers: u64,
    /// Numbers that would be times, by unit; the first unit that was seen.
    times: u64,
    unit: Option<&'static str>,
}

impl Undeclared {
    pub(crate) fn add(&mut self, value: &Value) {
        if *value == Value::Null {
            return;
        }
        self.values = self.values.saturating_add(1);
        self.bytes = self.bytes.saturating_add(value.len());
        match value {
            Value::Integer(number) => {
                self.numbers = self.numbers.saturating_add(1);
                if let Some(unit) = finer_unit(*number) {
                    self.times = self.times.saturating_add(1);
                    self.unit.get_or_insert(unit);
                }
            }
            Value::Text(bytes) | Value::Bytes(bytes) | Value::Long { start: bytes, .. } => {
                let text = matches!(value, Value::Text(_)) && !bytes.is_empty();
                let legible = !text && is_readable(bytes);
                self.readable = self.readable.saturating_add(u64::from(text));
                self.legible = self.legible.saturating_add(u64::from(legible));
                let json = (text || legible) && matches!(bytes.first(), Some(b'{' | b'['));
                self.json = self.json.saturating_add(u64::from(json));
            }
            Value::List(items) => {
                let legible = items.iter().any(|item| is_readable(item));
                self.legible = self.legible.saturating_add(u64::from(legible));
            }
            Value::Real(number) => {
                self.numbers = self.numbers.saturating_add(1);
                if let Some(unit) = real_unit(*number) {
                    self.times = self.times.saturating_add(1);
                    self.unit.get_or_insert(unit);
                }
            }
            Value::Null | Value::Boolean(_) => {}
        }
    }

    /// How many there are; what is not there is none.
    pub(crate) fn values(&self) -> u64 {
        self.values
    }

    /// Says that the column is there, and what is in it.
    pub(crate) fn report(&self, place: &Place, of_type: &str, rows: u64, report: &mut Report) {
        let finding = Finding::new(Check::UndeclaredObject, place.clone()).fact("type", of_type).fact("rows", rows);
        let finding = finding.fact("values", self.values).fact("bytes", self.bytes).fact("looks", self.looks());
        report.add("column", finding);
        if self.readable() > 0 {
            let finding = Finding::new(Check::ClearRun, place.clone()).fact("values", self.readable());
            report.add("column", finding.fact("found", "readable values in a column that is not declared"));
        }
        let of_time = of_type.starts_with("timestamp") || of_type.starts_with("date") || of_type.starts_with("time");
        let all_times = self.numbers > 0 && self.times == self.numbers;
        if (of_time && self.values > 0) || all_times {
            let finding = Finding::new(Check::TimeTooFine, place.clone()).fact("values", self.values);
            let found = if of_time { of_type } else { self.unit.unwrap_or_default() };
            report.add("column", finding.fact("expected", "no time").fact("found", found));
        }
    }

    /// How many values can be read; bytes count where half of them can.
    fn readable(&self) -> u64 {
        let legible = if self.legible >= self.values / 2 { self.legible } else { 0 };
        self.readable.saturating_add(legible)
    }

    fn looks(&self) -> &'static str {
        match self {
            _ if self.values == 0 => "empty",
            _ if self.json > 0 => "json",
            _ if self.readable() > 0 => "text",
            _ if self.times > 0 => "times",
            _ if self.numbers > 0 => "numbers",
            _ => "bytes",
        }
    }
}

/// The unit in which a real number would be a time of these years: days of Julian with a fraction, or seconds.
fn real_unit(number: f64) -> Option<&'static str> {
    // 2024-01-01 to 2123-12-31, as SQLite's julianday() counts.
    let is_julian = (2_460_310.5..2_496_835.5).contains(&number) && (number.fract() - 0.5).abs() > f64::EPSILON;
    let seconds = 60.0 * f64::from(FIRST_MINUTE)..60.0 * f64::from(LAST_MINUTE);
    if is_julian { Some("days with a fraction") } else { seconds.contains(&number).then_some("seconds") }
}

/// Whether bytes are text: UTF-8, or UTF-16 of either order, without control characters.
fn is_readable(bytes: &[u8]) -> bool {
    let printed = |text: &str| text.chars().all(|letter| !letter.is_control() || letter.is_whitespace());
    let (pairs, rest) = bytes.as_chunks::<2>();
    let utf16 = |order: fn([u8; 2]) -> u16| {
        let text = String::from_utf16(&pairs.iter().map(|pair| order(*pair)).collect::<Vec<u16>>());
        // Random bytes are letters of some script; those of a language have one byte of few values.
        text.is_ok_and(|text| printed(&text) && text.chars().all(|letter| u32::from(letter) < 0x600))
    };
    bytes.len() >= SHORTEST
        && (std::str::from_utf8(bytes).is_ok_and(printed)
            || rest.is_empty() && (utf16(u16::from_le_bytes) || utf16(u16::from_be_bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(of_type: &str, values: &[Value]) -> Vec<(Check, String)> {
        let (mut column, mut report) = (Undeclared::default(), Report::default());
        for value in values {
            column.add(value);
        }
        column.report(&Place::of("database").at("column x"), of_type, 9, &mut report);
        let fact = |finding: &Finding| finding.facts.last().map(|fact| fact.value.clone()).unwrap_or_default();
        report.finish().iter().map(|finding| (finding.check, fact(finding))).collect()
    }

    #[test]
    fn what_it_looks_like_is_said() {
        let text = |text: &str| Value::Text(text.into());
        let looks = |of_type: &str, values: &[Value]| found(of_type, values).remove(0).1;
        assert_eq!(looks("TEXT", &[Value::Null]), "empty");
        assert_eq!(looks("TEXT", &[text("dupont")]), "text");
        assert_eq!(looks("jsonb", &[text("{\"a\": 1}")]), "json");
        assert_eq!(looks("BLOB", &[Value::Bytes(vec![0xe3, 0x81, 7, 0xff])]), "bytes");
        assert_eq!(looks("BLOB", &[Value::Bytes(b"d\0u\0p\0o\0n\0t\0".to_vec())]), "text");
        assert_eq!(looks("INTEGER", &[Value::Integer(7)]), "numbers");
    }

    #[test]
    fn readable_values_and_times_are_breaches_of_their_own() {
        let checks = |of_type: &str, value: Value| {
            found(of_type, &[value]).into_iter().map(|(check, _)| check).collect::<Vec<_>>()
        };
        assert_eq!(checks("TEXT", Value::Text(b"x".to_vec())), [Check::UndeclaredObject, Check::ClearRun]);
        assert_eq!(checks("INTEGER", Value::Integer(1_795_420_800)), [Check::UndeclaredObject, Check::TimeTooFine]);
        assert_eq!(checks("INTEGER", Value::Integer(3)), [Check::UndeclaredObject]);
        assert_eq!(checks("REAL", Value::Real(2_461_368.104_2)), [Check::UndeclaredObject, Check::TimeTooFine]);
        assert_eq!(checks("REAL", Value::Real(0.5)), [Check::UndeclaredObject]);
        let stamp = Value::Text(b"2026-11-23 08:00:00+00".to_vec());
        let all = [Check::UndeclaredObject, Check::ClearRun, Check::TimeTooFine];
        assert_eq!(checks("timestamp with time zone", stamp), all);
    }
}
