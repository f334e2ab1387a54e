//! What passes between browsers and the host is more than it may be.

use serde_json::{Value, json};
use souspli_auditor::Check::{Canary, SizeVaries, ThirdParty, Tracker, UndeclaredTraffic};

use super::{at, encodings, one};
use crate::har::{self, Har};
use crate::{Leak, Switch};

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "traffic/third-party",
        "lets the page fetch a font from somebody else",
        &[at(ThirdParty, &["host https://fonts.example.net"])],
        Leak::Traffic(|har, _| foreign(har, "https://fonts.example.net/css2?family=Inter")),
    ),
    one(
        "traffic/pixel",
        "lets the page load a picture of one pixel that counts visits",
        &[at(ThirdParty, &["host https://stats.example.net"])],
        Leak::Traffic(|har, _| foreign(har, "https://stats.example.net/p.gif?i=c81e728d&e=booked")),
    ),
    one(
        "traffic/cookie",
        "sets a cookie with a number for each visitor",
        &[at(Tracker, &["answer", "header set-cookie"])],
        Leak::Traffic(|har, _| {
            for (number, entry) in har.of_route("/profile").enumerate() {
                har::add_header(&mut entry["response"], "set-cookie", &format!("sid={number:08x}; Path=/; HttpOnly"));
            }
        }),
    ),
    one(
        "traffic/cookie-comes-back",
        "recognises visitors by a cookie that it set earlier",
        &[at(Tracker, &["header cookie"])],
        Leak::Traffic(|har, _| {
            for entry in har.of_route("/events") {
                har::add_header(&mut entry["request"], "cookie", "sid=5f2c77aa");
            }
        }),
    ),
    one(
        "traffic/etag-for-each-visitor",
        "gives the same thing a mark that differs from visitor to visitor",
        &[at(Tracker, &["answer", "header etag"])],
        Leak::Traffic(|har, _| {
            for (number, entry) in har.of_route("/v1/host").chain([]).enumerate() {
                har::add_header(&mut entry["response"], "etag", &format!("\"{number:016x}\""));
            }
        }),
    ),
    one(
        "traffic/request-id",
        "numbers the requests in a header",
        &[at(Tracker, &["answer", "header x-request-id"])],
        Leak::Traffic(|har, _| {
            for (number, entry) in har.entries().iter_mut().enumerate() {
                har::add_header(&mut entry["response"], "x-request-id", &format!("{number:032x}"));
            }
        }),
    ),
    one(
        "traffic/server-timing",
        "says in a header how long the database took for each booking",
        &[at(UndeclaredTraffic, &["answer", "header server-timing"])],
        Leak::Traffic(|har, _| {
            for entry in har.of_route("/events") {
                har::add_header(&mut entry["response"], "server-timing", "db;dur=1.204, seal;dur=0.310");
            }
        }),
    ),
    one(
        "traffic/referrer",
        "lets browsers say where they came from",
        &[at(UndeclaredTraffic, &["header referer"])],
        Leak::Traffic(|har, _| {
            for entry in har.of_route("/profile") {
                har::add_header(&mut entry["request"], "referer", "https://www.dermatology.example/praxis/termin");
            }
        }),
    ),
    one(
        "traffic/field-in-an-answer",
        "adds a field to an answer",
        &[at(UndeclaredTraffic, &["answer", "body", "field visitor"])],
        Leak::Traffic(|har, _| {
            for entry in har.of_route("/holds") {
                har::change_answer(entry, |body| body["visitor"] = json!(17));
            }
        }),
    ),
    one(
        "traffic/name-in-a-request",
        "serves a page that sends the name along, for a better service",
        &[at(UndeclaredTraffic, &["body", "field hint"]), at(Canary, &["body", "field hint"])],
        Leak::Traffic(|har, persons| {
            for (entry, person) in har.of_route("/events").zip(persons) {
                har::change_request(entry, |body| body["hint"] = json!(person.name));
            }
        }),
    ),
    one(
        "traffic/reason-in-a-declared-field",
        "serves a page that puts the reason, in base64url, where a proof of work would stand",
        &[at(SizeVaries, &["body", "field work"]), at(Canary, &["body", "field work"])],
        Leak::Traffic(|har, persons| {
            for (entry, person) in har.of_route("/events").zip(persons) {
                let reason = encodings::base64(person.reason.as_bytes()).replace('+', "-").replace('/', "_");
                har::change_request(entry, |body| body["work"] = json!(reason.trim_end_matches('=')));
            }
        }),
    ),
    one(
        "traffic/size-follows-content",
        "serves a page that pads bookings to the length of the reason",
        &[at(SizeVaries, &["body"])],
        Leak::Traffic(|har, persons| {
            for (entry, person) in har.of_route("/events").zip(persons) {
                let text = entry["request"]["postData"]["text"].as_str().expect("a body").to_owned();
                har::set_request(entry, &format!("{text}{}", " ".repeat(person.reason.len())));
            }
        }),
    ),
    one(
        "traffic/query-string",
        "takes the visit type in the query of an address",
        &[at(UndeclaredTraffic, &["query"])],
        Leak::Traffic(|har, _| {
            for entry in har.of_route("/times").take(3) {
                let url = entry["request"]["url"].as_str().expect("a URL").to_owned();
                entry["request"]["url"] = format!("{url}?type=first-consultation&lang=fr").into();
                entry["request"]["queryString"] =
                    json!([{ "name": "type", "value": "first-consultation" }, { "name": "lang", "value": "fr" }]);
            }
        }),
    ),
    one(
        "traffic/undeclared-route",
        "has a route for reminders, which takes an e-mail address",
        &[at(UndeclaredTraffic, &["request *"]), at(Canary, &["request *", "body", "field mail"])],
        Leak::Traffic(|har, persons| {
            let mut entry = har.of_route("/events").next().expect("a booking").clone();
            let url = entry["request"]["url"].as_str().expect("a URL").replace("/events", "/reminders");
            entry["request"]["url"] = url.into();
            har::set_request(&mut entry, &json!({ "mail": persons[0].email, "days": 1 }).to_string());
            har::set_answer(&mut entry, "{}");
            har.entries().push(entry);
        }),
    ),
    one(
        "traffic/error-with-sql",
        "answers an error with the statement that failed",
        &[at(UndeclaredTraffic, &["answer", "body", "field error"]), at(Canary, &["answer", "body", "field error"])],
        Leak::Traffic(|har, persons| {
            let mut entry = har.of_route("/events").next().expect("a booking").clone();
            entry["response"]["status"] = 500.into();
            har::set_answer(
                &mut entry,
                &format!("{{\"error\":\"SELECT * FROM event WHERE patient = '{}'\"}}", persons[3].name),
            );
            har.entries().push(entry);
        }),
    )
    .also(&[&["answer", "body"]]),
    one(
        "traffic/plain-text-form",
        "takes bookings unsealed where a browser is old",
        &[at(UndeclaredTraffic, &["body", "field name"]), at(Canary, &["body", "field name"])],
        Leak::Traffic(|har, persons| {
            let entry = har.of_route("/events").next().expect("a booking");
            har::set_request(entry, &encodings::form(&persons[5]));
        }),
    )
    .also(&[&["body"]]),
    one(
        "traffic/claims-fewer",
        "serves a page that claims only the ids of the visit, without decoys",
        &[at(SizeVaries, &["body", "field claims"])],
        Leak::Traffic(|har, _| {
            for entry in har.of_route("/events") {
                har::change_request(entry, |body| {
                    let claims = body["claims"].as_str().expect("claims").to_owned();
                    body["claims"] = claims[..claims.len().min(64)].into();
                });
            }
        }),
    ),
];

/// One more request, to somebody else.
fn foreign(har: &mut Har, url: &str) {
    let entry: Value = json!({ "startedDateTime": "2026-11-23T08:00:01.000Z", "time": 4,
        "request": { "method": "GET", "url": url, "httpVersion": "HTTP/2", "cookies": [], "headers": [],
            "queryString": [], "headersSize": -1, "bodySize": 0 },
        "response": { "status": 200, "statusText": "", "httpVersion": "HTTP/2", "cookies": [], "headers": [],
            "content": { "size": 43, "mimeType": "image/gif", "text": "" }, "redirectURL": "", "headersSize": -1,
            "bodySize": 43 },
        "cache": {}, "timings": { "send": 0, "wait": 4, "receive": 0 } });
    har.entries().push(entry);
}
