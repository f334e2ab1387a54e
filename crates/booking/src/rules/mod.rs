//! When practitioners work: weekly hours and exceptions, which only the practice's members read.
//!
//! Times are wall times of the practice's zone and are expanded per date ([`Rules::expand`]), so a rule for 9:00 means
//! 9:00 before and after clocks change.

mod expand;
mod wire;

pub use wire::{RULES_BYTES, RulesError};

use serde::{Deserialize, Serialize};
use souspli_protocol::ItemId;

use crate::{
    catalogue::{Catalogue, limits::VISIT_TYPES},
    date::{DAY_MINUTES, Date, Weekday},
    problem::{Findings, Invalid, Problem},
    text,
    window::GRANULE_MINUTES,
};

/// Limits of counts and, in bytes of UTF-8, of texts.
pub mod limits {
    /// Weekly rules.
    pub const WEEKLY: usize = 512;
    /// Exceptions.
    pub const EXCEPTIONS: usize = 512;
    /// Stretches of time in one exception.
    pub const STRETCHES: usize = 16;
    /// Note of an exception.
    pub const NOTE: usize = 120;
}

/// All rules of a practice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rules {
    /// Hours that come back each week; those of one practitioner add up.
    pub weekly: Vec<WeeklyRule>,
    /// Dates on which other hours hold.
    pub exceptions: Vec<Exception>,
}

/// A stretch of one local day, and what may be booked in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stretch {
    /// Minutes after midnight, a multiple of five.
    pub start: u16,
    /// Minutes after midnight, a multiple of five, at most 1440.
    pub end: u16,
    /// Which visit types; none: all that the practitioner offers.
    pub visit_types: Vec<ItemId>,
}

/// Hours of one practitioner on one day of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WeeklyRule {
    /// Whose hours.
    pub practitioner: ItemId,
    /// On which day.
    pub weekday: Weekday,
    /// From when to when, and what for.
    pub hours: Stretch,
    /// The first date on which it holds; absent: since ever.
    pub first: Option<Date>,
    /// The last date on which it holds; absent: for ever.
    pub last: Option<Date>,
}

/// Dates on which the weekly rules do not hold: holidays, congresses, a Saturday on duty.
///
/// One for a practitioner goes before one for the whole practice. Of several for the same one, a closed one goes before
/// open ones, and open ones add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exception {
    /// For whom; absent: for the whole practice.
    pub practitioner: Option<ItemId>,
    /// The first date.
    pub first: Date,
    /// The last date.
    pub last: Date,
    /// The hours of each of these dates; none: closed.
    pub open: Vec<Stretch>,
    /// A note for the practice, such as "congress".
    pub note: String,
}

impl Rules {
    /// Everything that is wrong with them; ids that a catalogue no longer holds are not ([`Rules::unknown`]).
    pub fn validate(&self) -> Result<(), Vec<Invalid>> {
        let mut findings = Findings::default();
        findings.count(self.weekly.len(), limits::WEEKLY, "weekly");
        findings.count(self.exceptions.len(), limits::EXCEPTIONS, "exceptions");
        for (place, rule) in self.weekly.iter().enumerate() {
            let at = format!("weekly[{place}]");
            findings.require(!rule.practitioner.is_zero(), format!("{at}.practitioner"), Problem::Id);
            rule.hours.validate(&mut findings, &format!("{at}.hours"));
            let turned = rule.first.zip(rule.last).is_some_and(|(first, last)| last < first);
            findings.require(!turned, format!("{at}.last"), Problem::TurnedRound);
        }
        for (place, exception) in self.exceptions.iter().enumerate() {
            let at = format!("exceptions[{place}]");
            findings.require(
                exception.practitioner.is_none_or(|id| !id.is_zero()),
                format!("{at}.practitioner"),
                Problem::Id,
            );
            findings.require(exception.first <= exception.last, format!("{at}.last"), Problem::TurnedRound);
            findings.check(format!("{at}.note"), text::line(&exception.note, limits::NOTE));
            findings.count(exception.open.len(), limits::STRETCHES, format!("{at}.open"));
            for (place, stretch) in exception.open.iter().enumerate() {
                stretch.validate(&mut findings, &format!("{at}.open[{place}]"));
            }
        }
        findings.finish()
    }

    /// The fields that name practitioners or visit types which a catalogue does not hold: they have no effect there.
    pub fn unknown(&self, catalogue: &Catalogue) -> Vec<Invalid> {
        let mut findings = Findings::default();
        let practitioner = |id| catalogue.practitioner(id).is_some();
        for (place, rule) in self.weekly.iter().enumerate() {
            findings.require(
                practitioner(rule.practitioner),
                format!("weekly[{place}].practitioner"),
                Problem::Unknown,
            );
            rule.hours.unknown(catalogue, &mut findings, &format!("weekly[{place}].hours"));
        }
        for (place, exception) in self.exceptions.iter().enumerate() {
            let known = exception.practitioner.is_none_or(practitioner);
            findings.require(known, format!("exceptions[{place}].practitioner"), Problem::Unknown);
            for (stretch, open) in exception.open.iter().enumerate() {
                open.unknown(catalogue, &mut findings, &format!("exceptions[{place}].open[{stretch}]"));
            }
        }
        findings.finish().err().unwrap_or_default()
    }
}

impl Stretch {
    fn validate(&self, findings: &mut Findings, at: &str) {
        for (field, minute) in [("start", self.start), ("end", self.end)] {
            let whole = u32::from(minute).is_multiple_of(GRANULE_MINUTES);
            findings.require(whole, format!("{at}.{field}"), Problem::NotAGranule);
        }
        findings.range(self.end.into(), 0, DAY_MINUTES.into(), format!("{at}.end"));
        findings.require(self.start < self.end, format!("{at}.end"), Problem::TurnedRound);
        findings.count(self.visit_types.len(), VISIT_TYPES, format!("{at}.visitTypes"));
    }

    fn unknown(&self, catalogue: &Catalogue, findings: &mut Findings, at: &str) {
        for (place, &id) in self.visit_types.iter().enumerate() {
            let known = catalogue.visit_type(id).is_some();
            findings.require(known, format!("{at}.visitTypes[{place}]"), Problem::Unknown);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::catalogue::tests::{ALICE, BOB, SHORT, practice};

    pub(crate) fn stretch(start: u16, end: u16) -> Stretch {
        Stretch { start, end, visit_types: Vec::new() }
    }

    pub(crate) fn weekly(practitioner: ItemId, weekday: Weekday, start: u16, end: u16) -> WeeklyRule {
        WeeklyRule { practitioner, weekday, hours: stretch(start, end), first: None, last: None }
    }

    pub(crate) fn exception(practitioner: Option<ItemId>, date: &str, open: Vec<Stretch>) -> Exception {
        let date = date.parse().expect("date");
        Exception { practitioner, first: date, last: date, open, note: String::new() }
    }

    pub(crate) fn rules() -> Rules {
        let afternoon = WeeklyRule {
            hours: Stretch { visit_types: vec![SHORT], ..stretch(840, 1_080) },
            first: "2026-09-01".parse().ok(),
            last: "2027-06-30".parse().ok(),
            ..weekly(ALICE, Weekday::Monday, 0, 0)
        };
        let weekly = vec![weekly(ALICE, Weekday::Monday, 540, 720), afternoon, weekly(BOB, Weekday::Tuesday, 480, 720)];
        let exceptions = vec![
            Exception { last: "2026-12-31".parse().expect("date"), ..exception(None, "2026-12-24", vec![]) },
            Exception { note: "on duty".into(), ..exception(Some(BOB), "2026-12-29", vec![stretch(600, 660)]) },
        ];
        Rules { weekly, exceptions }
    }

    fn findings(change: impl FnOnce(&mut Rules)) -> Vec<(String, &'static str)> {
        let mut rules = rules();
        change(&mut rules);
        let found = rules.validate().expect_err("invalid");
        found.into_iter().map(|invalid| (invalid.field, invalid.problem.code())).collect()
    }

    fn one(field: &str, code: &'static str) -> Vec<(String, &'static str)> {
        vec![(field.into(), code)]
    }

    #[test]
    fn each_field_is_named() {
        assert_eq!(rules().validate(), Ok(()));
        assert_eq!(findings(|r| r.weekly[0].hours.start = 541), one("weekly[0].hours.start", "not_a_granule"));
        assert_eq!(findings(|r| r.weekly[0].hours.end = 1_445), one("weekly[0].hours.end", "out_of_range"));
        assert_eq!(findings(|r| r.weekly[0].hours.end = 540), one("weekly[0].hours.end", "turned_round"));
        assert_eq!(findings(|r| r.weekly[0].practitioner = ItemId::ZERO), one("weekly[0].practitioner", "id"));
        assert_eq!(findings(|r| r.weekly[1].last = "2026-08-31".parse().ok()), one("weekly[1].last", "turned_round"));
        assert_eq!(
            findings(|r| r.exceptions[0].last = "2026-12-23".parse().expect("date")),
            one("exceptions[0].last", "turned_round")
        );
        assert_eq!(findings(|r| r.exceptions[1].note = "a\nb".into()), one("exceptions[1].note", "character"));
        assert_eq!(findings(|r| r.exceptions[1].open = vec![stretch(0, 5); 17]), one("exceptions[1].open", "too_many"));
        assert_eq!(findings(|r| r.exceptions[1].open[0].end = 600), one("exceptions[1].open[0].end", "turned_round"));
        let many = |r: &mut Rules| r.weekly = vec![weekly(ALICE, Weekday::Monday, 0, 5); 513];
        assert_eq!(findings(many), one("weekly", "too_many"));
    }

    #[test]
    fn what_a_catalogue_does_not_hold() {
        let mut practice = practice();
        assert_eq!(rules().unknown(&practice), []);
        practice.practitioners.remove(1);
        practice.visit_types.remove(0);
        let fields: Vec<String> = rules().unknown(&practice).into_iter().map(|invalid| invalid.field).collect();
        assert_eq!(fields, ["weekly[1].hours.visitTypes[0]", "weekly[2].practitioner", "exceptions[1].practitioner"]);
    }

    #[test]
    fn json_is_camel_case_and_strict() {
        let json = serde_json::to_value(rules()).expect("json");
        assert_eq!(json["weekly"][0]["weekday"], "monday");
        assert_eq!(json["weekly"][1]["first"], "2026-09-01");
        assert_eq!(json["weekly"][1]["hours"]["visitTypes"][0], SHORT.to_string());
        assert_eq!(json["exceptions"][0]["practitioner"], serde_json::Value::Null);
        assert_eq!(serde_json::from_value::<Rules>(json.clone()).expect("back"), rules());
        for place in ["", "/weekly/0", "/weekly/0/hours", "/exceptions/0"] {
            let mut more = json.clone();
            let object = more.pointer_mut(place).and_then(serde_json::Value::as_object_mut).expect("object");
            object.insert("more".into(), 1.into());
            assert!(serde_json::from_value::<Rules>(more).is_err(), "{place}");
        }
    }
}
