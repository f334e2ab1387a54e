//! A text as bytes: character sets, escapes, alphabets, turned round.

use super::alphabet::{BASE32, BASE64, BASE64URL, HEX, inside};
use super::escape;
use super::needle::Case;

/// One way in which a text lies somewhere as bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Written {
    /// Such as `utf16le` or `base64@1/utf16le`.
    pub(crate) form: String,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// How letters may differ.
    pub(crate) case: Case,
    /// Bits a character, if it is written in an alphabet.
    pub(crate) width: Option<f64>,
}

impl Written {
    fn text(form: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { form: form.to_owned(), bytes: bytes.into(), case: Case::Any, width: None }
    }
}

/// How much of what is possible a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// All forms in which letters keep their case or do not matter.
    Letters,
    /// These, and those in which the case of letters matters.
    All,
    /// The forms that dates take: they come in many spellings, and hold no letter that is escaped.
    Dates,
}

/// Every form of a text.
pub(crate) fn written(text: &str, breadth: Breadth) -> Vec<Written> {
    let mut all = character_sets(text);
    all.extend(escapes(text));
    if breadth == Breadth::Dates {
        all.retain(|written| !written.form.starts_with("utf32") && !written.form.ends_with("-all"));
        all.push(hex("", text.as_bytes()));
        all.extend(base64("", text.as_bytes()));
        return all;
    }
    all.extend(turned(text));
    for (name, bytes) in bytes_of(text) {
        all.push(hex(name, &bytes));
        if breadth == Breadth::All {
            all.extend(base64(name, &bytes));
            all.extend((0..5).map(|offset| Written {
                width: Some(5.0),
                ..Written::text(&format!("base32@{offset}{name}"), inside(&bytes, offset, BASE32))
            }));
        }
    }
    if breadth == Breadth::All && !text.is_ascii() {
        all.extend(base64("/json", escape::json(text).as_bytes()));
    }
    all
}

/// Hex of bytes; `name` is what the bytes are, with a slash before it.
pub(crate) fn hex(name: &str, bytes: &[u8]) -> Written {
    Written { width: Some(4.0), ..Written::text(&format!("hex{name}"), inside(bytes, 0, HEX)) }
}

/// Base64 of bytes at its three offsets, in both alphabets, and with its slash and plus escaped.
pub(crate) fn base64(name: &str, bytes: &[u8]) -> Vec<Written> {
    let exact = |form: String, bytes| Written { form, bytes, case: Case::Exact, width: Some(6.0) };
    let mut all = Vec::new();
    for offset in 0..3 {
        let standard = inside(bytes, offset, BASE64);
        if standard.iter().any(|byte| b"+/".contains(byte)) {
            let text = String::from_utf8_lossy(&standard);
            all.push(exact(format!("base64url@{offset}{name}"), inside(bytes, offset, BASE64URL)));
            all.push(exact(format!("base64@{offset}{name}>percent"), escape::percent(&standard).into_bytes()));
            all.push(exact(format!("base64@{offset}{name}>json"), text.replace('/', "\\/").into_bytes()));
        }
        all.push(exact(format!("base64@{offset}{name}"), standard));
    }
    all
}

/// Latin-1 (ISO 8859-1), if the text has no other character.
pub(crate) fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(character).ok()).collect()
}

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

fn utf32(text: &str, order: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().flat_map(|character| order(u32::from(character))).collect()
}

fn character_sets(text: &str) -> Vec<Written> {
    let mut all = vec![
        Written::text("utf8", text),
        Written::text("utf16le", utf16(text, u16::to_le_bytes)),
        Written::text("utf16be", utf16(text, u16::to_be_bytes)),
        Written::text("utf32le", utf32(text, u32::to_le_bytes)),
        Written::text("utf32be", utf32(text, u32::to_be_bytes)),
    ];
    if !text.is_ascii() {
        all.extend(latin1(text).map(|bytes| Written::text("latin1", bytes)));
        // UTF-8 that was taken for Latin-1 and written as UTF-8 again.
        let twice: String = text.bytes().map(char::from).collect();
        all.push(Written::text("utf8-twice", twice));
    }
    all
}

fn escapes(text: &str) -> Vec<Written> {
    let bytes = text.as_bytes();
    let percent = escape::percent(bytes);
    let mut all = vec![
        Written::text("percent-twice", escape::percent(percent.as_bytes())),
        Written::text("percent", percent),
        Written::text("form", escape::form(bytes)),
        Written::text("percent-all", escape::percent_all(bytes)),
        Written::text("json", escape::json(text)),
        Written::text("json-all", escape::json_all(text)),
        Written::text("html-named", escape::html_named(text)),
        Written::text("html-decimal", escape::html_decimal(text)),
        Written::text("html-hex", escape::html_hex(text)),
        Written::text("html-decimal-all", escape::html_decimal_all(text)),
        Written::text("html-hex-all", escape::html_hex_all(text)),
        Written::text("quoted-printable", escape::quoted_printable(bytes)),
        Written::text("hex-escape", escape::hex_escape(bytes)),
        Written::text("octal-escape", escape::octal_escape(bytes)),
    ];
    if let Some(latin1) = latin1(text).filter(|_| !text.is_ascii()) {
        all.push(Written::text("percent/latin1", escape::percent(&latin1)));
        all.push(Written::text("quoted-printable/latin1", escape::quoted_printable(&latin1)));
        all.push(Written::text("hex-escape/latin1", escape::hex_escape(&latin1)));
    }
    // Where nothing had to be escaped, the text itself is looked for already.
    all.retain(|written| written.bytes != bytes);
    all
}

fn turned(text: &str) -> Vec<Written> {
    let backwards: String = text.chars().rev().collect();
    let mut bytes = text.as_bytes().to_vec();
    bytes.reverse();
    vec![
        Written::text("utf16le/reversed", utf16(&backwards, u16::to_le_bytes)),
        Written::text("utf16be/reversed", utf16(&backwards, u16::to_be_bytes)),
        Written::text("reversed", backwards),
        Written::text("bytes-reversed", bytes),
        Written::text("rot13", escape::rot13(text)),
    ]
}

/// The character sets that are written in an alphabet again.
fn bytes_of(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![
        ("", text.as_bytes().to_vec()),
        ("/utf16le", utf16(text, u16::to_le_bytes)),
        ("/utf16be", utf16(text, u16::to_be_bytes)),
    ];
    if !text.is_ascii() {
        all.extend(latin1(text).map(|bytes| ("/latin1", bytes)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str, form: &str) -> Vec<u8> {
        written(text, Breadth::All).into_iter().find(|written| written.form == form).expect("the form").bytes
    }

    #[test]
    fn character_sets_are_theirs() {
        assert_eq!(bytes("Zé", "utf16le"), [b'Z', 0, 0xe9, 0]);
        assert_eq!(bytes("Zé", "utf16be"), [0, b'Z', 0, 0xe9]);
        assert_eq!(bytes("Zé", "utf32le"), [b'Z', 0, 0, 0, 0xe9, 0, 0, 0]);
        assert_eq!(bytes("Zé", "utf32be"), [0, 0, 0, b'Z', 0, 0, 0, 0xe9]);
        assert_eq!(bytes("Zé", "latin1"), [b'Z', 0xe9]);
        assert_eq!(bytes("Zé", "utf8-twice"), "ZÃ©".as_bytes());
        assert_eq!(bytes("Zé", "reversed"), "éZ".as_bytes());
        assert_eq!(bytes("Zé", "bytes-reversed"), [0xa9, 0xc3, b'Z']);
        assert_eq!(latin1("Ł"), None);
    }

    #[test]
    fn a_text_without_anything_to_escape_has_no_escaped_form() {
        let forms: Vec<String> = written("quirflet", Breadth::All).into_iter().map(|written| written.form).collect();
        assert!(!forms.iter().any(|form| form == "json" || form == "percent" || form == "html-named"), "{forms:?}");
        assert!(forms.iter().any(|form| form == "percent-all"));
    }
}
