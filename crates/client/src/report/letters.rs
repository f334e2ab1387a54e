//! A letter for each person to tell, in that person's language: one page each in one HTML file, to be printed or copied.
//!
//! What the report knows stands in it; what it cannot know is marked, for the practice to fill in (GDPR art. 34).

use std::collections::HashMap;

use serde_json::Value;

use super::dates::in_words;
use super::language::Language;
use super::plain::line;
use super::words::{data, hour_in_words, list, ordered, text, to_complete};

const HEAD: &str = "<!doctype html>
<html lang=\"fr\">
<meta charset=\"utf-8\">
<meta http-equiv=\"content-security-policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<title>Lettres · Letters</title>
<style>
  body { font: 12pt/1.45 serif; max-width: 17cm; margin: 2cm auto; }
  article { break-after: page; margin-bottom: 4cm; }
  mark { background: #ff0; border: 1px solid #000; padding: 0 .2em; }
  address { font-style: normal; margin: 1.5em 0; }
</style>
";

/// All letters.
pub(super) fn letters(report: &Value) -> String {
    let records = list(report, "records").iter().map(|record| (text(record, "record"), record));
    let records: HashMap<&str, &Value> = records.collect();
    let mut letters = HEAD.to_owned();
    for person in list(report, "people") {
        letters.push_str(&letter(report, person, &records));
    }
    letters.push_str("</html>\n");
    letters
}

/// French for those who booked in French, English for everybody else.
fn language_of(person: &Value) -> Language {
    let language = text(person, "language").to_ascii_lowercase();
    if language == "fr" || language.starts_with("fr-") { Language::French } else { Language::English }
}

fn letter(report: &Value, person: &Value, records: &HashMap<&str, &Value>) -> String {
    let language = language_of(person);
    let mark = |english: &str, french: &str| {
        format!("<mark>{}</mark>", escaped(&to_complete(language.of(english, french), language)))
    };
    let paragraph = |text: &str| format!("<p>{text}</p>\n");
    let mut letter =
        format!("<article lang=\"{}\">\n<p><b>{}</b><br>", language.of("en", "fr"), escaped(text(report, "practice")));
    letter.push_str(&mark("address of the practice, date of the letter", "adresse du cabinet, date de la lettre"));
    letter.extend(["</p>\n<address>", &address(person), "</address>\n<h1>"]);
    letter.extend([language.of("About your data", "À propos de vos données"), "</h1>\n"]);
    letter.push_str(&paragraph(language.of("Dear patient,", "Madame, Monsieur,")));
    letter.push_str(&paragraph(&format!(
        "{} {}",
        span(report, person, language),
        mark(
            "what happened, in plain words: whose key it was, how it came into other hands",
            "ce qui s’est passé, en termes simples : à qui était cette clé, comment elle est passée en d’autres mains",
        )
    )));
    letter.push_str(&what(person, records, language));
    for (english, french) in [
        ("what this may mean for you", "ce que cela peut entraîner pour vous"),
        ("what the practice has done, and does now", "ce que le cabinet a fait, et fait maintenant"),
        ("what you can do yourself", "ce que vous pouvez faire vous-même"),
        ("who answers questions: name, phone, e-mail", "qui répond aux questions : nom, téléphone, e-mail"),
        ("signature", "signature"),
    ] {
        letter.push_str(&paragraph(&mark(english, french)));
    }
    letter.push_str("</article>\n");
    letter
}

fn address(person: &Value) -> String {
    let lines = ["name", "email", "phone"].map(|field| escaped(text(person, field)));
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("<br>")
}

/// When it was read, as far as the journal tells.
fn span(report: &Value, person: &Value, language: Language) -> String {
    let (first, last) = (hour_in_words(&person["first"], language), hour_in_words(&person["last"], language));
    let zone = text(report, "zone");
    let sentence = match (language, first == last) {
        (Language::English, true) => format!(
            "In the hour from {first} (time of {zone}), data about you was fetched from our booking system with a key that opens what is listed below."
        ),
        (Language::English, false) => format!(
            "Between {first} and the hour from {last} (time of {zone}), data about you was fetched from our booking system with a key that opens what is listed below."
        ),
        (Language::French, true) => format!(
            "Dans l’heure qui commence le {first} (heure de {zone}), des données vous concernant ont été prises dans notre système de rendez-vous avec une clé qui ouvre ce qui est énuméré ci-dessous."
        ),
        (Language::French, false) => format!(
            "Entre le {first} et l’heure qui commence le {last} (heure de {zone}), des données vous concernant ont été prises dans notre système de rendez-vous avec une clé qui ouvre ce qui est énuméré ci-dessous."
        ),
    };
    escaped(&sentence)
}

fn what(person: &Value, records: &HashMap<&str, &Value>, language: Language) -> String {
    let own: Vec<&Value> = list(person, "records").iter().filter_map(|id| records.get(id.as_str()?).copied()).collect();
    let certain = own.iter().all(|record| record["certain"] != false);
    let mut items: Vec<String> = Vec::new();
    for field in ordered(&person["desk"]).into_iter().filter(|field| *field != "appointment") {
        items.push(data(field, language).to_owned());
    }
    for record in own.iter().filter(|record| list(record, "desk").iter().any(|field| field == "appointment")) {
        items.push(appointment(record, language));
    }
    for field in ordered(&person["clinical"]) {
        let perhaps = if certain { "" } else { language.of(", if there are any", ", s’il y en a") };
        items.push(format!("{}{perhaps}", data(field, language)));
    }
    let items = items.iter().map(|item| format!("<li>{}</li>\n", escaped(item)));
    format!("<ul>\n{}</ul>\n", items.collect::<String>())
}

fn appointment(record: &Value, language: Language) -> String {
    let when = &record["appointment"];
    let (date, time) = (in_words(text(when, "date"), language), text(when, "time"));
    let with = text(when, "practitionerName");
    match (language, with.is_empty()) {
        (Language::English, true) => format!("your appointment on {date}, {time}"),
        (Language::English, false) => format!("your appointment on {date}, {time}, with {with}"),
        (Language::French, true) => format!("votre rendez-vous du {date} à {time}"),
        (Language::French, false) => format!("votre rendez-vous du {date} à {time}, avec {with}"),
    }
}

/// Text as HTML shows it: nothing that others wrote is markup, or turns what follows around.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in line(text).chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(people: &[Value]) -> Value {
        let hour = json!({ "minute": 0, "date": "2026-11-25", "time": "00:00" });
        let later = json!({ "minute": 60, "date": "2026-11-28", "time": "12:00" });
        let record = |id: &str, certain: bool| {
            json!({ "record": id, "desk": ["appointment", "name"], "certain": certain, "appointment": {
                "date": "2026-12-01", "time": "09:30", "practitionerName": "Dr <One>", "visitTypeName": "Consultation" } })
        };
        json!({ "practice": "Cabinet & fils", "zone": "Europe/Paris", "people": people, "first": hour, "last": later,
            "records": [record("AAAA", true), record("BBBB", false)] })
    }

    fn person(name: &str, language: &str, records: &[&str], clinical: &[&str]) -> Value {
        json!({ "name": name, "email": "a@example.org", "phone": "", "language": language, "records": records,
            "first": { "date": "2026-11-25", "time": "00:00" }, "last": { "date": "2026-11-28", "time": "12:00" },
            "desk": ["appointment", "email", "name"], "clinical": clinical })
    }

    #[test]
    fn each_has_a_page_in_the_language_in_which_they_booked() {
        let people = [person("Ana", "fr-CH", &["AAAA"], &["reason"]), person("Ben", "de", &["AAAA"], &[])];
        let letters = letters(&report(&people));
        let pages: Vec<&str> = letters.split("<article").skip(1).collect();
        assert_eq!(pages.len(), 2);
        assert!(
            pages[0].starts_with(" lang=\"fr\"") && pages[0].contains("Entre le mercredi 25 novembre 2026 à 00:00")
        );
        assert!(pages[0].contains("votre rendez-vous du mardi 1er décembre 2026 à 09:30, avec Dr &lt;One&gt;"));
        assert!(pages[0].contains("<li>motif de la visite</li>") && pages[0].contains("Cabinet &amp; fils"));
        assert!(
            pages[1].starts_with(" lang=\"en\"") && pages[1].contains("your appointment on Tuesday 1 December 2026")
        );
        assert!(!pages[1].contains("reason of the visit"), "{}", pages[1]);
    }

    #[test]
    fn what_the_report_cannot_know_is_marked_and_nothing_is_made_up() {
        let page = letters(&report(&[person("Ana", "en", &["BBBB"], &["reason"])]));
        assert_eq!(page.matches("<mark>[TO COMPLETE: ").count(), 7, "{page}");
        assert!(page.contains("reason of the visit, if there are any"), "not known here");
        let french = letters(&report(&[person("Ana", "fr", &["AAAA"], &["reason"])]));
        assert_eq!(french.matches("<mark>[À COMPLÉTER : ").count(), 7);
    }

    #[test]
    fn a_name_is_no_markup() {
        let evil = "<script>alert(1)</script>\u{202e}\"'&\u{1b}";
        let page = letters(&report(&[person(evil, "en", &["AAAA"], &[])]));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;\u{fffd}&quot;&#39;&amp;\u{fffd}"));
        assert!(!page.contains("<script"));
    }
}
