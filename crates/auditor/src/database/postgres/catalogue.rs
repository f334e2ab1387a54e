//! What a PostgreSQL database is made of: tables with their columns, and everything else that somebody made.
//!
//! An object that came with the server has a number below 16,384 (`FirstNormalObjectId`). Whatever has a higher one was
//! made later, in whatever schema it hides. So nothing is looked for by its kind alone: every catalogue is asked for all.

use std::collections::BTreeMap;

use sqlx::postgres::PgRow;
use sqlx::{Error, Row as _};

use super::super::AuditError;
use super::super::scratch::quoted;
use super::super::structure::{FoundColumn, FoundObject, FoundTable, Structure};
use super::objects;
use super::session::{Session, unreadable};

/// The first number of what did not come with the server.
pub(super) const MADE: u32 = 16_384;

const TABLES: &str = "
    SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relpersistence::text,
           coalesce(array_to_string(c.reloptions, E'\\n'), '')
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid >= {made} AND c.relkind IN ('r', 'p', 'm', 'f', 'v') ORDER BY n.nspname, c.relname";

const COLUMNS: &str = "
    SELECT a.attrelid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod)::text, a.attnotnull, a.attisdropped,
           pg_get_expr(d.adbin, d.adrelid)::text,
           concat_ws(E'\\n', CASE WHEN a.attidentity <> '' THEN 'identity' END,
               CASE WHEN a.attgenerated <> '' THEN 'generated' END,
               CASE WHEN a.attstattarget >= 0 THEN 'statistics target' END,
               CASE WHEN a.atthasmissing THEN 'a value of older rows' END,
               CASE WHEN a.attoptions IS NOT NULL OR a.attfdwoptions IS NOT NULL THEN 'options' END,
               CASE WHEN a.attcollation <> t.typcollation THEN 'collation' END)
    FROM pg_attribute AS a LEFT JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND a.attrelid >= {made} ORDER BY a.attrelid, a.attnum";

const CONSTRAINTS: &str = "
    SELECT c.conrelid::int8, c.conname::text, c.contype::text, pg_get_constraintdef(c.oid)::text,
           array_to_string(ARRAY(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY AS k (num, place)
               JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.num ORDER BY k.place), E'\\n')
    FROM pg_constraint AS c WHERE c.oid >= {made} ORDER BY c.conrelid, c.conname";

const INDEXES: &str = "
    SELECT i.indrelid::int8, x.relname::text, i.indisprimary,
           i.indisunique OR m.amname <> 'btree' OR x.reloptions IS NOT NULL OR i.indnkeyatts <> i.indnatts,
           i.indpred IS NOT NULL, i.indexprs IS NOT NULL, pg_get_indexdef(i.indexrelid)::text,
           array_to_string(ARRAY(SELECT a.attname FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (num, place)
               JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.num ORDER BY k.place), E'\\n')
    FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_am AS m ON m.oid = x.relam
    JOIN pg_namespace AS n ON n.oid = x.relnamespace
    WHERE i.indexrelid >= {made} AND n.nspname !~ '^pg_toast' ORDER BY x.relname";

const SIZE: &str = "
    SELECT coalesce(sum(pg_table_size(c.oid)), 0)::int8 FROM pg_class AS c
    WHERE c.oid >= {made} AND c.relkind IN ('r', 'm')";

/// Reads everything.
pub(super) async fn read(session: &mut Session) -> Result<Structure, AuditError> {
    let mut structure = Structure::default();
    let mut tables = tables(session).await.map_err(|error| unreadable(&error))?;
    columns(session, &mut tables, &mut structure).await.map_err(|error| unreadable(&error))?;
    constraints(session, &mut tables, &mut structure).await.map_err(|error| unreadable(&error))?;
    indexes(session, &tables, &mut structure).await.map_err(|error| unreadable(&error))?;
    structure.tables = tables.into_values().collect();
    structure.tables.sort_by(|a, b| (a.what != "table", &a.name).cmp(&(b.what != "table", &b.name)));
    objects::read(session, &mut structure).await;
    let size = session.all(&filled(SIZE)).await.ok();
    structure.bytes = size.and_then(|rows| rows.first()?.try_get::<i64, _>(0).ok()).map(i64::unsigned_abs);
    Ok(structure)
}

pub(super) fn filled(sql: &str) -> String {
    sql.replace("{made}", &MADE.to_string())
}

type Tables = BTreeMap<i64, FoundTable>;

/// Lines of one text.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

async fn tables(session: &mut Session) -> Result<Tables, Error> {
    let rows = session.all(&filled(TABLES)).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, table(row)?))).collect()
}

fn table(row: &PgRow) -> Result<FoundTable, Error> {
    let (schema, name, kind): (String, String, String) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let persistence: String = row.try_get(4)?;
    let mut options = lines(&row.try_get::<String, _>(5)?);
    if persistence != "p" {
        options.push("not logged".to_owned());
    }
    let what = match kind.as_str() {
        "r" => "table",
        "p" => "partitioned table",
        "m" => "materialized view",
        "f" => "foreign table",
        _ => "view",
    };
    // What a view shows, and what a foreign table fetches, lies elsewhere.
    let from = matches!(what, "table" | "materialized view").then(|| format!("{}.{}", quoted(&schema), quoted(&name)));
    Ok(FoundTable {
        name: if schema == "public" { name } else { format!("{schema}.{name}") },
        what,
        from,
        columns: Vec::new(),
        key: Vec::new(),
        options,
        row_numbers: None,
        sql: None,
    })
}

async fn columns(session: &mut Session, tables: &mut Tables, structure: &mut Structure) -> Result<(), Error> {
    for row in session.all(&filled(COLUMNS)).await? {
        let Some(table) = tables.get_mut(&row.try_get::<i64, _>(0)?) else { continue };
        if row.try_get(4)? {
            let object = FoundObject::new("dropped column", row.try_get::<String, _>(1)?).of(&table.name);
            structure.objects.push(object.fact("found", "rows that were written before still hold its values"));
            continue;
        }
        table.columns.push(FoundColumn {
            name: row.try_get(1)?,
            of_type: row.try_get(2)?,
            not_null: row.try_get(3)?,
            default: row.try_get(5)?,
            extras: lines(&row.try_get::<String, _>(6)?),
        });
    }
    Ok(())
}

/// Primary keys belong to their tables. A server may keep `NOT NULL` as a constraint (from version 18 on): it says no more
/// than the column does.
async fn constraints(session: &mut Session, tables: &mut Tables, structure: &mut Structure) -> Result<(), Error> {
    for row in session.all(&filled(CONSTRAINTS)).await? {
        let (name, kind, text): (String, String, String) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        let columns = lines(&row.try_get::<String, _>(4)?);
        let table = tables.get_mut(&row.try_get::<i64, _>(0)?);
        let object = FoundObject::new("constraint", name).text(&text);
        match (kind.as_str(), table) {
            ("p", Some(table)) => table.key = columns,
            ("n", Some(_)) => {}
            (_, Some(table)) => structure.objects.push(object.of(&table.name)),
            (_, None) => structure.objects.push(object),
        }
    }
    Ok(())
}

async fn indexes(session: &mut Session, tables: &Tables, structure: &mut Structure) -> Result<(), Error> {
    for row in session.all(&filled(INDEXES)).await? {
        let (primary, special): (bool, bool) = (row.try_get(2)?, row.try_get(3)?);
        let (partial, expression): (bool, bool) = (row.try_get(4)?, row.try_get(5)?);
        if primary && !partial && !expression {
            continue;
        }
        let mut object = FoundObject::new("index", row.try_get::<String, _>(1)?).text(row.try_get::<String, _>(6)?);
        if let Some(table) = tables.get(&row.try_get::<i64, _>(0)?) {
            object = object.of(&table.name);
        }
        if expression {
            object = object.fact("over", "an expression, of whose values statistics are kept");
        }
        if partial {
            object = object.fact("over", "some rows");
        }
        object.plain_index = (!special && !partial && !expression).then(|| lines(&text(&row, 7)));
        structure.objects.push(object);
    }
    Ok(())
}

/// A text column, or nothing.
pub(super) fn text(row: &PgRow, place: usize) -> String {
    row.try_get::<Option<String>, _>(place).ok().flatten().unwrap_or_default()
}
