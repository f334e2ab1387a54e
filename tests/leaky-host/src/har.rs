//! Recorded traffic as browsers save it (HAR 1.2).

use serde_json::{Value, json};
use souspli_journey::Exchange;

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Har(pub Value);

impl Har {
    /// What crossed the wires of a host at this address.
    pub fn of(exchanges: &[Exchange], address: &str) -> Self {
        let entries: Vec<Value> = exchanges.iter().map(|exchange| entry(exchange, address)).collect();
        Self(
            json!({ "log": { "version": "1.2", "creator": { "name": "recorder", "version": "1" }, "entries": entries } }),
        )
    }

    /// The entries, in order.
    pub fn entries(&mut self) -> &mut Vec<Value> {
        self.0["log"]["entries"].as_array_mut().expect("entries")
    }

    /// The entries of a route, by the end of the path.
    pub fn of_route(&mut self, route: &str) -> impl Iterator<Item = &mut Value> {
        self.entries().iter_mut().filter(move |entry| entry["request"]["url"].as_str().expect("a URL").ends_with(route))
    }
}

/// Adds a header to one side of an entry.
pub fn add_header(side: &mut Value, name: &str, value: &str) {
    side["headers"].as_array_mut().expect("headers").push(json!({ "name": name, "value": value }));
}

/// Changes the JSON body of an entry's request.
pub fn change_request(entry: &mut Value, change: impl FnOnce(&mut Value)) {
    let text = entry["request"]["postData"]["text"].as_str().expect("a body");
    let mut body: Value = serde_json::from_str(text).expect("JSON");
    change(&mut body);
    set_request(entry, &body.to_string());
}

/// Changes the JSON body of an entry's answer.
pub fn change_answer(entry: &mut Value, change: impl FnOnce(&mut Value)) {
    let text = entry["response"]["content"]["text"].as_str().expect("a body");
    let mut body: Value = serde_json::from_str(text).expect("JSON");
    change(&mut body);
    set_answer(entry, &body.to_string());
}

/// Sets the body of an entry's request, and its length everywhere.
pub fn set_request(entry: &mut Value, body: &str) {
    let request = &mut entry["request"];
    request["postData"] = json!({ "mimeType": "application/json", "text": body });
    request["bodySize"] = body.len().into();
    set_length(request, body.len());
}

/// Sets the body of an entry's answer, and its length everywhere.
pub fn set_answer(entry: &mut Value, body: &str) {
    let response = &mut entry["response"];
    response["content"]["text"] = body.into();
    response["content"]["size"] = body.len().into();
    response["bodySize"] = body.len().into();
    set_length(response, body.len());
}

fn set_length(side: &mut Value, length: usize) {
    for header in side["headers"].as_array_mut().expect("headers") {
        if header["name"] == "content-length" {
            header["value"] = length.to_string().into();
        }
    }
}

fn entry(exchange: &Exchange, address: &str) -> Value {
    let (method, path) = exchange.request.split_once(' ').expect("a method and a path");
    let headers = |headers: &[(String, String)]| -> Vec<Value> {
        headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
    };
    let mut request = json!({ "method": method, "url": format!("{address}{path}"), "httpVersion": "HTTP/1.1",
        "cookies": [], "headers": headers(&exchange.sent), "queryString": [], "headersSize": -1,
        "bodySize": exchange.body.len() });
    if !exchange.body.is_empty() {
        let text = String::from_utf8_lossy(&exchange.body);
        request["postData"] = json!({ "mimeType": "application/json", "text": text });
    }
    let mut answered = exchange.headers.clone();
    // The clock of HTTP is this machine's, which may show the very minute of a canary's visit.
    for (_, value) in answered.iter_mut().filter(|(name, _)| name == "date") {
        "Mon, 23 Nov 2026 08:00:00 GMT".clone_into(value);
    }
    // A host that is reached through TLS says this as well; the recording was made without.
    if address.starts_with("https:") {
        answered.push(("strict-transport-security".to_owned(), "max-age=63072000".to_owned()));
    }
    let kind = exchange.headers.iter().find(|(name, _)| name == "content-type");
    let kind = kind.map_or("", |(_, value)| value);
    json!({ "startedDateTime": "2026-11-23T08:00:00.000Z", "time": 1, "request": request,
        "response": { "status": exchange.status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": headers(&answered), "redirectURL": "", "headersSize": -1,
            "bodySize": exchange.answer.len(), "content": { "size": exchange.answer.len(), "mimeType": kind,
                "text": String::from_utf8_lossy(&exchange.answer) } },
        "cache": {}, "timings": { "send": 0, "wait": 1, "receive": 0 } })
}
