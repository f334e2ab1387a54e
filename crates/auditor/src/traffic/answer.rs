//! What the host answered.

use std::borrow::Cow;

use souspli_attest::sha256;
use souspli_protocol::Digest;
use souspli_tlog::note::Note;

use super::coding::{Unpacked, unpack};
use super::exchange::{Answer, Body, Header, values};
use super::judge::{At, Judge};
use super::origin::Origin;
use super::value::Wrong;
use super::{body, headers, page};
use crate::live::{Manifest, safeguards};
use crate::policy::{Direction, Message, Route};
use crate::{Check, Finding, Place};

/// What an answer is by its route and status.
enum Kind<'p> {
    /// A JSON body.
    Message(&'p Message),
    /// One message a line.
    Lines(&'p Message),
    /// What is the same for everybody.
    Asset,
    /// A fixed or counted text.
    Text,
    /// The browser has it already.
    Unchanged,
    /// Nothing that is declared.
    Undeclared,
}

/// Whether a route's answers are the same for everybody.
pub(super) fn is_asset(route: &Route) -> bool {
    route.answers.values().any(|kind| kind == "asset")
}

/// A body without its packing.
pub(crate) fn unpacked<'b>(headers: &[Header], body: &'b Body) -> Cow<'b, [u8]> {
    let codings: Vec<&str> = values(headers, "content-encoding").collect();
    match unpack(&codings.join(","), body.bytes()) {
        Unpacked::Bytes(bytes) => Cow::Owned(bytes),
        Unpacked::AsItIs | Unpacked::TooLarge | Unpacked::Unknown(_) => Cow::Borrowed(body.bytes()),
    }
}

/// Judges the answer to a request to the host itself.
pub(super) fn judge(judge: &mut Judge<'_>, at: &At<'_>, own: &Origin) {
    let Some(answer) = &at.exchange.answer else { return };
    let place = at.place.at("answer");
    for found in headers::compare(judge.policy, Direction::Answer, &answer.headers) {
        judge.wrong(place.at(format!("header {}", found.name)), &found.wrong);
    }
    judge.headers_lead(&place, &answer.headers, own);
    if answer.cookies > 0 && values(&answer.headers, "set-cookie").next().is_none() {
        judge.find(Finding::new(Check::Tracker, place.at("header set-cookie")).fact("count", answer.cookies));
    }
    let Some(route) = at.route else { return nothing_there(judge, &place, answer) };
    // A browser that blocks an answer writes down none of its headers.
    if !answer.headers.is_empty() {
        let encrypted = own.scheme == "https";
        for wrong in safeguards::of(judge.policy, at.url.path, &answer.headers, encrypted) {
            let expected = Wrong { check: Check::WrongHeader, expected: wrong.expected, found: wrong.found };
            judge.wrong(place.at(format!("header {}", wrong.name)), &expected);
        }
    }
    let kind = kind_of(judge, route, answer.status);
    judge_headers(judge, &place, &kind, &answer.headers);
    judge_body(judge, at, answer, &kind, own);
}

/// Where nothing is declared a refusal says no more than any other.
fn nothing_there(judge: &mut Judge<'_>, place: &Place, answer: &Answer) {
    let bytes = unpacked(&answer.headers, &answer.body);
    if answer.status >= 400
        && !bytes.is_empty()
        && let Some(problem) = judge.policy.message("Problem")
    {
        compare(judge, &place.at("body"), problem, &bytes);
    }
}

fn kind_of<'p>(judge: &Judge<'p>, route: &Route, status: u16) -> Kind<'p> {
    let policy = judge.policy;
    let message = |name: &str| policy.message(name).map(Kind::Message);
    match route.answers.get(&status.to_string()).map(String::as_str) {
        Some("asset") => Kind::Asset,
        Some("text") => Kind::Text,
        Some(name) if route.path.ends_with("/stream") => policy.message(name).map_or(Kind::Undeclared, Kind::Lines),
        Some(name) => message(name).unwrap_or(Kind::Undeclared),
        None if status == 304 && is_asset(route) => Kind::Unchanged,
        None if status >= 400 => message("Problem").unwrap_or(Kind::Undeclared),
        None => Kind::Undeclared,
    }
}

/// What the headers of a kind of answer must be, beyond being declared.
fn judge_headers(judge: &mut Judge<'_>, place: &Place, kind: &Kind<'_>, all: &[Header]) {
    let mut refuse = |name: &str, check: Check, expected: &str| {
        for value in values(all, name) {
            let found = format!("text of {} characters", value.chars().count());
            let wrong = Wrong { check, ..Wrong::shape(expected, found) };
            judge.wrong(place.at(format!("header {name}")), &wrong);
        }
    };
    if !matches!(kind, Kind::Asset | Kind::Unchanged) {
        refuse("etag", Check::Tracker, "none");
    }
    if matches!(kind, Kind::Message(_) | Kind::Lines(_)) {
        refuse("content-encoding", Check::SizeVaries, "none: what is packed has no one length");
        let kept = values(all, "cache-control").any(|value| value != "no-store");
        if kept {
            refuse("cache-control", Check::WrongHeader, "no-store");
        }
        if values(all, "content-type").any(|value| !value.contains("json")) {
            refuse("content-type", Check::UndeclaredTraffic, "application/json");
        }
    }
}

fn judge_body(judge: &mut Judge<'_>, at: &At<'_>, answer: &Answer, kind: &Kind<'_>, own: &Origin) {
    let place = at.place.at("answer").at("body");
    let needs = !matches!(kind, Kind::Unchanged | Kind::Undeclared);
    if needs && matches!(answer.body, Body::NotRecorded) {
        return judge.not_recorded(at, "answer");
    }
    let bytes = unpacked(&answer.headers, &answer.body);
    match kind {
        Kind::Message(message) => compare(judge, &place, message, &bytes),
        Kind::Lines(message) => {
            // A stream goes on until somebody stops recording, in the middle of a line too.
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').and_then(|end| bytes.get(..end));
            let lines = whole.unwrap_or_default().split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            for (number, line) in (1_u64..).zip(lines) {
                compare(judge, &place.at(format!("line {number}")), message, line);
            }
        }
        Kind::Asset => asset(judge, at, answer, &bytes, own),
        Kind::Text => text(judge, at, &place, &bytes),
        Kind::Unchanged => {}
        Kind::Undeclared => {
            let found = format!("status {}, {} bytes", answer.status, bytes.len());
            let wrong = Wrong { check: Check::UndeclaredTraffic, ..Wrong::shape("a declared answer", found) };
            judge.wrong(at.place.at("answer"), &wrong);
        }
    }
}

fn compare(judge: &mut Judge<'_>, place: &Place, message: &Message, bytes: &[u8]) {
    for found in body::compare(judge.policy, message, bytes) {
        let place = found.path.iter().fold(place.clone(), |place, step| place.at(step.clone()));
        judge.wrong(place, &found.wrong);
    }
}

/// What is the same for everybody: the same bytes each time, recognised by nothing but them, leading nowhere else.
fn asset(judge: &mut Judge<'_>, at: &At<'_>, answer: &Answer, bytes: &[u8], own: &Origin) {
    let (hash, place) = (sha256(bytes), at.place.at("answer"));
    let (first, number) = *judge.served.entry(at.url.path.to_owned()).or_insert((hash, at.exchange.number));
    if first != hash {
        let finding = Finding::new(Check::WrongAsset, place.at("body")).fact("expected", first).fact("found", hash);
        judge.find(finding.fact("text", format!("request {number} was given other bytes")));
    }
    for tag in values(&answer.headers, "etag").filter(|tag| !is_of(tag, &hash)) {
        let found = format!("text of {} characters", tag.chars().count());
        let wrong = Wrong { check: Check::Tracker, ..Wrong::shape("the hash of what is served", found) };
        judge.wrong(place.at("header etag"), &wrong);
    }
    let kind = values(&answer.headers, "content-type").next().unwrap_or_default();
    let urls: Vec<String> = if kind.starts_with("text/html") {
        page::references(bytes).into_iter().map(|reference| reference.url).collect()
    } else if kind.starts_with("text/css") {
        page::of_style(&String::from_utf8_lossy(bytes))
    } else {
        Vec::new()
    };
    judge.leads(&place.at("body"), urls, own);
}

/// Whether a tag is the hash of what is served; a proxy in front may have made it a weak one.
fn is_of(tag: &str, hash: &Digest) -> bool {
    let bare = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
    bare.strip_suffix("-gz").unwrap_or(bare) == hash.to_string()
}

/// The few answers that are neither JSON nor a file.
fn text(judge: &mut Judge<'_>, at: &At<'_>, place: &Place, bytes: &[u8]) {
    let is_so = match at.url.path {
        "/log/checkpoint" => Note::parse(bytes).is_ok(),
        "/release" => Manifest::parse(bytes).is_ok(),
        "/metrics" => {
            return crate::live::metrics::judge(judge.policy, bytes, place).into_iter().for_each(|f| judge.find(f));
        }
        _ => bytes.trim_ascii() == b"ok",
    };
    if !is_so {
        let found = format!("{} bytes", bytes.len());
        judge.wrong(
            place.clone(),
            &Wrong { check: Check::UndeclaredTraffic, ..Wrong::shape("the declared text", found) },
        );
    }
}
