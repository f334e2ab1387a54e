//! Words for what was read, in each language.

use serde_json::Value;

use super::dates::in_words;
use super::language::Language;
use super::plain::line;

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

/// Why something of a record is not to be relied on.
pub(super) fn reason(code: &str, language: Language) -> String {
    let sentence = match code {
        "rolled_back" => language.of("older than what was shown before", "plus ancien que ce qui a été montré avant"),
        _ => language.of("some of it does not verify", "une partie ne se vérifie pas"),
    };
    format!("{sentence} [{code}]")
}

/// A record's state.
pub fn state(name: &str, language: Language) -> &str {
    match name {
        "reserved" => language.of("reserved", "réservé"),
        "confirmed" => language.of("confirmed", "confirmé"),
        "declined" => language.of("declined", "refusé"),
        "cancelled" => language.of("cancelled", "annulé"),
        "no-show" => language.of("did not come", "non venu"),
        "blocked" => language.of("kept free", "bloqué"),
        other => other,
    }
}

/// A reader in words.
pub fn who(who: &Value, language: Language) -> String {
    let role = match text(who, "role") {
        "owner" => language.of("owner", "titulaire"),
        "practitioner" => language.of("practitioner", "praticien"),
        "desk" => language.of("desk", "secrétariat"),
        other => other,
    };
    let name = line(text(who, "name"));
    let named = if name.is_empty() { role.to_owned() } else { format!("{name} ({role})") };
    match text(who, "kind") {
        "member" => named,
        "former" => format!("{} ({role})", language.of("somebody who was a member", "quelqu’un qui était membre")),
        _ => language
            .of(
                "a key that no member of this practice ever had",
                "une clé qu’aucun membre de ce cabinet n’a jamais eue",
            )
            .to_owned(),
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
