//! The running host: what it serves, whether it serves the same to everybody, and what it says to those who ask wrongly.
//!
//! What passes is judged as recorded traffic is ([`crate::traffic`]). Besides, the pages and all that they load are compared
//! with the manifest of a release, among different askers and with the public log; bookings are made for persons that do
//! not exist.

mod book;
mod caller;
mod device;
mod exposed;
mod logged;
pub(crate) mod metrics;
mod pages;
mod release;
pub(crate) mod safeguards;
mod transport;

use souspli_protocol::Digest;

use crate::audit::{Audit, Gap, Progress};
use crate::http::{Address, Client};
use crate::log::Source;
use crate::policy::Policy;
use crate::scan::Needles;
use crate::traffic::{Exchange, Judge, Origin};
use crate::{Check, Finding, Place};

pub use book::{At, Bookings, NoRandomness, System};
pub use release::{BadManifest, LONGEST as LONGEST_MANIFEST, Manifest};

use caller::{Asked, Caller};

/// What a running host is looked at by.
#[derive(Debug)]
pub struct Live<'a> {
    /// Where it is.
    pub address: Address,
    /// As the report calls it.
    pub name: String,
    /// What asks.
    pub client: Client,
    /// What it may say.
    pub policy: &'a Policy,
    /// What is searched for in what it says.
    pub needles: Option<&'a Needles>,
    /// The release that it should serve; without one, what it says itself.
    pub manifest: Option<Manifest>,
    /// Where its metrics are, if not at the host's address.
    pub metrics: Option<Address>,
    /// Now, in minutes since 1970.
    pub now: u32,
}

impl Live<'_> {
    /// Looks at the host, and makes bookings if some are given. Gives how many were made.
    pub async fn examine(
        &self,
        bookings: Option<&mut Bookings>,
        audit: &mut Audit,
        progress: &mut dyn Progress,
    ) -> u64 {
        let place = Place::of(format!("host {}", self.name));
        let origin = Origin::of(&self.address.to_string());
        let mut judge = Judge::new(self.policy, self.needles, origin, place.clone(), audit).live();
        let mut caller = Caller::new(self.client.clone(), self.address.clone());
        match caller.ask(Asked::get("/v1/host")).await {
            Ok(exchange) => judge.exchange(&exchange),
            Err(error) => {
                judge.unchecked(place, Gap::Unreachable, &error.to_string());
                return 0;
            }
        }
        let served = self.manifest(&mut caller, &mut judge, progress).await;
        let manifest = self.manifest.as_ref().or(served.as_ref());
        pages::examine(&mut caller, manifest, &mut judge, progress).await;
        pages::integrity(&mut caller, &mut judge).await;
        exposed::examine(&mut caller, manifest, &mut judge, progress).await;
        exposed::wrong(&mut caller, &mut judge, progress).await;
        self.health(&mut caller, &mut judge).await;
        transport::examine(&caller, &self.client, &mut judge).await;
        transport::clock(&mut caller, self.now, &mut judge).await;
        let made = match bookings {
            Some(bookings) => book(bookings, &mut caller, &mut judge, progress).await,
            None => 0,
        };
        judge.finish(false);
        made
    }

    /// The manifest that the host serves, compared with the one that is expected, and looked for in the log.
    async fn manifest(
        &self,
        caller: &mut Caller,
        judge: &mut Judge<'_>,
        progress: &mut dyn Progress,
    ) -> Option<Manifest> {
        let place = judge.place().at("asset /release");
        let exchange = caller.ask(Asked::get("/release")).await.ok()?;
        judge.exchange(&exchange);
        let answer = exchange.answer.as_ref().filter(|answer| answer.status == 200);
        let served = answer.and_then(|answer| Manifest::parse(answer.body.bytes()).ok());
        let wrong = |expected: &str| Finding::new(Check::WrongAsset, place.clone()).fact("expected", expected);
        match (&self.manifest, &served) {
            (_, None) => judge.find(wrong("a manifest of a release")),
            (Some(expected), Some(served)) if expected.object != served.object => {
                let found = wrong(&expected.object.to_string()).fact("found", served.object);
                judge.find(found.fact("version", &served.version));
            }
            (None, Some(_)) => judge.unchecked(place.clone(), Gap::OwnWord, ""),
            (Some(_), Some(_)) => {}
        }
        let object = served.as_ref().filter(|served| !served.files.is_empty())?.object;
        self.logged(&object, judge, progress).await;
        served
    }

    async fn logged(&self, object: &Digest, judge: &mut Judge<'_>, progress: &mut dyn Progress) {
        let place = judge.place().at("asset /release");
        let log = Source::Web(self.client.clone(), self.address.join("log"));
        match logged::is_logged(&log, object, progress).await {
            Ok(Some(true)) => {}
            Ok(_) => judge.find(Finding::new(Check::UnloggedRelease, place).fact("hash", object)),
            Err(error) => judge.unchecked(place, Gap::Unreadable, &error.to_string()),
        }
    }

    /// The addresses that only say how the host is, and its metrics.
    async fn health(&self, caller: &mut Caller, judge: &mut Judge<'_>) {
        for path in ["/healthz", "/readyz", "/openapi.json", "/log/checkpoint"] {
            if let Ok(exchange) = caller.ask(Asked::get(path)).await {
                judge.exchange(&exchange);
            }
        }
        let place = judge.place().at("route GET /metrics");
        let exchange = match &self.metrics {
            Some(address) => Caller::new(self.client.clone(), address.clone()).ask(Asked::get("/metrics")).await,
            None => caller.ask(Asked::get("/metrics")).await,
        };
        match exchange {
            Ok(Exchange { answer: Some(answer), .. }) if answer.status == 200 => {
                let bytes = crate::traffic::unpacked(&answer.headers, &answer.body);
                for finding in metrics::judge(self.policy, &bytes, &place) {
                    judge.find(finding);
                }
            }
            Ok(_) if self.metrics.is_none() => {
                judge.unchecked(place, Gap::LeftOut, "they are not at the host's address, and no other was given");
            }
            Ok(_) => judge.unchecked(place, Gap::Refused, ""),
            Err(error) => judge.unchecked(place, Gap::Unreachable, &error.to_string()),
        }
    }
}

/// Books, and judges what passed.
async fn book(bookings: &mut Bookings, caller: &mut Caller, judge: &mut Judge<'_>, progress: &mut dyn Progress) -> u64 {
    let booked = bookings.make(caller, progress).await;
    booked.passed.iter().for_each(|exchange| judge.exchange(exchange));
    if let Some(why) = booked.failed {
        judge.unchecked(judge.place().at("bookings"), Gap::Refused, &why);
    }
    booked.made
}
