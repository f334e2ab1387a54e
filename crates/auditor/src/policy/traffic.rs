//! Routes, the fields of their bodies, headers.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Holds, Why};

/// A way that a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the host.
    Request,
    /// From the host.
    Answer,
}

/// The body of a request or an answer: a JSON object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Its name in the OpenAPI document.
    pub name: String,
    /// Its fields.
    #[serde(rename = "field", default)]
    pub fields: Vec<Field>,
}

/// A field of a message. Bytes travel as base64url without padding.
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it may hold; of a list, each item.
    pub holds: Holds,
    /// Why.
    pub why: Why,
    /// Whether it is a list.
    #[serde(default)]
    pub list: bool,
    /// Whether `null` may stand in its place.
    #[serde(default)]
    pub or_null: bool,
    /// Whether zeros of the same size may stand for "none".
    #[serde(default)]
    pub or_zero: bool,
    /// Whether the field may be left out.
    #[serde(default)]
    pub may_be_absent: bool,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Its method.
    pub method: String,
    /// Its path, with names in braces in the place of values. `*` stands for the rest of a path.
    pub path: String,
    /// Why it is there.
    pub why: Why,
    /// The values in its path.
    #[serde(rename = "parameter", default)]
    pub parameters: Vec<Parameter>,
    /// Name of the request's message; none without a body.
    pub request: Option<String>,
    /// Names of the answers' messages by status; `text` and `asset` for what is no JSON.
    pub answers: BTreeMap<String, String>,
    /// Whether the sender signs the request.
    #[serde(default)]
    pub signed: bool,
}

/// A value in a path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it may hold.
    pub holds: Holds,
    /// Why.
    pub why: Why,
}

/// A header.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Its name in small letters.
    pub name: String,
    /// Which way it goes.
    pub direction: Direction,
    /// What it may hold.
    pub holds: Holds,
    /// Why.
    pub why: Why,
}

impl Message {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Route {
    /// Whether a path with values in it is this route's.
    pub fn matches(&self, path: &str) -> bool {
        let mut given = path.split('/');
        for pattern in self.path.split('/') {
            match given.next() {
                Some(value) if pattern == "*" || self.is_rest(pattern) => return !value.is_empty(),
                Some(value) if pattern == value || (pattern.starts_with('{') && !value.is_empty()) => {}
                _ => return false,
            }
        }
        given.next().is_none()
    }

    /// Whether a name in braces stands for the rest of the path.
    fn is_rest(&self, pattern: &str) -> bool {
        let name = pattern.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        let parameter = self.parameters.iter().find(|parameter| Some(parameter.name.as_str()) == name);
        parameter.is_some_and(|parameter| parameter.holds == Holds::Tile)
    }
}
