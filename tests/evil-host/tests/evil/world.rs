//! Two practices on one real host, some bookings, and what the host has kept of earlier days.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use souspli_attest::SigningKey;
use souspli_evil_host::{Answer, Seen};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::{MONDAY, Member, Patient};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::wire::{Append, Blob, IdentityAnswer, Profile, Publish, RecordAnswer, Times, VaultAnswer};
use souspli_protocol::{Digest, Gid};
use souspli_server::config::Limits;
use souspli_server::{Config, Host, ManualClock, Running};
use tempfile::TempDir;

use crate::forge::Forge;
use crate::scene::Scene;

/// Three epochs before.
const EARLIER: u32 = MONDAY - 3 * 20_160;

/// A booking of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Booked {
    /// Booked and confirmed.
    Confirmed,
    /// The same, by another patient.
    Other,
    /// Booked, confirmed, moved, confirmed, cancelled.
    Cancelled,
    /// With the other practice.
    Elsewhere,
}

impl Booked {
    const ALL: [Self; 4] = [Self::Confirmed, Self::Other, Self::Cancelled, Self::Elsewhere];
}

/// The world.
pub(crate) struct World {
    _data: TempDir,
    host: Running,
    /// Now.
    pub(crate) now: u32,
    /// The practice.
    pub(crate) practice: Published,
    owner: Member,
    /// Account key of a desk member.
    pub(crate) desk_key: String,
    bookings: Vec<(Booked, Value, RecordAnswer)>,
    /// The ids that each of them claimed first.
    claims: Vec<ClaimIds>,
    /// What the host can make up by itself.
    pub(crate) forge: Arc<Forge>,
    /// What it had published before.
    pub(crate) old: Old,
    /// What it had of the same version before anything was booked.
    pub(crate) unbooked: Public,
    /// What it has now.
    pub(crate) current: Public,
    /// What another practice has published.
    pub(crate) other: Public,
    /// What the practice itself has published last, of kinds that a patient does not fetch.
    pub(crate) inner: Vec<(&'static str, Blob)>,
    /// What an honest host is asked in scenes that change nothing.
    pub(crate) honest: BTreeMap<Scene, Vec<Seen>>,
}

/// What anybody may fetch.
#[derive(Clone)]
pub(crate) struct Public {
    /// The profile.
    pub(crate) profile: Profile,
    /// Hours and claims.
    pub(crate) times: Times,
}

/// What a host may have kept.
#[derive(Clone)]
pub(crate) struct Old {
    /// Before the newest publishing.
    pub(crate) public: Public,
    /// The root's vault, before it was last written.
    pub(crate) vault: VaultAnswer,
    /// Identity of an epoch that is over.
    pub(crate) identity: IdentityAnswer,
    /// Identity of an epoch that has not begun.
    pub(crate) future: IdentityAnswer,
}

impl World {
    /// Makes it.
    pub(crate) async fn new() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at(EARLIER));
        let limits = Limits { address_burst: 0, link_burst: 0, ..Limits::default() };
        let config = Config { port: 0, data: data.path().to_owned(), limits, ..Config::default() };
        let host = Host::start(config, clock.clone()).await.expect("the host starts");
        let (mut owner, mut stranger) = (Member::new(host.addr), Member::new(host.addr));
        let practice = create(&mut owner, &Look::SMALL, EARLIER).await;
        let elsewhere = create(&mut stranger, &Look { name: "Practice Elsewhere", ..Look::SMALL }, EARLIER).await;
        clock.set(MONDAY);
        for member in [&mut owner, &mut stranger] {
            member.must(MONDAY, "maintain", json!({})).await;
        }
        let old = old(&practice, host.addr).await;
        let again = json!({ "catalogue": practice.catalogue, "rules": practice.rules });
        owner.must(MONDAY, "publish", again).await;
        let links = owner.must(MONDAY, "addLink", json!({ "name": "Second" })).await;
        owner.must(MONDAY, "revokeLink", json!({ "fragment": links["links"][1]["fragment"] })).await;
        let same = json!({ "accountKey": practice.account_key, "old": PASSPHRASE, "passphrase": PASSPHRASE });
        owner.must(MONDAY, "changePassphrase", same).await;
        let desk = owner.must(MONDAY, "addDesk", json!({ "name": "Desk One", "passphrase": PASSPHRASE })).await;
        let unbooked = public(&practice, host.addr).await;
        let (mut booked, mut claims) = (Vec::new(), Vec::new());
        for (practice, place) in [(&practice, 0), (&practice, 1), (&practice, 2), (&elsewhere, 0)] {
            let (booking, ids) = book(host.addr, practice, place).await;
            booked.push(booking);
            claims.push(ids);
        }
        owner.must(MONDAY, "sync", json!({})).await;
        move_and_cancel(host.addr, &practice, &booked[2], &mut owner).await;
        let mut bookings = Vec::new();
        for (name, booking) in Booked::ALL.into_iter().zip(booked) {
            let entries = record(host.addr, &booking).await;
            bookings.push((name, booking, entries));
        }
        let current = public(&practice, host.addr).await;
        let forge = Forge::new(&practice.link, &current, host_key(data.path()), MONDAY);
        let forge = Arc::new(forge.knowing(&bookings[0].1, &bookings[0].2));
        Self {
            _data: data,
            now: MONDAY,
            other: public(&elsewhere, host.addr).await,
            desk_key: text(&desk, "accountKey"),
            host,
            practice,
            inner: inner(&owner),
            owner,
            bookings,
            claims,
            forge,
            old,
            unbooked,
            current,
            honest: BTreeMap::new(),
        }
    }

    /// Where the real host listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.host.addr
    }

    /// The visit type that patients look for.
    pub(crate) fn wanted(&self) -> Value {
        wanted(&self.practice)
    }

    /// What unlocks the owner's vault.
    pub(crate) fn keys(&self) -> Value {
        json!({ "accountKey": self.practice.account_key, "passphrase": PASSPHRASE })
    }

    /// The ids that a booking claimed first.
    pub(crate) fn claims(&self, booked: Booked) -> Vec<Gid> {
        let place = self.bookings.iter().position(|(known, ..)| *known == booked).expect("a booking of the world");
        self.claims[place].ids().to_vec()
    }

    /// The private link of a booking.
    pub(crate) fn manage_link(&self, booked: Booked) -> String {
        text(self.booking(booked).0, "manageLink")
    }

    /// Id of a booking.
    pub(crate) fn record(&self, booked: Booked) -> String {
        text(self.booking(booked).0, "record")
    }

    /// A booking's entries, as the host has them.
    pub(crate) fn entries(&self, booked: Booked) -> RecordAnswer {
        self.booking(booked).1.clone()
    }

    /// A patient books some time.
    pub(crate) async fn book(&self) {
        book(self.addr(), &self.practice, 30).await;
    }

    /// The practice answers what waits, so that every scene begins alike.
    pub(crate) async fn settle(&mut self) {
        self.owner.must(self.now, "sync", json!({})).await;
    }

    fn booking(&self, booked: Booked) -> (&Value, &RecordAnswer) {
        let found = self.bookings.iter().find(|(known, ..)| *known == booked);
        found.map(|(_, booking, entries)| (booking, entries)).expect("a booking of the world")
    }
}

async fn old(practice: &Published, host: SocketAddr) -> Old {
    let mut device = Member::new(host);
    let keys = json!({ "accountKey": practice.account_key, "passphrase": PASSPHRASE });
    device.must(MONDAY, "unlock", keys).await;
    let vault = answer(&device.device.exchanges, "/v1/vaults/open");
    let calendar = souspli_protocol::private_link::PrivateLink::parse(&practice.link).expect("a link").context.calendar;
    let epoch = souspli_protocol::sizes::epoch_of(MONDAY);
    let identity = |epoch: u32| format!("/v1/calendars/{calendar}/identities/{epoch}");
    Old {
        public: public(practice, host).await,
        vault,
        identity: get(host, &identity(epoch - 3)).await,
        future: get(host, &identity(epoch + 2)).await,
    }
}

/// What a patient's device is given when it opens the booking link.
pub(crate) async fn public(practice: &Published, host: SocketAddr) -> Public {
    let mut patient = Patient::new(host);
    patient.must(MONDAY, "open", json!({ "fragment": practice.link })).await;
    patient.must(MONDAY, "times", wanted(practice)).await;
    let exchanges = &patient.device.exchanges;
    Public { profile: answer(exchanges, "/profile"), times: answer(exchanges, "/times") }
}

pub(crate) async fn record(host: SocketAddr, booking: &Value) -> RecordAnswer {
    let mut patient = Patient::new(host);
    patient.must(MONDAY, "open", json!({ "fragment": booking["manageLink"] })).await;
    answer(&patient.device.exchanges, "/records/read")
}

async fn book(host: SocketAddr, practice: &Published, place: usize) -> (Value, ClaimIds) {
    let mut patient = Patient::new(host);
    patient.must(MONDAY, "open", json!({ "fragment": practice.link })).await;
    let times = patient.must(MONDAY, "times", wanted(practice)).await;
    let mut chosen = wanted(practice);
    chosen["start"] = free(&times, place);
    patient.must(MONDAY, "hold", chosen).await;
    let booked = patient.must(MONDAY, "book", json!({ "form": form("Patient One", "A reason") })).await;
    let sent = patient.device.exchanges.iter().find(|exchange| exchange.request.ends_with("/events"));
    let sent: Append = serde_json::from_slice(&sent.expect("it was sent").body).expect("an event");
    (booked, ClaimIds::decode(&sent.claims.0).expect("24 ids"))
}

/// The newest publications that only members fetch, from what the owner has sent.
fn inner(owner: &Member) -> Vec<(&'static str, Blob)> {
    let sent = owner.device.exchanges.iter().rev().filter(|exchange| exchange.request.ends_with("/publications"));
    let batches = sent.map(|exchange| serde_json::from_slice::<Publish>(&exchange.body).expect("a batch"));
    let publications: Vec<Blob> = batches.flat_map(|batch| batch.publications.into_iter().rev()).collect();
    let newest = |kind: PublicationKind| {
        let is_one = |blob: &&Blob| Publication::parse(blob.0.clone()).expect("one").statement().kind == kind;
        publications.iter().find(is_one).expect("published").clone()
    };
    let kinds = [("acl", PublicationKind::Acl), ("grants", PublicationKind::Grants), ("rules", PublicationKind::Rules)];
    kinds.map(|(name, kind)| (name, newest(kind))).to_vec()
}

async fn move_and_cancel(host: SocketAddr, practice: &Published, booking: &Value, owner: &mut Member) {
    let mut patient = Patient::new(host);
    patient.must(MONDAY, "open", json!({ "fragment": booking["manageLink"] })).await;
    let times = patient.must(MONDAY, "times", wanted(practice)).await;
    patient.must(MONDAY, "move", json!({ "start": free(&times, 9), "practitioner": null })).await;
    owner.must(MONDAY, "sync", json!({})).await;
    patient.must(MONDAY, "read", json!({})).await;
    patient.must(MONDAY, "cancel", json!({ "text": "" })).await;
    owner.must(MONDAY, "sync", json!({})).await;
}

pub(crate) fn wanted(practice: &Published) -> Value {
    json!({ "visitType": practice.visit_type(0), "practitioner": null })
}

/// The start of the free time at a place, over all days.
fn free(times: &Value, place: usize) -> Value {
    let days = times["days"].as_array().expect("days").iter();
    let mut starts = days.flat_map(|day| day["times"].as_array().expect("times")).map(|time| time["start"].clone());
    starts.nth(place).expect("a free time")
}

/// The last answer of a route.
fn answer<A: DeserializeOwned>(exchanges: &[souspli_journey::Exchange], route: &str) -> A {
    let of_route = exchanges.iter().rev().find(|exchange| exchange.request.ends_with(route));
    serde_json::from_slice(&of_route.expect("it was asked").answer).expect("the answer of that route")
}

async fn get<A: DeserializeOwned>(host: SocketAddr, path: &str) -> A {
    let answer: Answer = souspli_evil_host::get(host, path).await;
    serde_json::from_slice(&answer.body).expect("the answer of that route")
}

/// The key that this host signs its receipts with.
pub(crate) fn host_key(data: &Path) -> SigningKey {
    let text = std::fs::read_to_string(data.join("host.key")).expect("the host's keys");
    let receipt = text.lines().find_map(|line| line.strip_prefix("receipt ")).expect("a receipt key");
    SigningKey::from_seed(&receipt.parse::<Digest>().expect("32 bytes").0)
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().expect("text").to_owned()
}
