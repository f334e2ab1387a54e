//! What a database is made of, as it was found.

use crate::policy::Engine;

/// What large objects are called; they are read like a table, and nothing is said of them where there are none.
pub(crate) const LARGE_OBJECTS: &str = "large objects";

/// All that was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Structure {
    /// What can hold rows.
    pub(crate) tables: Vec<FoundTable>,
    /// Everything else that somebody made.
    pub(crate) objects: Vec<FoundObject>,
    /// What could not be looked at: where, and why.
    pub(crate) unread: Vec<(String, String)>,
    /// What belongs to the same server and was not asked for, in a sentence.
    pub(crate) elsewhere: Option<String>,
    /// Numbers beside the tables.
    pub(crate) numbers: Vec<(&'static str, i64)>,
    /// About how many bytes the values have.
    pub(crate) bytes: Option<u64>,
}

/// Something that can hold rows.
#[derive(Debug, Clone)]
pub(crate) struct FoundTable {
    /// Its name; with its schema where that is not the usual one.
    pub(crate) name: String,
    /// `table`, `view`, `materialized view`, `virtual table`, `large objects` …
    pub(crate) what: &'static str,
    /// How its rows are asked for: a quoted name. None where it has no rows of its own.
    pub(crate) from: Option<String>,
    pub(crate) columns: Vec<FoundColumn>,
    /// The columns of its primary key, in order.
    pub(crate) key: Vec<String>,
    /// Options, such as `STRICT` or `fillfactor=50`.
    pub(crate) options: Vec<String>,
    /// The least and the greatest number that the database has given its rows, where it numbers them.
    pub(crate) row_numbers: Option<(i64, i64)>,
    /// The text that it was made with, where the database keeps it.
    pub(crate) sql: Option<String>,
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct FoundColumn {
    pub(crate) name: String,
    pub(crate) of_type: String,
    pub(crate) not_null: bool,
    pub(crate) default: Option<String>,
    /// Anything else that a column of ours does not have: `generated`, `identity`, `statistics target 500`.
    pub(crate) extras: Vec<String>,
}

/// Anything else.
#[derive(Debug, Clone)]
pub(crate) struct FoundObject {
    /// `index`, `trigger`, `function`, `comment` …
    pub(crate) what: String,
    /// Its name.
    pub(crate) name: String,
    /// The table that it belongs to.
    pub(crate) of: Option<String>,
    /// The columns of an index, where it is a plain one.
    pub(crate) plain_index: Option<Vec<String>>,
    /// Facts that may be printed.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// Its text, which is searched and not printed.
    pub(crate) text: String,
}

impl FoundTable {
    /// Whether it is an ordinary table, as the declared ones are.
    pub(crate) fn is_plain(&self) -> bool {
        self.what == "table"
    }

    /// The path of a column in a finding.
    pub(crate) fn step(&self) -> String {
        format!("{} {}", self.what, self.name)
    }
}

impl FoundObject {
    pub(crate) fn new(what: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            name: name.into(),
            of: None,
            plain_index: None,
            facts: Vec::new(),
            text: String::new(),
        }
    }

    pub(crate) fn of(mut self, table: impl Into<String>) -> Self {
        self.of = Some(table.into());
        self
    }

    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    pub(crate) fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((name, value.into()));
        self
    }
}

/// A source of structure and rows.
pub(crate) trait Reader {
    fn engine(&self) -> Engine;

    /// What it is called in reports.
    fn artefact(&self) -> String;

    fn structure(&mut self) -> Result<Structure, super::AuditError>;

    /// Every row of every table that has rows, by the table's place in the list.
    fn rows(
        &mut self,
        tables: &[FoundTable],
        each: &mut dyn FnMut(Read) -> Result<(), super::AuditError>,
    ) -> Result<(), super::AuditError>;
}

/// What a reader comes upon.
#[derive(Debug)]
pub(crate) enum Read {
    /// A row of a table: one value a column.
    Row(usize, Vec<super::value::Value>),
    /// The rest of a table could not be read.
    Unread(usize, String),
}
