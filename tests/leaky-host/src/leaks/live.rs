//! What a running host answers is not what it should be.

use std::sync::atomic::{AtomicU32, Ordering};

use souspli_auditor::Check::{ThirdParty, Tracker, UndeclaredMetric, UndeclaredTraffic, WrongAsset, WrongHeader};
use souspli_evil_host::{Answer, Lie};

use super::{at, one};
use crate::{Leak, Switch};

const POLICY: &str = "content-security-policy";

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "live/no-content-security-policy",
        "serves pages without a policy that says what they may load",
        &[at(WrongHeader, &["answer", "header content-security-policy"])],
        Leak::Live(|| Lie::in_answers(|_, answer| without(answer, POLICY))),
    ),
    one(
        "live/policy-opened",
        "lets pages speak with everybody",
        &[at(WrongHeader, &["answer", "header content-security-policy"])],
        Leak::Live(|| {
            Lie::in_answers(|_, mut answer| {
                for (name, value) in &mut answer.headers {
                    if name == POLICY {
                        *value = value.replace("connect-src 'self'", "connect-src *");
                    }
                }
                answer
            })
        }),
    ),
    one(
        "live/referrers-sent",
        "lets pages say where somebody came from",
        &[at(WrongHeader, &["answer", "header referrer-policy"])],
        Leak::Live(|| {
            Lie::in_answers(|_, answer| with(without(answer, "referrer-policy"), "referrer-policy", "unsafe-url"))
        }),
    ),
    one(
        "live/no-nosniff",
        "lets browsers guess what an answer is",
        &[at(WrongHeader, &["answer", "header x-content-type-options"])],
        Leak::Live(|| Lie::in_answers(|_, answer| without(answer, "x-content-type-options"))),
    ),
    one(
        "live/open-to-other-pages",
        "lets every page read its answers",
        &[at(UndeclaredTraffic, &["answer", "header access-control-allow-origin"])],
        Leak::Live(|| Lie::in_answers(|_, answer| with(answer, "access-control-allow-origin", "*"))),
    ),
    one(
        "live/server-timing",
        "says in a header how long things took",
        &[at(UndeclaredTraffic, &["answer", "header server-timing"])],
        Leak::Live(|| Lie::in_answers(|_, answer| with(answer, "server-timing", "db;dur=1.31"))),
    ),
    one(
        "live/cookie",
        "sets a cookie on its pages",
        &[at(Tracker, &["answer", "header set-cookie"])],
        Leak::Live(|| {
            let visitors = AtomicU32::new(1);
            Lie::in_answers(move |asked, answer| match asked.path.as_str() {
                "/" | "/practice" => {
                    let visitor = visitors.fetch_add(1, Ordering::Relaxed);
                    with(answer, "set-cookie", &format!("v={visitor:08x}; Max-Age=31536000"))
                }
                _ => answer,
            })
        }),
    )
    .also(&[&["asset *", "header set-cookie"]]),
    one(
        "live/etag-for-each-visitor",
        "gives each visitor another mark of the same asset",
        &[at(Tracker, &["answer", "header etag"])],
        Leak::Live(|| {
            let visitors = AtomicU32::new(1);
            Lie::in_answers(move |asked, answer| {
                if !asked.path.starts_with("/assets/") {
                    return answer;
                }
                let visitor = visitors.fetch_add(1, Ordering::Relaxed);
                with(without(answer, "etag"), "etag", &format!("\"{visitor:016x}\""))
            })
        }),
    ),
    one(
        "live/script-changed",
        "serves a script to which a line was added",
        &[at(WrongAsset, &["asset /assets/*"])],
        Leak::Live(|| {
            changed(".js", |body| {
                body.extend(b";navigator.sendBeacon('/assets/c',document.title);\n");
            })
        }),
    )
    .also(&[&["asset *"], &["answer", "header etag"]]),
    one(
        "live/wasm-changed",
        "serves the sealing program with one bit changed",
        &[at(WrongAsset, &["asset /assets/*"])],
        Leak::Live(|| changed(".wasm", |body| body[1_000] ^= 1)),
    )
    .also(&[&["asset *"], &["answer", "header etag"]]),
    one(
        "live/page-with-a-script",
        "serves a page that loads one more script, from somebody else",
        &[at(WrongAsset, &["asset /"]), at(ThirdParty, &["answer", "body"])],
        Leak::Live(|| {
            Lie::in_answers(|asked, mut answer| {
                if asked.path == "/" {
                    let page = String::from_utf8_lossy(&answer.body);
                    let more = "<script src=\"https://cdn.example.net/a.js\"></script></head>";
                    answer.body = page.replacen("</head>", more, 1).into_bytes();
                }
                answer
            })
        }),
    )
    .also(&[&["answer", "header etag"]]),
    one(
        "live/practice-page-changed",
        "serves the practices another page, and the patients the right one",
        &[at(WrongAsset, &["asset /practice"])],
        Leak::Live(|| {
            Lie::in_answers(|asked, mut answer| {
                if asked.path == "/practice" {
                    answer.body.extend(b"<!-- 2 -->");
                }
                answer
            })
        }),
    )
    .also(&[&["answer", "header etag"]]),
    one(
        "live/every-third-visitor",
        "serves every third visitor another script",
        &[at(WrongAsset, &["answer", "body"])],
        Leak::Live(|| {
            let visitors = AtomicU32::new(0);
            changed(".js", move |body| {
                if visitors.fetch_add(1, Ordering::Relaxed) % 3 == 2 {
                    body.extend(b"//\n");
                }
            })
        }),
    )
    .also(&[&["asset *"], &["answer", "header etag"]]),
    one(
        "live/field-of-the-host",
        "says more of itself than is declared",
        &[at(UndeclaredTraffic, &["route GET /v1/host", "answer", "body", "field region"])],
        Leak::Live(|| {
            Lie::about::<serde_json::Value, _>("/v1/host", |info| info["region"] = serde_json::json!("eu-west-3a"))
        }),
    ),
    one(
        "live/error-with-details",
        "answers errors with what the database said",
        &[at(UndeclaredTraffic, &["answer", "body", "field error"])],
        Leak::Live(|| {
            Lie::in_answers(|_, mut answer| {
                if answer.status >= 400 {
                    answer.body =
                        b"{\"error\":\"no such table: patient (SELECT name FROM patient WHERE id = 7)\"}".to_vec();
                }
                answer
            })
        }),
    )
    .also(&[&["answer", "body"]]),
    one(
        "live/metric-by-practice",
        "counts the bookings of each practice by itself",
        &[at(UndeclaredMetric, &["metric souspli_bookings_of_practice"])],
        Leak::Live(|| {
            metrics(|text| {
                let more =
                    "# TYPE souspli_bookings_of_practice counter\nsouspli_bookings_of_practice{practice=\"7\"} 88\n";
                text.push_str(more);
            })
        }),
    ),
    one(
        "live/metric-of-the-path",
        "counts requests by the path that was asked for in place of its pattern",
        &[at(UndeclaredMetric, &["metric souspli_requests_total", "label route"])],
        Leak::Live(|| metrics(|text| *text = text.replacen("route=\"/v1/host\"", "route=\"/v1/hosts/rdv-7\"", 1))),
    ),
    one(
        "live/metric-with-its-moment",
        "says behind a number in which millisecond it grew",
        &[at(UndeclaredMetric, &["metric souspli_events_total"])],
        Leak::Live(|| {
            metrics(|text| {
                let timed = |line: &str| {
                    let moment = if line.starts_with("souspli_events_total ") { " 1795420800123" } else { "" };
                    format!("{line}{moment}\n")
                };
                *text = text.lines().map(timed).collect();
            })
        }),
    ),
];

/// Changes the text of the metrics.
fn metrics(change: impl Fn(&mut String) + Send + Sync + 'static) -> Lie {
    Lie::in_answers(move |asked, mut answer| {
        if asked.path == "/metrics" {
            let mut text = String::from_utf8_lossy(&answer.body).into_owned();
            change(&mut text);
            answer.body = text.into_bytes();
        }
        answer
    })
}

fn without(mut answer: Answer, header: &str) -> Answer {
    answer.headers.retain(|(name, _)| name != header);
    answer
}

fn with(mut answer: Answer, header: &str, value: &str) -> Answer {
    answer.headers.push((header.to_owned(), value.to_owned()));
    answer
}

/// Changes every good answer to a path that ends so.
fn changed(path: &'static str, change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Lie {
    Lie::in_answers(move |asked, mut answer| {
        if asked.path.ends_with(path) && answer.status == 200 {
            change(&mut answer.body);
        }
        answer
    })
}
