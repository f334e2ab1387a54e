//! Synthetic practices: catalogues and rules as a settings page would make them.

use serde_json::{Value, json};

use crate::Member;

/// A passphrase for tests.
pub const PASSPHRASE: &str = "a passphrase for tests";

/// A question to patients.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Its text.
    pub text: &'static str,
    /// `free`, `yesNo` or `choice`.
    pub kind: &'static str,
    /// The answers of a choice.
    pub options: &'static [&'static str],
}

/// What a practice looks like; every readable thing can be set.
#[derive(Debug, Clone)]
pub struct Look {
    /// Name of the practice.
    pub name: &'static str,
    /// Lines of its address.
    pub address: &'static [&'static str],
    /// Its telephone.
    pub phone: &'static str,
    /// Its site.
    pub website: &'static str,
    /// Its languages.
    pub languages: &'static [&'static str],
    /// What it says of itself.
    pub introduction: &'static str,
    /// IANA zone.
    pub zone: &'static str,
    /// Name and specialty of each practitioner.
    pub practitioners: &'static [(&'static str, &'static str)],
    /// Rooms.
    pub rooms: &'static [&'static str],
    /// Name and minutes of each visit type.
    pub visit_types: &'static [(&'static str, u16)],
    /// Minutes after each visit.
    pub buffer: u16,
    /// Minutes between two starts.
    pub step: Option<u16>,
    /// What patients are told of a visit.
    pub instructions: &'static str,
    /// What they are asked.
    pub questions: &'static [Asked],
    /// Opening and closing minute of every day of the week.
    pub open: (u16, u16),
    /// First and last dates of times in which it is closed, and why.
    pub closed: &'static [(&'static str, &'static str, &'static str)],
    /// `automatic` or `manual`.
    pub confirm: &'static str,
    /// Minutes within which it answers.
    pub response_time: u32,
    /// Minutes before which a visit must be booked.
    pub notice: u32,
    /// Minutes before which it may be cancelled.
    pub deadline: u32,
    /// Days ahead that can be booked.
    pub horizon: u16,
}

impl Look {
    /// A practice with one of everything.
    pub const SMALL: Self = Self {
        name: "Practice Example",
        address: &["1 Example Street"],
        phone: "+33 1 00 00 00 00",
        website: "",
        languages: &["fr", "en"],
        introduction: "",
        zone: "Europe/Paris",
        practitioners: &[("Example", "General medicine")],
        rooms: &[],
        visit_types: &[("Consultation", 20)],
        buffer: 0,
        step: None,
        instructions: "",
        questions: &[Asked { text: "Do you take medicines?", kind: "free", options: &[] }],
        open: (480, 1_080),
        closed: &[],
        confirm: "automatic",
        response_time: 1_440,
        notice: 60,
        deadline: 120,
        horizon: 190,
    };
}

/// A practice that has published.
pub struct Published {
    /// Fragment of its booking link.
    pub link: String,
    /// The owner's account key.
    pub account_key: String,
    /// The owner's recovery code.
    pub recovery_code: String,
    /// Its catalogue.
    pub catalogue: Value,
    /// Its rules.
    pub rules: Value,
}

impl Published {
    /// Id of a visit type by its place.
    pub fn visit_type(&self, place: usize) -> &str {
        self.catalogue["visitTypes"][place]["id"].as_str().expect("a visit type")
    }

    /// Id of a practitioner by its place.
    pub fn practitioner(&self, place: usize) -> &str {
        self.catalogue["practitioners"][place]["id"].as_str().expect("a practitioner")
    }

    /// Id of the question.
    pub fn question(&self) -> &str {
        self.catalogue["visitTypes"][0]["questions"][0]["id"].as_str().expect("a question")
    }
}

/// Creates a practice and publishes it.
pub async fn create(owner: &mut Member, look: &Look, now: u32) -> Published {
    create_with(owner, look, PASSPHRASE, now).await
}

/// The same, with a passphrase of one's own.
pub async fn create_with(owner: &mut Member, look: &Look, passphrase: &str, now: u32) -> Published {
    let kit = owner.must(now, "create", json!({ "passphrase": passphrase, "origin": "http://127.0.0.1" })).await;
    let text = |name: &str| kit[name].as_str().expect("text").to_owned();
    let (account_key, recovery_code) = (text("accountKey"), text("recoveryCode"));
    owner.must(now, "finishCreate", json!({ "recoveryCode": recovery_code })).await;
    let (catalogue, rules) = settings(owner, look, now).await;
    let published = owner.must(now, "publish", json!({ "catalogue": catalogue, "rules": rules })).await;
    let link = published["link"]["fragment"].as_str().expect("a link").to_owned();
    Published { link, account_key, recovery_code, catalogue, rules }
}

async fn settings(owner: &mut Member, look: &Look, now: u32) -> (Value, Value) {
    let mut practitioners = Vec::new();
    for (place, (name, specialty)) in look.practitioners.iter().enumerate() {
        practitioners.push(json!({ "id": id(owner, now).await, "name": name, "title": "Dr", "specialty": specialty,
            "languages": look.languages, "colour": "#336699", "clinical": place }));
    }
    let mut rooms = Vec::new();
    for name in look.rooms {
        rooms.push(json!({ "id": id(owner, now).await, "name": name }));
    }
    let mut visit_types = Vec::new();
    for (name, duration) in look.visit_types {
        visit_types.push(json!({ "id": id(owner, now).await, "name": name, "duration": duration,
            "buffer": look.buffer, "step": look.step, "instructions": look.instructions, "colour": "#993366",
            "practitioners": ids(&practitioners), "rooms": ids(&rooms), "questions": questions(owner, look, now).await,
            "public": true }));
    }
    let catalogue = json!({ "name": look.name, "address": look.address, "phone": look.phone,
        "website": look.website, "languages": look.languages, "zone": look.zone, "vtimezone": "",
        "introduction": look.introduction, "responseTime": look.response_time, "confirm": look.confirm,
        "minimumNotice": look.notice, "cancelDeadline": look.deadline, "horizonDays": look.horizon,
        "practitioners": practitioners, "rooms": rooms, "visitTypes": visit_types });
    let rules = rules(look, &practitioners);
    (catalogue, rules)
}

async fn questions(owner: &mut Member, look: &Look, now: u32) -> Vec<Value> {
    let mut questions = Vec::new();
    for Asked { text, kind, options } in look.questions {
        questions.push(json!({ "id": id(owner, now).await, "text": text, "kind": kind, "options": options,
            "required": false }));
    }
    questions
}

fn rules(look: &Look, practitioners: &[Value]) -> Value {
    let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekly: Vec<Value> = practitioners
        .iter()
        .flat_map(|who| {
            weekdays.map(|day| {
                json!({ "practitioner": who["id"], "weekday": day, "first": null, "last": null,
                    "hours": { "start": look.open.0, "end": look.open.1, "visitTypes": [] } })
            })
        })
        .collect();
    json!({ "weekly": weekly, "exceptions": exceptions(look.closed) })
}

/// Dates on which the whole practice is closed.
pub fn exceptions(closed: &[(&str, &str, &str)]) -> Vec<Value> {
    let exception = |(first, last, note): &(&str, &str, &str)| json!({ "practitioner": null, "first": first, "last": last, "open": [], "note": note });
    closed.iter().map(exception).collect()
}

fn ids(items: &[Value]) -> Vec<Value> {
    items.iter().map(|item| item["id"].clone()).collect()
}

async fn id(owner: &mut Member, now: u32) -> Value {
    owner.must(now, "newId", json!({})).await["id"].clone()
}

/// What a patient types.
pub fn form(name: &str, reason: &str) -> Value {
    json!({ "name": name, "email": "patient@example.org", "phone": "+33 6 00 00 00 00", "language": "fr",
        "reason": reason, "answers": [], "consents": { "email": false, "sms": false } })
}
