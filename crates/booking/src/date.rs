//! Local dates and wall times, without any zone.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 1440;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[repr(u8)]
pub enum Weekday {
    /// 1 on the wire (ISO 8601).
    Monday = 1,
    /// 2.
    Tuesday,
    /// 3.
    Wednesday,
    /// 4.
    Thursday,
    /// 5.
    Friday,
    /// 6.
    Saturday,
    /// 7.
    Sunday,
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// From 1 (Monday) to 7 (Sunday), as in ISO 8601.
    pub fn from_iso(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.iso() == number)
    }

    /// 1 (Monday) to 7 (Sunday).
    pub const fn iso(self) -> u8 {
        self as u8
    }
}

/// A date of the Gregorian calendar between 1970-01-01 and 9999-12-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(u32);

/// Text that is not a date between 1970-01-01 and 9999-12-31 in the form `2026-11-30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date")]
pub struct BadDate;

impl Date {
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// From days since 1970-01-01; `None` past [`Date::MAX`].
    pub const fn from_days(days: u32) -> Option<Self> {
        if days <= Self::MAX.0 { Some(Self(days)) } else { None }
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> u32 {
        self.0
    }

    /// From year, month (1 to 12) and day (1 to 31); `None` when there is no such date.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        // Days from the civil date, with the year beginning in March so that the leap day comes last.
        let (y, m) = (u32::from(year), u32::from(month));
        let y = if m <= 2 { y - 1 } else { y };
        let month_from_march = (m + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + u32::from(day) - 1;
        let date = Self(y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - EPOCH_DAY);
        (date.ymd() == (year, month, day)).then_some(date)
    }

    /// Year, month and day.
    pub fn ymd(self) -> (u16, u8, u8) {
        let z = self.0 + EPOCH_DAY;
        let (era, day_of_era) = (z / 146_097, z % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + u32::from(month <= 2);
        (narrow(year), u8::try_from(month).unwrap_or(u8::MAX), u8::try_from(day).unwrap_or(u8::MAX))
    }

    /// Its day of the week; 1970-01-01 was a Thursday.
    pub fn weekday(self) -> Weekday {
        Weekday::ALL.into_iter().cycle().nth(self.0 as usize % 7 + 3).unwrap_or(Weekday::Monday)
    }

    /// So many days later; stops at [`Date::MAX`].
    #[must_use]
    pub fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(days).min(Self::MAX.0))
    }

    /// Midnight at its beginning.
    pub const fn midnight(self) -> WallTime {
        WallTime { date: self, minute: 0 }
    }
}

/// 1970-01-01 counted from 0000-03-01.
const EPOCH_DAY: u32 = 719_468;

fn narrow(value: u32) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<Self, BadDate> {
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadDate);
        };
        let date = match (year.parse(), month.parse(), day.parse()) {
            (Ok(year), Ok(month), Ok(day)) => Self::new(year, month, day).ok_or(BadDate)?,
            _ => return Err(BadDate),
        };
        // One spelling of one date: no "+2026-1-01".
        if date.to_string() == text { Ok(date) } else { Err(BadDate) }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// What a clock on the wall shows: a local date and the minute of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WallTime {
    /// The local date.
    pub date: Date,
    /// Minutes since its midnight; 1440 is the next midnight, as the end of a rule.
    pub minute: u16,
}

impl WallTime {
    /// Minutes since 1970-01-01 00:00 of the local calendar.
    pub(crate) fn count(self) -> i64 {
        i64::from(self.date.0) * i64::from(DAY_MINUTES) + i64::from(self.minute)
    }

    /// From minutes of the local calendar; what lies outside it stops at its ends.
    pub(crate) fn from_count(count: i64) -> Self {
        let day_minutes = i64::from(DAY_MINUTES);
        let count = count.clamp(0, i64::from(Date::MAX.0) * day_minutes + day_minutes - 1);
        let days = u32::try_from(count / day_minutes).unwrap_or(Date::MAX.0);
        Self { date: Date(days), minute: u16::try_from(count % day_minutes).unwrap_or(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_dates() {
        for (days, text, weekday) in [
            (0, "1970-01-01", Weekday::Thursday),
            (4, "1970-01-05", Weekday::Monday),
            (59, "1970-03-01", Weekday::Sunday),
            (11_016, "2000-02-29", Weekday::Tuesday),
            (20_759, "2026-11-02", Weekday::Monday),
            (2_932_896, "9999-12-31", Weekday::Friday),
        ] {
            let date = Date::from_days(days).expect("in range");
            assert_eq!((date.to_string().as_str(), date.weekday()), (text, weekday));
            assert_eq!(text.parse(), Ok(date));
        }
        assert_eq!(Date::from_days(2_932_897), None);
        assert_eq!(Date::MAX.plus(5), Date::MAX);
    }

    #[test]
    fn other_text_is_refused() {
        for bad in
            ["", "2026-02-29", "2026-13-01", "2026-1-01", "+2026-01-01", "2026-01-01-", "1969-12-31", "10000-01-01"]
        {
            assert_eq!(bad.parse::<Date>(), Err(BadDate), "{bad}");
        }
    }

    #[test]
    fn weekdays_have_iso_numbers() {
        assert_eq!(Weekday::from_iso(1), Some(Weekday::Monday));
        assert_eq!(Weekday::from_iso(7), Some(Weekday::Sunday));
        assert_eq!((Weekday::from_iso(0), Weekday::from_iso(8)), (None, None));
    }

    proptest! {
        #[test]
        fn dates_come_back(days in 0..=Date::MAX.0) {
            let date = Date(days);
            let (year, month, day) = date.ymd();
            prop_assert_eq!(Date::new(year, month, day), Some(date));
            if let Some(next) = Date::from_days(days + 1) {
                prop_assert_eq!(next.weekday().iso() % 7, (date.weekday().iso() + 1) % 7);
                prop_assert_eq!(next, date.plus(1));
            }
        }

        #[test]
        fn wall_times_come_back(count in 0_i64..4_223_000_000) {
            prop_assert_eq!(WallTime::from_count(count).count(), count);
        }
    }
}
