//! What a host may hold, send and write down: `policy/souspli.toml`, a text that a lawyer can read.
//!
//! Each table, column, route, field, header, log key and metric has a kind from a closed list ([`Holds`]) and a reason in
//! English and French. An audit looks for what is not declared, and for what is not as declared. An auditor may bring a
//! policy of its own; it is refused where it contradicts itself or gives no reason.

mod consistent;
mod files;
mod holds;
mod observe;
mod sentences;
mod tables;
mod traffic;

use serde::{Deserialize, Serialize};

pub use files::{DeclaredFile, FileKind};
pub use holds::{FIRST_MINUTE, Holds, LAST_MINUTE};
pub use observe::{LogKey, Metric};
pub use tables::{Column, Index, Schema, Table};
pub use traffic::{Direction, Field, Header, Message, Parameter, Route};

/// The shape of policies that this program reads.
const VERSION: u32 = 1;
/// Bytes of a policy that is read.
const LARGEST: usize = 1 << 20;

/// Why something may be there, in both languages of the reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Everything that a host may hold, send and write down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The shape of this policy.
    pub version: u32,
    /// What the policy is for.
    pub why: Why,
    /// The numbers that the database itself carries.
    pub schema: Schema,
    /// The tables.
    #[serde(rename = "table")]
    pub tables: Vec<Table>,
    /// The bodies of requests and answers.
    #[serde(rename = "message")]
    pub messages: Vec<Message>,
    /// The routes.
    #[serde(rename = "route")]
    pub routes: Vec<Route>,
    /// The headers of requests and answers.
    #[serde(rename = "header")]
    pub headers: Vec<Header>,
    /// The keys of log lines.
    #[serde(rename = "log")]
    pub log_keys: Vec<LogKey>,
    /// The metrics.
    #[serde(rename = "metric")]
    pub metrics: Vec<Metric>,
    /// The files.
    #[serde(rename = "file", default)]
    pub files: Vec<DeclaredFile>,
}

/// Why a policy is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// It is longer than a mebibyte.
    #[error("the policy is too large")]
    TooLarge,
    /// It is not TOML of this shape.
    #[error("the policy cannot be read: {0}")]
    Malformed(String),
    /// Its version is another one.
    #[error("the policy is of version {found}, and this program reads version {VERSION}")]
    Version {
        /// Its version.
        found: u32,
    },
    /// Something is declared twice.
    #[error("{0} is declared twice")]
    Twice(String),
    /// Something has no reason in one of the languages.
    #[error("{0} has no reason in both languages")]
    NoReason(String),
    /// Something refers to what is not declared.
    #[error("{from} refers to {to}, which is not declared")]
    Unknown {
        /// Where.
        from: String,
        /// To what.
        to: String,
    },
    /// A column has a kind that no column can hold.
    #[error("{0} has a kind that is not a column's")]
    NotAColumn(String),
}

impl Policy {
    /// The text of the policy that this program carries.
    pub const EMBEDDED: &str = include_str!("../../policy/souspli.toml");

    /// The policy that this program carries.
    pub fn embedded() -> Result<Self, PolicyError> {
        Self::parse(Self::EMBEDDED)
    }

    /// Reads a policy, and checks that it is whole and does not contradict itself.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > LARGEST {
            return Err(PolicyError::TooLarge);
        }
        let policy: Self = toml::from_str(text).map_err(|error| PolicyError::Malformed(error.to_string()))?;
        if policy.version != VERSION {
            return Err(PolicyError::Version { found: policy.version });
        }
        consistent::check(&policy)?;
        Ok(policy)
    }

    /// A table of a kind of database, by its name.
    pub fn table(&self, engine: Engine, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name && table.is_in(engine))
    }

    /// A message, by its name.
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.name == name)
    }

    /// A header, by its name in small letters.
    pub fn header(&self, direction: Direction, name: &str) -> Option<&Header> {
        self.headers.iter().find(|header| header.direction == direction && header.name == name)
    }

    /// What is declared of a file, by the end of its path.
    pub fn file(&self, path: &str) -> Option<&DeclaredFile> {
        self.files.iter().find(|file| file.matches(path))
    }

    /// The route of a request, by method and path with values in it.
    pub fn route(&self, method: &str, path: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.method == method && route.matches(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_policy_is_taken() {
        let policy = Policy::embedded().expect("taken");
        let event = policy.table(Engine::Sqlite, "event").expect("a table");
        assert_eq!(event.column("bytes").map(|column| &column.holds), Some(&Holds::Event));
        assert!(policy.table(Engine::Sqlite, "_sqlx_migrations").is_none(), "PostgreSQL's alone");
        let path = "/v1/calendars/AAAAAAAAAAAAAAAAAAAAAA/events";
        assert_eq!(policy.route("POST", path).and_then(|route| route.request.as_deref()), Some("Append"));
        assert_eq!(policy.route("GET", path), None);
        assert!(policy.route("GET", "/assets/patient-B3x.js").is_some());
        assert!(policy.route("GET", "/log/tile/entries/x001/067.p/5").is_some());
        assert!(policy.route("GET", "/log/tile/").is_none() && policy.route("GET", "/log/other").is_none());
    }

    fn refused(from: &str, to: &str) -> PolicyError {
        let changed = Policy::EMBEDDED.replacen(from, to, 1);
        assert_ne!(changed, Policy::EMBEDDED, "{from} stands in it");
        Policy::parse(&changed).expect_err("refused")
    }

    #[test]
    fn a_policy_that_contradicts_itself_is_refused() {
        assert_eq!(refused("version = 1", "version = 2"), PolicyError::Version { found: 2 });
        assert_eq!(refused("name = \"event\"", "name = \"record\""), PolicyError::Twice("table record".to_owned()));
        assert!(matches!(refused("same_as = [\"calendar.calendar\"]", "same_as = [\"calendar.id\"]"),
            PolicyError::Unknown { to, .. } if to == "calendar.id"));
        assert!(matches!(refused("kind = \"event\"", "kind = \"asset\""), PolicyError::NotAColumn(_)));
        assert!(matches!(refused("kind = \"event\"", "kind = \"anything\""), PolicyError::Malformed(_)));
        assert!(matches!(refused("answers = { 201 = \"Held\" }", "answers = { 201 = \"Hold it\" }"),
            PolicyError::Unknown { to, .. } if to == "message Hold it"));
    }

    #[test]
    fn each_declaration_needs_a_reason_in_both_languages() {
        for start in ["why = { en = \"", "fr = \""] {
            for (at, _) in Policy::EMBEDDED.match_indices(start).step_by(11) {
                let (before, rest) = Policy::EMBEDDED.split_at(at + start.len());
                let (_, after) = rest.split_once('"').expect("a closing quote");
                let silent = format!("{before}  \"{after}");
                assert!(matches!(Policy::parse(&silent), Err(PolicyError::NoReason(_))), "at {at}");
            }
        }
    }

    #[test]
    fn what_is_too_large_or_no_toml_is_refused() {
        assert_eq!(Policy::parse(&" ".repeat(LARGEST + 1)), Err(PolicyError::TooLarge));
        assert!(matches!(Policy::parse(""), Err(PolicyError::Malformed(_))));
        assert!(matches!(Policy::parse("version = "), Err(PolicyError::Malformed(_))));
    }
}
