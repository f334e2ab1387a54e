//! The statements of a dump, and the rows that stand between them.

use std::io::{BufRead, Read as _};

use super::super::AuditError;
use super::super::value::LONGEST;

/// Bytes of a line; a value is written in two digits a byte, a row has more than one.
const LINE: usize = 3 * LONGEST;
/// Bytes of a statement.
const STATEMENT: usize = LONGEST;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    Statement(String),
    /// `COPY … FROM stdin`: its rows follow.
    Copy(String),
    /// A statement that is too long to be read, and its length.
    TooLong(usize),
}

/// A dump, statement by statement.
pub(super) struct Statements<R> {
    reader: R,
    line: Vec<u8>,
    /// What of the line has been read.
    at: usize,
}

/// Where in a statement its end is no end.
#[derive(Default)]
struct Inside {
    /// The quote that is open.
    quote: Option<char>,
    /// The mark that ends a dollar-quoted text.
    dollar: Option<String>,
    /// How many comments are open.
    comments: usize,
}

impl<R: BufRead> Statements<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), at: 0 }
    }

    /// Reads a line with its end; of one that is too long the length alone. False at the end of the dump.
    fn read_line(&mut self) -> Result<Result<bool, usize>, AuditError> {
        self.line.clear();
        self.at = 0;
        let limit = u64::try_from(LINE).unwrap_or(u64::MAX);
        let failed = |error: std::io::Error| AuditError::Unreadable(error.to_string());
        let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut self.line).map_err(failed)?;
        if read < LINE || self.line.ends_with(b"\n") {
            return Ok(Ok(read > 0));
        }
        let mut length = read;
        loop {
            self.line.clear();
            let more = self.reader.by_ref().take(limit).read_until(b'\n', &mut self.line).map_err(failed)?;
            length = length.saturating_add(more);
            if more == 0 || self.line.ends_with(b"\n") {
                self.line.clear();
                return Ok(Err(length));
            }
        }
    }

    /// The next statement.
    pub(super) fn next(&mut self) -> Result<Option<Item>, AuditError> {
        let (mut sql, mut inside, mut length) = (String::new(), Inside::default(), 0_usize);
        loop {
            if self.at >= self.line.len() {
                match self.read_line()? {
                    Ok(true) => {}
                    Ok(false) => return Ok((!sql.trim().is_empty()).then_some(Item::Statement(sql))),
                    Err(too_long) => length = length.saturating_add(too_long),
                }
            }
            let rest = String::from_utf8_lossy(self.line.get(self.at..).unwrap_or_default()).into_owned();
            // A line of the client's own, such as `\restrict`.
            if sql.trim().is_empty() && inside.is_outside() && rest.starts_with('\\') {
                self.at = self.line.len();
                continue;
            }
            let (taken, is_end) = inside.take(&rest);
            self.at = if is_end { self.at.saturating_add(taken) } else { self.line.len() };
            length = length.saturating_add(taken);
            if sql.len() <= STATEMENT {
                sql.push_str(&without_comment(&rest, taken, &inside));
            }
            if is_end {
                return Ok(Some(item(&sql, length)));
            }
        }
    }

    /// The next row of a `COPY`, or its length where it is too long to be read; `None` at the end.
    pub(super) fn row(&mut self) -> Result<Option<Result<Vec<u8>, usize>>, AuditError> {
        let read = self.read_line()?;
        self.at = self.line.len();
        match read {
            Ok(false) => Ok(None),
            Err(length) => Ok(Some(Err(length))),
            Ok(true) => {
                let row = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
                Ok((row != b"\\.").then(|| Ok(row.to_vec())))
            }
        }
    }
}

fn item(sql: &str, length: usize) -> Item {
    if sql.len() > STATEMENT {
        return Item::TooLong(length);
    }
    let sql = sql.trim().to_owned();
    let copies = sql.starts_with("COPY ") && sql.ends_with("FROM stdin;");
    if copies { Item::Copy(sql) } else { Item::Statement(sql) }
}

/// A line as far as it was taken; where it is nothing but a comment, nothing.
fn without_comment(line: &str, taken: usize, inside: &Inside) -> String {
    let is_comment = inside.is_outside() && line.trim_start().starts_with("--");
    if is_comment { String::new() } else { line.get(..taken).unwrap_or_default().to_owned() }
}

impl Inside {
    fn is_outside(&self) -> bool {
        self.quote.is_none() && self.dollar.is_none() && self.comments == 0
    }

    /// How far a line goes until a statement ends, and whether it does.
    fn take(&mut self, line: &str) -> (usize, bool) {
        let mut at = 0;
        while let Some(rest) = line.get(at..)
            && let Some(letter) = rest.chars().next()
        {
            let mut length = letter.len_utf8();
            if let Some(mark) = &self.dollar {
                if rest.starts_with(mark.as_str()) {
                    length = mark.len();
                    self.dollar = None;
                }
            } else if self.comments > 0 {
                length = self.comment(rest, length);
            } else if let Some(quote) = self.quote {
                if letter == quote {
                    self.quote = None;
                }
            } else if rest.starts_with("--") {
                return (line.len(), false);
            } else if letter == ';' {
                return (at.saturating_add(1), true);
            } else {
                length = self.begin(rest, letter, length);
            }
            at = at.saturating_add(length);
        }
        (line.len(), false)
    }

    fn comment(&mut self, rest: &str, length: usize) -> usize {
        if rest.starts_with("*/") {
            self.comments = self.comments.saturating_sub(1);
            2
        } else if rest.starts_with("/*") {
            self.comments = self.comments.saturating_add(1);
            2
        } else {
            length
        }
    }

    /// What opens at a letter.
    fn begin(&mut self, rest: &str, letter: char, length: usize) -> usize {
        match letter {
            '\'' | '"' => self.quote = Some(letter),
            '/' if rest.starts_with("/*") => return self.comment(rest, length),
            '$' => {
                let mark = rest.get(1..).and_then(|behind| {
                    let end = behind.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
                    behind.get(end..).filter(|end| end.starts_with('$')).map(|_| end.saturating_add(2))
                });
                if let Some(mark) = mark.and_then(|end| rest.get(..end)) {
                    self.dollar = Some(mark.to_owned());
                    return mark.len();
                }
            }
            _ => {}
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Vec<Item> {
        let mut statements = Statements::new(text.as_bytes());
        let mut items = Vec::new();
        while let Some(item) = statements.next().expect("read") {
            if let Item::Copy(_) = &item {
                while statements.row().expect("row").is_some() {}
            }
            items.push(item);
        }
        items
    }

    #[test]
    fn statements_end_where_they_end() {
        let text = "--\n-- a dump; of something\n--\n\\restrict x;y\nSET a = 'b;''c';\nCREATE FUNCTION f() AS $_$ a; $$ b; $_$;\n\
                    COMMENT ON TABLE t IS 'two\nlines; -- no comment';\nCOPY public.t (a) FROM stdin;\n1;2\n\\.\n\nSELECT /* ; /* ; */ */ 1;";
        let expected = [
            Item::Statement("SET a = 'b;''c';".to_owned()),
            Item::Statement("CREATE FUNCTION f() AS $_$ a; $$ b; $_$;".to_owned()),
            Item::Statement("COMMENT ON TABLE t IS 'two\nlines; -- no comment';".to_owned()),
            Item::Copy("COPY public.t (a) FROM stdin;".to_owned()),
            Item::Statement("SELECT /* ; /* ; */ */ 1;".to_owned()),
        ];
        assert_eq!(items(text), expected);
    }

    #[test]
    fn what_never_ends_is_read_to_its_end() {
        assert_eq!(items("SELECT 'open"), [Item::Statement("SELECT 'open".to_owned())]);
        assert_eq!(items("COPY t (a) FROM stdin;\n1\n2"), [Item::Copy("COPY t (a) FROM stdin;".to_owned())]);
        assert_eq!(items(""), []);
        assert_eq!(items("\u{fffd}é;\n"), [Item::Statement("\u{fffd}é;".to_owned())]);
    }

    #[test]
    fn what_is_too_long_is_said_and_passed_over() {
        let text = format!("SELECT '{}';\nSELECT 1;", "x\n".repeat(STATEMENT / 2 + 10));
        let found = items(&text);
        assert!(matches!(found[0], Item::TooLong(length) if length > STATEMENT));
        assert_eq!(found[1], Item::Statement("SELECT 1;".to_owned()));
        let line = format!("COPY t (a) FROM stdin;\n{}\nshort\n\\.\nSELECT 1;", "x".repeat(LINE + 5));
        let mut statements = Statements::new(line.as_bytes());
        statements.next().expect("read");
        assert_eq!(statements.row().expect("row"), Some(Err(LINE + 6)));
        assert_eq!(statements.row().expect("row"), Some(Ok(b"short".to_vec())));
        assert_eq!(statements.row().expect("row"), None);
        assert_eq!(statements.next().expect("read"), Some(Item::Statement("SELECT 1;".to_owned())));
    }
}
