//! The host's log says more than it may.

use souspli_auditor::Check::{Canary, UndeclaredLogField};

use super::{at, encodings, one};
use crate::copy::Copy;
use crate::{Leak, Switch};

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "lines/query-string",
        "logs the address of each request with its query",
        &[at(UndeclaredLogField, &["souspli-server.log"])],
        Leak::Files(|copy| {
            let query = encodings::percent(&copy.person(1).email);
            line(copy, &format!("\"route\":\"none\",\"uri\":\"/v1/reminder?mail={query}\",\"message\":\"request\""));
        }),
    ),
    one(
        "lines/body",
        "logs the body of a request that it refused",
        &[at(UndeclaredLogField, &["souspli-server.log"]), at(Canary, &["souspli-server.log"])],
        Leak::Files(|copy| {
            let body = serde_json::Value::from(encodings::form(copy.person(2)));
            line(copy, &format!("\"message\":\"request\",\"status\":400,\"body\":{body}"));
        }),
    ),
    one(
        "lines/address",
        "logs the address from which each request came",
        &[at(UndeclaredLogField, &["souspli-server.log"])],
        Leak::Files(|copy| line(copy, "\"message\":\"request\",\"client\":\"203.0.113.77:52144\"")),
    ),
    one(
        "lines/user-agent",
        "logs what the browser says of itself",
        &[at(UndeclaredLogField, &["souspli-server.log"])],
        Leak::Files(|copy| {
            line(
                copy,
                "\"message\":\"request\",\"user_agent\":\"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)\"",
            );
        }),
    ),
    one(
        "lines/span-fields",
        "logs the span of each request, with the calendar in it",
        &[at(UndeclaredLogField, &["souspli-server.log"])],
        Leak::Files(|copy| {
            let record = souspli_protocol::to_base64url(&copy.honest().bookings[0].record.0);
            line(
                copy,
                &format!(
                    "\"message\":\"request\",\"span\":{{\"record\":\"{record}\",\"name\":\"append\"}},\
                     \"spans\":[{{\"record\":\"{record}\",\"name\":\"append\"}}]"
                ),
            );
        }),
    ),
    one(
        "lines/path-instead-of-route",
        "logs the path that was asked for in place of its pattern",
        &[at(UndeclaredLogField, &["souspli-server.log"])],
        Leak::Files(|copy| {
            let id = souspli_protocol::to_base64url(&copy.honest().bookings[0].record.0);
            line(copy, &format!("\"message\":\"request\",\"route\":\"/v1/calendars/{id}/events\",\"method\":\"POST\""));
        }),
    ),
    one(
        "lines/message-with-a-name",
        "puts a name into the sentence of a line",
        &[at(UndeclaredLogField, &["souspli-server.log"]), at(Canary, &["souspli-server.log"])],
        Leak::Files(|copy| {
            let name = &copy.person(9).name;
            line(copy, &format!("\"message\":\"could not send a reminder to {name}\""));
        }),
    ),
    one(
        "lines/visit-in-an-error",
        "logs a database error with the statement's parameters",
        &[at(Canary, &["souspli-server.log"])],
        Leak::Files(|copy| {
            let name = &copy.person(10).name;
            line(
                copy,
                &format!(
                    "\"message\":\"the store did not do what was asked\",\"error\":\"INSERT INTO event VALUES ('{name}')\""
                ),
            );
        }),
    ),
    one(
        "lines/proxy-in-front",
        "has the lines of a proxy among its own: address, moment, path, referrer, browser",
        &[at(UndeclaredLogField, &["souspli-server.log"])],
        Leak::Files(|copy| {
            copy.log(
                "203.0.113.77 - - [23/Nov/2026:08:14:05 +0000] \"POST /v1/calendars/AAAA/events HTTP/1.1\" 201 512 \
                 \"https://rdv.example.org/\" \"Mozilla/5.0 (X11; Linux x86_64)\"",
            );
        }),
    ),
    one(
        "lines/key-within-a-key",
        "nests a field that is declared inside one that is not",
        &[at(UndeclaredLogField, &["souspli-server.log"])],
        Leak::Files(|copy| line(copy, "\"message\":\"request\",\"extra\":{\"status\":200,\"who\":\"practice 7\"}")),
    ),
    one(
        "lines/older-log",
        "kept last week's log, compressed, with a name in it",
        &[at(Canary, &["souspli-server.log.1.gz"])],
        Leak::Files(|copy| {
            let text = format!("{{\"message\":\"request\",\"who\":\"{}\"}}\n", copy.person(11).name);
            copy.write("souspli-server.log.1.gz", encodings::gzip(text.as_bytes()));
        }),
    )
    .also(&[&["souspli-server.log.1.gz"]]),
];

/// A line with these fields, as the host's logging writes it.
fn line(copy: &Copy, fields: &str) {
    copy.log(&format!("{{\"timestamp\":\"2026-11-23T08:14:05.112233Z\",\"level\":\"INFO\",{fields}}}"));
}
