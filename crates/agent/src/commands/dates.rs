//! Dates and moments that were typed.

use serde_json::{Value, json};
use souspli_booking::date::Date;

use crate::clock::now;
use crate::exit::{Exit, Stop};

/// A date that was typed.
pub(super) fn parse(text: &str) -> Result<Date, Stop> {
    text.parse().map_err(|_| {
        Stop::said(
            Exit::Usage,
            format!("{text} is not a date. A date looks like 2026-11-30."),
            format!("{text} n’est pas une date. Une date s’écrit ainsi : 2026-11-30."),
        )
    })
}

/// A moment that was typed: a date stays one, hours back from now become a UTC minute.
pub(super) fn moment(text: Option<&str>) -> Result<Value, Stop> {
    let Some(text) = text else { return Ok(Value::Null) };
    match text.strip_suffix('h').and_then(|hours| hours.parse::<u32>().ok()) {
        Some(hours) => Ok(json!(now().saturating_sub(hours.saturating_mul(60)))),
        None => Ok(json!(parse(text)?.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_date_or_hours_back() {
        let minute = |text: &str| moment(Some(text)).expect("a moment").as_u64().expect("a minute");
        assert!(u64::from(now()) - minute("48h") - 48 * 60 <= 1);
        assert_eq!(minute("4294967295h"), 0);
        assert_eq!(moment(Some("2026-11-30")).expect("a date"), json!("2026-11-30"));
        assert_eq!(moment(None).expect("none"), Value::Null);
        for bad in ["", "h", "48", "30.11.2026", "-1h", "4294967296h", "yesterday"] {
            assert!(moment(Some(bad)).is_err(), "{bad}");
        }
    }
}
