//! Everything that a SQLite file is made of.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::super::scratch::quoted;
use super::super::structure::{FoundColumn, FoundObject, FoundTable, Structure};

/// Reads the schema.
pub(super) fn read(db: &Connection) -> rusqlite::Result<Structure> {
    let mut structure = Structure::default();
    let sql = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type = 'table' DESC, name";
    let made = db.prepare(sql)?.query_map([], Made::of)?.collect::<rusqlite::Result<Vec<Made>>>()?;
    for made in made {
        match made.what.as_str() {
            "table" => structure.tables.push(table(db, &made)?),
            "index" => structure.objects.extend(index(db, &made)?),
            what => {
                let object = FoundObject::new(what, &made.name).text(&made.sql);
                structure.objects.push(if what == "trigger" { object.of(&made.table) } else { object });
            }
        }
    }
    structure.numbers =
        vec![("user_version", pragma(db, "user_version")?), ("application_id", pragma(db, "application_id")?)];
    structure.bytes = size(db).ok();
    Ok(structure)
}

/// Bytes of the pages that are in use.
fn size(db: &Connection) -> rusqlite::Result<u64> {
    let pages = pragma(db, "page_count")?.saturating_sub(pragma(db, "freelist_count")?);
    Ok(pages.saturating_mul(pragma(db, "page_size")?).unsigned_abs())
}

/// Places of the header in which something could be kept that no statement shows: room at the end of each page, a number
/// that nothing uses any more, and bytes that are reserved.
pub(super) fn of_header(header: &[u8; 100]) -> [(&'static str, i64); 3] {
    let sum = |range: std::ops::Range<usize>| {
        let bytes = header.get(range).unwrap_or_default().iter();
        bytes.fold(0_i64, |sum, byte| sum.saturating_add(i64::from(*byte)))
    };
    [("reserved room of pages", sum(20..21)), ("suggested cache", sum(48..52)), ("reserved bytes", sum(72..92))]
}

/// A row of `sqlite_schema`.
struct Made {
    what: String,
    name: String,
    table: String,
    sql: String,
}

impl Made {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { what: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? })
    }
}

fn pragma(db: &Connection, name: &str) -> rusqlite::Result<i64> {
    db.query_row(&format!("SELECT {name} FROM pragma_{name}"), [], |row| row.get(0))
}

fn table(db: &Connection, made: &Made) -> rusqlite::Result<FoundTable> {
    let sql = "SELECT type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?1";
    let kind = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?));
    let (kind, sorted, strict) = db.query_row(sql, [&made.name], kind).optional()?.unwrap_or_default();
    let what = match kind.as_str() {
        "virtual" => "virtual table",
        "shadow" => "shadow table",
        _ => "table",
    };
    let options = [("STRICT", strict), ("WITHOUT ROWID", sorted)];
    let sql = "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1) ORDER BY cid";
    let mut select = db.prepare(sql)?;
    let columns = select.query_map([&made.name], column)?.collect::<rusqlite::Result<Vec<_>>>()?;
    // A single key of integers is the row's number itself.
    let is_number =
        columns.iter().filter(|(_, pk)| *pk > 0).map(|(column, _)| column.of_type.to_uppercase()).eq(["INTEGER"]);
    let row_numbers = if sorted || is_number || what != "table" { None } else { row_numbers(db, &made.name) };
    let mut key: Vec<(i64, String)> =
        columns.iter().filter(|(_, pk)| *pk > 0).map(|(column, pk)| (*pk, column.name.clone())).collect();
    key.sort_unstable();
    Ok(FoundTable {
        name: made.name.clone(),
        what,
        // What a virtual table shows is made by code that it names; what it keeps lies in other tables.
        from: (what != "virtual table").then(|| quoted(&made.name)),
        columns: columns.into_iter().map(|(column, _)| column).collect(),
        key: key.into_iter().map(|(_, name)| name).collect(),
        options: options.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.to_owned()).collect(),
        row_numbers,
        sql: Some(made.sql.clone()),
    })
}

/// The least and the greatest number of a row; none where there is none, or where a column hides them by its name.
fn row_numbers(db: &Connection, table: &str) -> Option<(i64, i64)> {
    let sql = format!("SELECT min(rowid), max(rowid) FROM {} NOT INDEXED", quoted(table));
    let found = db.query_row(&sql, [], |row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get::<_, Option<i64>>(1)?)));
    found.unwrap_or_default()
}

/// A column, and its place in the primary key, from 1.
fn column(row: &Row<'_>) -> rusqlite::Result<(FoundColumn, i64)> {
    let hidden = match row.get::<_, i64>(5)? {
        0 => None,
        1 => Some("hidden"),
        _ => Some("generated"),
    };
    let column = FoundColumn {
        name: row.get(0)?,
        of_type: row.get(1)?,
        not_null: row.get(2)?,
        default: row.get(3)?,
        extras: hidden.into_iter().map(str::to_owned).collect(),
    };
    Ok((column, row.get(4)?))
}

/// An index that is not the primary key's own.
fn index(db: &Connection, made: &Made) -> rusqlite::Result<Option<FoundObject>> {
    let sql = "SELECT origin, partial FROM pragma_index_list(?1) WHERE name = ?2";
    let kind = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?));
    let (origin, partial) = db.query_row(sql, [&made.table, &made.name], kind).optional()?.unwrap_or_default();
    if origin == "pk" {
        return Ok(None);
    }
    let mut select = db.prepare("SELECT name FROM pragma_index_xinfo(?1) WHERE key ORDER BY seqno")?;
    let columns = select.query_map([&made.name], |row| row.get::<_, Option<String>>(0))?;
    let columns = columns.collect::<rusqlite::Result<Vec<_>>>()?;
    let plain = columns.iter().cloned().collect::<Option<Vec<String>>>().filter(|_| origin == "c" && !partial);
    let mut object = FoundObject::new("index", &made.name).of(&made.table).text(&made.sql);
    if columns.contains(&None) {
        object = object.fact("over", "an expression");
    }
    if partial {
        object = object.fact("over", "some rows");
    }
    if origin == "u" {
        object = object.fact("over", "a uniqueness constraint");
    }
    object.plain_index = plain;
    Ok(Some(object))
}
