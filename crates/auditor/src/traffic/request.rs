//! What was asked of the host.

use super::exchange::{Body, values};
use super::judge::{At, Judge};
use super::value::{self, Wrong, kind};
use super::{answer, body, headers};
use crate::policy::{Direction, Route};
use crate::{Check, Finding};

/// What a browser makes a request for that no page asks for in words.
const UNASKED: &[&str] = &["ping", "beacon", "cspviolationreport", "csp-violation-report", "report", "signedexchange"];

/// Judges a request to the host itself.
pub(super) fn judge(judge: &mut Judge<'_>, at: &At<'_>) {
    let (request, place) = (&at.exchange.request, &at.place);
    if let Some(route) = at.route {
        path(judge, at, route);
    } else {
        let finding = Finding::new(Check::UndeclaredTraffic, place.clone()).fact("expected", "a declared route");
        judge.find(finding.fact("found", format!("{} {}", request.method, at.url.path)));
    }
    if let Some(query) = at.url.query {
        let found = format!("text of {} characters", query.chars().count());
        judge.wrong(place.at("query"), &Wrong { check: Check::UndeclaredTraffic, ..Wrong::shape("none", found) });
    }
    for found in headers::compare(judge.policy, Direction::Request, &request.headers) {
        judge.wrong(place.at(format!("header {}", found.name)), &found.wrong);
    }
    if request.cookies > 0 && values(&request.headers, "cookie").next().is_none() {
        judge.find(Finding::new(Check::Tracker, place.at("header cookie")).fact("count", request.cookies));
    }
    recognised(judge, at);
    if let Some(made_for) = at.exchange.made_for.as_deref().filter(|made_for| UNASKED.contains(made_for)) {
        judge.find(Finding::new(Check::Tracker, place.clone()).fact("found", made_for));
    }
    if let Some(route) = at.route {
        compare_body(judge, at, route);
    }
}

/// What would tell a visitor from another where nobody has to be told.
fn recognised(judge: &mut Judge<'_>, at: &At<'_>) {
    let headers = &at.exchange.request.headers;
    let signed = at.route.is_some_and(|route| route.signed);
    if !signed && values(headers, "authorization").next().is_some() {
        let wrong = Wrong::shape("none: nobody signs this request", "a key");
        judge.wrong(at.place.at("header authorization"), &Wrong { check: Check::Tracker, ..wrong });
    }
    if !at.route.is_some_and(answer::is_asset) && values(headers, "if-none-match").next().is_some() {
        judge.find(Finding::new(Check::Tracker, at.place.at("header if-none-match")));
    }
}

/// The values in a path.
fn path(judge: &mut Judge<'_>, at: &At<'_>, route: &Route) {
    for (pattern, given) in route.path.split('/').zip(at.url.path.split('/')) {
        let name = pattern.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        let parameter = name.and_then(|name| route.parameters.iter().find(|parameter| parameter.name == name));
        let Some(parameter) = parameter else { continue };
        if let Err(wrong) = value::text(&parameter.holds, given, false) {
            judge.wrong(at.place.at(format!("value {}", parameter.name)), &wrong);
        }
    }
}

fn compare_body(judge: &mut Judge<'_>, at: &At<'_>, route: &Route) {
    let (request, place) = (&at.exchange.request, at.place.at("body"));
    let Some(message) = route.request.as_deref().and_then(|name| judge.policy.message(name)) else {
        if !matches!(request.body, Body::Empty) {
            let found = format!("{} bytes", request.body.bytes().len());
            judge.wrong(place, &Wrong { check: Check::UndeclaredTraffic, ..Wrong::shape("no body", found) });
        }
        return;
    };
    if matches!(request.body, Body::NotRecorded) {
        return judge.not_recorded(at, "body");
    }
    if at.exchange.answer.is_none() && matches!(request.body, Body::Empty) {
        return;
    }
    for found in body::compare(judge.policy, message, &answer::unpacked(&request.headers, &request.body)) {
        let place = found.path.iter().fold(place.clone(), |place, step| place.at(step.clone()));
        judge.wrong(place, &found.wrong);
    }
    if values(&request.headers, "content-type").next().is_none() && !request.headers.is_empty() {
        let wrong = Wrong::shape("application/json", kind(&serde_json::Value::Null));
        judge.wrong(at.place.at("header content-type"), &Wrong { check: Check::UndeclaredTraffic, ..wrong });
    }
}
