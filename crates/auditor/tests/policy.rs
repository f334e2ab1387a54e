//! The policy declares what there is, and nothing that there is not: against the OpenAPI document, the migrations, and
//! what the host's source writes down.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use souspli_auditor::policy::{Direction, Engine, Field, Holds, Message, Policy};

fn policy() -> Policy {
    Policy::embedded().expect("the embedded policy")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn openapi() -> Value {
    let text = fs::read_to_string(root().join("docs/openapi.json")).expect("docs/openapi.json");
    serde_json::from_str(&text).expect("JSON")
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn of_reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(|path| path.rsplit('/').next())
}

#[test]
fn every_route_is_declared_as_it_is_and_none_too_many() {
    let (policy, document) = (policy(), openapi());
    let mut documented = BTreeSet::new();
    for (path, methods) in object(&document["paths"]) {
        for (method, operation) in object(methods) {
            let method = method.to_uppercase();
            documented.insert((method.clone(), path.clone()));
            let route = policy.routes.iter().find(|route| route.method == method && route.path == *path);
            let route = route.unwrap_or_else(|| panic!("{method} {path} is not declared"));
            let body = of_reference(&operation["requestBody"]["content"]["application/json"]["schema"]);
            assert_eq!(route.request.as_deref(), body, "{method} {path}");
            assert_eq!(route.signed, !operation["security"].is_null(), "{method} {path}");
            let named = operation["parameters"].as_array().into_iter().flatten();
            let named: BTreeSet<&str> = named.filter_map(|parameter| parameter["name"].as_str()).collect();
            let declared: BTreeSet<&str> = route.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            assert_eq!(declared, named, "{method} {path}");
            let answers: BTreeMap<String, String> = object(&operation["responses"])
                .filter(|(status, _)| status.starts_with('2'))
                .map(|(status, answer)| (status.clone(), answered(answer)))
                .collect();
            assert_eq!(route.answers, answers, "{method} {path}");
        }
    }
    let pages = ["/", "/practice", "/check", "/assets/*", "/mark.svg", "/metrics"];
    let declared = policy.routes.iter().filter(|route| !pages.contains(&route.path.as_str()));
    let declared: BTreeSet<_> = declared.map(|route| (route.method.clone(), route.path.clone())).collect();
    assert_eq!(declared, documented);
}

fn answered(answer: &Value) -> String {
    let (_, content) = object(&answer["content"]).next().expect("a body");
    match of_reference(&content["schema"]) {
        Some(message) => message.to_owned(),
        None if content["schema"]["type"] == "string" => "text".to_owned(),
        None => "asset".to_owned(),
    }
}

#[test]
fn every_field_is_declared_with_its_size_and_none_too_many() {
    let (policy, document) = (policy(), openapi());
    let schemas = &document["components"]["schemas"];
    let objects: BTreeSet<&str> =
        object(schemas).filter(|(_, schema)| schema["type"] == "object").map(|(name, _)| name.as_str()).collect();
    let declared: BTreeSet<&str> = policy.messages.iter().map(|message| message.name.as_str()).collect();
    assert_eq!(declared, objects);
    for message in &policy.messages {
        let schema = &schemas[&message.name];
        let documented: BTreeSet<&String> = object(&schema["properties"]).map(|(name, _)| name).collect();
        assert_eq!(message.fields.iter().map(|field| &field.name).collect::<BTreeSet<_>>(), documented);
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let declared = message.fields.iter().filter(|field| !field.may_be_absent).map(|field| field.name.as_str());
        assert_eq!(declared.collect::<BTreeSet<_>>(), required.collect(), "{}", message.name);
        for field in &message.fields {
            agree(message, field, &schema["properties"][&field.name]);
        }
    }
}

fn agree(message: &Message, field: &Field, schema: &Value) {
    let place = format!("{}.{}", message.name, field.name);
    let of_type = |value: &Value, name: &str| {
        value["type"] == name || value["type"].as_array().is_some_and(|types| types.iter().any(|one| one == name))
    };
    assert_eq!(field.list, of_type(schema, "array"), "{place}");
    let item = if field.list { &schema["items"] } else { schema };
    assert_eq!(field.or_null, of_type(item, "null"), "{place}");
    if let Holds::Message { of } = &field.holds {
        assert_eq!(of_reference(item), Some(of.as_str()), "{place}");
    }
    if let Holds::Word { of } = &field.holds
        && let Some(words) = item["enum"].as_array()
    {
        assert_eq!(words, of, "{place}");
    }
    if item["contentEncoding"] == "base64url" {
        let length = |size: &usize| size.saturating_mul(8).div_ceil(6) as u64;
        let sizes: BTreeSet<u64> = field.holds.sizes().iter().map(length).collect();
        let (least, most) = (item["minLength"].as_u64(), item["maxLength"].as_u64());
        for limit in [least, most].into_iter().flatten().filter(|_| !sizes.is_empty()) {
            assert!(sizes.contains(&limit), "{place}: {limit} is none of {sizes:?}");
        }
    }
}

#[test]
fn every_header_of_the_openapi_document_is_declared() {
    let (policy, document) = (policy(), openapi());
    for (path, methods) in object(&document["paths"]) {
        for (_, operation) in object(methods) {
            for (_, answer) in object(&operation["responses"]) {
                for (name, _) in object(&answer["headers"]) {
                    assert!(policy.header(Direction::Answer, name).is_some(), "{path}: {name}");
                }
            }
        }
    }
}

fn migrations(engine: &str) -> String {
    let folder = root().join("migrations").join(engine);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).expect("text")).collect()
}

#[test]
fn every_table_and_column_of_sqlite_is_declared_and_none_too_many() {
    let db = rusqlite::Connection::open_in_memory().expect("SQLite");
    db.execute_batch(&migrations("sqlite")).expect("migrations");
    let sql = "SELECT m.name, x.name, x.type, x.\"notnull\" FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS x
               WHERE m.type = 'table' ORDER BY m.name, x.cid";
    let mut query = db.prepare(sql).expect("query");
    let found: Vec<(String, String, String, bool)> = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("rows");
    assert_eq!(declared(Engine::Sqlite), found);
}

#[test]
fn every_table_and_column_of_postgres_is_declared_and_none_too_many() {
    let text = migrations("postgres");
    let mut found = Vec::new();
    for table in text.split("CREATE TABLE ").skip(1) {
        let (name, rest) = table.split_once(" (").expect("a table");
        let (columns, _) = rest.split_once("\n)").expect("its end");
        for line in columns.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("PRIMARY KEY")) {
            let mut words = line.trim_end_matches(',').split_whitespace();
            let (column, kind) = (words.next().expect("a column"), words.next().expect("a type"));
            found.push((name.to_owned(), column.to_owned(), kind.to_owned(), line.contains("NOT NULL")));
        }
    }
    // What a later migration takes away again.
    let dropped: Vec<&str> = text.split("DROP TABLE ").skip(1).filter_map(|rest| rest.split(';').next()).collect();
    found.retain(|(table, ..)| !dropped.contains(&table.as_str()));
    // The order of columns means nothing here.
    let mut declared = declared(Engine::Postgres);
    declared.retain(|(table, ..)| table != "_sqlx_migrations");
    found.sort();
    declared.sort();
    assert_eq!(declared, found);
}

/// Table, column, type, whether it must be filled in; by table.
fn declared(engine: Engine) -> Vec<(String, String, String, bool)> {
    let policy = policy();
    let tables = policy.tables.iter().filter(|table| table.is_in(engine));
    let mut declared: Vec<_> = tables
        .flat_map(|table| {
            table.columns_in(engine).map(move |column| {
                let kind = column.holds.column_type(engine).expect("a column's kind");
                (table.name.clone(), column.name.clone(), kind.to_owned(), !column.optional)
            })
        })
        .collect();
    declared.sort_by(|a, b| a.0.cmp(&b.0));
    declared
}

/// Every Rust file under a folder.
fn sources(folder: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(fs::read_to_string(path).expect("text"));
        }
    }
}

/// What stands before the bracket that closes a call.
fn arguments(call: &str) -> &str {
    let (mut depth, mut quoted) = (1, false);
    for (at, letter) in call.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &call[..at];
        }
    }
    panic!("a call without an end: {call}");
}

#[test]
fn every_log_key_and_sentence_of_the_host_is_declared_and_none_too_many() {
    let mut texts = Vec::new();
    for name in ["server", "store-sqlite", "store-postgres"] {
        sources(&root().join("crates").join(name).join("src"), &mut texts);
    }
    let (mut keys, mut sentences) = (BTreeSet::new(), BTreeSet::new());
    for text in &texts {
        for level in ["info", "warn", "error", "debug"] {
            for call in text.split(&format!("tracing::{level}!(")).skip(1) {
                let arguments = arguments(call).trim().trim_end_matches(',');
                let (fields, sentence) = arguments.trim_end_matches('"').rsplit_once('"').expect("a sentence");
                sentences.insert(sentence.to_owned());
                let names = fields.split(',').map(|field| field.split('=').next().unwrap_or_default());
                let names = names.map(|name| name.trim().trim_start_matches(['%', '?']).trim_matches('"').to_owned());
                keys.extend(names.filter(|name| !name.is_empty()));
            }
        }
    }
    let policy = policy();
    let words = |key: &str| match policy.log_keys.iter().find(|log| log.key == key).map(|log| &log.holds) {
        Some(Holds::Word { of }) => of.iter().cloned().collect::<BTreeSet<_>>(),
        other => panic!("{key} is {other:?}"),
    };
    assert_eq!(words("message"), sentences);
    let added = ["timestamp", "level", "message"].map(str::to_owned);
    keys.extend(added);
    assert_eq!(policy.log_keys.iter().map(|log| log.key.clone()).collect::<BTreeSet<_>>(), keys);
}

#[test]
fn every_metric_of_the_host_is_declared_and_none_too_many() {
    let text = fs::read_to_string(root().join("crates/server/src/observe/metrics.rs")).expect("text");
    let (code, _) = text.split_once("#[cfg(test)]").expect("tests behind it");
    let names = code.split('"').filter(|part| part.starts_with("souspli_") && !part.contains([' ', '{']));
    let declared: BTreeSet<&str> = policy().metrics.iter().map(|metric| metric.name.clone().leak() as &str).collect();
    assert_eq!(declared, names.collect());
}

#[test]
fn each_kind_is_explained_in_both_languages() {
    let policy = policy();
    let columns = policy.tables.iter().flat_map(|table| table.columns.iter().map(|column| &column.holds));
    let fields = policy.messages.iter().flat_map(|message| message.fields.iter().map(|field| &field.holds));
    for holds in columns.chain(fields).chain(policy.log_keys.iter().map(|key| &key.holds)) {
        let why = holds.explained();
        assert!(!why.en.is_empty() && !why.fr.is_empty() && why.en != why.fr, "{holds:?}");
    }
}
