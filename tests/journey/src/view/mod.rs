//! What a host sees, brought to its shape: ids, times and latencies replaced by kind and width.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Exchange;

/// What one host saw of one practice: each line is a shape; equal practices give equal lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Requests and answers, in order.
    pub requests: Vec<String>,
    /// Tables: each row as the kinds and lengths of its columns, sorted.
    pub rows: BTreeMap<String, Vec<String>>,
    /// Log lines, in order.
    pub log: Vec<String>,
    /// Metrics, sorted.
    pub metrics: Vec<String>,
}

impl View {
    /// Where two views differ.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = lines("request", &self.requests, &other.requests);
        found.extend(lines("log", &self.log, &other.log));
        found.extend(lines("metric", &self.metrics, &other.metrics));
        let tables: std::collections::BTreeSet<&String> = self.rows.keys().chain(other.rows.keys()).collect();
        let none = Vec::new();
        for table in tables {
            let (one, two) = (self.rows.get(table).unwrap_or(&none), other.rows.get(table).unwrap_or(&none));
            found.extend(lines(&format!("table {table}"), one, two));
        }
        found
    }
}

fn lines(what: &str, one: &[String], two: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    if one.len() != two.len() {
        found.push(format!("{what}: {} lines and {}", one.len(), two.len()));
    }
    for (number, (one, two)) in one.iter().zip(two).enumerate() {
        if one != two {
            found.push(format!("{what} {number}:\n  {one}\n  {two}"));
        }
    }
    found
}

/// The shape of a request and its answer: route, header names and value lengths, JSON with lengths for strings.
pub fn request_shape(exchange: &Exchange) -> String {
    let mut sent: Vec<String> = exchange.sent.iter().map(|(name, value)| format!("{name}[{}]", value.len())).collect();
    sent.sort();
    let mut headers: Vec<String> =
        exchange.headers.iter().map(|(name, value)| format!("{name}[{}]", value.len())).collect();
    headers.sort();
    format!(
        "{} {} {}#{} -> {} {} {}#{}",
        path_shape(&exchange.request),
        sent.join(" "),
        body_shape(&exchange.body),
        exchange.body.len(),
        exchange.status,
        headers.join(" "),
        body_shape(&exchange.answer),
        exchange.answer.len(),
    )
}

/// An id in a path becomes its width, a number its digits.
pub fn path_shape(path: &str) -> String {
    let segment = |segment: &str| {
        if segment.len() >= 20 {
            format!("<{}>", segment.len())
        } else if !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) {
            "9".repeat(segment.len())
        } else {
            segment.to_owned()
        }
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// JSON with every string as its length and every number as its digits; anything else as its length.
pub fn body_shape(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => value_shape(&value),
        Err(_) => format!("bytes[{}]", body.len()),
    }
}

fn value_shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => "9".repeat(number.to_string().len()),
        Value::String(text) => format!("s{}", text.len()),
        Value::Array(items) => format!("[{}]", items.iter().map(value_shape).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}:{}", value_shape(value))).collect();
            format!("{{{}}}", fields.join(","))
        }
    }
}

/// A log line: time and latency by kind, every other value as it is.
pub fn log_shape(line: &str) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(line) else { return line.to_owned() };
    normalise(&mut fields);
    Value::Object(fields).to_string()
}

fn normalise(fields: &mut serde_json::Map<String, Value>) {
    for (name, value) in fields.iter_mut() {
        match value {
            Value::Object(inner) => normalise(inner),
            _ if name == "timestamp" => *value = Value::String("<time>".to_owned()),
            _ if name == "micros" => {
                *value = Value::String("<latency>".to_owned());
            }
            _ => {}
        }
    }
}

/// Forms in which a typed value could lie somewhere.
pub fn canary_forms(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let url: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let url_of_text: String = text
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let mut forms = vec![
        bytes.to_vec(),
        text.to_lowercase().into_bytes(),
        text.to_uppercase().into_bytes(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        url.into_bytes(),
        url_of_text.into_bytes(),
        text.replace(' ', "+").into_bytes(),
    ];
    forms.extend((0..3).flat_map(|offset| base64_inside(bytes, offset)));
    forms.retain(|form| form.len() >= 6);
    forms
}

/// How bytes look inside base64 when they begin `offset` bytes after a group: the characters that do not depend on
/// their neighbours, in both alphabets.
fn base64_inside(bytes: &[u8], offset: usize) -> Vec<Vec<u8>> {
    let padded = [vec![0; offset], bytes.to_vec()].concat();
    let text = souspli_protocol::to_base64url(&padded);
    let skip = [0, 2, 3].get(offset).copied().unwrap_or(0);
    let whole = padded.len() * 8 / 6;
    let inside: String = text.chars().take(whole).skip(skip).collect();
    let standard = inside.replace('-', "+").replace('_', "/");
    vec![inside.into_bytes(), standard.into_bytes()]
}

/// Which of the values lie in a heap of bytes, in any form; one pass.
pub fn canaries_in(heap: &[u8], values: &[String]) -> Vec<String> {
    let forms: Vec<(usize, Vec<u8>)> = values
        .iter()
        .enumerate()
        .flat_map(|(number, value)| canary_forms(value).into_iter().map(move |form| (number, form)))
        .collect();
    let search = aho_corasick::AhoCorasick::new(forms.iter().map(|(_, form)| form)).expect("patterns");
    let found: std::collections::BTreeSet<usize> = search
        .find_overlapping_iter(heap)
        .filter_map(|found| forms.get(found.pattern().as_usize()))
        .map(|(number, _)| *number)
        .collect();
    found.into_iter().filter_map(|number| values.get(number).cloned()).collect()
}
