//! The headers of requests and answers.

use super::exchange::Header;
use super::value::{self, Wrong};
use crate::Check;
use crate::policy::{Direction, Holds, Policy};

/// Headers that recognise a visitor, or ask a browser to tell more of itself or to report elsewhere.
const TRACKING: &[&str] = &[
    "accept-ch",
    "attribution-reporting-register-source",
    "attribution-reporting-register-trigger",
    "cookie",
    "critical-ch",
    "delegate-ch",
    "last-modified",
    "nel",
    "observe-browsing-topics",
    "report-to",
    "reporting-endpoints",
    "sec-browsing-topics",
    "set-cookie",
    "set-cookie2",
    "set-login",
    "traceparent",
    "tracestate",
    "x-client-id",
    "x-correlation-id",
    "x-device-id",
    "x-request-id",
    "x-session-id",
    "x-trace-id",
    "x-user-id",
];

/// Characters of a header that a browser adds by itself.
const LONGEST: usize = 1_024;

/// A header that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InHeader {
    pub(crate) name: String,
    pub(crate) wrong: Wrong,
}

/// Compares headers with the policy. What concerns their presence, and their value by what was asked for, is elsewhere.
pub(crate) fn compare(policy: &Policy, direction: Direction, headers: &[Header]) -> Vec<InHeader> {
    let of_protocol = |name: &str| matches!(name, ":authority" | ":method" | ":path" | ":scheme" | ":status");
    let mut found = Vec::new();
    for header in headers.iter().filter(|header| !of_protocol(&header.name)) {
        if let Err(wrong) = one(policy, direction, header) {
            found.push(InHeader { name: header.name.clone(), wrong });
        }
    }
    found
}

fn one(policy: &Policy, direction: Direction, header: &Header) -> Result<(), Wrong> {
    // Chromium's recordings list an empty one where it sends none.
    if direction == Direction::Request && header.name == "referer" && header.value.is_empty() {
        return Ok(());
    }
    let length = format!("text of {} characters", header.value.chars().count());
    let Some(declared) = policy.header(direction, &header.name) else {
        let check = if TRACKING.contains(&header.name.as_str()) { Check::Tracker } else { Check::UndeclaredTraffic };
        return Err(Wrong { check, expected: "no such header".to_owned(), found: length });
    };
    if matches!(declared.holds, Holds::Browser | Holds::Transport) {
        let plain = header.value.chars().count() <= LONGEST && is_plain(&header.name, &header.value);
        let undeclared = Wrong { check: Check::UndeclaredTraffic, ..Wrong::shape("what HTTP needs", length) };
        return if plain { Ok(()) } else { Err(undeclared) };
    }
    value::text(&declared.holds, &header.value, false).map_err(|wrong| match (direction, &declared.holds) {
        // A safeguard with another value is one that is missing.
        (Direction::Answer, Holds::Word { of }) if is_safeguard(&header.name) => {
            Wrong { check: Check::WrongHeader, expected: of.join(" · "), found: length }
        }
        _ => Wrong { check: Check::UndeclaredTraffic, ..wrong },
    })
}

/// Whether a header of an answer protects who reads it.
pub(crate) fn is_safeguard(name: &str) -> bool {
    !matches!(name, "content-type" | "cache-control")
}

/// Headers whose values have a grammar that leaves no room.
fn is_plain(name: &str, value: &str) -> bool {
    let of = |allowed: fn(char) -> bool| value.chars().all(allowed);
    match name {
        "content-length" | "upgrade-insecure-requests" | "dnt" | "sec-gpc" => {
            of(|c| c.is_ascii_digit()) && value.len() < 20
        }
        "accept-language" => of(|c| c.is_ascii_alphanumeric() || "-*,;=. ".contains(c)),
        "accept-encoding" | "content-encoding" | "te" | "transfer-encoding" | "vary" | "allow" | "connection"
        | "keep-alive" | "expect" | "pragma" | "sec-fetch-dest" | "sec-fetch-mode" | "sec-fetch-site" | "purpose"
        | "sec-purpose" | "priority" => {
            of(|c| c.is_ascii_alphanumeric() || "-*,;=. ".contains(c)) && value.len() <= 120
        }
        "sec-fetch-user" | "sec-ch-ua-mobile" => value.len() <= 2,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(direction: Direction, name: &str, value: &str) -> Option<Check> {
        let policy = Policy::embedded().expect("policy");
        let header = Header { name: name.to_owned(), value: value.to_owned() };
        compare(&policy, direction, &[header]).pop().map(|found| found.wrong.check)
    }

    #[test]
    fn what_is_not_declared_or_recognises_somebody_is_found() {
        let answer = |name, value| found(Direction::Answer, name, value);
        assert_eq!(answer("server", "nginx/1.2"), Some(Check::UndeclaredTraffic));
        assert_eq!(answer("server-timing", "db;dur=5"), Some(Check::UndeclaredTraffic));
        assert_eq!(answer("set-cookie", "a=b"), Some(Check::Tracker));
        assert_eq!(answer("report-to", "{}"), Some(Check::Tracker));
        assert_eq!(answer("referrer-policy", "unsafe-url"), Some(Check::WrongHeader));
        assert_eq!(answer("referrer-policy", "no-referrer"), None);
        assert_eq!(answer("content-type", "text/html"), Some(Check::UndeclaredTraffic));
        assert_eq!(answer("date", "Mon, 23 Nov 2026 08:00:00 GMT"), None);
        assert_eq!(answer("souspli-nonce", "AAAA"), Some(Check::UndeclaredTraffic));
        let request = |name, value| found(Direction::Request, name, value);
        assert_eq!(request("cookie", "a=b"), Some(Check::Tracker));
        assert_eq!(request("referer", "https://h.example/a"), Some(Check::UndeclaredTraffic));
        assert_eq!(request("referer", ""), None);
        assert_eq!(request("authorization", "Basic abc"), Some(Check::UndeclaredTraffic));
        assert_eq!(request("accept-language", "en-GB,en;q=0.9"), None);
        assert_eq!(request("accept-language", "name:x"), Some(Check::UndeclaredTraffic));
        assert_eq!(request(":authority", "h.example"), None);
    }
}
