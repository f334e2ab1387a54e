//! What texts may hold: they are shown to people, copied into calendar files and read by other programs
//! (attack 16: plaintext that attacks its reader).

use crate::problem::Problem;

/// One line: no control character, nothing that turns the direction of what follows.
pub(crate) fn line(text: &str, limit: usize) -> Result<(), Problem> {
    check(text, limit, |_| false)
}

/// Some lines, parted by `\n`.
pub(crate) fn paragraph(text: &str, limit: usize) -> Result<(), Problem> {
    check(text, limit, |character| character == '\n')
}

/// One line that is not blank.
pub(crate) fn name(text: &str, limit: usize) -> Result<(), Problem> {
    if text.trim().is_empty() { Err(Problem::Empty) } else { line(text, limit) }
}

/// Digits and what people put between them; may be empty.
pub(crate) fn phone(text: &str, limit: usize) -> Result<(), Problem> {
    line(text, limit)?;
    let plain = |byte: u8| byte.is_ascii_digit() || b" +()-./".contains(&byte);
    if text.bytes().all(plain) { Ok(()) } else { Err(Problem::Form) }
}

/// A web address that a page may link to: `https://` or `http://`, nothing that ends an attribute; may be empty.
pub(crate) fn website(text: &str, limit: usize) -> Result<(), Problem> {
    line(text, limit)?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\`{|}^".contains(&byte));
    if text.is_empty() || rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && plain(rest)) {
        Ok(())
    } else {
        Err(Problem::Form)
    }
}

/// A language tag by its form (BCP 47): a primary subtag of two or three letters, then subtags of up to eight.
pub(crate) fn language(text: &str) -> Result<(), Problem> {
    let mut subtags = text.split('-');
    let primary = subtags.next().unwrap_or_default();
    let known = (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase());
    let rest = |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if known && text.len() <= 35 && subtags.all(rest) { Ok(()) } else { Err(Problem::Form) }
}

fn check(text: &str, limit: usize, allowed: impl Fn(char) -> bool) -> Result<(), Problem> {
    if text.len() > limit {
        return Err(Problem::TooLong { bytes: text.len(), limit });
    }
    if text.chars().any(|character| is_unwanted(character) && !allowed(character)) {
        return Err(Problem::Character);
    }
    Ok(())
}

/// Control characters, line separators, and what turns the direction of text.
pub(crate) fn is_unwanted(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_no_control_character() {
        assert_eq!(name("Cabinet des Écoles", 40), Ok(()));
        assert_eq!(name("\u{5e8}\u{5d5}\u{5e4}\u{5d0}", 40), Ok(()), "Hebrew needs no control character");
        assert_eq!(name(" \u{a0}", 40), Err(Problem::Empty));
        assert_eq!(name("éé", 3), Err(Problem::TooLong { bytes: 4, limit: 3 }));
        for bad in ["a\nb", "a\rb", "a\0", "a\u{7f}", "a\u{85}", "a\u{2028}b", "a\u{202e}b", "a\u{2066}b", "\u{feff}a"]
        {
            assert_eq!(line(bad, 40), Err(Problem::Character), "{bad:?}");
        }
        assert_eq!(paragraph("a\n\nb", 40), Ok(()));
        assert_eq!(paragraph("a\r\nb", 40), Err(Problem::Character));
    }

    #[test]
    fn forms() {
        assert_eq!((phone("+33 (0)1 23.45-67", 40), phone("", 40)), (Ok(()), Ok(())));
        assert_eq!(phone("tel:12", 40), Err(Problem::Form));
        assert_eq!(website("https://cabinet.example/rdv?x=1#a", 99), Ok(()));
        for bad in [
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "//x",
            "https://a b",
            "https://a\"b",
            "HTTPS://a",
            "ftp://a",
        ] {
            assert_eq!(website(bad, 99), Err(Problem::Form), "{bad}");
        }
        for good in ["fr", "de-CH", "zh-Hant-TW", "gsw"] {
            assert_eq!(language(good), Ok(()), "{good}");
        }
        for bad in ["", "f", "FR", "fr_FR", "fr-", "fr-123456789", "français", "de-é"] {
            assert_eq!(language(bad), Err(Problem::Form), "{bad}");
        }
    }
}
