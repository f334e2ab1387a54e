//! Patients at one practice.

use std::net::{IpAddr, SocketAddr};

use serde_json::{Value, json};
use souspli_auditor::scan::CanaryPerson;
use souspli_journey::practice::{Published, form};
use souspli_journey::{Device, Patient, Tap};
use souspli_protocol::{RecordId, from_base64url};

use super::Booking;

/// Bookings that one device makes.
const PER_DEVICE: u32 = 20;

/// Who books at a practice, one after the other.
pub(super) struct Patients<'a> {
    host: SocketAddr,
    published: &'a Published,
    tap: Tap,
    devices: u8,
    patient: Option<Patient>,
}

impl<'a> Patients<'a> {
    pub(super) fn of(host: SocketAddr, published: &'a Published, tap: &Tap) -> Self {
        Self { host, published, tap: tap.clone(), devices: 0, patient: None }
    }

    async fn patient(&mut self, order: u32, now: u32) -> &mut Patient {
        if self.patient.is_none() || order.is_multiple_of(PER_DEVICE) {
            self.devices += 1;
            let mut patient = Patient::new(self.host);
            patient.device = Device::from(self.host, IpAddr::from([127, 7, 0, self.devices]));
            patient.device.tap = Some(self.tap.clone());
            patient.must(now, "open", json!({ "fragment": self.published.link })).await;
            self.patient = Some(patient);
        }
        self.patient.as_mut().expect("there is one")
    }

    fn chosen(&self, start: &Value) -> Value {
        json!({ "visitType": self.published.visit_type(0), "practitioner": null, "start": start })
    }

    /// What is free, from tomorrow on.
    pub(super) async fn free(&mut self, now: u32) -> Vec<Value> {
        let wanted = json!({ "visitType": self.published.visit_type(0), "practitioner": null });
        let free = self.patient(0, now).await.must(now, "times", wanted).await;
        let days = free["days"].as_array().expect("days").iter();
        let times = days.flat_map(|day| day["times"].as_array().expect("times").iter());
        times.skip(60).map(|time| time["start"].clone()).collect()
    }

    /// Books the first of two times that the claimed-id set does not hide by chance; gives the booking.
    pub(super) async fn book(
        &mut self,
        (order, now): (u32, u32),
        [start, other]: [&Value; 2],
        who: Option<&CanaryPerson>,
    ) -> Booking {
        let [first, second] = [self.chosen(start), self.chosen(other)];
        let form = self.form(order, who);
        let patient = self.patient(order, now).await;
        let mut start = start;
        if patient.call(now, "hold", first).await.is_err() {
            patient.must(now, "hold", second).await;
            start = other;
        }
        let booked = patient.must(now, "book", json!({ "form": form })).await;
        assert_eq!(booked["state"], "reserved");
        let record = from_base64url(booked["record"].as_str().expect("a record")).expect("base64url");
        let record = RecordId::try_from(record.as_slice()).expect("an id");
        let start = 5 * start.as_i64().expect("a granule");
        Booking { record, order, start, link: booked["manageLink"].as_str().expect("a link").to_owned() }
    }

    fn form(&self, order: u32, who: Option<&CanaryPerson>) -> Value {
        let Some(who) = who else { return form(&format!("Patient {order}"), "A reason") };
        let answer = json!({ "question": self.published.question(), "text": who.text });
        json!({ "name": who.name, "email": who.email, "phone": who.phone, "language": "fr", "reason": who.reason,
            "answers": [answer], "consents": { "email": false, "sms": false } })
    }

    /// Some move their visit, some cancel it.
    pub(super) async fn change(&mut self, links: &[String], now: u32) {
        let free = self.free(now).await;
        for (number, link) in links.iter().enumerate() {
            let mut patient = Patient::new(self.host);
            patient.device.tap = Some(self.tap.clone());
            patient.must(now, "open", json!({ "fragment": link })).await;
            patient.must(now, "read", json!({})).await;
            if number % 2 == 0 {
                patient.must(now, "move", json!({ "start": free[(number + 400) * 5], "practitioner": null })).await;
            } else {
                patient.must(now, "cancel", json!({ "text": "" })).await;
            }
        }
    }

    /// A time is held by somebody who has not booked yet.
    pub(super) async fn hold(&mut self, start: &Value, now: u32) {
        let chosen = self.chosen(start);
        self.patient(0, now).await.must(now, "hold", chosen).await;
    }
}
