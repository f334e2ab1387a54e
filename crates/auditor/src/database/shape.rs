//! Whether a value is what its column declares.

use ed25519_dalek::VerifyingKey;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::sizes::{EPOCH_MINUTES, WINDOW_DAYS};

use super::value::Value;
use crate::policy::{Column, Engine, FIRST_MINUTE, Holds, LAST_MINUTE};

/// Minutes of a window.
const WINDOW_MINUTES: u32 = WINDOW_DAYS * 1_440;
/// Greater counters are none: a host would have to work for thousands of years.
const LARGEST_COUNTER: i64 = 1 << 40;

/// A value that is not what is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// What is declared.
    pub(crate) expected: String,
    /// What was found, without what it says.
    pub(crate) found: String,
    /// Whether it is a time that is finer than declared.
    pub(crate) too_fine: bool,
}

impl Wrong {
    pub(crate) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into(), too_fine: false }
    }
}

/// Checks a value against its column's declaration.
pub(crate) fn check(column: &Column, value: &Value, engine: Engine) -> Result<(), Wrong> {
    if *value == Value::Null {
        return if column.optional { Ok(()) } else { Err(Wrong::new("a value", "nothing")) };
    }
    match &column.holds {
        Holds::ClaimIds => claim_ids(value, engine),
        Holds::Word { of } => word(value, of),
        Holds::NoTime => no_time(value),
        Holds::Flag => number(value, 0, 1),
        Holds::One => number(value, 1, 1),
        Holds::Zero => number(value, 0, 0),
        Holds::Minute { or_zero } => minute(value, *or_zero),
        Holds::Hour => number(value, i64::from(FIRST_MINUTE / 60), i64::from(LAST_MINUTE / 60)),
        Holds::Window => {
            number(value, i64::from(FIRST_MINUTE / WINDOW_MINUTES), i64::from(LAST_MINUTE / WINDOW_MINUTES))
        }
        Holds::Epoch => number(value, i64::from(FIRST_MINUTE / EPOCH_MINUTES), i64::from(LAST_MINUTE / EPOCH_MINUTES)),
        Holds::Slot => number(value, 0, i64::from(LAST_MINUTE / EPOCH_MINUTES)),
        Holds::PublicationKind => number(value, 1, 11),
        Holds::Number { from, to } => number(value, signed(*from), signed(*to)),
        Holds::Counter { from } => number(value, signed(*from), LARGEST_COUNTER),
        Holds::LogPlace => number(value, 0, LARGEST_COUNTER),
        Holds::Generation => number(value, i64::MIN, i64::MAX),
        holds => sized(holds, value),
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(value: &Value, from: i64, to: i64) -> Result<(), Wrong> {
    match value.number() {
        Some(number) if (from..=to).contains(&number) => Ok(()),
        _ => Err(Wrong::new(format!("a number from {from} to {to}"), value.kind())),
    }
}

fn sized(holds: &Holds, value: &Value) -> Result<(), Wrong> {
    let sizes = holds.sizes();
    let expected = || {
        let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
        format!("{} bytes", sizes.join(" or "))
    };
    let bytes = value.bytes().ok_or_else(|| Wrong::new(expected(), value.kind()))?;
    if !sizes.contains(&bytes.len()) {
        return Err(Wrong::new(expected(), value.kind()));
    }
    if *holds == Holds::VerificationKey && !is_point(bytes) {
        return Err(Wrong::new("a point of Ed25519", "32 bytes that are none"));
    }
    Ok(())
}

/// Whether 32 bytes are a point of Ed25519 (RFC 8032 §5.1.3) that is not of small order.
pub(crate) fn is_point(bytes: &[u8]) -> bool {
    let key = bytes.try_into().ok().and_then(|bytes| VerifyingKey::from_bytes(bytes).ok());
    key.is_some_and(|key| !key.is_weak())
}

/// The claim ids of a value: one run of bytes, or a list.
pub(crate) fn ids(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bytes(bytes) => Some(bytes.clone()),
        Value::List(items) if items.iter().all(|item| item.len() == 16) => Some(items.concat()),
        _ => None,
    }
}

fn claim_ids(value: &Value, engine: Engine) -> Result<(), Wrong> {
    let wrong = |found: String| Wrong::new("24 sorted ids of 16 bytes, or none", found);
    let as_list = matches!(value, Value::List(_)) == (engine == Engine::Postgres);
    let ids = ids(value).filter(|_| as_list).ok_or_else(|| wrong(value.kind()))?;
    if ids.is_empty() || ClaimIds::decode(&ids).is_some() {
        return Ok(());
    }
    let sorted = ids.len() == ClaimIds::SIZE;
    Err(wrong(if sorted { "24 ids out of order".to_owned() } else { value.kind() }))
}

fn word(value: &Value, of: &[String]) -> Result<(), Wrong> {
    match value {
        Value::Text(text) if of.iter().any(|word| word.as_bytes() == text) => Ok(()),
        _ => Err(Wrong::new("a word of the list", value.kind())),
    }
}

fn minute(value: &Value, or_zero: bool) -> Result<(), Wrong> {
    let plain = number(value, i64::from(FIRST_MINUTE), i64::from(LAST_MINUTE));
    let Some(number) = value.number() else { return plain };
    if or_zero && number == 0 {
        return Ok(());
    }
    plain.map_err(|wrong| match finer_unit(number) {
        Some(unit) => Wrong { expected: "a minute".to_owned(), found: format!("what would be {unit}"), too_fine: true },
        None => wrong,
    })
}

/// The unit in which a number would be a time of these years, if it is finer than a minute.
pub(crate) fn finer_unit(number: i64) -> Option<&'static str> {
    let units =
        [(60, "seconds"), (60_000, "milliseconds"), (60_000_000, "microseconds"), (60_000_000_000, "nanoseconds")];
    let years = i64::from(FIRST_MINUTE)..=i64::from(LAST_MINUTE);
    let unit = |per_minute: i64| number.checked_div(per_minute).is_some_and(|minute| years.contains(&minute));
    units.into_iter().find(|(per_minute, _)| unit(*per_minute)).map(|(_, name)| name)
}

/// 1970-01-01 00:00 UTC, as PostgreSQL writes it in any time zone.
fn no_time(value: &Value) -> Result<(), Wrong> {
    let text = if let Value::Text(text) = value { std::str::from_utf8(text).ok() } else { None };
    if text.is_some_and(is_epoch) { Ok(()) } else { Err(Wrong::new("1970-01-01 00:00 UTC", value.kind())) }
}

fn is_epoch(text: &str) -> bool {
    let minutes = |clock: &str| {
        let mut parts = clock.split(':').map(str::parse::<u32>);
        let (hours, minutes) = (parts.next()?.ok()?, parts.next().unwrap_or(Ok(0)).ok()?);
        let rest_is_zero = parts.all(|part| part == Ok(0));
        Some(hours.checked_mul(60)?.checked_add(minutes)?).filter(|_| rest_is_zero)
    };
    if let Some((clock, zone)) = text.strip_prefix("1970-01-01 ").and_then(|time| time.split_once('+')) {
        return minutes(clock).is_some() && minutes(clock) == minutes(zone);
    }
    let west = text.strip_prefix("1969-12-31 ").and_then(|time| time.split_once('-'));
    west.and_then(|(clock, zone)| minutes(clock)?.checked_add(minutes(zone)?)) == Some(1_440)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    fn column(table: &str, name: &str) -> Column {
        let policy = Policy::embedded().expect("policy");
        policy.table(Engine::Postgres, table).and_then(|table| table.column(name)).expect("a column").clone()
    }

    #[test]
    fn sizes_are_exact() {
        let record = column("record", "record");
        assert_eq!(check(&record, &Value::Bytes(vec![1; 16]), Engine::Sqlite), Ok(()));
        for bad in [
            Value::Null,
            Value::Bytes(vec![1; 15]),
            Value::Bytes(vec![]),
            Value::Text(vec![b'a'; 16]),
            Value::Integer(7),
        ] {
            assert!(check(&record, &bad, Engine::Sqlite).is_err(), "{bad:?}");
        }
        let owner = column("claim", "owner");
        assert!([16, 32].iter().all(|size| check(&owner, &Value::Bytes(vec![1; *size]), Engine::Sqlite).is_ok()));
        assert_eq!(check(&column("chain", "record"), &Value::Null, Engine::Sqlite), Ok(()));
        let long = Value::Long { start: vec![0; 8_192], length: 1 << 30 };
        assert_eq!(
            check(&column("event", "bytes"), &long, Engine::Sqlite),
            Err(Wrong::new("8192 bytes", "1073741824 bytes"))
        );
    }

    #[test]
    fn a_key_is_a_point() {
        let root = column("calendar", "root");
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes();
        assert_eq!(check(&root, &Value::Bytes(key.to_vec()), Engine::Sqlite), Ok(()));
        let mut small_order = vec![0; 32];
        small_order[0] = 1;
        let not_a_point = (0..=255).map(|n| [n; 32]).find(|bytes| VerifyingKey::from_bytes(bytes).is_err());
        for bad in [not_a_point.expect("half of them are none").to_vec(), small_order] {
            assert!(check(&root, &Value::Bytes(bad), Engine::Sqlite).is_err());
        }
    }

    #[test]
    fn a_minute_is_no_second() {
        let minute = column("unmerged", "minute");
        let found = |number: i64| {
            check(&minute, &Value::Integer(number), Engine::Sqlite).map_err(|wrong| (wrong.found, wrong.too_fine))
        };
        assert_eq!(found(29_923_680), Ok(()));
        assert_eq!(found(29_923_680 * 60 + 7), Err(("what would be seconds".to_owned(), true)));
        assert_eq!(found(29_923_680 * 60_000), Err(("what would be milliseconds".to_owned(), true)));
        assert_eq!(found(29_923_680 * 60_000_000), Err(("what would be microseconds".to_owned(), true)));
        assert_eq!(found(7), Err(("a number of 1 digits".to_owned(), false)));
        assert_eq!(found(0).map_err(|(_, too_fine)| too_fine), Err(false));
        assert_eq!(check(&column("claim", "until"), &Value::Integer(0), Engine::Sqlite), Ok(()));
        assert!(check(&minute, &Value::Real(29_923_680.5), Engine::Sqlite).is_err());
    }

    #[test]
    fn claim_ids_are_24_in_order_or_none() {
        let claims = column("record", "claims");
        let items: Vec<Vec<u8>> = (0..24).map(|n| vec![n; 16]).collect();
        assert_eq!(check(&claims, &Value::List(items.clone()), Engine::Postgres), Ok(()));
        assert_eq!(check(&claims, &Value::Bytes(items.concat()), Engine::Sqlite), Ok(()));
        assert_eq!(check(&claims, &Value::Bytes(vec![]), Engine::Sqlite), Ok(()));
        assert!(check(&claims, &Value::List(items.clone()), Engine::Sqlite).is_err());
        assert!(check(&claims, &Value::Bytes(items[1..].concat()), Engine::Sqlite).is_err());
        let mut swapped = items.clone();
        swapped.swap(3, 4);
        assert!(check(&claims, &Value::List(swapped), Engine::Postgres).is_err());
        assert!(check(&claims, &Value::List(vec![vec![1; 17]; 24]), Engine::Postgres).is_err());
    }

    #[test]
    fn no_time_is_written_in_any_zone() {
        for text in
            ["1970-01-01 00:00:00+00", "1970-01-01 01:00:00+01", "1970-01-01 05:30:00+05:30", "1969-12-31 19:00:00-05"]
        {
            assert!(is_epoch(text), "{text}");
        }
        for text in
            ["", "1970-01-01 00:00:01+00", "1970-01-01 02:00:00+01", "1969-12-31 19:00:00-04", "2026-11-23 00:00:00+00"]
        {
            assert!(!is_epoch(text), "{text}");
        }
    }
}
