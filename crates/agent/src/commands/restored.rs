//! `souspli restored`: what a restore of the host's has left, and the practice's word that it goes on.

use serde_json::{Value, json};
use souspli_client::report::{line, utc};

use super::{print_json, text};
use crate::cli::Restored;
use crate::exit::Stop;
use crate::language::Language;
use crate::office::Office;
use crate::print::print_text;
use crate::sentences::reason;

pub(super) async fn run(wanted: &Restored, language: Language) -> Result<(), Stop> {
    let (mut office, _) = Office::open(&wanted.access, language).await?;
    let synced = office.sync().await?;
    let mut restore = synced["restore"].clone();
    for event in &wanted.put_aside {
        restore = office.call("putAside", json!({ "event": event })).await?["restore"].clone();
    }
    if wanted.accept {
        restore = office.call("countersign", json!({})).await?["restore"].clone();
    }
    if wanted.json {
        print_json(&restore);
    } else {
        print_text(&told(&restore, language));
    }
    Ok(())
}

/// One line of a restore that somebody has to look at; nothing personal.
pub(super) fn restore_line(synced: &Value, language: Language) -> Option<String> {
    let restore = &synced["restore"];
    let refused = restore["refused"].as_array().map_or(0, Vec::len);
    let waiting = restore["waiting"].as_u64().unwrap_or_default();
    if restore.is_null() || restore["accepted"] == true && refused == 0 {
        return None;
    }
    Some(match language {
        Language::English => format!(
            "The host has restored an older copy ({}). On their way back: {waiting}; not to be brought back: {refused}. \
             See `souspli restored`.",
            when(restore)
        ),
        Language::French => format!(
            "L’hébergeur a restauré une copie plus ancienne ({}). En cours de renvoi : {waiting} ; impossibles à rétablir : \
             {refused}. Voir `souspli restored`.",
            when(restore)
        ),
    })
}

fn when(restore: &Value) -> String {
    restore["minute"].as_u64().and_then(|minute| u32::try_from(minute).ok()).map(utc).unwrap_or_default()
}

fn told(restore: &Value, language: Language) -> String {
    if restore.is_null() {
        return language
            .of(
                "The host has never restored an older copy.\n",
                "L’hébergeur n’a jamais restauré de copie plus ancienne.\n",
            )
            .to_owned();
    }
    let mut told = match language {
        Language::English => format!(
            "Restore {} of the host, {}; of this practice the {}.\n",
            restore["generation"],
            when(restore),
            ordinal(restore["times"].as_u64().unwrap_or_default())
        ),
        Language::French => format!(
            "Restauration {} de l’hébergeur, {} ; pour ce cabinet : {}.\n",
            restore["generation"],
            when(restore),
            restore["times"]
        ),
    };
    if restore["settingsMissing"] == true {
        told.push_str(language.of(
            "Something that was published is missing, and this device cannot bring it back.\n",
            "Une publication manque, et cet appareil ne peut pas la rétablir.\n",
        ));
    }
    for refused in restore["refused"].as_array().into_iter().flatten() {
        let why = refused["refused"].as_str().map(|code| reason(code, language)).unwrap_or_default();
        let who = [text(refused, "name"), text(refused, "phone")].map(line).join("  ");
        told.extend([text(refused, "event"), "  ", who.trim(), "  ", &why, "\n"]);
    }
    let accepted = restore["accepted"] == true;
    told.push_str(match (accepted, language) {
        (true, Language::English) => "The practice has accepted it.\n",
        (true, Language::French) => "Le cabinet l’a acceptée.\n",
        (false, Language::English) => {
            "The practice has not accepted it: call whom there is to call, put them aside (--put-aside), then --accept.\n"
        }
        (false, Language::French) => {
            "Le cabinet ne l’a pas acceptée : appelez qui doit l’être, écartez-les (--put-aside), puis --accept.\n"
        }
    });
    told
}

fn ordinal(times: u64) -> String {
    match times {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        more => format!("{more}th"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restore(accepted: bool) -> Value {
        let refused = json!([{ "record": "r", "event": "EEEE", "refused": "slot_taken", "name": "Patient\u{1b}One", "phone": "1" }]);
        json!({ "generation": 3, "minute": 29_923_680, "times": 1, "accepted": accepted, "settingsMissing": true,
            "waiting": 4, "refused": if accepted { json!([]) } else { refused } })
    }

    #[test]
    fn a_restore_is_told_once_it_needs_somebody() {
        for language in [Language::English, Language::French] {
            let line = restore_line(&json!({ "restore": restore(false) }), language).expect("a line");
            assert!(line.contains(": 4") && !line.contains("Patient"), "{line}");
            assert_eq!(restore_line(&json!({ "restore": restore(true) }), language), None);
            assert_eq!(restore_line(&json!({ "restore": null }), language), None);
            assert_eq!(restore_line(&json!({}), language), None);
            let told = told(&restore(false), language);
            assert!(told.contains("EEEE") && told.contains("--accept") && !told.contains('\u{1b}'), "{told}");
        }
        assert_eq!(told(&Value::Null, Language::English).lines().count(), 1);
    }
}
