//! How formats write the characters that they do not write as they are: URLs, JSON, HTML, mail, program text.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Percent encoding (RFC 3986 §2.1) of everything but the unreserved characters.
pub(crate) fn percent(bytes: &[u8]) -> String {
    by_byte(bytes, is_unreserved, |byte| format!("%{byte:02X}"))
}

/// `application/x-www-form-urlencoded`: as [`percent`], a space is a plus sign.
pub(crate) fn form(bytes: &[u8]) -> String {
    percent(bytes).replace("%20", "+")
}

/// Percent encoding of every byte.
pub(crate) fn percent_all(bytes: &[u8]) -> String {
    by_byte(bytes, |_| false, |byte| format!("%{byte:02X}"))
}

/// Quoted-printable (RFC 2045 §6.7), without soft line breaks.
pub(crate) fn quoted_printable(bytes: &[u8]) -> String {
    by_byte(bytes, |byte| byte == b' ' || byte.is_ascii_graphic() && byte != b'=', |byte| format!("={byte:02X}"))
}

/// `\xc3\xa9`, as C, Python and shells print bytes.
pub(crate) fn hex_escape(bytes: &[u8]) -> String {
    by_byte(bytes, is_plain, |byte| format!("\\x{byte:02x}"))
}

/// `\303\251`, as C, git and PostgreSQL's escape format print bytes.
pub(crate) fn octal_escape(bytes: &[u8]) -> String {
    by_byte(bytes, is_plain, |byte| format!("\\{byte:03o}"))
}

/// JSON (RFC 8259 §7) with everything beyond ASCII escaped, and the slash too.
pub(crate) fn json(text: &str) -> String {
    by_unit(text, |unit| match unit {
        '"' | '\\' | '/' => Some(format!("\\{unit}")),
        ' '..='~' => Some(unit.to_string()),
        _ => None,
    })
}

/// JSON with every character escaped.
pub(crate) fn json_all(text: &str) -> String {
    by_unit(text, |_| None)
}

/// HTML with named references where Latin-1 letters have one, and decimal ones for the rest.
pub(crate) fn html_named(text: &str) -> String {
    html(text, is_plain_html, |character| named(character).unwrap_or_else(|| decimal(character)))
}

/// HTML with decimal references for what is not plain.
pub(crate) fn html_decimal(text: &str) -> String {
    html(text, is_plain_html, decimal)
}

/// HTML with hexadecimal references for what is not plain.
pub(crate) fn html_hex(text: &str) -> String {
    html(text, is_plain_html, hexadecimal)
}

/// HTML with a decimal reference for every character.
pub(crate) fn html_decimal_all(text: &str) -> String {
    html(text, |_| false, decimal)
}

/// HTML with a hexadecimal reference for every character.
pub(crate) fn html_hex_all(text: &str) -> String {
    html(text, |_| false, hexadecimal)
}

/// Letters moved by thirteen places.
pub(crate) fn rot13(text: &str) -> String {
    let turn = |byte: u8, first: u8| char::from((byte - first + 13) % 26 + first);
    text.chars()
        .map(|character| match u8::try_from(character) {
            Ok(byte @ b'a'..=b'z') => turn(byte, b'a'),
            Ok(byte @ b'A'..=b'Z') => turn(byte, b'A'),
            _ => character,
        })
        .collect()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'\\'
}

fn by_byte(bytes: &[u8], plain: impl Fn(u8) -> bool, escaped: impl Fn(u8) -> String) -> String {
    bytes.iter().map(|&byte| if plain(byte) { char::from(byte).to_string() } else { escaped(byte) }).collect()
}

fn by_unit(text: &str, plain: impl Fn(char) -> Option<String>) -> String {
    text.encode_utf16()
        .map(|unit| {
            let character = char::from_u32(u32::from(unit)).filter(char::is_ascii);
            character.and_then(&plain).unwrap_or_else(|| format!("\\u{unit:04x}"))
        })
        .collect()
}

fn html(text: &str, plain: impl Fn(char) -> bool, reference: impl Fn(char) -> String) -> String {
    text.chars().map(|character| if plain(character) { character.to_string() } else { reference(character) }).collect()
}

fn is_plain_html(character: char) -> bool {
    matches!(character, ' '..='~') && !"&<>\"'".contains(character)
}

fn decimal(character: char) -> String {
    format!("&#{};", u32::from(character))
}

fn hexadecimal(character: char) -> String {
    format!("&#x{:x};", u32::from(character))
}

/// The name of a character's reference (HTML 4.01 §24.2), as far as names and addresses need it.
fn named(character: char) -> Option<String> {
    let name = match character {
        '&' => "amp",
        '<' => "lt",
        '>' => "gt",
        '"' => "quot",
        '\'' => "apos",
        '\u{a0}' => "nbsp",
        'œ' => "oelig",
        'Œ' => "OElig",
        'æ' => "aelig",
        'Æ' => "AElig",
        'ß' => "szlig",
        'ø' => "oslash",
        'Ø' => "Oslash",
        'å' => "aring",
        'Å' => "Aring",
        '’' => "rsquo",
        _ => return accented(character),
    };
    Some(format!("&{name};"))
}

/// A letter with one accent: the letter's own name and the accent's.
fn accented(character: char) -> Option<String> {
    let parts: Vec<char> = std::iter::once(character).nfd().collect();
    let &[letter, mark] = parts.as_slice() else { return None };
    let accent = match mark {
        '\u{300}' => "grave",
        '\u{301}' => "acute",
        '\u{302}' => "circ",
        '\u{303}' => "tilde",
        '\u{308}' => "uml",
        '\u{327}' => "cedil",
        _ => return None,
    };
    (letter.is_ascii_alphabetic() && is_combining_mark(mark)).then(|| format!("&{letter}{accent};"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_their_formats() {
        let text = "Zoé /à\"";
        assert_eq!(percent(text.as_bytes()), "Zo%C3%A9%20%2F%C3%A0%22");
        assert_eq!(form(text.as_bytes()), "Zo%C3%A9+%2F%C3%A0%22");
        assert_eq!(percent_all(b"Zo"), "%5A%6F");
        assert_eq!(quoted_printable("é=a".as_bytes()), "=C3=A9=3Da");
        assert_eq!(hex_escape("é\\a".as_bytes()), r"\xc3\xa9\x5ca");
        assert_eq!(octal_escape("é a".as_bytes()), r"\303\251 a");
        assert_eq!(json(text), r#"Zo\u00e9 \/\u00e0\""#);
        assert_eq!(json("😀"), r"\ud83d\ude00");
        assert_eq!(json_all("Z/"), r"\u005a\u002f");
        assert_eq!(html_named("Zoé & Œå’ðç"), "Zo&eacute; &amp; &OElig;&aring;&rsquo;&#240;&ccedil;");
        assert_eq!(html_decimal("é<"), "&#233;&#60;");
        assert_eq!(html_hex("é<"), "&#xe9;&#x3c;");
        assert_eq!(html_decimal_all("Zé"), "&#90;&#233;");
        assert_eq!(html_hex_all("Zé"), "&#x5a;&#xe9;");
        assert_eq!(rot13("Zébulon-quir"), "Méohyba-dhve");
    }
}
