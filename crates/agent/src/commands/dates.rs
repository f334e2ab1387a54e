//! Full dates in words.

use serde_json::{Value, json};
use souspli_booking::date::{Date, Weekday};
use souspli_booking::zone::Offsets;

use crate::clock::now;
use crate::exit::{Exit, Stop};
use crate::language::Language;

const MONTHS: [(&str, &str); 12] = [
    ("January", "janvier"),
    ("February", "février"),
    ("March", "mars"),
    ("April", "avril"),
    ("May", "mai"),
    ("June", "juin"),
    ("July", "juillet"),
    ("August", "août"),
    ("September", "septembre"),
    ("October", "octobre"),
    ("November", "novembre"),
    ("December", "décembre"),
];

/// `Monday 30 November 2026`, of `2026-11-30`; what is no date stays as it is.
pub(crate) fn in_words(date: &str, language: Language) -> String {
    let Ok(parsed) = date.parse::<Date>() else { return date.to_owned() };
    let (year, month, day) = parsed.ymd();
    let Some((english, french)) = MONTHS.get(usize::from(month).saturating_sub(1)) else { return date.to_owned() };
    let (first, month) = (language.of("", "er"), language.of(english, french));
    let ordinal = if day == 1 { first } else { "" };
    format!("{} {day}{ordinal} {month} {year}", weekday(parsed.weekday(), language))
}

/// A minute as `2026-11-30T09:05Z`.
pub(crate) fn utc(minute: u32) -> String {
    let wall = Offsets::UTC.wall_time(minute);
    format!("{}T{:02}:{:02}Z", wall.date, wall.minute / 60, wall.minute % 60)
}

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

const fn weekday(day: Weekday, language: Language) -> &'static str {
    match day {
        Weekday::Monday => language.of("Monday", "lundi"),
        Weekday::Tuesday => language.of("Tuesday", "mardi"),
        Weekday::Wednesday => language.of("Wednesday", "mercredi"),
        Weekday::Thursday => language.of("Thursday", "jeudi"),
        Weekday::Friday => language.of("Friday", "vendredi"),
        Weekday::Saturday => language.of("Saturday", "samedi"),
        Weekday::Sunday => language.of("Sunday", "dimanche"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_whole_sentences_parts() {
        assert_eq!(in_words("2026-11-30", Language::English), "Monday 30 November 2026");
        assert_eq!(in_words("2027-01-01", Language::French), "vendredi 1er janvier 2027");
        assert_eq!(in_words("soon", Language::French), "soon");
        assert_eq!(utc(29_933_765), "2026-11-30T08:05Z");
        assert!(parse("30.11.2026").is_err());
    }

    #[test]
    fn a_moment_is_a_date_or_hours_back() {
        let minute = |text: &str| moment(Some(text)).expect("a moment").as_u64().expect("a minute");
        assert!(u64::from(now()) - minute("48h") - 48 * 60 <= 1);
        assert_eq!(minute("4294967295h"), 0);
        assert_eq!(moment(Some("2026-11-30")).expect("a date"), json!("2026-11-30"));
        assert_eq!(moment(None).expect("none"), Value::Null);
        for bad in ["", "h", "48", "-1h", "4294967296h", "yesterday"] {
            assert!(moment(Some(bad)).is_err(), "{bad}");
        }
    }
}
