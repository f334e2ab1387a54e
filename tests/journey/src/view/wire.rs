//! One request and its answer, as a host reads them.

use serde_json::Value;
use souspli_protocol::from_base64url;
use souspli_protocol::request::Authorization;

use super::Names;
use super::objects::{self, Show};
use crate::Exchange;

/// Fields whose text is bytes, and how those are shown. The text of every other field is shown as it is.
const BYTES: [(&str, Show); 23] = [
    ("vault", objects::vault),
    ("publications", objects::publication),
    ("publication", objects::publication),
    ("registration", objects::publication),
    ("links", objects::publication),
    ("identity", objects::publication),
    ("catalogue", objects::publication),
    ("hours", objects::publication),
    ("receipts", objects::receipt),
    ("receipt", objects::receipt),
    ("event", objects::event),
    ("erase", objects::erase),
    ("claims", objects::claims),
    ("hold", objects::hold),
    ("claimSet", objects::claim_set),
    ("statement", objects::statement),
    ("sessionSignature", objects::presence),
    ("work", objects::presence),
    ("since", objects::counter),
    ("sequence", objects::counter),
    ("version", objects::counter),
    ("locator", objects::id),
    ("locators", objects::id),
];
/// Fields of ids and keys.
const IDS: [&str; 5] = ["session", "nonce", "record", "receiptKey", "logKey"];

/// Lists of rows of the journal of reads.
const READS: [&str; 2] = ["rows", "open"];

/// Route, headers by name and value, bodies; each with its length.
pub fn exchange_shape(exchange: &Exchange, names: &mut Names) -> String {
    let request = path_shape(&exchange.request, names);
    let sent = headers_shape(&exchange.sent, names);
    let body = body_shape(&exchange.body, names);
    let headers = headers_shape(&exchange.headers, names);
    let answer = body_shape(&exchange.answer, names);
    format!(
        "{request} {sent} {body}#{} -> {} {headers} {answer}#{}",
        exchange.body.len(),
        exchange.status,
        exchange.answer.len()
    )
}

/// The segment after `calendars` is an id; every other one is shown.
fn path_shape(request: &str, names: &mut Names) -> String {
    let mut calendar = false;
    let segments = request.split('/').map(|segment| {
        let is_id = std::mem::replace(&mut calendar, segment == "calendars");
        let bytes = from_base64url(segment).ok().filter(|_| is_id);
        bytes.map_or_else(|| segment.to_owned(), |bytes| names.name(&bytes))
    });
    segments.collect::<Vec<_>>().join("/")
}

fn headers_shape(headers: &[(String, String)], names: &mut Names) -> String {
    let mut shapes: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}={}#{}", header_shape(name, value, names), value.len()))
        .collect();
    shapes.sort();
    shapes.join(" ")
}

fn header_shape(name: &str, value: &str, names: &mut Names) -> String {
    match name {
        "date" => "<date>".to_owned(),
        "souspli-nonce" => from_base64url(value).map_or_else(|_| value.to_owned(), |nonce| names.name(&nonce)),
        "authorization" => match Authorization::decode(value) {
            Some(all) => format!("{} {}", names.name(all.key.as_bytes()), names.name(all.nonce.as_bytes())),
            None => value.to_owned(),
        },
        _ => value.to_owned(),
    }
}

/// JSON, or lines of it; anything else as it is.
fn body_shape(body: &[u8], names: &mut Names) -> String {
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(body).into_iter().collect();
    match values {
        Ok(values) => values.iter().map(|value| value_shape("", value, names)).collect::<Vec<_>>().join("\n"),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}

fn value_shape(field: &str, value: &Value, names: &mut Names) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => text_shape(field, text, names),
        Value::Array(items) if READS.contains(&field) => reads_shape(items, names),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| value_shape(field, item, names)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}:{}", value_shape(name, value, names))).collect();
            format!("{{{}}}", fields.join(","))
        }
    }
}

fn reads_shape(items: &[Value], names: &mut Names) -> String {
    let rows: Option<Vec<Vec<u8>>> = items.iter().map(|item| from_base64url(item.as_str()?).ok()).collect();
    let shown = rows.and_then(|rows| objects::read_rows(&rows, names));
    shown.map_or_else(|| Value::from(items).to_string(), |shown| format!("[{} rows: {shown}]", items.len()))
}

fn text_shape(field: &str, text: &str, names: &mut Names) -> String {
    if let Some(key) = text.strip_prefix("souspli/").filter(|_| field == "logOrigin") {
        return from_base64url(key).map_or_else(|_| text.to_owned(), |key| names.name(&key));
    }
    // The host's own, and of nobody's practice: its log's key, which differs from host to host, in two encodings.
    if field == "witnessPolicy" {
        return format!("a policy of {} bytes", text.len());
    }
    let ids = IDS.iter().map(|name| (*name, objects::id as Show));
    let show = BYTES.into_iter().chain(ids).find(|(name, _)| *name == field).map(|(_, show)| show);
    let bytes = from_base64url(text).ok();
    let shown = show.zip(bytes).and_then(|(show, bytes)| show(&bytes, names));
    shown.unwrap_or_else(|| format!("{text:?}"))
}
