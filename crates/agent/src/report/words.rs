//! Words for what was read, in each language.

use serde_json::Value;

use crate::commands::{in_words, state};
use crate::language::Language;

/// What must be filled in by the practice.
pub(super) fn to_complete(what: &str, language: Language) -> String {
    match language {
        Language::English => format!("[TO COMPLETE: {what}]"),
        Language::French => format!("[À COMPLÉTER : {what}]"),
    }
}

/// A kind of data.
pub(super) fn data(name: &str, language: Language) -> &str {
    match name {
        "name" => language.of("name", "nom"),
        "email" => language.of("e-mail address", "adresse e-mail"),
        "phone" => language.of("phone number", "numéro de téléphone"),
        "language" => language.of("language", "langue"),
        "appointment" => language.of(
            "appointment: date, time, practitioner, kind of visit",
            "rendez-vous : date, heure, praticien, type de visite",
        ),
        "words" => language.of("words that went with a decision", "mots joints à une décision"),
        "noShow" => language.of("that an appointment was missed", "qu’un rendez-vous a été manqué"),
        "blocked" => language.of("a time kept free, nobody’s data", "un créneau bloqué, sans données de personne"),
        "reason" => language.of("reason of the visit", "motif de la visite"),
        "answers" => language.of("answers to the questions before the visit", "réponses aux questions avant la visite"),
        "note" => language.of("notes of the practice", "notes du cabinet"),
        "unread" => language.of(
            "something that could not be read for this report",
            "un élément qui n’a pas pu être lu pour ce rapport",
        ),
        other => other,
    }
}

/// The order in which kinds of data are told.
const ORDER: [&str; 12] = [
    "name",
    "email",
    "phone",
    "language",
    "appointment",
    "words",
    "noShow",
    "blocked",
    "reason",
    "answers",
    "note",
    "unread",
];

/// Names of kinds of data, in the order in which they are told.
pub(super) fn ordered(names: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = names.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    names.sort_by_key(|name| ORDER.iter().position(|known| known == name));
    names.dedup();
    names
}

/// Several kinds of data.
pub(super) fn all_data(names: &Value, language: Language) -> String {
    ordered(names).into_iter().map(|name| data(name, language)).collect::<Vec<_>>().join("; ")
}

/// An hour as the report has it: `2026-11-25 00:00`.
pub(super) fn hour(hour: &Value) -> String {
    format!("{} {}", text(hour, "date"), text(hour, "time")).trim().to_owned()
}

/// The same in words.
pub(super) fn hour_in_words(hour: &Value, language: Language) -> String {
    let (date, time) = (in_words(text(hour, "date"), language), text(hour, "time"));
    match language {
        Language::English => format!("{date}, {time}"),
        Language::French => format!("{date} à {time}"),
    }
}

/// Where a record stands.
pub(super) fn state_of(record: &Value, language: Language) -> String {
    state(text(record, "state"), language).to_owned()
}

/// A text inside a JSON value, empty where there is none.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// The items of a list.
pub(super) fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map(Vec::as_slice).unwrap_or_default()
}
