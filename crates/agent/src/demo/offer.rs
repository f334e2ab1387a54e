//! What the synthetic practice offers: practitioners, rooms, visit types with questions, weekly hours.

use serde_json::{Value, json};
use souspli_booking::zone::Offsets;

use super::{Kit, new_id};
use crate::clock::now;
use crate::exit::Stop;
use crate::language::Language;
use crate::office::Office;

/// Publishes the offer, unless it is published; gives the catalogue.
pub(super) async fn published(office: &mut Office, kit: &mut Kit, language: Language) -> Result<Value, Stop> {
    let mut settings = office.call("settings", json!({})).await?;
    if settings["published"] != true {
        let catalogue = catalogue(office, language).await?;
        let rules = rules(&catalogue, language);
        office.call("publish", json!({ "catalogue": catalogue, "rules": rules })).await?;
        settings = office.call("settings", json!({})).await?;
    }
    if kit.link.is_empty() {
        let links = office.call("links", json!({})).await?;
        links["links"][0]["fragment"].as_str().unwrap_or_default().clone_into(&mut kit.link);
    }
    Ok(settings["catalogue"].take())
}

async fn catalogue(office: &mut Office, language: Language) -> Result<Value, Stop> {
    let mut practitioners = Vec::new();
    for (clinical, (name, specialty, colour)) in [
        ("Practitioner One", language.of("General medicine", "Médecine générale"), "#2f6f8f"),
        ("Practitioner Two", language.of("Physiotherapy", "Kinésithérapie"), "#8f5a2f"),
    ]
    .into_iter()
    .enumerate()
    {
        practitioners.push(json!({ "id": new_id(office).await?, "name": name, "title": "Dr", "specialty": specialty,
            "languages": ["en", "fr"], "colour": colour, "clinical": clinical }));
    }
    let mut rooms = Vec::new();
    for name in [language.of("Room A", "Salle A"), language.of("Room B", "Salle B")] {
        rooms.push(json!({ "id": new_id(office).await?, "name": name }));
    }
    let visit_types = visit_types(office, &practitioners, &rooms, language).await?;
    let introduction = language.of(
        "A practice that does not exist, to look around in. Everything in it is made up.",
        "Un cabinet qui n’existe pas, pour découvrir. Tout y est inventé.",
    );
    Ok(json!({
        "name": language.of("Practice Example", "Cabinet Exemple"),
        "address": [language.of("1 Example Street", "1 rue de l’Exemple"), language.of("00000 Exampletown", "00000 Exempleville")],
        "phone": "+33 1 00 00 00 00", "website": "https://practice.example", "languages": ["en", "fr"],
        "zone": "Europe/Paris", "vtimezone": "", "introduction": introduction,
        "responseTime": 1440, "confirm": "automatic", "minimumNotice": 60, "cancelDeadline": 120, "horizonDays": 120,
        "practitioners": practitioners, "rooms": rooms, "visitTypes": visit_types,
    }))
}

async fn visit_types(
    office: &mut Office,
    practitioners: &[Value],
    rooms: &[Value],
    language: Language,
) -> Result<Vec<Value>, Stop> {
    let (one, two) = (&practitioners[0]["id"], &practitioners[1]["id"]);
    let medicines = json!({ "id": new_id(office).await?, "text": language.of("Which medicines do you take?", "Quels médicaments prenez-vous ?"),
        "kind": "free", "options": [], "required": false });
    let known = json!({ "id": new_id(office).await?, "text": language.of("Have you been here before?", "Êtes-vous déjà venu ?"),
        "kind": "yesNo", "options": [], "required": true });
    let places = [language.of("Back", "Dos"), language.of("Shoulder", "Épaule"), language.of("Knee", "Genou")];
    let place = json!({ "id": new_id(office).await?, "text": language.of("Where does it hurt?", "Où avez-vous mal ?"),
        "kind": "choice", "options": places, "required": true });
    let rooms = [&rooms[0]["id"], &rooms[1]["id"]];
    let mut types = Vec::new();
    for (name, duration, buffer, colour, who, rooms, questions, instructions) in [
        (
            language.of("Consultation", "Consultation"),
            20,
            0,
            "#3a7d44",
            json!([one]),
            json!([]),
            json!([medicines]),
            "",
        ),
        (
            language.of("First visit", "Première visite"),
            40,
            5,
            "#7d3a6b",
            json!([one, two]),
            json!([]),
            json!([known]),
            language.of("Please bring earlier reports.", "Apportez vos comptes rendus, s’il vous plaît."),
        ),
        (
            language.of("Physiotherapy session", "Séance de kinésithérapie"),
            30,
            5,
            "#b5651d",
            json!([two]),
            json!(rooms),
            json!([place]),
            language.of("Please bring comfortable clothes.", "Prévoyez une tenue confortable."),
        ),
    ] {
        types.push(json!({ "id": new_id(office).await?, "name": name, "duration": duration, "buffer": buffer,
            "step": null, "instructions": instructions, "colour": colour, "practitioners": who, "rooms": rooms,
            "questions": questions, "public": true }));
    }
    Ok(types)
}

/// Weekly hours of both, and a week in which the practice is closed.
fn rules(catalogue: &Value, language: Language) -> Value {
    const WEEKDAYS: [&str; 6] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    let who = |place: usize| catalogue["practitioners"][place]["id"].clone();
    let rule = |who: Value, day: &str, start: u16, end: u16| {
        json!({ "practitioner": who, "weekday": day, "first": null, "last": null,
            "hours": { "start": start, "end": end, "visitTypes": [] } })
    };
    let mut weekly = Vec::new();
    for (place, day) in WEEKDAYS.into_iter().enumerate() {
        match place {
            5 => weekly.push(rule(who(0), day, 540, 720)),
            _ => weekly.extend([rule(who(0), day, 510, 720), rule(who(0), day, 810, 1_050)]),
        }
        // The second practitioner does not work on Wednesdays and Saturdays.
        if !matches!(place, 2 | 5) {
            weekly.extend([rule(who(1), day, 540, 750), rule(who(1), day, 840, 1_080)]);
        }
    }
    let first = Offsets::UTC.date(now()).plus(42);
    let closed = json!({ "practitioner": null, "first": first.to_string(), "last": first.plus(6).to_string(), "open": [],
        "note": language.of("closed, as an example", "fermé, pour l’exemple") });
    json!({ "weekly": weekly, "exceptions": [closed] })
}
