//! Bookings for persons that do not exist, through the real client: what they typed must turn up nowhere at the host.

use jiff::Timestamp;
use jiff::civil::DateTime;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::{Value, json};
use souspli_client::failure::Failure;
use souspli_client::patient::Patient;
use souspli_client::practice::Practice;
use souspli_client::seal::Rng;
use zeroize::Zeroizing;

use super::caller::Caller;
use super::device::Device;
use crate::audit::Progress;
use crate::scan::{CanaryPerson, CanarySet};
use crate::traffic::Exchange;

/// Randomness of the operating system, 32 bytes at a time.
#[derive(Debug, Clone, Copy)]
pub struct System(pub fn() -> Option<[u8; 32]>);

/// The operating system gives no random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct NoRandomness;

impl TryRng for System {
    type Error = NoRandomness;

    fn try_next_u32(&mut self) -> Result<u32, NoRandomness> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, NoRandomness> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        for chunk in bytes.chunks_mut(32) {
            let random = (self.0)().ok_or(NoRandomness)?;
            chunk.iter_mut().zip(random).for_each(|(byte, random)| *byte = random);
        }
        Ok(())
    }
}

impl TryCryptoRng for System {}

/// Where bookings are made.
#[derive(Debug)]
pub enum At {
    /// In the practice of this booking link.
    Link(Zeroizing<String>),
    /// In a practice that is founded for it; its confirmations are made, too.
    Founded,
}

/// What is booked.
#[derive(Debug)]
pub struct Bookings {
    /// Where.
    pub at: At,
    /// For whom. The times that were booked are written into it.
    pub persons: CanarySet,
    /// Whether they are cancelled again.
    pub cancel: bool,
    /// Randomness.
    pub random: System,
    /// Now, in minutes since 1970.
    pub now: u32,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Booked {
    /// What passed.
    pub(super) passed: Vec<Exchange>,
    /// How many were made and read back.
    pub(super) made: u64,
    /// Why it went no further.
    pub(super) failed: Option<String>,
}

impl Bookings {
    /// Books for each person, reads back and, if that is wished, cancels.
    pub(super) async fn make(&mut self, caller: &mut Caller, progress: &mut dyn Progress) -> Booked {
        let mut booked = Booked::default();
        let mut device = Device::new(caller);
        if let Err(failure) = self.all(&mut device, &mut booked, progress).await {
            booked.failed = Some(failure.to_string());
        }
        booked.passed = device.passed;
        booked
    }

    async fn all(
        &mut self,
        device: &mut Device<'_>,
        booked: &mut Booked,
        progress: &mut dyn Progress,
    ) -> Result<(), Failure> {
        let (link, owner) = match &self.at {
            At::Link(link) => (link.clone(), None),
            At::Founded => {
                let (owner, link) = found(device, self.rng(), self.now).await?;
                (link, Some(owner))
            }
        };
        let fragment = link.rsplit('#').next().unwrap_or_default().trim().to_owned();
        let (cancel, now, random) = (self.cancel, self.now, self.random);
        let total = u64::try_from(self.persons.persons.len()).ok();
        for (number, person) in (0_u64..).zip(&mut self.persons.persons) {
            progress.at("bookings", number, total);
            let mut visit = Visit { patient: Patient::new(rng(random)), now };
            visit.book(device, &fragment, number, person).await?;
            if let Some(owner) = &owner {
                call_practice(device, owner, "sync", &json!({}), now).await?;
            }
            visit.read_back(device, person, cancel).await?;
            booked.made = booked.made.saturating_add(1);
        }
        Ok(())
    }

    fn rng(&self) -> Rng {
        rng(self.random)
    }
}

fn rng(random: System) -> Rng {
    Box::new(rand_core::UnwrapErr(random))
}

/// One person's booking.
struct Visit {
    patient: Patient,
    now: u32,
}

impl Visit {
    async fn call(&mut self, device: &mut Device<'_>, call: &str, arguments: &Value) -> Result<Value, Failure> {
        let flow = self.patient.start(call, &arguments.to_string(), self.now);
        let text = device.run(flow).await?;
        serde_json::from_str(&text).map_err(|_| Failure::new("bad_answer"))
    }

    /// Takes the first visit type's free time of a place of its own, so that each person has another time.
    async fn book(
        &mut self,
        device: &mut Device<'_>,
        fragment: &str,
        number: u64,
        person: &mut CanaryPerson,
    ) -> Result<(), Failure> {
        let opened = self.call(device, "open", &json!({ "fragment": fragment })).await?;
        let visit_type = at(&opened, "/practice/visitTypes/0");
        let wanted = json!({ "visitType": at(&visit_type, "/id"), "practitioner": null });
        let days = self.call(device, "times", &wanted).await?;
        let all = days.pointer("/days").and_then(Value::as_array).into_iter().flatten();
        let times: Vec<Value> = all.flat_map(|day| day["times"].as_array().cloned().unwrap_or_default()).collect();
        // Far from each other, and in no order that follows the persons'.
        let place = number.wrapping_mul(37).wrapping_add(11).checked_rem(u64::try_from(times.len()).unwrap_or(1));
        let time = place.and_then(|place| times.get(usize::try_from(place).ok()?));
        let start = time.map(|time| time["start"].clone()).ok_or_else(|| Failure::new("no_free_time"))?;
        let chosen = json!({ "visitType": at(&visit_type, "/id"), "practitioner": null, "start": start });
        self.call(device, "hold", &chosen).await?;
        let answers: Vec<Value> = at(&visit_type, "/questions")
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|question| {
                let asked = question["required"] == true;
                asked.then(|| json!({ "question": question["id"], "text": answer(question, &person.text) }))
            })
            .collect();
        let form = json!({ "name": person.name, "email": person.email, "phone": person.phone, "language": "fr",
            "reason": person.reason, "answers": answers, "consents": { "email": false, "sms": false } });
        let booked = self.call(device, "book", &json!({ "form": form })).await?;
        person.time = at(&booked, "/appointment/start").as_str().and_then(with_offset).or_else(|| of_number(&start));
        self.manage(device, &booked).await
    }

    async fn manage(&mut self, device: &mut Device<'_>, booked: &Value) -> Result<(), Failure> {
        let link = booked["manageLink"].as_str().unwrap_or_default();
        let fragment = link.rsplit('#').next().unwrap_or_default();
        self.call(device, "open", &json!({ "fragment": fragment })).await?;
        Ok(())
    }

    /// Reads the booking again as from the private link, and compares; then cancels, if that is wished.
    async fn read_back(&mut self, device: &mut Device<'_>, person: &CanaryPerson, cancel: bool) -> Result<(), Failure> {
        let read = self.call(device, "read", &json!({})).await?;
        if at(&read, "/form/name") != person.name.as_str() || at(&read, "/form/reason") != person.reason.as_str() {
            return Err(Failure::new("not_as_booked"));
        }
        if cancel {
            self.call(device, "cancel", &json!({ "text": "" })).await?;
        }
        Ok(())
    }
}

/// What stands at a place of an answer; null where nothing does.
fn at(value: &Value, place: &str) -> Value {
    value.pointer(place).cloned().unwrap_or_default()
}

/// An answer to a question that must be answered.
fn answer(question: &Value, text: &str) -> Value {
    match question["kind"].as_str() {
        Some("choice") => question["options"].get(0).cloned().unwrap_or_default(),
        Some("yesNo") => json!("yes"),
        _ => json!(text),
    }
}

/// RFC 3339 with an offset, as canaries have it.
fn with_offset(text: &str) -> Option<String> {
    let has = text.parse::<Timestamp>().is_ok();
    has.then(|| text.to_owned())
}

/// A minute since 1970, in UTC.
fn of_number(start: &Value) -> Option<String> {
    let minute = i64::try_from(start.as_u64()?).ok()?;
    let time: DateTime = jiff::tz::Offset::UTC.to_datetime(Timestamp::from_second(minute.checked_mul(60)?).ok()?);
    Some(format!("{}+00:00", time.strftime("%Y-%m-%dT%H:%M:00")))
}

async fn call_practice(
    device: &mut Device<'_>,
    owner: &Practice,
    call: &str,
    arguments: &Value,
    now: u32,
) -> Result<Value, Failure> {
    device.run(owner.start(call, &arguments.to_string(), now)).await
}

/// Founds a practice with one practitioner and one visit type, open every day, and gives its booking link. What opens it is
/// forgotten with the session.
async fn found(device: &mut Device<'_>, mut rng: Rng, now: u32) -> Result<(Practice, Zeroizing<String>), Failure> {
    let mut secret = Zeroizing::new([0_u8; 24]);
    rand_core::Rng::fill_bytes(&mut rng, secret.as_mut());
    let passphrase = Zeroizing::new(crate::audit::hex(secret.as_ref()));
    let owner = Practice::new(rng);
    let mut call = async |call: &str, arguments: Value| call_practice(device, &owner, call, &arguments, now).await;
    let kit = call("create", json!({ "passphrase": *passphrase, "origin": "https://audit.example" })).await?;
    call("finishCreate", json!({ "recoveryCode": at(&kit, "/recoveryCode") })).await?;
    let (who, what) = (at(&call("newId", json!({})).await?, "/id"), at(&call("newId", json!({})).await?, "/id"));
    let practitioner = json!({ "id": who, "name": "Audit", "title": "", "specialty": "Audit", "languages": ["fr"],
        "colour": "#336699", "clinical": 0 });
    let visit_type = json!({ "id": what, "name": "Audit", "duration": 20, "buffer": 0, "step": null,
        "instructions": "", "colour": "#993366", "practitioners": [who], "rooms": [], "questions": [], "public": true });
    let catalogue = json!({ "name": "Audit", "address": [], "phone": "", "website": "", "languages": ["fr"],
        "zone": "Europe/Paris", "vtimezone": "", "introduction": "", "responseTime": 1440, "confirm": "automatic",
        "minimumNotice": 60, "cancelDeadline": 0, "horizonDays": 60, "practitioners": [practitioner], "rooms": [],
        "visitTypes": [visit_type] });
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekly = days.map(|day| {
        json!({ "practitioner": who, "weekday": day, "first": null, "last": null,
        "hours": { "start": 480, "end": 1080, "visitTypes": [] } })
    });
    let rules = json!({ "weekly": weekly, "exceptions": [] });
    let published = call("publish", json!({ "catalogue": catalogue, "rules": rules })).await?;
    let link = at(&published, "/link/fragment").as_str().unwrap_or_default().to_owned();
    Ok((owner, Zeroizing::new(link)))
}
