//! What a catalogue must hold to be published, field by field.

use souspli_protocol::ItemId;

use super::{Catalogue, Practitioner, Question, QuestionKind, Room, VisitType, limits};
use crate::{
    CLAIMS,
    problem::{Findings, Invalid, Problem},
    text,
    window::GRANULE_MINUTES,
    zone,
};

impl Catalogue {
    /// Everything that is wrong with it; the same rules hold for what is written and what is read.
    pub fn validate(&self) -> Result<(), Vec<Invalid>> {
        let mut findings = Findings::default();
        self.validate_practice(&mut findings);
        let mut ids = Vec::new();
        for (place, practitioner) in self.practitioners.iter().enumerate() {
            let at = item("practitioners", place);
            findings.require(is_new(&mut ids, practitioner.id), field(&at, "id"), Problem::Id);
            practitioner.validate(&mut findings, &at);
        }
        for (place, room) in self.rooms.iter().enumerate() {
            let at = item("rooms", place);
            findings.require(is_new(&mut ids, room.id), field(&at, "id"), Problem::Id);
            room.validate(&mut findings, &at);
        }
        for (place, visit_type) in self.visit_types.iter().enumerate() {
            let at = item("visitTypes", place);
            findings.require(is_new(&mut ids, visit_type.id), field(&at, "id"), Problem::Id);
            visit_type.validate(&mut findings, &at);
            self.validate_resources(visit_type, &mut findings, &at);
        }
        findings.finish()
    }

    fn validate_practice(&self, findings: &mut Findings) {
        findings.check("name", text::name(&self.name, limits::NAME));
        findings.count(self.address.len(), limits::ADDRESS_LINES, "address");
        for (place, line) in self.address.iter().enumerate() {
            findings.check(item("address", place), text::line(line, limits::ADDRESS_LINE));
        }
        findings.check("phone", text::phone(&self.phone, limits::PHONE));
        findings.check("website", text::website(&self.website, limits::WEBSITE));
        validate_languages(&self.languages, findings, "languages");
        findings.require(zone::is_zone_name(&self.zone), "zone", Problem::Form);
        let (bytes, limit) = (self.vtimezone.len(), limits::VTIMEZONE);
        findings.require(bytes <= limit, "vtimezone", Problem::TooLong { bytes, limit });
        findings.require(zone::is_vtimezone(&self.vtimezone, &self.zone), "vtimezone", Problem::Form);
        findings.check("introduction", text::paragraph(&self.introduction, limits::INTRODUCTION));
        findings.range(self.response_time, 0, limits::NOTICE, "responseTime");
        findings.range(self.minimum_notice, 0, limits::NOTICE, "minimumNotice");
        findings.range(self.cancel_deadline, 0, limits::NOTICE, "cancelDeadline");
        findings.range(self.horizon_days.into(), 1, limits::HORIZON_DAYS.into(), "horizonDays");
        findings.count(self.practitioners.len(), limits::PRACTITIONERS, "practitioners");
        findings.count(self.rooms.len(), limits::ROOMS, "rooms");
        findings.count(self.visit_types.len(), limits::VISIT_TYPES, "visitTypes");
    }

    /// That the practitioners and rooms of a visit type are in the catalogue, each once.
    fn validate_resources(&self, visit_type: &VisitType, findings: &mut Findings, at: &str) {
        findings.require(!visit_type.practitioners.is_empty(), field(at, "practitioners"), Problem::Empty);
        let mut seen = Vec::new();
        for (place, &id) in visit_type.practitioners.iter().enumerate() {
            let here = item(&field(at, "practitioners"), place);
            findings.require(is_first(&mut seen, id), &here, Problem::Id);
            findings.require(self.practitioner(id).is_some(), here, Problem::Unknown);
        }
        for (place, &id) in visit_type.rooms.iter().enumerate() {
            let here = item(&field(at, "rooms"), place);
            findings.require(is_first(&mut seen, id), &here, Problem::Id);
            findings.require(self.room(id).is_some(), here, Problem::Unknown);
        }
    }
}

impl Practitioner {
    fn validate(&self, findings: &mut Findings, at: &str) {
        findings.check(field(at, "name"), text::name(&self.name, limits::ITEM_NAME));
        findings.check(field(at, "title"), text::line(&self.title, limits::TITLE));
        findings.check(field(at, "specialty"), text::line(&self.specialty, limits::SPECIALTY));
        validate_languages(&self.languages, findings, &field(at, "languages"));
        findings.range(self.clinical.into(), 0, (limits::CLINICAL - 1).into(), field(at, "clinical"));
    }
}

impl Room {
    fn validate(&self, findings: &mut Findings, at: &str) {
        findings.check(field(at, "name"), text::name(&self.name, limits::ITEM_NAME));
    }
}

impl VisitType {
    fn validate(&self, findings: &mut Findings, at: &str) {
        findings.check(field(at, "name"), text::name(&self.name, limits::ITEM_NAME));
        findings.range(self.duration.into(), GRANULE_MINUTES, limits::DURATION.into(), field(at, "duration"));
        findings.range(self.buffer.into(), 0, limits::DURATION.into(), field(at, "buffer"));
        for (name, minutes) in [("duration", Some(self.duration)), ("buffer", Some(self.buffer)), ("step", self.step)] {
            let whole = u32::from(minutes.unwrap_or(0)).is_multiple_of(GRANULE_MINUTES);
            findings.require(whole, field(at, name), Problem::NotAGranule);
        }
        if let Some(step) = self.step {
            findings.range(step.into(), GRANULE_MINUTES, crate::date::DAY_MINUTES.into(), field(at, "step"));
        }
        let (granules, resources) = (self.granules(), self.resources());
        let limit = u32::try_from(CLAIMS).unwrap_or(u32::MAX);
        let too_long = Problem::VisitTooLong { granules, resources, limit };
        findings.require(granules * resources <= limit, field(at, "duration"), too_long);
        findings.check(field(at, "instructions"), text::paragraph(&self.instructions, limits::INSTRUCTIONS));
        findings.count(self.questions.len(), limits::QUESTIONS, field(at, "questions"));
        let mut ids = Vec::new();
        for (place, question) in self.questions.iter().enumerate() {
            let at = item(&field(at, "questions"), place);
            findings.require(is_new(&mut ids, question.id), field(&at, "id"), Problem::Id);
            question.validate(findings, &at);
        }
    }
}

impl Question {
    fn validate(&self, findings: &mut Findings, at: &str) {
        let options = field(at, "options");
        findings.check(field(at, "text"), text::name(&self.text, limits::QUESTION));
        findings.count(self.options.len(), limits::OPTIONS, options.as_str());
        for (place, option) in self.options.iter().enumerate() {
            findings.check(item(&options, place), text::name(option, limits::OPTION));
        }
        match self.kind {
            QuestionKind::Choice => findings.require(self.options.len() >= 2, options, Problem::Empty),
            _ => findings.require(self.options.is_empty(), options, Problem::Form),
        }
    }
}

fn validate_languages(languages: &[String], findings: &mut Findings, at: &str) {
    findings.count(languages.len(), limits::LANGUAGES, at);
    for (place, language) in languages.iter().enumerate() {
        findings.check(item(at, place), text::language(language));
    }
}

/// The path of a field.
fn field(at: &str, name: &str) -> String {
    format!("{at}.{name}")
}

/// The path of one of several.
fn item(list: &str, place: usize) -> String {
    format!("{list}[{place}]")
}

fn is_new(ids: &mut Vec<ItemId>, id: ItemId) -> bool {
    !id.is_zero() && is_first(ids, id)
}

/// Whether an id has not been seen; from then on it has. There are a few dozen at most.
fn is_first(seen: &mut Vec<ItemId>, id: ItemId) -> bool {
    let first = !seen.contains(&id);
    seen.push(id);
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::tests::{ALICE, BLUE, practice};

    fn findings(change: impl FnOnce(&mut Catalogue)) -> Vec<(String, &'static str)> {
        let mut catalogue = practice();
        change(&mut catalogue);
        let found = catalogue.validate().expect_err("invalid");
        found.into_iter().map(|invalid| (invalid.field, invalid.problem.code())).collect()
    }

    fn one(field: &str, code: &'static str) -> Vec<(String, &'static str)> {
        vec![(field.into(), code)]
    }

    #[test]
    fn a_good_one_passes() {
        assert_eq!(practice().validate(), Ok(()));
    }

    #[test]
    fn a_visit_must_fit_the_claims_of_a_booking() {
        let mut catalogue = practice();
        catalogue.visit_types[0].duration = 115;
        catalogue.visit_types[1].duration = 60;
        assert_eq!(catalogue.validate(), Ok(()), "23 + 1 granules of one resource, 12 of two");
        catalogue.visit_types[0].buffer = 10;
        catalogue.visit_types[1].buffer = 5;
        let found = catalogue.validate().expect_err("too long");
        let too_long = |granules, resources| Problem::VisitTooLong { granules, resources, limit: 24 };
        assert_eq!(
            found,
            [
                Invalid { field: "visitTypes[0].duration".into(), problem: too_long(25, 1) },
                Invalid { field: "visitTypes[1].duration".into(), problem: too_long(13, 2) },
            ]
        );
    }

    #[test]
    fn each_field_is_named() {
        assert_eq!(findings(|c| c.name = " ".into()), one("name", "empty"));
        assert_eq!(findings(|c| c.name = "a\nb".into()), one("name", "character"));
        assert_eq!(findings(|c| c.address[1] = "x".repeat(121)), one("address[1]", "too_long"));
        assert_eq!(findings(|c| c.website = "javascript:1".into()), one("website", "form"));
        assert_eq!(findings(|c| c.languages.push("FR".into())), one("languages[2]", "form"));
        assert_eq!(findings(|c| c.zone = "Europe/Berlin".into()), one("vtimezone", "form"));
        assert_eq!(findings(|c| c.horizon_days = 197), one("horizonDays", "out_of_range"));
        assert_eq!(findings(|c| c.practitioners[1].clinical = 8), one("practitioners[1].clinical", "out_of_range"));
        assert_eq!(findings(|c| c.rooms[1].id = ALICE)[0], ("rooms[1].id".into(), "id"));
        assert_eq!(findings(|c| c.rooms[0].id = ItemId::ZERO)[0], ("rooms[0].id".into(), "id"));
        assert_eq!(findings(|c| c.visit_types[0].duration = 12), one("visitTypes[0].duration", "not_a_granule"));
        assert_eq!(findings(|c| c.visit_types[0].duration = 0), one("visitTypes[0].duration", "out_of_range"));
        assert_eq!(findings(|c| c.visit_types[0].step = Some(0)), one("visitTypes[0].step", "out_of_range"));
        assert_eq!(findings(|c| c.visit_types[0].practitioners.clear()), one("visitTypes[0].practitioners", "empty"));
        assert_eq!(
            findings(|c| c.visit_types[0].rooms.push(ALICE)).last(),
            one("visitTypes[0].rooms[0]", "unknown").last()
        );
        assert_eq!(findings(|c| c.visit_types[1].rooms.push(BLUE)), one("visitTypes[1].rooms[2]", "id"));
        let options = "visitTypes[1].questions[0].options";
        assert_eq!(findings(|c| c.visit_types[1].questions[0].options.truncate(1)), one(options, "empty"));
        assert_eq!(findings(|c| c.visit_types[1].questions[0].kind = QuestionKind::Free), one(options, "form"));
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let found = findings(|c| {
            c.name.clear();
            c.phone = "x".into();
            c.visit_types[2].name.clear();
        });
        assert_eq!(found, [one("name", "empty"), one("phone", "form"), one("visitTypes[2].name", "empty")].concat());
    }

    #[test]
    fn counts_are_bounded() {
        let more = |count: u8| {
            move |c: &mut Catalogue| {
                c.rooms = (0..count).map(|place| Room { id: ItemId([place + 16; 8]), name: "r".into() }).collect();
                c.visit_types.remove(1);
            }
        };
        assert_eq!(findings(more(17)), one("rooms", "too_many"));
        let mut catalogue = practice();
        more(16)(&mut catalogue);
        assert_eq!(catalogue.validate(), Ok(()));
    }
}
