//! What a host sees, written so that two hosts' views can be compared: everything as it is, but ids, keys and hashes by
//! the order in which they come up, sealed bytes and signatures by their length, times of the machine and latencies by
//! kind. What could tell two practices apart must not hide behind a shape, so nothing that is readable is shortened.

mod canary;
mod names;
mod objects;
mod rows;
mod wire;

use std::collections::BTreeMap;

use serde_json::Value;

pub use canary::canaries_in;
pub use names::{List, Names};
pub use rows::{Cell, Row, Rows, row_shapes};
pub use wire::exchange_shape;

use crate::Exchange;

/// What one host saw of one practice: each line is a shape; equal practices give equal lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Requests and answers, in order.
    pub requests: Vec<String>,
    /// Rows of each table, sorted.
    pub rows: BTreeMap<String, Vec<String>>,
    /// Log lines, in order.
    pub log: Vec<String>,
    /// The metrics' lines.
    pub metrics: Vec<String>,
    /// Names of the files in the data folder, sorted.
    pub files: Vec<String>,
}

impl View {
    /// Where two views differ.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = lines("request", &self.requests, &other.requests);
        found.extend(lines("log", &self.log, &other.log));
        found.extend(lines("metric", &self.metrics, &other.metrics));
        found.extend(lines("file", &self.files, &other.files));
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

/// The shapes of all that crossed the wire, and the names that came up in it.
pub fn wire_shapes(exchanges: &[Exchange]) -> (Vec<String>, Names) {
    let mut names = Names::default();
    let shapes = exchanges.iter().map(|exchange| exchange_shape(exchange, &mut names)).collect();
    (shapes, names)
}

/// A line of the metrics: how long the log is by kind (it grows with the minutes that the host has seen), every other one
/// as it is.
pub fn metric_shape(line: &str) -> String {
    match line.strip_prefix("souspli_log_leaves ") {
        Some(_) => "souspli_log_leaves <leaves>".to_owned(),
        None => line.to_owned(),
    }
}

/// A log line: time and latency by kind, every other value as it is.
pub fn log_shape(line: &str) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(line) else { return line.to_owned() };
    for (name, kind) in [("timestamp", "<time>"), ("micros", "<latency>")] {
        if let Some(value) = fields.get_mut(name) {
            *value = Value::String(kind.to_owned());
        }
    }
    Value::Object(fields).to_string()
}
