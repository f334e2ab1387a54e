//! Rows of a database as a host reads them: numbers and texts as they are, bytes by the name under which they crossed
//! the wire. What never did, and is no hash of what did, is shown: nothing may be kept that nobody sent.

use std::collections::BTreeMap;

use super::{Names, objects};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// None.
    Null,
    /// Numbers, truths and texts, as text.
    Plain(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list of bytes.
    List(Vec<Vec<u8>>),
}

/// Columns and their values, in order.
pub type Row = Vec<(String, Cell)>;
/// The rows of each table.
pub type Rows = BTreeMap<String, Vec<Row>>;

/// Bytes of a claim id.
const GID: usize = 16;

/// The shape of every row, sorted in each table; and what is kept that never crossed the wire.
///
/// Holds that are over at `minute` are left out: a host deletes them each minute of the machine's time.
pub fn row_shapes(rows: &Rows, names: &Names, minute: u32) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let mut unexplained = Vec::new();
    let mut shapes = BTreeMap::new();
    for (table, rows) in rows {
        let mut lines: Vec<String> = Vec::with_capacity(rows.len());
        for row in rows.iter().filter(|row| !is_over(table, row, minute)) {
            let cells = row.iter().map(|(column, cell)| match of_the_host(table, column, cell) {
                Some(shape) => format!("{column}:{shape}"),
                None => known(table, column, cell, names, &mut unexplained),
            });
            lines.push(cells.collect::<Vec<_>>().join(" "));
        }
        lines.sort();
        shapes.insert(table.clone(), lines);
    }
    (shapes, unexplained)
}

/// What is drawn by the host, or counts the minutes that it has seen: places in the log, and the sequencer's own row. And
/// what it keeps of an hour that lasts, which crosses the wire in other words.
fn of_the_host(table: &str, column: &str, cell: &Cell) -> Option<String> {
    match (table, column, cell) {
        // Numbers that were given, told as such.
        ("reading", "ranges", Cell::Bytes(bytes)) => objects::ranges(bytes),
        ("merged", "place", Cell::Plain(_)) | ("sequencer", "size", Cell::Plain(_)) => Some("<leaves>".to_owned()),
        ("sequencer", "until", Cell::Plain(_)) => Some("<minute>".to_owned()),
        ("sequencer", "holder" | "root", Cell::Bytes(bytes)) => Some(format!("<drawn>[{}]", bytes.len())),
        _ => None,
    }
}

fn known(table: &str, column: &str, cell: &Cell, names: &Names, unexplained: &mut Vec<String>) -> String {
    let shape = cell_shape(cell, names).unwrap_or_else(|shape| {
        unexplained.push(format!("{table}.{column} {shape}"));
        shape
    });
    format!("{column}:{shape}")
}

fn is_over(table: &str, row: &Row, minute: u32) -> bool {
    let until = row.iter().find(|(column, _)| column == "until").map(|(_, cell)| cell);
    let Some(Cell::Plain(until)) = until else { return false };
    let until: u32 = until.parse().expect("a minute");
    matches!(table, "claim" | "hold") && until != 0 && until <= minute
}

/// `Err` where bytes are not explained.
fn cell_shape(cell: &Cell, names: &Names) -> Result<String, String> {
    match cell {
        Cell::Null => Ok("null".to_owned()),
        Cell::Plain(text) => Ok(text.clone()),
        Cell::List(items) => list_shape(items.iter().map(Vec::as_slice), names),
        Cell::Bytes(bytes) => match named(bytes, names) {
            Some(name) => Ok(name),
            None if !bytes.is_empty() && bytes.len().is_multiple_of(GID) => list_shape(bytes.chunks_exact(GID), names),
            None => Err(format!("unknown[{}]", bytes.len())),
        },
    }
}

fn list_shape<'a>(items: impl Iterator<Item = &'a [u8]>, names: &Names) -> Result<String, String> {
    let mut seen = BTreeMap::<Option<String>, usize>::new();
    for item in items {
        *seen.entry(named(item, names)).or_default() += 1;
    }
    let is_explained = !seen.contains_key(&None);
    let seen: Vec<String> = seen
        .into_iter()
        .map(|(name, count)| format!("{count} × {}", name.unwrap_or_else(|| "unknown".to_owned())))
        .collect();
    let shape = format!("{{{}}}", seen.join(", "));
    if is_explained { Ok(shape) } else { Err(shape) }
}

fn named(bytes: &[u8], names: &Names) -> Option<String> {
    let is_zero = bytes.iter().all(|byte| *byte == 0);
    if is_zero { Some(format!("zero[{}]", bytes.len())) } else { names.known(bytes) }
}
