//! A minute of an audit, written as an RFC 3339 time in UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// UTC minutes since 1970 (`docs/spec/encoding.md` §1); in JSON `2026-11-30T09:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u32);

impl Minute {
    /// 9999-12-30T22:00Z: later times have no place in the calendar of RFC 3339 in every zone.
    const LAST: u32 = 4_223_370_120;

    /// A minute; one after the year 9999 becomes the last that can be written.
    pub fn new(minutes: u32) -> Self {
        Self(minutes.min(Self::LAST))
    }

    /// UTC minutes since 1970.
    pub fn minutes(self) -> u32 {
        self.0
    }

    /// Date and time of day in UTC.
    pub fn utc(self) -> DateTime {
        let time = Timestamp::from_second(i64::from(self.0).saturating_mul(60));
        Offset::UTC.to_datetime(time.unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

impl std::fmt::Display for Minute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}Z", self.utc().strftime("%Y-%m-%dT%H:%M:00"))
    }
}

impl std::str::FromStr for Minute {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a minute in UTC, such as 2026-11-30T09:00:00Z";
        let seconds = text.parse::<Timestamp>().map_err(|_| WRONG)?.as_second();
        let minute = u32::try_from(seconds.div_euclid(60)).map_err(|_| WRONG)?;
        let minute = Self::new(minute);
        if minute.to_string() == text { Ok(minute) } else { Err(WRONG) }
    }
}

impl Serialize for Minute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Minute;

    #[test]
    fn a_minute_has_one_way_to_be_written() {
        for (minutes, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (29_933_820, "2026-11-30T09:00:00Z"),
            (Minute::LAST, "9999-12-30T22:00:00Z"),
            (u32::MAX, "9999-12-30T22:00:00Z"),
        ] {
            assert_eq!(Minute::new(minutes).to_string(), text);
            assert_eq!(text.parse(), Ok(Minute::new(minutes)));
        }
        for other in [
            "",
            "2026-11-30",
            "2026-11-30T09:00Z",
            "2026-11-30T09:00:01Z",
            "2026-11-30T09:00:00.000Z",
            "2026-11-30T10:00:00+01:00",
            "2026-11-30 09:00:00Z",
            "1969-12-31T23:59:00Z",
            "9999-12-31T23:59:00Z",
        ] {
            assert!(other.parse::<Minute>().is_err(), "{other}");
        }
    }
}
