//! An honest host with two practices and some hundred bookings, made by the real client over real HTTP.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};
use souspli_auditor::database::{KnownBooking, KnownField, KnownValue};
use souspli_journey::practice::{Look, Published, create};
use souspli_journey::{Device, MONDAY, Member, Patient, TestHost};
use souspli_protocol::{RecordId, from_base64url, to_base64url};

/// Bookings of the first practice, and of the second.
const BOOKINGS: [usize; 2] = [200, 40];
/// The first booking that is changed, cancelled that is, and how far the next ones are from each other.
const CHANGED: (usize, usize) = (5, 23);
/// Bookings that one device makes.
const PER_DEVICE: usize = 20;

const FIRST: [&str; 16] = [
    "Adèle", "Bruno", "Chloé", "David", "Elsa", "Farid", "Gaëlle", "Hugo", "Inès", "Jules", "Karim", "Léa", "Marc",
    "Nadia", "Omar", "Paula",
];
const LAST: [&str; 13] = [
    "Martineau",
    "Lef",
    "Dubois-Marchand",
    "Roy",
    "Garnier",
    "Nguyen",
    "Abadie",
    "Zimmermann",
    "Oz",
    "Petitjean",
    "Bâ",
    "Sauvageot",
    "Vidal",
];
const REASONS: [&str; 5] =
    ["douleur au genou", "suivi de grossesse", "vaccin", "renouvellement d'ordonnance", "toux depuis dix jours"];

/// A database that a host has closed.
pub(crate) struct Honest {
    _folder: tempfile::TempDir,
    /// The SQLite file.
    pub(crate) file: PathBuf,
    /// What was typed into its bookings.
    pub(crate) known: Vec<KnownBooking>,
}

/// The SQLite file of a host that was stopped; made once.
pub(crate) fn sqlite() -> &'static Honest {
    static HONEST: OnceLock<Honest> = OnceLock::new();
    HONEST.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let known = fill(folder.path().to_owned(), None);
        Honest { file: folder.path().join("souspli.db"), known, _folder: folder }
    })
}

/// Starts a host on a folder, or on a database, fills it and stops it.
pub(crate) fn fill(folder: PathBuf, database: Option<String>) -> Vec<KnownBooking> {
    // A client's session stays on one thread.
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(filled(&folder, database.as_deref()))
    };
    std::thread::spawn(work).join().expect("filled")
}

async fn filled(folder: &Path, database: Option<&str>) -> Vec<KnownBooking> {
    let host = TestHost::start(folder, database, MONDAY).await;
    let (mut known, mut erased) = (Vec::<KnownBooking>::new(), Vec::new());
    for (practice, bookings) in BOOKINGS.into_iter().enumerate() {
        let mut owner = Member::new(host.addr());
        let look = Look { name: ["Cabinet du Port", "Centre des Lilas"][practice], ..Look::SMALL };
        let published = create(&mut owner, &look, now(known.len())).await;
        let mut book = Booker { host: &host, published: &published, device: 0, patient: None };
        let (starts, before) = (book.free_starts(now(known.len())).await, known.len());
        let mut links = Vec::new();
        for number in 0..bookings {
            let order = known.len();
            host.clock.set(now(order));
            // Neither times nor names rise with the order in which the bookings are made.
            let mixed = number * 37 % bookings;
            // The claimed-id set hides a free time by chance now and then.
            let choice = [&starts[mixed * 5], &starts[(bookings + 10 + mixed) * 5]];
            let (booking, link) = book.book(order, choice, bookings).await;
            known.push(booking);
            links.push(link);
        }
        let end = now(known.len());
        owner.must(end, "sync", json!({})).await;
        book.change(&links, end).await;
        owner.must(end, "sync", json!({})).await;
        let cancelled = known[before + CHANGED.0].record;
        owner.must(end, "erase", json!({ "record": to_base64url(&cancelled.0) })).await;
        erased.push(cancelled);
        book.hold(&starts[(bookings + 3) * 5], end).await;
    }
    host.running.shutdown().await;
    known.retain(|booking| !erased.contains(&booking.record));
    known
}

/// The minute of a booking: a few minutes after the one before, as people come.
fn now(order: usize) -> u32 {
    MONDAY + u32::try_from(order * 7 / 3).expect("small")
}

struct Booker<'a> {
    host: &'a TestHost,
    published: &'a Published,
    device: u8,
    patient: Option<Patient>,
}

impl Booker<'_> {
    async fn patient(&mut self, order: usize, now: u32) -> &mut Patient {
        if self.patient.is_none() || order.is_multiple_of(PER_DEVICE) {
            self.device += 1;
            let mut patient = Patient::new(self.host.addr());
            patient.device = Device::from(self.host.addr(), IpAddr::from([127, 3, 0, self.device]));
            patient.must(now, "open", json!({ "fragment": self.published.link })).await;
            self.patient = Some(patient);
        }
        self.patient.as_mut().expect("there is one")
    }

    fn wanted(&self) -> Value {
        json!({ "visitType": self.published.visit_type(0), "practitioner": null })
    }

    fn chosen(&self, start: &Value) -> Value {
        json!({ "visitType": self.published.visit_type(0), "practitioner": null, "start": start })
    }

    async fn free_starts(&mut self, now: u32) -> Vec<Value> {
        let wanted = self.wanted();
        let free = self.patient(0, now).await.must(now, "times", wanted).await;
        let days = free["days"].as_array().expect("days").iter();
        let times = days.flat_map(|day| day["times"].as_array().expect("times").iter());
        // Not today: it goes on while bookings are made.
        times.skip(60).map(|time| time["start"].clone()).collect()
    }

    async fn book(&mut self, order: usize, [start, other]: [&Value; 2], of: usize) -> (KnownBooking, Value) {
        let now = now(order);
        let chosen = [self.chosen(start), self.chosen(other)];
        let patient = self.patient(order, now).await;
        let [first, second] = chosen;
        let mut start = start;
        if patient.call(now, "hold", first).await.is_err() {
            patient.must(now, "hold", second).await;
            start = other;
        }
        let (form, fields) = form(order, start, of);
        let booked = patient.must(now, "book", json!({ "form": form })).await;
        assert_eq!(booked["state"], "reserved");
        let record = from_base64url(booked["record"].as_str().expect("a record")).expect("base64url");
        let record = RecordId::try_from(record.as_slice()).expect("an id");
        (KnownBooking { record, order: order as u64, fields }, booked["manageLink"].clone())
    }

    /// Some bookings are moved, some cancelled.
    async fn change(&mut self, links: &[Value], now: u32) {
        let free = self.free_starts(now).await;
        for (number, link) in links.iter().enumerate().skip(CHANGED.0).step_by(CHANGED.1) {
            let mut patient = Patient::new(self.host.addr());
            patient.must(now, "open", json!({ "fragment": link })).await;
            patient.must(now, "read", json!({})).await;
            if number % 2 == 0 {
                patient.must(now, "move", json!({ "start": free[(number + 500) * 5], "practitioner": null })).await;
            } else {
                patient.must(now, "cancel", json!({ "text": "" })).await;
            }
        }
    }

    /// A time is held by somebody who has not booked yet.
    async fn hold(&mut self, start: &Value, now: u32) {
        let chosen = self.chosen(start);
        self.patient(0, now).await.must(now, "hold", chosen).await;
    }
}

/// What a person types, and what the auditor knows of it.
fn form(order: usize, start: &Value, of: usize) -> (Value, Vec<KnownField>) {
    let mixed = order * 29 % of;
    let name = format!("{} {}", FIRST[mixed % 16], LAST[mixed * 5 % 13]);
    // Each telephone is two people's.
    let phone = format!("+33 6 {:02} {:02} {:02} 17", mixed / 2 % 100, mixed / 2 * 7 % 100, mixed / 2 * 13 % 100);
    let email = format!("{}.{}@exemple.fr", FIRST[mixed % 16].to_lowercase(), mixed / 2);
    let reason = REASONS[order * order % 11 % 5];
    let form = json!({ "name": name, "email": email, "phone": phone, "language": "fr", "reason": reason, "answers": [],
        "consents": { "email": false, "sms": false } });
    let text =
        |name: &str, value: &str| KnownField { name: name.to_owned(), value: KnownValue::Text(value.to_owned()) };
    let time = KnownField { name: "time".to_owned(), value: KnownValue::Time(5 * start.as_i64().expect("a granule")) };
    let fields = vec![text("name", &name), text("phone", &phone), text("email", &email), text("reason", reason), time];
    (form, fields)
}
