//! Values as JSON text.

use super::camel_case;
use crate::to_base64url;

/// What can be written as JSON.
pub trait ToJson {
    /// Adds itself to a text.
    fn write(&self, writer: &mut Writer);
}

/// A JSON text in the making.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
}

/// A value as JSON text.
pub fn to_string(value: &dyn ToJson) -> String {
    let mut writer = Writer::default();
    value.write(&mut writer);
    writer.text
}

/// An object as JSON text, for a value that has no struct of its own. Names are given in snake_case, as of fields.
pub fn object(fields: &[(&str, &dyn ToJson)]) -> String {
    let mut writer = Writer::default();
    writer.object(fields);
    writer.text
}

impl Writer {
    /// Adds an object; names are given in snake_case, and written in camelCase.
    pub fn object(&mut self, fields: &[(&str, &dyn ToJson)]) {
        let mut before = '{';
        for (name, value) in fields {
            self.text.push(before);
            self.text.push('"');
            self.text.extend(camel_case(name).map(char::from));
            self.text.push_str("\":");
            value.write(self);
            before = ',';
        }
        self.text.push_str(if fields.is_empty() { "{}" } else { "}" });
    }

    /// Adds a list.
    pub fn list(&mut self, items: &mut dyn Iterator<Item = &dyn ToJson>) {
        self.text.push('[');
        for (place, item) in items.enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            item.write(self);
        }
        self.text.push(']');
    }

    /// Adds a string.
    pub fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\0'..' ' => {
                    self.text.push_str("\\u00");
                    self.text.extend([u32::from(character) >> 4, u32::from(character) & 15].map(hex_digit));
                }
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }

    /// Adds a number.
    pub fn number(&mut self, number: u64) {
        self.bare(&number.to_string());
    }

    /// Adds what stands for itself: `true`, `false`, `null`.
    pub fn bare(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

fn hex_digit(value: u32) -> char {
    char::from_digit(value, 16).unwrap_or('0')
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn write(&self, writer: &mut Writer) {
        (**self).write(writer);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write(&self, writer: &mut Writer) {
        match self {
            Some(value) => value.write(writer),
            None => writer.bare("null"),
        }
    }
}

impl<T: ToJson> ToJson for [T] {
    fn write(&self, writer: &mut Writer) {
        writer.list(&mut self.iter().map(|item| item as &dyn ToJson));
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn write(&self, writer: &mut Writer) {
        self.as_slice().write(writer);
    }
}

impl<T: ToJson, const N: usize> ToJson for [T; N] {
    fn write(&self, writer: &mut Writer) {
        self.as_slice().write(writer);
    }
}

impl ToJson for str {
    fn write(&self, writer: &mut Writer) {
        writer.string(self);
    }
}

impl ToJson for String {
    fn write(&self, writer: &mut Writer) {
        writer.string(self);
    }
}

impl ToJson for bool {
    fn write(&self, writer: &mut Writer) {
        writer.bare(if *self { "true" } else { "false" });
    }
}

/// Bytes, as base64url.
pub(crate) fn write_bytes(bytes: &[u8], writer: &mut Writer) {
    writer.string(&to_base64url(bytes));
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl ToJson for $number {
            fn write(&self, writer: &mut Writer) {
                writer.number(u64::from(*self));
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 }

impl ToJson for usize {
    fn write(&self, writer: &mut Writer) {
        writer.number(u64::try_from(*self).unwrap_or(u64::MAX));
    }
}
