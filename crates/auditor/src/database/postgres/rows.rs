//! Every row of a PostgreSQL table.

use std::ops::ControlFlow;
use std::sync::mpsc::SyncSender;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Error, Row as _, ValueRef as _};
use tokio_stream::StreamExt as _;

use super::super::AuditError;
use super::super::scratch::quoted;
use super::super::structure::{FoundTable, LARGE_OBJECTS, Read};
use super::super::value::{LONGEST, Value};
use super::Message;
use super::session::{Session, said, unreadable};

/// How a column is asked for.
#[derive(Clone, Copy)]
enum Kind {
    Bytes,
    List,
    Number,
    Boolean,
    /// Anything else, as it is written.
    Text,
}

impl Kind {
    fn of(of_type: &str) -> Self {
        match of_type {
            "bytea" => Self::Bytes,
            "bytea[]" => Self::List,
            "bigint" | "integer" | "smallint" => Self::Number,
            "boolean" => Self::Boolean,
            _ => Self::Text,
        }
    }

    /// The value, or the start of a long one, and how long it is.
    fn selected(self, name: &str) -> String {
        match self {
            Self::Bytes => format!("substring({name} FROM 1 FOR {LONGEST}), octet_length({name})::int8"),
            Self::List => format!(
                "CASE WHEN pg_column_size({name}) <= {LONGEST} THEN {name} END, octet_length(array_send({name}))::int8"
            ),
            Self::Number => format!("{name}::int8, NULL::int8"),
            Self::Boolean => format!("{name}, NULL::int8"),
            Self::Text => {
                let text = format!("convert_to({name}::text, 'UTF8')");
                format!("substring({text} FROM 1 FOR {LONGEST}), octet_length({text})::int8")
            }
        }
    }

    fn read(self, row: &PgRow, at: usize) -> Result<Value, Error> {
        if row.try_get_raw(at)?.is_null() {
            let length: Option<i64> = row.try_get(at.saturating_add(1))?;
            return Ok(length.map_or(Value::Null, |length| Value::cut(Vec::new(), length.unsigned_abs(), Value::Bytes)));
        }
        let length = row.try_get::<Option<i64>, _>(at.saturating_add(1))?.unwrap_or_default().unsigned_abs();
        Ok(match self {
            Self::Bytes => Value::cut(row.try_get(at)?, length, Value::Bytes),
            Self::Text => Value::cut(row.try_get(at)?, length, Value::Text),
            Self::Number => Value::Integer(row.try_get(at)?),
            Self::Boolean => Value::Boolean(row.try_get(at)?),
            Self::List => {
                let items: Vec<Option<Vec<u8>>> = row.try_get(at)?;
                Value::List(items.into_iter().map(Option::unwrap_or_default).collect())
            }
        })
    }
}

/// Reads a table and hands its rows on, until nobody listens any more.
pub(super) async fn read(
    session: &mut Session,
    number: usize,
    table: &FoundTable,
    send: &SyncSender<Message>,
) -> Result<ControlFlow<()>, AuditError> {
    let hand_on = |read: Read| match send.send(Message::Read(read)) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    let Some(from) = &table.from else {
        return Ok(hand_on(Read::Unread(number, "it has no rows of its own".to_owned())));
    };
    let kinds: Vec<Kind> = table.columns.iter().map(|column| Kind::of(&column.of_type)).collect();
    let sql = selected(table, &kinds, from);
    session.mark().await.map_err(|error| unreadable(&error))?;
    let failed = {
        let mut rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(&mut session.db);
        loop {
            match rows.next().await {
                None => break None,
                Some(Err(error)) => break Some(error),
                Some(Ok(row)) => match values(&row, &kinds) {
                    Err(error) => break Some(error),
                    Ok(values) => {
                        if hand_on(Read::Row(number, values)).is_break() {
                            return Ok(ControlFlow::Break(()));
                        }
                    }
                },
            }
        }
    };
    let Some(error) = failed else { return Ok(ControlFlow::Continue(())) };
    // Without the connection nothing more can be read; a table that may not be read is one of many.
    session.back_to_mark().await.map_err(|_| unreadable(&error))?;
    Ok(hand_on(Read::Unread(number, said(&error))))
}

fn selected(table: &FoundTable, kinds: &[Kind], from: &str) -> String {
    if table.what == LARGE_OBJECTS {
        let data = format!("lo_get(oid, 0, {})", LONGEST.saturating_add(1));
        return format!("SELECT substring({data} FROM 1 FOR {LONGEST}), octet_length({data})::int8 FROM {from}");
    }
    // A table without columns has rows all the same.
    let columns = table.columns.iter().zip(kinds).map(|(column, kind)| kind.selected(&quoted(&column.name)));
    let columns = columns.collect::<Vec<_>>().join(", ");
    format!("SELECT {} FROM ONLY {from}", if columns.is_empty() { "1" } else { &columns })
}

fn values(row: &PgRow, kinds: &[Kind]) -> Result<Vec<Value>, Error> {
    kinds.iter().zip((0..).step_by(2)).map(|(kind, at)| kind.read(row, at)).collect()
}
