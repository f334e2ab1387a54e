//! Tables for other programs: RFC 4180, and nothing in them that a spreadsheet would take for a formula.

use super::plain::line;

/// Before the first field, so that spreadsheets read UTF-8.
const MARK: char = '\u{feff}';

/// A table of its rows, the first of which is the heading.
pub(super) fn table(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = String::from(MARK);
    for row in rows {
        let fields: Vec<String> = row.iter().map(|field| quoted(field)).collect();
        table.extend([&fields.join(","), "\r\n"]);
    }
    table
}

/// A field: quoted where RFC 4180 §2 asks for it; behind an apostrophe where a spreadsheet would compute.
fn quoted(text: &str) -> String {
    let text = defused(text);
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn defused(text: &str) -> String {
    let first = text.trim_start().chars().next();
    let computes = first.is_some_and(|first| "=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(first));
    let controls = text.chars().next().is_some_and(char::is_control);
    let text = line(text);
    if computes || controls { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As RFC 4180 reads it.
    pub(in crate::report) fn read(table: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut chars = table.strip_prefix(MARK).expect("the mark").chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut field)),
                '\r' if !quoted => {
                    assert_eq!(chars.next(), Some('\n'));
                    row.push(std::mem::take(&mut field));
                    rows.push(std::mem::take(&mut row));
                }
                c => field.push(c),
            }
        }
        assert!(!quoted && field.is_empty() && row.is_empty(), "it ends with a line");
        rows
    }

    #[test]
    fn every_field_comes_back_and_none_computes() {
        let fields = ["", "plain", "a,b", "say \"a\"", "É 李", "x=1", " x"];
        let row: Vec<String> = fields.map(str::to_owned).to_vec();
        assert_eq!(read(&table([row.clone(), row.clone()])), [row.clone(), row]);
        for bad in [
            "=1+1",
            "+33 6",
            "-1",
            "@SUM(A1)",
            "  =1",
            "\t=1",
            "\r=1",
            "\n",
            "\u{0}x",
            "\u{1b}[2J",
            "=cmd|' /C calc'!A0",
            "\u{ff1d}1",
            "\"=1",
            ",=1",
        ] {
            let table = table([vec![bad.to_owned()]]);
            let [row] = &read(&table)[..] else { panic!("{bad:?} breaks the line: {table:?}") };
            let [field] = &row[..] else { panic!("{bad:?} breaks the field: {table:?}") };
            let first = field.chars().next().expect("a character");
            assert!(!"=+-@".contains(first) && !first.is_control(), "{bad:?}: {field:?}");
            assert!(!field.contains(char::is_control), "{field:?}");
        }
    }
}
