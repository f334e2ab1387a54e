//! What became of sealed bytes that an earlier command could not be sure of, or that one beside this is sending.

use serde_json::Value;

use super::restored::restore_line;
use super::text;
use crate::exit::Stop;
use crate::language::Language;
use crate::office::Office;
use crate::sentences::reason;

/// Fetches what is new; what was sent again is told beside the command's own output.
pub(super) async fn sync(office: &mut Office, language: Language) -> Result<(), Stop> {
    let synced = office.sync().await?;
    for line in resent_lines(&synced, language).into_iter().chain(restore_line(&synced, language)) {
        eprintln!("{line}");
    }
    Ok(())
}

/// A line for each event that was sent again, and one for those that still wait; record ids and nothing personal.
pub(super) fn resent_lines(synced: &Value, language: Language) -> Vec<String> {
    let resent = synced["resent"].as_array().into_iter().flatten();
    let mut lines: Vec<String> = resent.map(|one| line(one, language)).collect();
    let waiting = synced["waiting"].as_u64().unwrap_or_default();
    if waiting > 0 {
        lines.push(match language {
            Language::English => format!("Sealed and not known to be with the host: {waiting}. Sent again next time."),
            Language::French => {
                format!("Scellé sans savoir si l’hébergeur l’a : {waiting}. Renvoyé la prochaine fois.")
            }
        });
    }
    lines
}

fn line(resent: &Value, language: Language) -> String {
    let record = text(resent, "record");
    match (resent["refused"].as_str(), language) {
        (None, Language::English) => format!("{record}  sealed bytes that waited here are with the host."),
        (None, Language::French) => format!("{record}  le pli qui attendait ici est chez l’hébergeur."),
        (Some(code), Language::English) => {
            format!("{record}  sealed bytes that waited here were refused. {}", reason(code, language))
        }
        (Some(code), Language::French) => {
            format!("{record}  le pli qui attendait ici a été refusé. {}", reason(code, language))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_is_told_without_a_name() {
        let one = |refused: Option<&str>| json!({ "record": "AAAA", "refused": refused, "name": "Patient One", "phone": "1" });
        let synced = json!({ "resent": [one(None), one(Some("revision_conflict"))], "waiting": 2 });
        let lines = resent_lines(&synced, Language::English);
        assert_eq!(lines.len(), 3);
        assert!(lines[0].ends_with("are with the host.") && lines[1].ends_with("decide again. [revision_conflict]"));
        assert!(lines[2].contains("with the host: 2.") && !lines.concat().contains("Patient"));
        assert!(resent_lines(&json!({ "resent": [], "waiting": 0 }), Language::French).is_empty());
    }
}
