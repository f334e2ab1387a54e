//! Whether a policy is whole: nothing twice, a reason for each thing, nothing that refers to what is not there.

use std::collections::HashSet;

use super::{Engine, Holds, Policy, PolicyError, Table, Why};

type Checked = Result<(), PolicyError>;

/// What a route answers that is no message.
const BODIES: [&str; 3] = ["text", "asset", "lines"];

/// Checks a policy that was read.
pub(super) fn check(policy: &Policy) -> Checked {
    let mut seen = Seen::default();
    reason("the policy", &policy.why)?;
    reason("the schema", &policy.schema.why)?;
    for table in &policy.tables {
        check_table(policy, table, &mut seen)?;
    }
    check_messages(policy, &mut seen)?;
    check_routes(policy, &mut seen)?;
    for header in &policy.headers {
        let what = format!("{:?} header {}", header.direction, header.name).to_lowercase();
        seen.once(what, &header.why)?;
    }
    for key in &policy.log_keys {
        seen.once(format!("log key {}", key.key), &key.why)?;
    }
    policy.metrics.iter().try_for_each(|metric| seen.once(format!("metric {}", metric.name), &metric.why))?;
    policy.files.iter().try_for_each(|file| seen.once(format!("file {}", file.path), &file.why))
}

/// What was declared so far.
#[derive(Default)]
struct Seen(HashSet<String>);

impl Seen {
    fn once(&mut self, what: String, why: &Why) -> Checked {
        reason(&what, why)?;
        if self.0.insert(what.clone()) { Ok(()) } else { Err(PolicyError::Twice(what)) }
    }
}

fn reason(what: &str, why: &Why) -> Checked {
    let silent = why.en.trim().is_empty() || why.fr.trim().is_empty();
    if silent { Err(PolicyError::NoReason(what.to_owned())) } else { Ok(()) }
}

fn check_table(policy: &Policy, table: &Table, seen: &mut Seen) -> Checked {
    let name = format!("table {}", table.name);
    seen.once(name.clone(), &table.why)?;
    for column in &table.columns {
        let what = format!("{name}, column {}", column.name);
        seen.once(what.clone(), &column.why)?;
        if [Engine::Sqlite, Engine::Postgres].iter().any(|engine| column.holds.column_type(*engine).is_none()) {
            return Err(PolicyError::NotAColumn(what));
        }
        column.same_as.iter().try_for_each(|other| known_column(policy, &what, other))?;
    }
    for index in &table.indexes {
        seen.once(format!("index {}", index.name), &index.why)?;
    }
    let named = table.key.iter().chain(table.sqlite_key.iter().flatten());
    for column in named.chain(table.indexes.iter().flat_map(|index| &index.columns)) {
        known_column(policy, &name, &format!("{}.{column}", table.name))?;
    }
    Ok(())
}

fn known_column(policy: &Policy, from: &str, to: &str) -> Checked {
    let column = to.split_once('.').and_then(|(table, column)| {
        policy.tables.iter().find(|found| found.name == table).and_then(|table| table.column(column))
    });
    column.map(drop).ok_or_else(|| PolicyError::Unknown { from: from.to_owned(), to: to.to_owned() })
}

fn known_message(policy: &Policy, from: &str, to: &str) -> Checked {
    let known = policy.message(to).is_some();
    let unknown = || PolicyError::Unknown { from: from.to_owned(), to: format!("message {to}") };
    if known { Ok(()) } else { Err(unknown()) }
}

fn check_messages(policy: &Policy, seen: &mut Seen) -> Checked {
    for message in &policy.messages {
        let name = format!("message {}", message.name);
        if !seen.0.insert(name.clone()) {
            return Err(PolicyError::Twice(name));
        }
        for field in &message.fields {
            let what = format!("{name}, field {}", field.name);
            seen.once(what.clone(), &field.why)?;
            if let Holds::Message { of } = &field.holds {
                known_message(policy, &what, of)?;
            }
        }
    }
    Ok(())
}

fn check_routes(policy: &Policy, seen: &mut Seen) -> Checked {
    for route in &policy.routes {
        let name = format!("route {} {}", route.method, route.path);
        seen.once(name.clone(), &route.why)?;
        let answers = route.answers.values().filter(|answer| !BODIES.contains(&answer.as_str()));
        route.request.iter().chain(answers).try_for_each(|message| known_message(policy, &name, message))?;
        for parameter in &route.parameters {
            seen.once(format!("{name}, parameter {}", parameter.name), &parameter.why)?;
        }
    }
    Ok(())
}
