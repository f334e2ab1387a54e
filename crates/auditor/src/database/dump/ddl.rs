//! What the statements of a dump make.

use super::super::AuditError;
use super::super::structure::{FoundColumn, FoundObject, FoundTable, LARGE_OBJECTS, Structure};
use super::words::{Word, bracketed, full_name, joined, parts, words};

/// What was made so far.
#[derive(Default)]
pub(super) struct Schema {
    pub(super) structure: Structure,
}

/// Words with which the definition of a column's type ends.
const BEHIND_TYPE: [&str; 9] =
    ["default", "not", "null", "constraint", "check", "collate", "generated", "references", "options"];

impl Schema {
    /// Takes a statement. What `pg_dump` writes besides what it makes (settings, owners, rights) says nothing.
    pub(super) fn take(&mut self, sql: &str) {
        let words = words(sql.trim_end().trim_end_matches(';'));
        let first: Vec<&str> = words.iter().take(3).map_while(Word::name).collect();
        let after = |count: usize| words.get(count..).unwrap_or_default();
        match first.as_slice() {
            ["set" | "begin" | "commit" | "grant" | "revoke" | "reset" | "drop" | "insert" | "copy", ..]
            | ["alter", "default", ..] => {}
            ["select", ..] => self.selected(&words),
            ["create", "unlogged" | "foreign", "table"] => self.table(after(3), first.get(1).copied()),
            ["create", "table", ..] => self.table(after(2), None),
            ["create", "unique", "index"] => self.index(after(3), sql, true),
            ["create", "index", ..] => self.index(after(2), sql, false),
            ["create", "materialized", "view"] => self.view(after(3), sql, "materialized view"),
            ["create", "view", ..] => self.view(after(2), sql, "view"),
            ["create", ..] => self.made(after(1), sql),
            ["alter", "table", ..] => self.altered(after(2), sql),
            ["alter", "database", ..] => self.other("setting", after(2), sql),
            ["alter", ..] if words.iter().any(|word| word.is("owner")) => {}
            ["comment", "on", ..] => self.comment(after(2)),
            _ => self.other("statement", &words, sql),
        }
    }

    pub(super) fn finish(mut self) -> Result<Structure, AuditError> {
        if self.structure.tables.is_empty() {
            return Err(AuditError::Foreign("a dump with tables"));
        }
        // Whether there are any is seen with the rows: an archive counts them among these.
        let data = FoundColumn {
            name: "data".to_owned(),
            of_type: "bytea".to_owned(),
            not_null: true,
            default: None,
            extras: Vec::new(),
        };
        self.structure.tables.push(table("of the database".to_owned(), LARGE_OBJECTS, vec![data]));
        Ok(self.structure)
    }

    /// What `pg_dump` selects is settings, places of sequences, and large objects.
    fn selected(&mut self, words: &[Word]) {
        let what = words.get(3).and_then(Word::name).unwrap_or_default();
        match what {
            "set_config" | "setval" | "lo_open" | "lowrite" | "lo_close" => {}
            "lo_create" => {
                let number =
                    words.iter().find_map(|word| if let Word::Literal(number) = word { Some(number) } else { None });
                let object = FoundObject::new("large object", number.cloned().unwrap_or_default());
                self.structure.objects.push(object);
            }
            _ => self.other("statement", words, ""),
        }
    }

    fn table(&mut self, words: &[Word], kind: Option<&str>) {
        let (Some((name, _)), Some((inside, behind))) = (full_name(words), bracketed(words)) else {
            return self.other("table", words, "");
        };
        let what = match kind {
            Some("foreign") => "foreign table",
            _ if behind.iter().any(|word| word.is("partition")) => "partitioned table",
            _ => "table",
        };
        let mut found = table(name, what, Vec::new());
        for part in parts(inside) {
            if part.first().is_some_and(|word| word.is("constraint")) {
                self.structure.objects.push(constraint(part.get(1..).unwrap_or_default()).of(&found.name));
            } else if let Some(column) = column(part) {
                found.columns.push(column);
            }
        }
        if kind == Some("unlogged") {
            found.options.push("not logged".to_owned());
        }
        found.options.extend(options(behind));
        self.structure.tables.push(found);
    }

    fn view(&mut self, words: &[Word], sql: &str, what: &'static str) {
        let Some((name, _)) = full_name(words) else { return self.other(what, words, sql) };
        let mut view = table(name, what, Vec::new());
        view.from = None;
        view.sql = Some(sql.to_owned());
        self.structure.tables.push(view);
    }

    fn index(&mut self, words: &[Word], sql: &str, unique: bool) {
        let on =
            words.iter().position(|word| word.is("on")).map(|on| words.get(on.saturating_add(1)..).unwrap_or_default());
        let only =
            on.map(
                |on| if on.first().is_some_and(|word| word.is("only")) { on.get(1..).unwrap_or_default() } else { on },
            );
        let named = words.first().and_then(Word::name).zip(only.and_then(full_name)).zip(only.and_then(bracketed));
        let Some(((name, (table, _)), (inside, behind))) = named else { return self.other("index", words, sql) };
        let columns = parts(inside).into_iter().map(|part| if let [one] = part { one.name() } else { None });
        let columns: Option<Vec<String>> = columns.map(|name| name.map(str::to_owned)).collect();
        let mut object = FoundObject::new("index", name).of(table).text(sql);
        if columns.is_none() {
            object = object.fact("over", "an expression, of whose values statistics are kept");
        }
        if behind.iter().any(|word| word.is("where")) {
            object = object.fact("over", "some rows");
        }
        let btree = only.is_some_and(|only| only.iter().any(|word| word.is("btree")));
        object.plain_index = columns.filter(|_| btree && !unique && behind.is_empty());
        self.structure.objects.push(object);
    }

    fn altered(&mut self, words: &[Word], sql: &str) {
        let words =
            if words.first().is_some_and(|word| word.is("only")) { words.get(1..).unwrap_or_default() } else { words };
        let Some((name, length)) = full_name(words) else { return self.other("statement", words, sql) };
        let what = words.get(length..).unwrap_or_default();
        let keywords: Vec<&str> = what.iter().take(5).filter_map(Word::name).collect();
        let found = self.structure.tables.iter_mut().find(|table| table.name == name);
        match (keywords.as_slice(), found) {
            (["owner", ..] | ["alter", "column", _, "set", "storage" | "not"], _) => {}
            (["add", "constraint", _, "primary", "key"], Some(table)) => table.key = names(what),
            (["add", "constraint", ..], _) => {
                let object = constraint(what.get(2..).unwrap_or_default()).of(&name);
                self.structure.objects.push(object);
            }
            (["alter", "column", column, "set", what], Some(table)) => {
                let column = table.columns.iter_mut().find(|found| found.name == *column);
                if let Some(column) = column {
                    column.extras.push(format!("set {what}"));
                }
            }
            _ => {
                let object = FoundObject::new("change", keywords.join(" ")).of(&name).text(sql);
                self.structure.objects.push(object);
            }
        }
    }

    fn comment(&mut self, words: &[Word]) {
        let is = words.iter().position(|word| word.is("is")).unwrap_or(words.len());
        let on = joined(words.get(..is).unwrap_or_default());
        let text = joined(words.get(is.saturating_add(1)..).unwrap_or_default());
        // What a server says of itself from the first.
        let usual =
            [("schema public", "standard public schema"), ("extension plpgsql", "PL/pgSQL procedural language")];
        if !usual.contains(&(on.as_str(), text.as_str())) {
            self.structure.objects.push(FoundObject::new("comment", on).text(text));
        }
    }

    /// Anything else that is made: the words up to its name.
    fn made(&mut self, words: &[Word], sql: &str) {
        let skipped = ["or", "replace", "if", "not", "exists", "constraint", "trusted", "procedural"];
        let words: Vec<Word> =
            words.iter().filter(|word| !skipped.iter().any(|skipped| word.is(skipped))).cloned().collect();
        let of_two = ["event", "foreign", "text", "access", "operator", "user"];
        let length = if words.first().is_some_and(|word| of_two.iter().any(|kind| word.is(kind))) { 2 } else { 1 };
        let what = joined(words.get(..length).unwrap_or_default());
        let name = full_name(words.get(length..).unwrap_or_default()).map(|(name, _)| name).unwrap_or_default();
        let is_usual = what == "schema" && name == "public";
        if !is_usual {
            self.structure.objects.push(FoundObject::new(what, name).text(sql));
        }
    }

    fn other(&mut self, what: &str, words: &[Word], sql: &str) {
        let name: Vec<&str> = words.iter().map_while(Word::name).take(4).collect();
        self.structure.objects.push(FoundObject::new(what, name.join(" ")).text(sql));
    }
}

fn table(name: String, what: &'static str, columns: Vec<FoundColumn>) -> FoundTable {
    let from = Some(name.clone());
    FoundTable { name, what, from, columns, key: Vec::new(), options: Vec::new(), row_numbers: None, sql: None }
}

/// `name type [DEFAULT …] [NOT NULL] …`
fn column(words: &[Word]) -> Option<FoundColumn> {
    let (name, rest) = words.split_first()?;
    let name = name.name()?.to_owned();
    let ends = |word: &Word| BEHIND_TYPE.iter().any(|keyword| word.is(keyword));
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    let (of_type, behind) = rest.split_at_checked(end)?;
    let mut column = FoundColumn { name, of_type: joined(of_type), not_null: false, default: None, extras: Vec::new() };
    let mut behind = behind;
    while let Some((first, rest)) = behind.split_first() {
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        let (own, next) = rest.split_at_checked(end)?;
        behind = next;
        match first {
            Word::Plain(word) if word == "default" => column.default = Some(joined(own)),
            // `NOT NULL` is two words of the list.
            Word::Plain(word) if word == "not" => column.not_null = true,
            Word::Plain(word) if word == "null" => {}
            Word::Plain(word) => column.extras.push(word.clone()),
            _ => {}
        }
    }
    Some(column)
}

/// `name CHECK (…)` and the like.
fn constraint(words: &[Word]) -> FoundObject {
    let name = words.first().and_then(Word::name).unwrap_or_default();
    let rest = words.get(1..).unwrap_or_default();
    let text = match bracketed(rest) {
        Some((inside, [])) if rest.first().is_some_and(|word| word.is("check")) => {
            format!("CHECK ({})", joined(inside))
        }
        _ => joined(rest),
    };
    FoundObject::new("constraint", name).text(text)
}

/// The names in brackets.
fn names(words: &[Word]) -> Vec<String> {
    let inside = bracketed(words).map(|(inside, _)| inside).unwrap_or_default();
    parts(inside).into_iter().map(joined).collect()
}

/// `WITH (fillfactor='50')` as `fillfactor=50`.
fn options(words: &[Word]) -> Vec<String> {
    let with = words.iter().position(|word| word.is("with"));
    let inside = with.and_then(|with| bracketed(words.get(with..)?)).map(|(inside, _)| inside).unwrap_or_default();
    parts(inside).into_iter().map(joined).collect()
}
