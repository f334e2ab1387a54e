//! Two weeks of bookings: each by a patient's session of its own, through the booking link.

use serde_json::{Value, json};
use souspli_client::patient::Patient;

use super::Kit;
use crate::clock::now;
use crate::driver::Driver;
use crate::exit::Stop;
use crate::host::Host;
use crate::language::Language;
use crate::office::{Office, randomness};
use crate::shelf::Shelf;

/// How many.
const COUNT: usize = 36;
/// In so many days from today.
const DAYS: usize = 14;

/// Makes the bookings that are missing, has the practice answer them, and gives the number of all.
pub(super) async fn fill(
    office: &mut Office,
    host: &Host,
    kit: &Kit,
    offer: &Value,
    language: Language,
) -> Result<usize, Stop> {
    office.sync().await?;
    let there = bookings(office).await?.len();
    let mut links = Vec::new();
    for number in there..COUNT {
        if let Some(link) = book(host, kit, offer, number, language).await? {
            links.push(link);
        }
    }
    office.sync().await?;
    vary(office, host, &links, language).await?;
    Ok(there + links.len())
}

/// One booking is cancelled, one is moved, one has a note. What an earlier run has done is not done again; what it has
/// left to do is done by the practice where the patients' private links went with it.
async fn vary(office: &mut Office, host: &Host, links: &[String], language: Language) -> Result<(), Stop> {
    let mut details = Vec::new();
    for item in bookings(office).await? {
        details.push(office.call("detail", json!({ "record": item["record"] })).await?);
    }
    let has = |kind: &str| details.iter().any(|detail| happened(detail, kind));
    let mut as_booked = details.iter().filter(|detail| detail["state"] == "confirmed" && !happened(detail, "moved"));
    let (first, second) = (as_booked.next(), as_booked.next());
    let [to_cancel, to_move] = if let [one, other, ..] = links { [Some(one), Some(other)] } else { [None, None] };
    if !has("cancelled") {
        match (to_cancel, first) {
            (Some(link), _) => cancel(host, link, language).await?,
            (None, Some(booked)) => {
                let words = language.of("The practice is closed then, sorry.", "Le cabinet sera fermé, désolé.");
                office.call("cancel", json!({ "record": booked["record"], "text": words })).await?;
            }
            (None, None) => {}
        }
    }
    if !has("moved") {
        match (to_move, second) {
            (Some(link), _) => move_by_link(host, link).await?,
            (None, Some(booked)) => {
                let times = office.call("times", of_visit(&booked["appointment"])).await?;
                if let Some(start) = choose(&times, COUNT) {
                    let to = json!({ "record": booked["record"], "start": start, "practitioner": null });
                    office.call("move", to).await?;
                }
            }
            (None, None) => {}
        }
    }
    office.sync().await?;
    if has("note") { Ok(()) } else { note(office, language).await }
}

fn happened(detail: &Value, kind: &str) -> bool {
    detail["history"].as_array().into_iter().flatten().any(|event| event["kind"] == kind)
}

async fn bookings(office: &mut Office) -> Result<Vec<Value>, Stop> {
    let all = office.call("agenda", json!({ "from": "0000-01-01", "to": "9999-12-31" })).await?;
    Ok(all["items"].as_array().into_iter().flatten().filter(|item| item["kind"] == "booking").cloned().collect())
}

/// One booking; its private link. `None` where no time is free any more.
async fn book(
    host: &Host,
    kit: &Kit,
    offer: &Value,
    number: usize,
    language: Language,
) -> Result<Option<String>, Stop> {
    let mut device = Device::new(host);
    device.call("open", json!({ "fragment": kit.link })).await?;
    let types = offer["visitTypes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(visit_type) = number.checked_rem(types.len()).and_then(|place| types.get(place)) else { return Ok(None) };
    let wanted = json!({ "visitType": visit_type["id"], "practitioner": null });
    let times = device.call("times", wanted).await?;
    let Some(start) = choose(&times, number) else { return Ok(None) };
    let chosen = json!({ "visitType": visit_type["id"], "practitioner": null, "start": start });
    device.call("hold", chosen).await?;
    let form = form(visit_type, number, language);
    let booked = device.call("book", json!({ "form": form })).await?;
    Ok(booked["manageLink"].as_str().map(str::to_owned))
}

/// A time that is spread over the two weeks by the booking's number.
fn choose(times: &Value, number: usize) -> Option<u64> {
    let days = times["days"].as_array()?;
    let open: Vec<&Vec<Value>> =
        days.iter().take(DAYS).filter_map(|day| day["times"].as_array()).filter(|times| !times.is_empty()).collect();
    let day = open.get((number * 5).checked_rem(open.len())?)?;
    day.get((number * 7).checked_rem(day.len())?)?["start"].as_u64()
}

async fn cancel(host: &Host, link: &str, language: Language) -> Result<(), Stop> {
    let mut device = Device::new(host);
    device.call("open", json!({ "fragment": link })).await?;
    let words = language.of("Something has come up, sorry.", "Un empêchement, désolé.");
    device.call("cancel", json!({ "text": words })).await?;
    Ok(())
}

async fn move_by_link(host: &Host, link: &str) -> Result<(), Stop> {
    let mut device = Device::new(host);
    device.call("open", json!({ "fragment": link })).await?;
    let booking = device.call("read", json!({})).await?;
    let times = device.call("times", of_visit(&booking["appointment"])).await?;
    if let Some(start) = choose(&times, COUNT) {
        device.call("move", json!({ "start": start, "practitioner": null })).await?;
    }
    Ok(())
}

fn of_visit(appointment: &Value) -> Value {
    json!({ "visitType": appointment["visitType"], "practitioner": null })
}

/// A note that the practice keeps for itself.
async fn note(office: &mut Office, language: Language) -> Result<(), Stop> {
    let all = bookings(office).await?;
    let Some(confirmed) = all.iter().find(|item| item["state"] == "confirmed") else { return Ok(()) };
    let words = language.of("Ask for the earlier report.", "Demander l’ancien compte rendu.");
    office.call("note", json!({ "record": confirmed["record"], "text": words })).await?;
    Ok(())
}

fn form(visit_type: &Value, number: usize, language: Language) -> Value {
    let reasons = [
        language.of("A check-up, as every year", "Un contrôle, comme chaque année"),
        language.of("A cough that does not go away", "Une toux qui ne passe pas"),
        language.of("Pain when climbing stairs", "Une douleur dans les escaliers"),
        language.of("To talk about results", "Parler de résultats"),
        "",
    ];
    let answers: Vec<Value> = visit_type["questions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|question| json!({ "question": question["id"], "text": answer(question, number, language) }))
        .collect();
    json!({
        "name": format!("Patient {}", in_words(number + 1)),
        "email": format!("patient{}@example.org", number + 1),
        "phone": format!("+33 6 00 00 00 {:02}", number + 1),
        "language": if number.is_multiple_of(3) { "en" } else { "fr" },
        "reason": reasons[number % reasons.len()],
        "answers": answers,
        "consents": { "email": number.is_multiple_of(2), "sms": number.is_multiple_of(5) },
    })
}

fn answer(question: &Value, number: usize, language: Language) -> String {
    match question["kind"].as_str() {
        Some("yesNo") => if number.is_multiple_of(2) { "yes" } else { "no" }.to_owned(),
        Some("choice") => {
            let options = question["options"].as_array().map(Vec::as_slice).unwrap_or_default();
            let option = number.checked_rem(options.len()).and_then(|place| options.get(place));
            option.and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        _ => language.of("None", "Aucun").to_owned(),
    }
}

/// 1 to 99 in words: a name that nobody has.
fn in_words(number: usize) -> String {
    const ONES: [&str; 20] = [
        "",
        "One",
        "Two",
        "Three",
        "Four",
        "Five",
        "Six",
        "Seven",
        "Eight",
        "Nine",
        "Ten",
        "Eleven",
        "Twelve",
        "Thirteen",
        "Fourteen",
        "Fifteen",
        "Sixteen",
        "Seventeen",
        "Eighteen",
        "Nineteen",
    ];
    const TENS: [&str; 10] = ["", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];
    match (ONES.get(number), TENS.get(number / 10)) {
        (Some(word), _) => (*word).to_owned(),
        (None, Some(ten)) => [*ten, ONES[number % 10]].join(" ").trim_end().to_owned(),
        (None, None) => number.to_string(),
    }
}

/// A patient's device.
struct Device {
    session: Patient,
    driver: Driver,
}

impl Device {
    fn new(host: &Host) -> Self {
        Self { session: Patient::new(randomness()), driver: Driver::new(host.clone(), Shelf::in_memory()) }
    }

    async fn call(&mut self, call: &str, arguments: Value) -> Result<Value, Stop> {
        let flow = self.session.start(call, &arguments.to_string(), now());
        let value = self.driver.run(flow).await?;
        Ok(value.parse().map_err(|_| souspli_client::failure::Failure::new("internal"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbers_in_words() {
        assert_eq!([1, 19, 20, 36, 99].map(in_words), ["One", "Nineteen", "Twenty", "Thirty Six", "Ninety Nine"]);
    }

    #[test]
    fn times_are_spread_and_never_outside() {
        let day = |starts: &[u64]| json!({ "times": starts.iter().map(|start| json!({ "start": start })).collect::<Vec<_>>() });
        let times = json!({ "days": [day(&[]), day(&[10, 11, 12]), day(&[20, 21])] });
        let chosen: Vec<u64> = (0..6).filter_map(|number| choose(&times, number)).collect();
        assert_eq!(chosen.len(), 6);
        assert!(chosen.contains(&10) && chosen.iter().any(|start| *start >= 20));
        assert_eq!(choose(&json!({ "days": [day(&[])] }), 3), None);
    }
}
