//! Text that others wrote, made harmless for a terminal.

/// The text with every character replaced that could move the cursor, change colours or turn the direction of what
/// follows; lines stay apart.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if is_harmless(c) { c } else { '\u{fffd}' }).collect()
}

/// The same on one line.
pub fn line(text: &str) -> String {
    plain(text).replace('\n', " ")
}

fn is_harmless(c: char) -> bool {
    let turns = matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = matches!(c, '\u{2028}' | '\u{2029}');
    c == '\n' || !(c.is_control() || turns || breaks)
}

#[cfg(test)]
mod tests {
    use super::{line, plain};

    #[test]
    fn a_name_cannot_drive_the_terminal() {
        assert_eq!(plain("\u{1b}[2J\u{9b}31mOne"), "\u{fffd}[2J\u{fffd}31mOne");
        assert_eq!(plain("a\u{202e}b\rc\td"), "a\u{fffd}b\u{fffd}c\u{fffd}d");
        assert_eq!((plain("a\nb").as_str(), line("a\nb").as_str()), ("a\nb", "a b"));
        assert_eq!(plain("Élodie 李"), "Élodie 李");
    }
}
