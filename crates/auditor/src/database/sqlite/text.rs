//! The text that a table was made with. SQLite keeps it as it was written, with comments, checks and defaults in it, so
//! it must be no other than what the policy makes of the table.

use super::super::report::Report;
use crate::policy::{Engine, Table};
use crate::{Check, Finding, Place};

/// Says where a table's text differs from the declared one.
pub(crate) fn compare_text(sql: &str, declared: &Table, place: &Place, report: &mut Report) {
    let found = words(sql);
    if found.contains(&Word::Comment) {
        let finding = Finding::new(Check::UndeclaredObject, place.at("comment"));
        report.add("comment", finding.fact("length", sql.len()));
    }
    let found = found.into_iter().filter(|word| *word != Word::Comment);
    if !found.eq(words(&text_of(declared))) {
        let finding = Finding::new(Check::UndeclaredObject, place.clone()).fact("what", "text of the table");
        report.add("text", finding.fact("found", "constraints, checks or words that are not declared"));
    }
}

/// The text of a declared table.
fn text_of(table: &Table) -> String {
    let key = table.key_in(Engine::Sqlite);
    let single = if let [one] = key { Some(one.as_str()) } else { None };
    let mark = super::super::compare::one_row_mark(table);
    let columns = table.columns_in(Engine::Sqlite).map(|column| {
        let name = &column.name;
        let of_type = column.holds.column_type(Engine::Sqlite).unwrap_or_default();
        let not_null = if column.optional { "" } else { " NOT NULL" };
        let key = if single == Some(name) { " PRIMARY KEY" } else { "" };
        let check = if mark == Some(name) { format!(" CHECK ({name} = 1)") } else { String::new() };
        format!("{name} {of_type}{not_null}{key}{check}")
    });
    let together = (key.len() > 1).then(|| format!("PRIMARY KEY ({})", key.join(", ")));
    let lines: Vec<String> = columns.chain(together).collect();
    let sorted = if table.sorted { ", WITHOUT ROWID" } else { "" };
    format!("CREATE TABLE {} ({}) STRICT{sorted}", table.name, lines.join(", "))
}

/// A word of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    /// A name or keyword, in small letters and without quotes; or a literal, or a sign.
    Plain(String),
    /// A comment, whatever it says.
    Comment,
}

/// Takes SQL apart. What is quoted as a name counts as the name, and letters count in either case.
fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, length) = match first {
            '-' if rest.starts_with("--") => (Word::Comment, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (Word::Comment, end_of(rest, "*/", 2)),
            '"' | '`' => quoted(rest, first),
            '[' => quoted(rest, ']'),
            '\'' => literal(rest),
            _ => plain(rest, first),
        };
        words.push(word);
        rest = rest.get(length.max(first.len_utf8())..).unwrap_or_default().trim_start();
    }
    words
}

/// Where the first `end` behind `from` ends, or all of it.
fn end_of(text: &str, end: &str, from: usize) -> usize {
    let behind = text.get(from..).unwrap_or_default();
    behind.find(end).map_or(text.len(), |at| at.saturating_add(from).saturating_add(end.len()))
}

fn quoted(text: &str, end: char) -> (Word, usize) {
    let length = end_of(text, end.encode_utf8(&mut [0; 4]), 1);
    let name = text.get(1..length.saturating_sub(1)).unwrap_or_default();
    (Word::Plain(name.to_lowercase()), length)
}

/// A literal keeps its quotes: it is no name.
fn literal(text: &str) -> (Word, usize) {
    let length = end_of(text, "'", 1);
    (Word::Plain(text.get(..length).unwrap_or_default().to_owned()), length)
}

fn plain(text: &str, first: char) -> (Word, usize) {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let length =
        if is_name(first) { text.find(|letter| !is_name(letter)).unwrap_or(text.len()) } else { first.len_utf8() };
    (Word::Plain(text.get(..length).unwrap_or_default().to_lowercase()), length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    fn found(change: impl Fn(String) -> String) -> Vec<String> {
        let policy = Policy::embedded().expect("policy");
        let mut report = Report::default();
        for table in policy.tables.iter().filter(|table| table.is_in(Engine::Sqlite)) {
            compare_text(&change(text_of(table)), table, &Place::of("database").at(table.name.clone()), &mut report);
        }
        report.finish().iter().map(|finding| finding.place.path.join(" ")).collect()
    }

    #[test]
    fn quotes_spaces_and_letters_do_not_count() {
        assert!(found(|sql| sql).is_empty());
        assert!(found(|sql| sql.to_lowercase().replace(' ', "\n\t")).is_empty());
        assert!(found(|sql| sql.replace("CREATE TABLE event", "CREATE TABLE \"event\"")).is_empty());
    }

    #[test]
    fn every_other_word_counts() {
        assert_eq!(
            found(|sql| sql.replace("CHECK (one = 1)", "CHECK (one = 1 OR 'dupont' = '')")),
            ["sequencer", "host"]
        );
        assert_eq!(found(|sql| sql.replace("CHECK (one = 1)", "")), ["sequencer", "host"]);
        let commented = found(|sql| sql.replace("CREATE TABLE claim (", "CREATE TABLE claim ( -- marie durand\n"));
        assert_eq!(commented, ["claim comment"]);
        assert_eq!(found(|sql| sql.replace("CREATE TABLE vault (", "CREATE TABLE vault (/* x */")), ["vault comment"]);
        assert!(!found(|sql| format!("{sql} 'an open literal")).is_empty());
        assert!(!found(|sql| format!("{sql} /* an open comment")).is_empty());
    }
}
