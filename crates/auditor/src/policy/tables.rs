//! Tables and columns.

use serde::Deserialize;

use super::{Engine, Holds, Why};

/// The numbers that a database carries beside its tables.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// `user_version` of a SQLite file: how many migrations it has seen.
    pub sqlite_user_version: i64,
    /// `application_id` of a SQLite file.
    pub sqlite_application_id: i64,
    /// Extensions of PostgreSQL that may be installed.
    pub postgres_extensions: Vec<String>,
    /// Why.
    pub why: Why,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Why it is there.
    pub why: Why,
    /// The one kind of database that has it; none for both.
    pub only: Option<Engine>,
    /// The columns of its primary key.
    pub key: Vec<String>,
    /// The same in SQLite, where it is another.
    pub sqlite_key: Option<Vec<String>>,
    /// Whether SQLite keeps it sorted by its key (`WITHOUT ROWID`).
    #[serde(default)]
    pub sorted: bool,
    /// Storage options in PostgreSQL, such as `fillfactor=50`.
    #[serde(default)]
    pub postgres_options: Vec<String>,
    /// Its columns, in their order.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
    /// Indexes besides the primary key's.
    #[serde(rename = "index", default)]
    pub indexes: Vec<Index>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it may hold.
    pub holds: Holds,
    /// Why.
    pub why: Why,
    /// The one kind of database that has it; none for both.
    pub only: Option<Engine>,
    /// Whether it may be empty (NULL).
    #[serde(default)]
    pub optional: bool,
    /// Whether a value may occur once only, in all rows.
    #[serde(default)]
    pub once: bool,
    /// Columns (`table.column`), one of which has each value too.
    #[serde(default)]
    pub same_as: Vec<String>,
    /// Its default in PostgreSQL.
    pub postgres_default: Option<String>,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// The columns that it is over; never an expression.
    pub columns: Vec<String>,
    /// Why.
    pub why: Why,
}

impl Table {
    /// Whether a kind of database has it.
    pub fn is_in(&self, engine: Engine) -> bool {
        self.only.is_none_or(|only| only == engine)
    }

    /// Its columns in a kind of database.
    pub fn columns_in(&self, engine: Engine) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(move |column| column.only.is_none_or(|only| only == engine))
    }

    /// The columns of its primary key in a kind of database.
    pub fn key_in(&self, engine: Engine) -> &[String] {
        match (engine, &self.sqlite_key) {
            (Engine::Sqlite, Some(key)) => key,
            _ => &self.key,
        }
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
