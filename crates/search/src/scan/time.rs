//! The beginning of an appointment, as programs and people write times.

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

/// A time of day at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    local: DateTime,
    utc: DateTime,
    /// Seconds since 1970 (Unix).
    pub(crate) unix: i64,
}

const FRENCH: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const GERMAN: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A way to count time.
struct Unit {
    name: &'static str,
    /// Seconds from its beginning to 1970.
    epoch: i64,
    /// Units in a second.
    rate: i64,
}

impl Unit {
    fn count(&self, unix: i64) -> Option<i64> {
        unix.checked_add(self.epoch)?.checked_mul(self.rate)
    }
}

/// Since 1970; as PostgreSQL stores it, since 2000; as Windows does, since 1601; as .NET does, since the year 1.
const UNITS: [Unit; 7] = [
    Unit { name: "unix-s", epoch: 0, rate: 1 },
    Unit { name: "unix-ms", epoch: 0, rate: 1_000 },
    Unit { name: "unix-us", epoch: 0, rate: 1_000_000 },
    Unit { name: "unix-ns", epoch: 0, rate: 1_000_000_000 },
    Unit { name: "pg-us", epoch: -946_684_800, rate: 1_000_000 },
    Unit { name: "filetime", epoch: 11_644_473_600, rate: 10_000_000 },
    Unit { name: "ticks", epoch: 62_135_596_800, rate: 10_000_000 },
];

impl Moment {
    /// Reads RFC 3339 with an offset (a zone in brackets may follow, RFC 9557).
    pub(crate) fn read(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text.trim()).ok()?;
        let local = pieces.date().to_datetime(pieces.time()?);
        let timestamp = pieces
            .to_numeric_offset()
            .or_else(|| text.contains('Z').then_some(Offset::UTC))?
            .to_timestamp(local)
            .ok()?;
        Some(Self { local, utc: Offset::UTC.to_datetime(timestamp), unix: timestamp.as_second() })
    }

    /// Texts with the date and the minute; each is found with whatever follows (seconds, an offset, `Z`).
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (zone, time) in [("", self.local), ("-utc", self.utc)] {
            for (name, text) in written(time) {
                if !all.iter().any(|(_, known)| *known == text) {
                    all.push((format!("{name}{zone}"), text));
                }
            }
        }
        all
    }

    /// Decimal numbers that are this time, to the second.
    pub(crate) fn decimals(&self) -> Vec<(&'static str, String)> {
        let units = UNITS.iter().filter(|unit| !unit.name.starts_with("pg"));
        units.filter_map(|unit| Some((unit.name, unit.count(self.unix)?.to_string()))).collect()
    }

    /// Decimal numbers of days, cut after four places, which are nine seconds: SQLite's `julianday()` and a
    /// spreadsheet's serial number.
    pub(crate) fn days(&self) -> Vec<(&'static str, String)> {
        let days = |epoch: i64| {
            let parts = self.unix.saturating_mul(10_000).div_euclid(86_400).saturating_add(epoch);
            format!("{}.{:04}", parts.div_euclid(10_000), parts.rem_euclid(10_000))
        };
        vec![("julian-day", days(24_405_875_000)), ("serial-day", days(255_690_000))]
    }

    /// Binary integers of eight bytes.
    pub(crate) fn binary(&self) -> Vec<(String, [u8; 8])> {
        let orders = |(name, count): (&str, i64)| {
            [(format!("{name}/le64"), count.to_le_bytes()), (format!("{name}/be64"), count.to_be_bytes())]
        };
        UNITS.iter().filter_map(|unit| Some((unit.name, unit.count(self.unix)?))).flat_map(orders).collect()
    }

    /// What shows the time, or a good part of it, but is too short to be looked for anywhere but as a whole value.
    pub(crate) fn whole_values(&self) -> Vec<(String, Vec<u8>)> {
        let mut all: Vec<(String, Vec<u8>)> = Vec::new();
        let minutes = self.unix.div_euclid(60);
        for (name, value) in [("unix-s", self.unix), ("unix-min", minutes), ("granule", minutes.div_euclid(5))] {
            all.push((format!("{name}/decimal"), value.to_string().into_bytes()));
            if let Ok(value) = u32::try_from(value) {
                all.push((format!("{name}/le32"), value.to_le_bytes().to_vec()));
                all.push((format!("{name}/be32"), value.to_be_bytes().to_vec()));
            }
        }
        for (zone, time) in [("", self.local), ("-utc", self.utc)] {
            for (name, format) in [
                ("date", "%Y-%m-%d"),
                ("date-basic", "%Y%m%d"),
                ("date-fr", "%d/%m/%Y"),
                ("date-de", "%d.%m.%Y"),
                ("date-us", "%m/%d/%Y"),
            ] {
                all.push((format!("{name}{zone}"), time.strftime(format).to_string().into_bytes()));
            }
        }
        all
    }
}

fn written(time: DateTime) -> Vec<(&'static str, String)> {
    let month = usize::try_from(time.month()).unwrap_or(1).saturating_sub(1);
    let name = |names: [&'static str; 12]| names.get(month).copied().unwrap_or_default();
    let as_is = |format: &str| time.strftime(format).to_string();
    let (day, year) = (time.day(), time.year());
    let (hour, minute) = (time.hour(), time.minute());
    let hour12 = (hour + 11) % 12 + 1;
    let half = if hour < 12 { "AM" } else { "PM" };
    let mut all = vec![
        ("iso", as_is("%Y-%m-%dT%H:%M")),
        ("iso-space", as_is("%Y-%m-%d %H:%M")),
        ("iso-basic", as_is("%Y%m%dT%H%M")),
        ("digits", as_is("%Y%m%d%H%M")),
        ("path", as_is("%Y/%m/%d %H:%M")),
        ("file", as_is("%Y-%m-%d_%H-%M")),
        ("rfc2822", as_is("%d %b %Y %H:%M")),
        ("ctime", as_is("%b %e %H:%M:%S %Y")),
        ("log", as_is("%d/%b/%Y:%H:%M")),
    ];
    for between in [" ", " à ", ", ", " um "] {
        all.push(("dots", as_is(&format!("%d.%m.%Y{between}%H:%M"))));
        all.push(("slashes", as_is(&format!("%d/%m/%Y{between}%H:%M"))));
        all.push(("slashes-h", as_is(&format!("%d/%m/%Y{between}%Hh%M"))));
        all.push(("slashes-us", format!("{:02}/{day:02}/{year}{between}{hour12:02}:{minute:02} {half}", time.month())));
        all.push(("slashes-short", as_is(&format!("%d/%m/%y{between}%H:%M"))));
        all.push(("slashes-us", format!("{}/{day}/{year}{between}{hour12}:{minute:02} {half}", time.month())));
    }
    for between in [" ", " à ", ", "] {
        for clock in [format!("{hour:02}:{minute:02}"), format!("{hour}h{minute:02}"), format!("{hour} h {minute:02}")]
        {
            all.push(("french", format!("{day} {} {year}{between}{clock}", name(FRENCH))));
            all.push(("french-short", format!("{day} {}{between}{clock}", name(FRENCH))));
        }
    }
    for between in [" ", ", ", " at "] {
        all.push(("english", format!("{day} {} {year}{between}{hour:02}:{minute:02}", name(ENGLISH))));
        all.push(("english-us", format!("{} {day}, {year}{between}{hour12}:{minute:02} {half}", name(ENGLISH))));
    }
    for between in [" ", ", ", " um "] {
        all.push(("german", format!("{day}. {} {year}{between}{hour:02}:{minute:02}", name(GERMAN))));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_its_offset_only() {
        let moment = Moment::read("2031-04-17T14:35:00+02:00").expect("a time");
        assert_eq!(moment.unix, 1_934_195_700);
        assert_eq!(Moment::read("2031-04-17T12:35:00Z").expect("a time").unix, moment.unix);
        assert_eq!(Moment::read("2031-04-17T14:35+02:00[Europe/Paris]").expect("a time").unix, moment.unix);
        assert_eq!(Moment::read("2031-04-17T14:35:00"), None);
        assert_eq!(Moment::read("2031-04-17"), None);
        assert_eq!(Moment::read("tomorrow"), None);
    }

    #[test]
    fn the_usual_forms_are_there_in_local_time_and_in_utc() {
        let moment = Moment::read("2031-02-07T14:05:00+01:00").expect("a time");
        let texts: Vec<String> = moment.texts().into_iter().map(|(_, text)| text).collect();
        for expected in [
            "2031-02-07T14:05",
            "2031-02-07T13:05",
            "20310207T1405",
            "203102071405",
            "07/02/2031 à 14h05",
            "7 février 2031 à 14h05",
            "07.02.2031 14:05",
            "2/7/2031, 2:05 PM",
            "February 7, 2031 at 2:05 PM",
            "7. Februar 2031 um 14:05",
            "07 Feb 2031 13:05",
        ] {
            assert!(texts.iter().any(|text| text == expected), "{expected}: {texts:?}");
        }
        let decimals: Vec<String> = moment.decimals().into_iter().map(|(_, text)| text).collect();
        assert_eq!(
            decimals,
            [
                "1928235900",
                "1928235900000",
                "1928235900000000",
                "1928235900000000000",
                "135727095000000000",
                "640638327000000000"
            ]
        );
        let days: Vec<String> = moment.days().into_iter().map(|(_, text)| text).collect();
        assert_eq!(days, ["2462905.0451", "47886.5451"]);
    }
}
