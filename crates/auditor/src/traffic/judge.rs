//! One recording, exchange by exchange.

use std::collections::BTreeMap;
use std::time::Instant;

use souspli_protocol::Digest;

use super::exchange::{Exchange, Header};
use super::origin::{Origin, Url, elsewhere, stays_inside};
use super::search::search;
use super::value::Wrong;
use super::{answer, page, request};
use crate::audit::{Audit, Gap, Looked, Unchecked};
use crate::policy::{Policy, Route};
use crate::scan::Needles;
use crate::{Area, Check, Finding, Place};

/// What a recording is looked at for.
pub const CHECKS: &[Check] = &[
    Check::Canary,
    Check::CanaryHash,
    Check::WrongShape,
    Check::TimeTooFine,
    Check::UndeclaredTraffic,
    Check::ThirdParty,
    Check::SizeVaries,
    Check::Tracker,
    Check::WrongHeader,
    Check::WrongAsset,
];

/// What a running host is looked at for besides.
const LIVE: &[Check] = &[Check::UndeclaredMetric, Check::WeakTransport, Check::WrongClock, Check::UnloggedRelease];

/// Paths that browsers ask for by themselves, whatever a page says.
const BY_ITSELF: &[&str] = &[
    "/favicon.ico",
    "/apple-touch-icon.png",
    "/apple-touch-icon-precomposed.png",
    "/robots.txt",
    "/.well-known/appspecific/com.chrome.devtools.json",
    "/.well-known/passkey-endpoints",
    "/.well-known/change-password",
];

/// Judges the exchanges of one recording.
pub struct Judge<'a> {
    pub(super) policy: &'a Policy,
    pub(super) needles: Option<&'a Needles>,
    pub(super) audit: &'a mut Audit,
    /// The recording.
    place: Place,
    own: Option<Origin>,
    /// What was served at a path first, and in which exchange.
    pub(super) served: BTreeMap<String, (Digest, u64)>,
    not_recorded: BTreeMap<(String, &'static str), u64>,
    begun: Instant,
    summary: Summary,
    area: Area,
}

/// What a recording came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Exchanges.
    pub exchanges: u64,
    /// Bytes of addresses, headers and bodies.
    pub bytes: u64,
    /// Findings.
    pub findings: u64,
}

/// An exchange with where it is, and what the policy says of it.
pub(super) struct At<'e> {
    pub(super) exchange: &'e Exchange,
    pub(super) url: Url<'e>,
    pub(super) route: Option<&'e Route>,
    /// The route and the exchange.
    pub(super) place: Place,
}

impl<'a> Judge<'a> {
    /// Judges what a recording holds. Without an origin the host is whom the first request goes to.
    pub fn new(
        policy: &'a Policy,
        needles: Option<&'a Needles>,
        origin: Option<Origin>,
        place: Place,
        audit: &'a mut Audit,
    ) -> Self {
        Self {
            policy,
            needles,
            audit,
            place,
            own: origin,
            served: BTreeMap::new(),
            not_recorded: BTreeMap::new(),
            begun: Instant::now(),
            summary: Summary::default(),
            area: Area::Traffic,
        }
    }

    /// The same for what the auditor itself exchanges with a running host.
    pub(crate) fn live(self) -> Self {
        Self { area: Area::Live, ..self }
    }

    /// Judges one exchange.
    pub fn exchange(&mut self, exchange: &Exchange) {
        self.summary.exchanges = self.summary.exchanges.saturating_add(1);
        self.summary.bytes = self.summary.bytes.saturating_add(bytes(exchange));
        let number = format!("request {}", exchange.number);
        if stays_inside(&exchange.request.url) {
            return;
        }
        let Some(url) = Url::parse(&exchange.request.url) else {
            let place = self.place.at(number);
            self.find(Finding::new(Check::UndeclaredTraffic, place).fact("expected", "an address of the web"));
            return;
        };
        let own = self.own.get_or_insert_with(|| url.origin.clone()).clone();
        let policy = self.policy;
        let route = policy.route(&exchange.request.method, url.path);
        let step = route.map(|route| format!("route {} {}", route.method, route.path));
        let base = step.map_or_else(|| self.place.clone(), |step| self.place.at(step));
        if url.origin != own {
            let place = self.place.at(format!("host {}", url.origin)).at(number);
            let at = At { exchange, url, route: None, place };
            self.somebody_else(&at, &own);
            return self.search(&at);
        }
        let at = At { exchange, url, route, place: base.at(number) };
        if route.is_some() || !is_the_browsers_own(&at) {
            request::judge(self, &at);
            answer::judge(self, &at, &own);
        }
        self.search(&at);
    }

    /// Judges the answer to a request that was wrong on purpose. Where nothing is declared, nothing may answer.
    pub(crate) fn answer(&mut self, exchange: &Exchange) {
        self.summary.exchanges = self.summary.exchanges.saturating_add(1);
        self.summary.bytes = self.summary.bytes.saturating_add(bytes(exchange));
        let Some(url) = Url::parse(&exchange.request.url) else { return };
        let own = self.own.get_or_insert_with(|| url.origin.clone()).clone();
        let policy = self.policy;
        let route = policy.route(&exchange.request.method, url.path);
        let place =
            self.place.at(format!("route {} {}", exchange.request.method, route.map_or(url.path, |route| &route.path)));
        let at = At { exchange, url, route, place };
        answer::judge(self, &at, &own);
        if let (None, Some(answer)) = (route, &exchange.answer)
            && !matches!(answer.status, 404 | 405)
        {
            let wrong = Wrong::shape("404 or 405", answer.status.to_string());
            self.wrong(at.place.clone(), &Wrong { check: Check::UndeclaredTraffic, ..wrong });
        }
        self.search(&at);
    }

    /// The place that everything lies in.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Something that was not looked at.
    pub(crate) fn unchecked(&mut self, place: Place, gap: Gap, why: &str) {
        let unchecked = Unchecked::new(self.area, place, gap);
        self.audit.unchecked(if why.is_empty() { unchecked } else { unchecked.fact("why", why) });
    }

    /// Says what was looked at, and what the recording did not hold.
    pub fn finish(self, by_proxy: bool) -> Summary {
        for ((route, what), count) in &self.not_recorded {
            let place = self.place.at(route.clone()).at(*what);
            self.audit.unchecked(Unchecked::new(self.area, place, Gap::NotRecorded).fact("count", count));
        }
        if self.needles.is_none() {
            self.audit.unchecked(Unchecked::new(self.area, self.place.clone(), Gap::NoCanaries));
        }
        if by_proxy {
            self.audit.unchecked(Unchecked::new(self.area, self.place.clone(), Gap::OneSide));
        }
        let searched = |check: &&Check| self.needles.is_some() || !matches!(check, Check::Canary | Check::CanaryHash);
        let live = if self.area == Area::Live { LIVE } else { &[] };
        self.audit.looked(Looked {
            area: self.area,
            place: self.place,
            checks: CHECKS.iter().chain(live).filter(searched).copied().collect(),
            rows: self.summary.exchanges,
            bytes: self.summary.bytes,
            seconds: self.begun.elapsed().as_secs(),
        });
        self.summary
    }

    /// A host that is not the one under examination. What is sent unencrypted to be sent on to the encrypted one is none.
    fn somebody_else(&mut self, at: &At<'_>, own: &Origin) {
        let answer = at.exchange.answer.as_ref();
        if at.url.origin.is_unencrypted_form_of(own) {
            let moved = answer.is_some_and(|answer| {
                let to = answer.headers.iter().find(|header| header.name == "location");
                matches!(answer.status, 301 | 302 | 307 | 308)
                    && to.is_some_and(|to| Origin::of(&to.value).as_ref() == Some(own))
            });
            if !moved || at.exchange.request.body.bytes() != b"" {
                let finding = Finding::new(Check::UndeclaredTraffic, at.place.clone());
                self.find(finding.fact("expected", own).fact("found", &at.url.origin));
            }
            return;
        }
        let mut finding = Finding::new(Check::ThirdParty, at.place.clone());
        finding = finding.fact("found", &at.url.origin).fact("method", &at.exchange.request.method);
        self.find(finding.fact("bytes", at.exchange.request.body.bytes().len()));
    }

    /// Whatever in an answer leads a browser to somebody else.
    pub(super) fn leads(&mut self, place: &Place, urls: impl IntoIterator<Item = String>, own: &Origin) {
        for origin in urls.into_iter().filter_map(|url| elsewhere(&url, own)) {
            self.find(Finding::new(Check::ThirdParty, place.clone()).fact("found", origin));
        }
    }

    /// Headers lead elsewhere whatever they are called.
    pub(super) fn headers_lead(&mut self, place: &Place, headers: &[Header], own: &Origin) {
        for header in headers {
            self.leads(&place.at(format!("header {}", header.name)), page::of_header(&header.value), own);
        }
    }

    /// Takes a finding.
    pub(crate) fn find(&mut self, finding: Finding) {
        self.summary.findings = self.summary.findings.saturating_add(1);
        self.audit.find(finding);
    }

    /// Takes something that is not as declared.
    pub(super) fn wrong(&mut self, place: Place, wrong: &Wrong) {
        let finding = Finding::new(wrong.check, place);
        self.find(finding.fact("expected", &wrong.expected).fact("found", &wrong.found));
    }

    /// A body of which the recording has nothing.
    pub(super) fn not_recorded(&mut self, at: &At<'_>, what: &'static str) {
        let route =
            at.route.map_or_else(|| at.place.path.concat(), |route| format!("route {} {}", route.method, route.path));
        let count = self.not_recorded.entry((route, what)).or_default();
        *count = count.saturating_add(1);
    }

    /// Searches all that passed, whatever it is.
    fn search(&mut self, at: &At<'_>) {
        let Some(needles) = self.needles else { return };
        let request = &at.exchange.request;
        let target = format!("{}{}{}", at.url.origin.host, at.url.path, at.url.query.unwrap_or_default());
        let mut found = search(needles, target.as_bytes(), &at.place.at("address"));
        found.extend(in_headers(needles, &request.headers, &at.place));
        found.extend(in_body(needles, &answer::unpacked(&request.headers, &request.body), &at.place.at("body")));
        if let Some(answer) = &at.exchange.answer {
            let place = at.place.at("answer");
            found.extend(in_headers(needles, &answer.headers, &place));
            found.extend(in_body(needles, &answer::unpacked(&answer.headers, &answer.body), &place.at("body")));
        }
        for frame in &at.exchange.frames {
            let place = if frame.sent { at.place.clone() } else { at.place.at("answer") };
            found.extend(in_body(needles, &frame.bytes, &place.at("message")));
        }
        for finding in found {
            self.find(finding);
        }
    }
}

/// What a browser asks for by itself says nothing of anybody, if it is refused.
fn is_the_browsers_own(at: &At<'_>) -> bool {
    let request = &at.exchange.request;
    let refused = at.exchange.answer.as_ref().is_none_or(|answer| answer.status == 404);
    let plain = request.method == "GET" && at.url.query.is_none() && request.body.bytes().is_empty();
    plain && refused && BY_ITSELF.contains(&at.url.path)
}

fn in_headers(needles: &Needles, headers: &[Header], place: &Place) -> Vec<Finding> {
    let all: Vec<String> = headers.iter().map(|header| format!("{}: {}", header.name, header.value)).collect();
    if search(needles, all.join("\n").as_bytes(), place).is_empty() {
        return Vec::new();
    }
    let one = |(header, text): (&Header, &String)| {
        search(needles, text.as_bytes(), &place.at(format!("header {}", header.name)))
    };
    headers.iter().zip(&all).flat_map(one).collect()
}

/// Of JSON each text by itself, since a value may be packed as a whole; then what stands around them, names included.
fn in_body(needles: &Needles, body: &[u8], place: &Place) -> Vec<Finding> {
    let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(body) else { return search(needles, body, place) };
    let mut found = Vec::new();
    in_value(needles, &value, place, &mut found);
    if found.is_empty() {
        let whole = serde_json::to_vec(&value).is_ok_and(|json| json.len() == body.len());
        empty_long(&mut value);
        let around = if whole { serde_json::to_vec(&value).unwrap_or_default() } else { body.to_vec() };
        found = search(needles, &around, place);
    }
    found
}

/// Takes away the long texts, which were searched by themselves.
fn empty_long(value: &mut serde_json::Value) {
    const LONG: usize = 512;
    match value {
        serde_json::Value::String(text) if text.len() > LONG => text.clear(),
        serde_json::Value::Array(items) => items.iter_mut().for_each(empty_long),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(empty_long),
        _ => {}
    }
}

fn in_value(needles: &Needles, value: &serde_json::Value, place: &Place, found: &mut Vec<Finding>) {
    match value {
        serde_json::Value::String(text) => found.extend(search(needles, text.as_bytes(), place)),
        serde_json::Value::Array(items) => {
            for (number, item) in (1_u64..).zip(items) {
                in_value(needles, item, &place.at(format!("item {number}")), found);
            }
        }
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                in_value(needles, value, &place.at(format!("field {name}")), found);
            }
        }
        serde_json::Value::Number(number) => found.extend(search(needles, number.to_string().as_bytes(), place)),
        serde_json::Value::Null | serde_json::Value::Bool(_) => {}
    }
}

fn bytes(exchange: &Exchange) -> u64 {
    let of_headers = |headers: &[Header]| -> Vec<usize> {
        headers.iter().flat_map(|header| [header.name.len(), header.value.len()]).collect()
    };
    let request = &exchange.request;
    let mut lengths = of_headers(&request.headers);
    lengths.extend([request.url.len(), request.body.bytes().len()]);
    if let Some(answer) = &exchange.answer {
        lengths.extend(of_headers(&answer.headers));
        lengths.push(answer.body.bytes().len());
    }
    lengths.extend(exchange.frames.iter().map(|frame| frame.bytes.len()));
    let all = lengths.into_iter().fold(0, usize::saturating_add);
    u64::try_from(all).unwrap_or(u64::MAX)
}
