//! Synthetic practices: catalogues and rules as a settings page would make them.

use serde_json::{Value, json};

use crate::Member;

/// A passphrase for tests.
pub const PASSPHRASE: &str = "a passphrase for tests";

/// What a practice looks like; every readable thing can be set.
#[derive(Debug, Clone)]
pub struct Look {
    /// Name of the practice.
    pub name: &'static str,
    /// IANA zone.
    pub zone: &'static str,
    /// Name and specialty of each practitioner.
    pub practitioners: &'static [(&'static str, &'static str)],
    /// Rooms.
    pub rooms: &'static [&'static str],
    /// Name and minutes of each visit type.
    pub visit_types: &'static [(&'static str, u16)],
    /// Opening and closing minute of every day of the week.
    pub open: (u16, u16),
    /// `automatic` or `manual`.
    pub confirm: &'static str,
    /// A question to patients.
    pub question: &'static str,
}

impl Look {
    /// A practice with one of everything.
    pub const SMALL: Self = Self {
        name: "Practice Example",
        zone: "Europe/Paris",
        practitioners: &[("Example", "General medicine")],
        rooms: &[],
        visit_types: &[("Consultation", 20)],
        open: (480, 1_080),
        confirm: "automatic",
        question: "Do you take medicines?",
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
    let kit = owner.must(now, "create", json!({ "passphrase": PASSPHRASE, "origin": "http://127.0.0.1" })).await;
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
            "languages": ["fr"], "colour": "#336699", "clinical": place }));
    }
    let mut rooms = Vec::new();
    for name in look.rooms {
        rooms.push(json!({ "id": id(owner, now).await, "name": name }));
    }
    let ids = |items: &[Value]| items.iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
    let mut visit_types = Vec::new();
    for (name, duration) in look.visit_types {
        let question = json!({ "id": id(owner, now).await, "text": look.question, "kind": "free", "options": [],
            "required": false });
        visit_types.push(json!({ "id": id(owner, now).await, "name": name, "duration": duration, "buffer": 0,
            "step": null, "instructions": "", "colour": "#993366", "practitioners": ids(&practitioners),
            "rooms": ids(&rooms), "questions": [question], "public": true }));
    }
    let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekly: Vec<Value> = practitioners
        .iter()
        .flat_map(|who| {
            weekdays.map(|day| {
                json!({ "practitioner": who["id"], "weekday": day, "first": null,
            "last": null, "hours": { "start": look.open.0, "end": look.open.1, "visitTypes": [] } })
            })
        })
        .collect();
    let catalogue = json!({ "name": look.name, "address": ["1 Example Street"], "phone": "+33 1 00 00 00 00",
        "website": "", "languages": ["fr", "en"], "zone": look.zone, "vtimezone": "", "introduction": "",
        "responseTime": 1440, "confirm": look.confirm, "minimumNotice": 60, "cancelDeadline": 120,
        "horizonDays": 190, "practitioners": practitioners, "rooms": rooms, "visitTypes": visit_types });
    (catalogue, json!({ "weekly": weekly, "exceptions": [] }))
}

async fn id(owner: &mut Member, now: u32) -> Value {
    owner.must(now, "newId", json!({})).await["id"].clone()
}

/// What a patient types.
pub fn form(name: &str, reason: &str) -> Value {
    json!({ "name": name, "email": "patient@example.org", "phone": "+33 6 00 00 00 00", "language": "fr",
        "reason": reason, "answers": [], "consents": { "email": false, "sms": false } })
}
