//! Text of unknown origin, made visible: names and values may hold anything that a host chose to put there.

use std::fmt::Write as _;

/// Whether a character shows itself as it is: no control or format character, no mark that joins another character, no
/// space but the ordinary one, nothing unassigned.
pub(crate) fn is_plain(character: char) -> bool {
    matches!(character, '\'' | '"' | '\\') || character.escape_debug().eq([character])
}

/// A piece of such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Characters as they are.
    Plain(String),
    /// Characters as escapes, such as `\u{202e}`.
    Escaped(String),
}

/// The pieces of a text. A backslash is doubled, so that what is escaped cannot be mistaken for what is not; a space at
/// either end is escaped, since nobody would see it.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let inner = text.trim_matches(' ').len();
    let begin = text.len().saturating_sub(text.trim_start_matches(' ').len());
    for (at, character) in text.char_indices() {
        let inside = at >= begin && at < begin.saturating_add(inner);
        let escape = character == '\\' || !is_plain(character) || !inside;
        match pieces.last_mut() {
            Some(Piece::Plain(run)) if !escape => run.push(character),
            Some(Piece::Escaped(run)) if escape => push_escaped(run, character),
            _ if escape => {
                let mut run = String::new();
                push_escaped(&mut run, character);
                pieces.push(Piece::Escaped(run));
            }
            _ => pieces.push(Piece::Plain(character.to_string())),
        }
    }
    pieces
}

fn push_escaped(run: &mut String, character: char) {
    let _ = match character {
        ' ' => write!(run, "{}", character.escape_unicode()),
        _ => write!(run, "{}", character.escape_debug()),
    };
}

/// A text on one line for a terminal, with everything in it visible.
pub fn visible(text: &str) -> String {
    pieces(text).into_iter().fold(String::new(), |mut line, piece| {
        let (Piece::Plain(run) | Piece::Escaped(run)) = piece;
        line.push_str(&run);
        line
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        for (text, shown) in [
            ("event", "event"),
            ("élève’s \"name\"", "élève’s \"name\""),
            ("a\0b", "a\\0b"),
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("exe\u{202e}fdp", "exe\\u{202e}fdp"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("a\u{200b}\u{feff}b", "a\\u{200b}\\u{feff}b"),
            (" a b ", "\\u{20}a b\\u{20}"),
            ("  ", "\\u{20}\\u{20}"),
            ("no\u{a0}break", "no\\u{a0}break"),
            ("e\u{301}", "e\\u{301}"),
            ("\u{e000}\u{10ffff}", "\\u{e000}\\u{10ffff}"),
            ("\\u{202e}", "\\\\u{202e}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    proptest! {
        #[test]
        fn two_texts_that_differ_look_different(one: String, other: String) {
            prop_assert_eq!(one == other, visible(&one) == visible(&other));
        }

        #[test]
        fn nothing_invisible_is_left(text: String) {
            prop_assert!(visible(&text).chars().all(is_plain));
        }
    }
}
