//! Full dates in words.

use souspli_booking::date::{Date, Weekday};
use souspli_booking::zone::Offsets;

use super::language::Language;

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
pub fn in_words(date: &str, language: Language) -> String {
    let Ok(parsed) = date.parse::<Date>() else { return date.to_owned() };
    let (year, month, day) = parsed.ymd();
    let Some((english, french)) = MONTHS.get(usize::from(month).saturating_sub(1)) else { return date.to_owned() };
    let (first, month) = (language.of("", "er"), language.of(english, french));
    let ordinal = if day == 1 { first } else { "" };
    format!("{} {day}{ordinal} {month} {year}", weekday(parsed.weekday(), language))
}

/// A minute as `2026-11-30T09:05Z`.
pub fn utc(minute: u32) -> String {
    let wall = Offsets::UTC.wall_time(minute);
    format!("{}T{:02}:{:02}Z", wall.date, wall.minute / 60, wall.minute % 60)
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
    }
}
