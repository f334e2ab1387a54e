//! `souspli show`.

use serde_json::{Value, json};
use souspli_client::report::{in_words, line, plain, state, utc};

use super::resent::sync;
use super::words::{attention, happened, side};
use super::{print_json, text};
use crate::cli::Show;
use crate::exit::Stop;
use crate::language::Language;
use crate::office::Office;
use crate::print::print_text;

pub(super) async fn run(show: &Show, language: Language) -> Result<(), Stop> {
    let (mut office, _) = Office::open(&show.access, language).await?;
    sync(&mut office, language).await?;
    let record = office.record(&show.record).await?;
    let detail = office.call("detail", json!({ "record": record })).await?;
    if show.json {
        print_json(&detail);
        return Ok(());
    }
    print_sheet(&mut office, detail, language).await
}

/// Prints a record for people, each answer after its question.
pub(super) async fn print_sheet(office: &mut Office, mut detail: Value, language: Language) -> Result<(), Stop> {
    let settings = office.call("settings", json!({})).await?;
    ask(&mut detail, &settings["catalogue"], language);
    print_text(&sheet(&detail, language));
    Ok(())
}

/// Puts the question before each answer, where the catalogue still has it.
fn ask(detail: &mut Value, catalogue: &Value, language: Language) {
    let types = catalogue["visitTypes"].as_array().into_iter().flatten();
    let questions: Vec<&Value> = types.filter_map(|each| each["questions"].as_array()).flatten().collect();
    for answer in detail["form"]["answers"].as_array_mut().into_iter().flatten() {
        let question = questions.iter().find(|question| question["id"] == answer["question"]);
        let asked = question.map_or("", |question| text(question, "text"));
        let said = match (text(answer, "text"), question.is_some_and(|question| question["kind"] == "yesNo")) {
            ("yes", true) => language.of("yes", "oui"),
            ("no", true) => language.of("no", "non"),
            (said, _) => said,
        };
        answer["text"] = json!([asked, said].join(" ").trim());
    }
}

/// A record as lines of label and text; empty ones are left out.
fn sheet(detail: &Value, language: Language) -> String {
    let (when, form) = (&detail["appointment"], &detail["form"]);
    let time = format!("{}, {}–{}", in_words(text(when, "date"), language), text(when, "time"), text(when, "endTime"));
    let mut sheet = String::new();
    let mut add = |english: &str, french: &str, text: &str| {
        if !text.is_empty() {
            let text = plain(text).replace('\n', "\n                 ");
            sheet.extend([&format!("{:<15}", language.of(english, french)), "  ", text.as_str(), "\n"]);
        }
    };
    add("State", "État", state(text(detail, "state"), language));
    add("", "", detail["attention"].as_str().map_or("", |code| attention(code, language)));
    add("When", "Quand", &time);
    add("Visit", "Visite", text(when, "visitTypeName"));
    add("With", "Avec", text(when, "practitionerName"));
    add("Room", "Salle", text(when, "roomName"));
    add("Who", "Qui", text(detail, "name"));
    add("E-mail", "E-mail", text(form, "email"));
    add("Phone", "Téléphone", text(form, "phone"));
    add("Language", "Langue", text(form, "language"));
    add("Reminders", "Rappels", &reminders(&form["consents"], language));
    if detail["reasonReadable"] == true {
        add("Reason", "Motif", text(form, "reason"));
        for answer in form["answers"].as_array().into_iter().flatten() {
            add("Answer", "Réponse", text(answer, "text"));
        }
    } else {
        add("Reason", "Motif", language.of("not for this member’s keys", "hors de portée des clés de ce membre"));
    }
    for note in detail["notes"].as_array().into_iter().flatten() {
        add("Note", "Note", text(note, "text"));
    }
    add("Record", "Identifiant", text(detail, "record"));
    for event in detail["history"].as_array().into_iter().flatten() {
        sheet.push_str(&history(event, language));
    }
    sheet
}

fn reminders(consents: &Value, language: Language) -> String {
    let by = [("email", language.of("by e-mail", "par e-mail")), ("sms", language.of("by SMS", "par SMS"))];
    let wanted: Vec<&str> = by.iter().filter(|(name, _)| consents[*name] == true).map(|(_, words)| *words).collect();
    if wanted.is_empty() { language.of("none wanted", "aucun souhaité").to_owned() } else { wanted.join(", ") }
}

fn history(event: &Value, language: Language) -> String {
    let minute = event["minute"].as_u64().and_then(|minute| u32::try_from(minute).ok()).map(utc).unwrap_or_default();
    let words = line(text(event, "text"));
    let words = if words.is_empty() { words } else { format!(": {words}") };
    let (kind, by) = (happened(text(event, "kind"), language), side(text(event, "by"), language));
    format!("  {minute}  {kind} ({by}){words}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(readable: bool) -> Value {
        json!({ "record": "AAAA", "state": "confirmed", "attention": null, "name": "Patient One",
            "appointment": { "date": "2026-11-30", "time": "09:00", "endTime": "09:20", "visitTypeName": "Consultation",
                "practitionerName": "Dr Example", "roomName": "" },
            "form": { "name": "Patient One", "email": "", "phone": "+33 6 00 00 00 00", "language": "en",
                "reason": "First\n\u{1b}[31mred", "answers": [], "consents": { "email": false, "sms": true } },
            "reasonReadable": readable, "notes": [],
            "history": [{ "minute": 29_933_765, "kind": "booked", "by": "patient", "text": "" }] })
    }

    #[test]
    fn a_sheet_shows_what_there_is_and_harmless() {
        let sheet = sheet(&detail(true), Language::English);
        assert!(sheet.contains("Reason           First\n                 \u{fffd}[31mred\n"), "{sheet}");
        assert!(sheet.contains("Reminders        by SMS\n") && !sheet.contains("E-mail"));
        assert!(sheet.ends_with("  2026-11-30T08:05Z  booked (patient)\n"));
    }

    #[test]
    fn an_answer_follows_its_question() {
        let mut detail = detail(true);
        detail["form"]["answers"] = json!([{ "question": "Q1", "text": "yes" }, { "question": "gone", "text": "no" }]);
        let question = json!({ "id": "Q1", "text": "Déjà venu ?", "kind": "yesNo" });
        ask(&mut detail, &json!({ "visitTypes": [{ "questions": [question] }] }), Language::French);
        let sheet = sheet(&detail, Language::French);
        assert!(sheet.contains("Réponse          Déjà venu ? oui\nRéponse          no\n"), "{sheet}");
    }

    #[test]
    fn who_may_not_read_the_reason_is_told_so() {
        let sheet = sheet(&detail(false), Language::French);
        assert!(sheet.contains("hors de portée") && !sheet.contains("First"));
    }
}
