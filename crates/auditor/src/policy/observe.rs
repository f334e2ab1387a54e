//! Log lines and metrics.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Holds, Why};

/// A key of a log line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogKey {
    /// Its name.
    pub key: String,
    /// What it may hold.
    pub holds: Holds,
    /// Why.
    pub why: Why,
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// Its labels and what each may hold.
    #[serde(default)]
    pub labels: BTreeMap<String, Holds>,
    /// Why.
    pub why: Why,
}
