//! Calendar files (RFC 5545) for patients and for the practice's own export.
//!
//! Text comes from people, so every value is escaped, control characters are left out, and what is not text has a
//! checked form: no value can begin a line of its own. A file holds no capability.

use crate::{
    date::WallTime,
    text,
    zone::{self, Offsets, Resolved},
};

/// Bytes of a line at most, without its end (RFC 5545 §3.1).
const LINE: usize = 75;
/// Bytes of a UID at most.
const UID: usize = 200;

/// What the file asks a calendar program to do (RFC 5546).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Add the events, or replace those of the same UID and a lower SEQUENCE.
    Publish,
    /// Strike the events out.
    Cancel,
}

/// How sure an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Reserved, not confirmed yet.
    Tentative,
    /// Confirmed by the practice.
    Confirmed,
    /// Cancelled or declined.
    Cancelled,
}

/// One visit in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// Stable and opaque: ASCII letters, digits, `-`, `_`, `.` and `@`. Nothing secret.
    pub uid: &'a str,
    /// Rises with each change of the visit.
    pub sequence: u32,
    /// The UTC minute that this state is from.
    pub stamp: u32,
    /// The UTC minute that it begins at.
    pub start: u32,
    /// The UTC minute that it ends at.
    pub end: u32,
    /// How sure it is; in a file that cancels, every event is cancelled.
    pub status: Status,
    /// Title.
    pub summary: &'a str,
    /// Address; lines parted by `\n`, or empty.
    pub location: &'a str,
    /// Instructions; lines parted by `\n`, or empty.
    pub description: &'a str,
    /// Minutes before the start at which the device reminds; never of a cancelled visit.
    pub alarm: Option<u32>,
}

/// A calendar file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile<'a> {
    /// What it asks for.
    pub method: Method,
    /// Name of the practice.
    pub organizer: &'a str,
    /// Name of the practice's zone.
    pub zone: &'a str,
    /// That zone as a component, from the catalogue.
    pub vtimezone: &'a str,
    /// Offsets of the zone, from the hours or the database.
    pub offsets: &'a Offsets,
    /// The visits.
    pub events: &'a [Event<'a>],
}

/// Why a calendar file cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IcsError {
    /// The UID holds other characters than it may, or none, or more than 200.
    #[error("the UID is not an opaque name")]
    Uid,
    /// The component is not one VTIMEZONE of the zone named.
    #[error("the time zone component is not that of the zone")]
    Zone,
    /// An event does not end after its start.
    #[error("the event does not end after its start")]
    TurnedRound,
}

impl CalendarFile<'_> {
    /// The text of the file, with CRLF at each end of line.
    pub fn write(&self) -> Result<String, IcsError> {
        if !zone::is_vtimezone(self.vtimezone, self.zone) {
            return Err(IcsError::Zone);
        }
        let mut lines = Lines::default();
        lines.add("BEGIN:VCALENDAR");
        lines.add("VERSION:2.0");
        lines.add("PRODID:-//Souspli//Souspli//EN");
        lines.add("CALSCALE:GREGORIAN");
        lines.add(match self.method {
            Method::Publish => "METHOD:PUBLISH",
            Method::Cancel => "METHOD:CANCEL",
        });
        lines.text.push_str(self.vtimezone);
        for event in self.events {
            self.write_event(event, &mut lines)?;
        }
        lines.add("END:VCALENDAR");
        Ok(lines.text)
    }

    fn write_event(&self, event: &Event<'_>, lines: &mut Lines) -> Result<(), IcsError> {
        if !is_uid(event.uid) {
            return Err(IcsError::Uid);
        }
        if event.end <= event.start {
            return Err(IcsError::TurnedRound);
        }
        let status = if self.method == Method::Cancel { Status::Cancelled } else { event.status };
        lines.add("BEGIN:VEVENT");
        lines.add(&format!("UID:{}", event.uid));
        lines.add(&format!("SEQUENCE:{}", event.sequence));
        lines.add(&format!("DTSTAMP:{}", utc(event.stamp)));
        lines.add(&self.time("DTSTART", event.start));
        lines.add(&self.time("DTEND", event.end));
        lines.add(match status {
            Status::Tentative => "STATUS:TENTATIVE",
            Status::Confirmed => "STATUS:CONFIRMED",
            Status::Cancelled => "STATUS:CANCELLED",
        });
        lines.add("CLASS:PRIVATE");
        lines.add(&format!("ORGANIZER;CN=\"{}\":mailto:nobody@souspli.invalid", parameter(self.organizer)));
        for (name, value) in
            [("SUMMARY", event.summary), ("LOCATION", event.location), ("DESCRIPTION", event.description)]
        {
            if !value.is_empty() {
                lines.add(&format!("{name}:{}", escape(value)));
            }
        }
        if let Some(minutes) = event.alarm.filter(|_| status != Status::Cancelled) {
            lines.add("BEGIN:VALARM");
            lines.add("ACTION:DISPLAY");
            lines.add(&format!("DESCRIPTION:{}", escape(event.summary)));
            lines.add(&format!("TRIGGER:-PT{minutes}M"));
            lines.add("END:VALARM");
        }
        lines.add("END:VEVENT");
        Ok(())
    }

    /// A wall time with its zone; in UTC where clocks show that time twice and the second is meant, since the local
    /// form always means the first (RFC 5545 §3.3.5).
    fn time(&self, name: &str, minute: u32) -> String {
        let wall = self.offsets.wall_time(minute);
        match self.offsets.resolve(wall) {
            Resolved::Fold { earlier, .. } if earlier != minute => format!("{name}:{}", utc(minute)),
            _ => format!("{name};TZID={}:{}", self.zone, local_time(wall)),
        }
    }
}

/// A name for the file, from that of the practice: lower-case ASCII letters, digits and `-`, ending in `.ics`.
pub fn file_name(practice: &str) -> String {
    let words = practice.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    name.truncate(60);
    let name = name.trim_end_matches('-');
    format!("{}.ics", if name.is_empty() { "souspli" } else { name })
}

/// Lines, folded and ended as RFC 5545 §3.1 asks.
#[derive(Debug, Default)]
struct Lines {
    text: String,
}

impl Lines {
    /// Adds one line; what is longer than 75 bytes goes on in the next one, after a space, never inside a character.
    fn add(&mut self, line: &str) {
        let mut room = LINE;
        for character in line.chars() {
            if character.len_utf8() > room {
                self.text.push_str("\r\n ");
                room = LINE - 1;
            }
            room -= character.len_utf8();
            self.text.push(character);
        }
        self.text.push_str("\r\n");
    }
}

/// Text as a value (RFC 5545 §3.3.11): `\`, `;` and `,` escaped, ends of line as `\n`, other control characters left
/// out.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\t' => escaped.push(' '),
            _ if text::is_unwanted(character) => {}
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Text as a quoted parameter (RFC 5545 §3.2, RFC 6868).
fn parameter(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len());
    for character in value.chars().filter(|&character| !text::is_unwanted(character)) {
        match character {
            '"' => quoted.push('\''),
            '^' => quoted.push_str("^^"),
            _ => quoted.push(character),
        }
    }
    quoted
}

fn is_uid(uid: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
    (1..=UID).contains(&uid.len()) && uid.bytes().all(plain)
}

fn utc(minute: u32) -> String {
    local_time(WallTime::from_count(minute.into())) + "Z"
}

/// `20261130T093000`.
pub(crate) fn local_time(wall: WallTime) -> String {
    let (year, month, day) = wall.date.ymd();
    format!("{year:04}{month:02}{day:02}T{:02}{:02}00", wall.minute / 60, wall.minute % 60)
}

#[cfg(test)]
mod tests {
    use icalendar::parser::{Component, read_calendar, unfold};
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::tests::VTIMEZONE;

    /// 2026-11-30 09:30 of Paris.
    const START: u32 = 29_933_790;

    fn paris() -> Offsets {
        // 2026-10-25 01:00Z and 2027-03-28 01:00Z.
        Offsets::new(vec![(0, 120), (29_881_500, 60), (30_103_260, 120)]).expect("offsets")
    }

    fn event() -> Event<'static> {
        Event {
            uid: "3q2-7w@souspli",
            sequence: 2,
            stamp: START - 1_440,
            start: START,
            end: START + 15,
            status: Status::Confirmed,
            summary: "Practice by the river",
            location: "1 Quay\n75000 Paris",
            description: "",
            alarm: Some(1_440),
        }
    }

    fn write(method: Method, organizer: &str, event: Event<'_>) -> Result<String, IcsError> {
        let offsets = paris();
        let (zone, vtimezone, events) = ("Europe/Paris", VTIMEZONE, &[event]);
        CalendarFile { method, organizer, zone, vtimezone, offsets: &offsets, events }.write()
    }

    #[test]
    fn a_confirmed_visit_line_by_line() {
        let text = write(Method::Publish, "Practice by the river", event()).expect("valid");
        let expected = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Souspli//Souspli//EN",
            "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
            VTIMEZONE.trim_end(),
            "BEGIN:VEVENT",
            "UID:3q2-7w@souspli",
            "SEQUENCE:2",
            "DTSTAMP:20261129T083000Z",
            "DTSTART;TZID=Europe/Paris:20261130T093000",
            "DTEND;TZID=Europe/Paris:20261130T094500",
            "STATUS:CONFIRMED",
            "CLASS:PRIVATE",
            "ORGANIZER;CN=\"Practice by the river\":mailto:nobody@souspli.invalid",
            "SUMMARY:Practice by the river",
            "LOCATION:1 Quay\\n75000 Paris",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "DESCRIPTION:Practice by the river",
            "TRIGGER:-PT1440M",
            "END:VALARM",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(text, expected.join("\r\n"));
    }

    #[test]
    fn a_cancelled_visit_keeps_its_uid_and_rings_no_more() {
        let text = write(Method::Cancel, "P", Event { sequence: 3, ..event() }).expect("valid");
        for line in ["METHOD:CANCEL", "UID:3q2-7w@souspli", "SEQUENCE:3", "STATUS:CANCELLED"] {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line}");
        }
        assert!(!text.contains("VALARM"));
        let status = |status| write(Method::Publish, "P", Event { status, ..event() }).expect("valid");
        assert!(status(Status::Tentative).contains("\r\nSTATUS:TENTATIVE\r\n"));
        assert!(!status(Status::Cancelled).contains("VALARM"));
    }

    #[test]
    fn the_second_showing_of_a_wall_time_is_written_in_utc() {
        let at = |start| write(Method::Publish, "P", Event { start, end: start + 15, ..event() }).expect("valid");
        let (earlier, later) = (29_881_470, 29_881_530);
        assert!(at(earlier).contains("DTSTART;TZID=Europe/Paris:20261025T023000\r\n"));
        assert!(at(later).contains("DTSTART:20261025T013000Z\r\n"));
    }

    #[test]
    fn what_is_not_text_has_a_form() {
        for uid in ["", "a b", "a\r\nATTACH:x", "a:b", "é", &"a".repeat(201)] {
            assert_eq!(write(Method::Publish, "P", Event { uid, ..event() }), Err(IcsError::Uid), "{uid:?}");
        }
        let turned = Event { end: START, ..event() };
        assert_eq!(write(Method::Publish, "P", turned), Err(IcsError::TurnedRound));
        let (offsets, evil) = (paris(), VTIMEZONE.replace("CEST", "CEST\r\nX-EVIL:1"));
        let file = CalendarFile {
            method: Method::Publish,
            organizer: "P",
            zone: "Europe/Paris",
            vtimezone: &evil,
            offsets: &offsets,
            events: &[],
        };
        assert_eq!(file.write(), Err(IcsError::Zone));
        assert_eq!(CalendarFile { vtimezone: VTIMEZONE, zone: "UTC", ..file }.write(), Err(IcsError::Zone));
    }

    #[test]
    fn escapes() {
        assert_eq!(escape("a;b,c\\d\ne\r\nf\rg\th\0\u{7f}\u{202e}é"), "a\\;b\\,c\\\\d\\ne\\nf\\ng hé");
        assert_eq!(parameter("D\"r\"\r\n^n;:"), "D'r'^^n;:");
    }

    #[test]
    fn file_names_are_plain() {
        assert_eq!(file_name("Cabinet de la Rivière, 2e étage"), "cabinet-de-la-rivi-re-2e-tage.ics");
        assert_eq!(file_name("../..\\\"\r\nx"), "x.ics");
        assert_eq!(file_name("診療所"), "souspli.ics");
        assert_eq!(file_name(&"ab ".repeat(40)).len(), 59 + 4);
    }

    #[test]
    fn lines_are_folded_at_75_bytes() {
        let mut lines = Lines::default();
        lines.add(&"x".repeat(75));
        lines.add(&"é".repeat(75));
        let (x, e) = ("x".repeat(75), |count| "é".repeat(count));
        assert_eq!(lines.text, format!("{x}\r\n{}\r\n {}\r\n {}\r\n", e(37), e(37), e(1)));
    }

    /// Components and the event's properties, unescaped, as another program reads them.
    fn read(text: &str) -> (Vec<String>, Vec<(String, String)>) {
        let unfolded = unfold(text);
        let calendar = read_calendar(&unfolded).expect("a calendar");
        let names = |components: &[Component<'_>]| components.iter().map(|c| c.name.to_string()).collect::<Vec<_>>();
        let event = calendar.components.iter().find(|component| component.name == "VEVENT").expect("an event");
        let properties = event.properties.iter().map(|p| (p.name.to_string(), p.val.to_string())).collect();
        ([names(&calendar.components), names(&event.components)].concat(), properties)
    }

    fn hostile() -> impl Strategy<Value = String> {
        let pieces = proptest::sample::select(vec![
            "\r\n",
            "\n",
            "\r",
            "END:VEVENT",
            "BEGIN:VALARM",
            "ATTACH:http://x",
            ";",
            ",",
            "\\",
            "\\n",
            ":",
            "\"",
            "é",
            "診",
            " ",
            "a",
            "\u{2028}",
            "\u{85}",
            "\0",
            "=",
            "^n",
            "🂡",
            "DTSTART:19700101T000000Z",
        ]);
        proptest::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_text_begins_a_line_of_its_own(summary in hostile(), location in hostile(), description in hostile(), organizer in hostile()) {
            let event = Event { summary: &summary, location: &location, description: &description, ..event() };
            let text = write(Method::Publish, &organizer, event).expect("valid");
            for line in text.split_inclusive("\r\n") {
                let line = line.strip_suffix("\r\n").expect("an end of line");
                prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
            }
            let (components, properties) = read(&text);
            prop_assert_eq!(components, ["VTIMEZONE", "VEVENT", "VALARM"]);
            let mut names = vec!["UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "STATUS", "CLASS", "ORGANIZER"];
            for (name, value) in [("SUMMARY", &summary), ("LOCATION", &location), ("DESCRIPTION", &description)] {
                if !value.is_empty() {
                    names.push(name);
                    let ends = value.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}'], "\n");
                    let found = properties.iter().find(|property| property.0 == name);
                    prop_assert_eq!(found.map(|property| property.1.clone()), Some(ends.replace('\0', "")));
                }
            }
            prop_assert_eq!(properties.iter().map(|property| property.0.as_str()).collect::<Vec<_>>(), names);
            prop_assert_eq!(&properties[7].1, "mailto:nobody@souspli.invalid");
        }
    }
}
