//! `souspli move`.

use serde_json::{Value, json};
use souspli_booking::date::Date;
use souspli_client::report::{in_words, state};

use super::dates::parse;
use super::resent::sync;
use super::show::print_sheet;
use super::text;
use crate::cli::Move;
use crate::exit::{Exit, Stop};
use crate::language::Language;
use crate::office::Office;

pub(super) async fn run(wanted: &Move, language: Language) -> Result<(), Stop> {
    let date = parse(&wanted.date)?;
    let (mut office, _) = Office::open(&wanted.access, language).await?;
    sync(&mut office, language).await?;
    let record = office.record(&wanted.record).await?;
    let before = office.call("detail", json!({ "record": record })).await?;
    if !matches!(text(&before, "state"), "reserved" | "confirmed") {
        return Err(over(&before));
    }
    let appointment = &before["appointment"];
    let with = if wanted.any { Value::Null } else { appointment["practitioner"].clone() };
    let asked = json!({ "visitType": appointment["visitType"], "practitioner": with });
    let times = office.call("times", asked).await?;
    let start = start_at(&times, date, &wanted.time).ok_or_else(|| not_free(&times, date, &wanted.time))?;
    let to = json!({ "record": record, "start": start, "practitioner": with });
    let after = office.call("move", to).await?;
    print_sheet(&mut office, after, language).await
}

/// The free times of a day.
fn times_of(times: &Value, date: Date) -> &[Value] {
    let date = date.to_string();
    let day = times["days"].as_array().into_iter().flatten().find(|day| text(day, "date") == date);
    day.and_then(|day| day["times"].as_array()).map(Vec::as_slice).unwrap_or_default()
}

fn start_at(times: &Value, date: Date, time: &str) -> Option<Value> {
    // `9:30` is typed for `09:30`.
    let time = format!("{time:0>5}");
    times_of(times, date).iter().find(|free| text(free, "time") == time).map(|free| free["start"].clone())
}

fn not_free(times: &Value, date: Date, time: &str) -> Stop {
    let free: Vec<&str> = times_of(times, date).iter().map(|free| text(free, "time")).collect();
    let (free, none) = (free.join(", "), free.is_empty());
    let day = |language| in_words(&date.to_string(), language);
    let (english, french) = (day(Language::English), day(Language::French));
    Stop::said(
        Exit::NotDone,
        if none {
            format!("Nothing is free on {english}: nothing was changed.")
        } else {
            format!("{time} is not free on {english}: nothing was changed. Free are {free}.")
        },
        if none {
            format!("Rien n’est libre le {french} : rien n’a été modifié.")
        } else {
            format!("{time} n’est pas libre le {french} : rien n’a été modifié. Horaires libres : {free}.")
        },
    )
}

fn over(detail: &Value) -> Stop {
    let is = |language| state(text(detail, "state"), language);
    Stop::said(
        Exit::NotDone,
        format!("This booking is {}: it cannot be moved.", is(Language::English)),
        format!("Ce rendez-vous est {} : il ne peut pas être déplacé.", is(Language::French)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_found_on_its_day_alone_and_what_is_free_is_told() {
        let times = json!({ "days": [
            { "date": "2026-11-30", "times": [{ "start": 7, "time": "09:30" }, { "start": 9, "time": "10:30" }] },
            { "date": "2026-12-01", "times": [] },
        ] });
        let (monday, tuesday) = ("2026-11-30".parse().expect("a date"), "2026-12-01".parse().expect("a date"));
        assert_eq!(start_at(&times, monday, "9:30"), Some(json!(7)));
        assert_eq!((start_at(&times, monday, "09:31"), start_at(&times, tuesday, "09:30")), (None, None));
        let said = not_free(&times, monday, "11:00").sentence(Language::English);
        assert!(said.ends_with("Free are 09:30, 10:30."), "{said}");
        let said = not_free(&times, tuesday, "11:00").sentence(Language::French);
        assert_eq!(said, "Rien n’est libre le mardi 1er décembre 2026 : rien n’a été modifié.");
    }
}
