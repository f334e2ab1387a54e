//! Every row of a database; read without any code of the host's.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::view::{Cell, Row, Rows};

/// When and how fast the tables were made; before any practice.
const MIGRATIONS: &str = "_sqlx_migrations";

/// The rows of a SQLite file.
pub async fn sqlite(path: &Path) -> Rows {
    let mut db = SqliteConnectOptions::new().filename(path).read_only(true).connect().await.expect("the database");
    let tables = "select name from sqlite_schema where type = 'table' order by name";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut db).await.expect("tables");
    let mut rows = Rows::new();
    for table in tables.into_iter().filter(|table| table != MIGRATIONS) {
        let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info(?) order by cid")
            .bind(&table)
            .fetch_all(&mut db)
            .await
            .expect("columns");
        let value = |column: &String| {
            format!(
                "case typeof(\"{column}\") when 'null' then 'n' when 'blob' then 'b' || hex(\"{column}\") else 'p' || \"{column}\" end"
            )
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let sql = format!("select {} from \"{table}\"", values.join(", "));
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db).await.expect("rows");
        let found = found.iter().map(|row| cells(&columns, |place| row.get(place)));
        rows.insert(table, found.collect());
    }
    db.close().await.expect("closed");
    rows
}

/// The rows of the PostgreSQL database that the URL names.
pub async fn postgres(url: &str) -> Rows {
    let mut db = sqlx::PgConnection::connect(url).await.expect("the database");
    let columns = "select table_name::text, column_name::text, udt_name::text from information_schema.columns
        where table_schema not in ('pg_catalog', 'information_schema') order by table_name, ordinal_position";
    let mut tables = std::collections::BTreeMap::<String, Vec<(String, String)>>::new();
    for row in sqlx::query(columns).fetch_all(&mut db).await.expect("columns") {
        tables.entry(row.get(0)).or_default().push((row.get(1), row.get(2)));
    }
    tables.remove(MIGRATIONS);
    let mut rows = Rows::new();
    for (table, columns) in tables {
        let value = |(column, kind): &(String, String)| {
            let text = match kind.as_str() {
                "bytea" => format!("'b' || encode(\"{column}\", 'hex')"),
                "_bytea" => format!(
                    "'l' || array_to_string(array(select encode(item, 'hex') from unnest(\"{column}\") as item), ',')"
                ),
                _ => format!("'p' || \"{column}\"::text"),
            };
            format!("coalesce({text}, 'n')")
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let sql = format!("select {} from \"{table}\"", values.join(", "));
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db).await.expect("rows");
        let columns: Vec<String> = columns.into_iter().map(|(column, _)| column).collect();
        let found = found.iter().map(|row| cells(&columns, |place| row.get(place)));
        rows.insert(table, found.collect());
    }
    db.close().await.expect("closed");
    rows
}

fn cells(columns: &[String], value: impl Fn(usize) -> String) -> Row {
    columns.iter().enumerate().map(|(place, column)| (column.clone(), cell(&value(place)))).collect()
}

/// A letter for the kind, and the value behind it.
fn cell(text: &str) -> Cell {
    let (kind, value) = text.split_at(1);
    match kind {
        "n" => Cell::Null,
        "b" => Cell::Bytes(bytes(value)),
        "l" => Cell::List(value.split(',').filter(|item| !item.is_empty()).map(bytes).collect()),
        _ => Cell::Plain(value.to_owned()),
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks_exact(2).map(|pair| std::str::from_utf8(pair).expect("hex"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hex")).collect()
}
