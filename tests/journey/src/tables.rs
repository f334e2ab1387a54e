//! Every row of a database, as kinds and lengths; read without any code of the host's.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

/// Columns whose number is a time or a window: they count by width.
const TIMES: [&str; 4] = ["window", "minute", "until", "expires"];

/// The rows of a SQLite file.
pub async fn sqlite(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut db = SqliteConnectOptions::new().filename(path).read_only(true).connect().await.expect("the database");
    let tables = "select name from sqlite_schema where type = 'table' order by name";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut db).await.expect("tables");
    let mut rows = BTreeMap::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info(?) order by cid")
            .bind(&table)
            .fetch_all(&mut db)
            .await
            .expect("columns");
        let shapes: Vec<String> = columns
            .iter()
            .map(|column| {
                let value = if times(column) {
                    format!("length(cast(\"{column}\" as text))")
                } else {
                    format!("case typeof(\"{column}\") when 'integer' then \"{column}\" else length(\"{column}\") end")
                };
                format!("'{column}:' || typeof(\"{column}\") || ifnull({value}, '')")
            })
            .collect();
        let sql = format!("select {} from \"{table}\"", shapes.join(" || ' ' || "));
        let mut lines: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db).await.expect("rows");
        lines.sort();
        rows.insert(table, lines);
    }
    db.close().await.expect("closed");
    rows
}

/// The rows of the PostgreSQL database that the URL names.
pub async fn postgres(url: &str) -> BTreeMap<String, Vec<String>> {
    let mut db = sqlx::PgConnection::connect(url).await.expect("the database");
    let columns = "select table_name::text, column_name::text, data_type::text from information_schema.columns
        where table_schema not in ('pg_catalog', 'information_schema') order by table_name, ordinal_position";
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in sqlx::query(columns).fetch_all(&mut db).await.expect("columns") {
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let value = match kind.as_str() {
            "bytea" => format!("octet_length(\"{column}\")::text"),
            "smallint" | "integer" | "bigint" if times(&column) => format!("length(\"{column}\"::text)::text"),
            "smallint" | "integer" | "bigint" | "boolean" => format!("\"{column}\"::text"),
            _ => format!("length(\"{column}\"::text)::text"),
        };
        tables.entry(table).or_default().push(format!("'{column}:{kind}' || coalesce({value}, 'null')"));
    }
    let mut rows = BTreeMap::new();
    for (table, shapes) in tables {
        let sql = format!("select {} from \"{table}\"", shapes.join(" || ' ' || "));
        let mut lines: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db).await.expect("rows");
        lines.sort();
        rows.insert(table, lines);
    }
    db.close().await.expect("closed");
    rows
}

fn times(column: &str) -> bool {
    TIMES.iter().any(|time| column.contains(time))
}
