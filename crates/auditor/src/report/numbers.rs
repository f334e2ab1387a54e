//! Numbers, sizes and times as people write them.

use super::Language;
use crate::audit::Minute;

/// A number with its thousands apart: `12,345`, in French with narrow spaces.
pub fn count(number: u64, language: Language) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len().saturating_mul(2));
    for (place, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(place);
        if place > 0 && left.is_multiple_of(3) {
            text.push_str(language.of(",", "\u{202f}"));
        }
        text.push(digit);
    }
    text
}

/// A number of bytes: `812 bytes`, `12.3 MB`.
pub fn bytes(number: u64, language: Language) -> String {
    const STEPS: [(u64, &str, &str); 4] =
        [(1_000_000_000_000, "TB", "To"), (1_000_000_000, "GB", "Go"), (1_000_000, "MB", "Mo"), (1_000, "kB", "ko")];
    for (size, english, french) in STEPS {
        if let (Some(whole), Some(rest)) = (number.checked_div(size), number.checked_rem(size))
            && whole > 0
        {
            let tenth = rest.checked_div(size / 10).unwrap_or_default();
            let (point, unit) = (language.of(".", ","), language.of(english, french));
            return format!("{}{point}{tenth}\u{a0}{unit}", count(whole, language));
        }
    }
    let unit = match (language, number) {
        (Language::English, 1) => "byte",
        (Language::English, _) => "bytes",
        (Language::French, 0 | 1) => "octet",
        (Language::French, _) => "octets",
    };
    format!("{number}\u{a0}{unit}")
}

/// A time that something took: `3 s`, `2 min 5 s`, `1 h 4 min`.
pub fn duration(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}\u{a0}s"),
        (0, _) => format!("{minutes}\u{a0}min {rest}\u{a0}s"),
        _ => format!("{hours}\u{a0}h {minutes}\u{a0}min"),
    }
}

/// A minute in words: `30 November 2026, 09:00 UTC`, `30 novembre 2026 à 9 h 00 (UTC)`.
pub fn moment(minute: Minute, language: Language) -> String {
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
    let utc = minute.utc();
    let month = usize::try_from(utc.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    let (english, french) = month.copied().unwrap_or_default();
    let (day, year, hour, minutes) = (utc.day(), utc.year(), utc.hour(), utc.minute());
    match language {
        Language::English => format!("{day}\u{a0}{english} {year}, {hour:02}:{minutes:02}\u{a0}UTC"),
        Language::French => {
            let first = if day == 1 { "er" } else { "" };
            format!("{day}{first}\u{a0}{french} {year} à {hour}\u{a0}h\u{a0}{minutes:02} (UTC)")
        }
    }
}

/// From one minute to another; one minute alone if they are the same.
pub fn span(begin: Minute, end: Minute, language: Language) -> String {
    if begin == end {
        moment(begin, language)
    } else {
        format!("{} – {}", moment(begin, language), moment(end, language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, French};

    #[test]
    fn numbers_read_as_people_write_them() {
        for (number, english, french) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1,000", "1\u{202f}000"),
            (1_234_567, "1,234,567", "1\u{202f}234\u{202f}567"),
            (
                u64::MAX,
                "18,446,744,073,709,551,615",
                "18\u{202f}446\u{202f}744\u{202f}073\u{202f}709\u{202f}551\u{202f}615",
            ),
        ] {
            assert_eq!(count(number, English), english);
            assert_eq!(count(number, French), french);
        }
    }

    #[test]
    fn sizes_read_as_people_write_them() {
        for (number, english, french) in [
            (0, "0\u{a0}bytes", "0\u{a0}octet"),
            (1, "1\u{a0}byte", "1\u{a0}octet"),
            (999, "999\u{a0}bytes", "999\u{a0}octets"),
            (1_000, "1.0\u{a0}kB", "1,0\u{a0}ko"),
            (12_399_999, "12.3\u{a0}MB", "12,3\u{a0}Mo"),
            (u64::MAX, "18,446,744.0\u{a0}TB", "18\u{202f}446\u{202f}744,0\u{a0}To"),
        ] {
            assert_eq!(bytes(number, English), english);
            assert_eq!(bytes(number, French), french);
        }
    }

    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(duration(59), "59\u{a0}s");
        assert_eq!(duration(125), "2\u{a0}min 5\u{a0}s");
        assert_eq!(duration(3_840), "1\u{a0}h 4\u{a0}min");
        assert_eq!(moment(Minute::new(29_933_820), English), "30\u{a0}November 2026, 09:00\u{a0}UTC");
        assert_eq!(moment(Minute::new(29_933_820), French), "30\u{a0}novembre 2026 à 9\u{a0}h\u{a0}00 (UTC)");
        assert_eq!(moment(Minute::new(29_935_260), French), "1er\u{a0}décembre 2026 à 9\u{a0}h\u{a0}00 (UTC)");
    }
}
