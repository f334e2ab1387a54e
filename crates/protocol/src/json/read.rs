//! Values from JSON text.

use super::camel_case;
use crate::from_base64url;

/// What can be read from JSON.
pub trait FromJson: Sized {
    /// Reads a value; `None` for any other.
    fn read(json: Json) -> Option<Self>;

    /// What a field has that is not there; `None` where it must be.
    fn absent() -> Option<Self> {
        None
    }
}

/// A JSON value.
#[derive(Debug)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Number(u64),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object, as its fields stand.
    Object(Vec<(String, Json)>),
}

/// Lists and objects within each other, at most; no shape has as many.
const DEPTH: u8 = 16;

/// Reads a value from a text that holds nothing else.
pub fn from_str<T: FromJson>(text: &str) -> Option<T> {
    T::read(parse(text.as_bytes())?)
}

/// Takes apart the bytes of a text that holds one value and nothing else.
pub fn parse(bytes: &[u8]) -> Option<Json> {
    let mut parser = Parser { rest: bytes };
    let json = parser.value(DEPTH)?;
    parser.skip_space();
    parser.rest.is_empty().then_some(json)
}

/// The fields of an object, taken out one by one.
#[derive(Debug)]
pub struct Fields(Vec<(String, Json)>);

impl Fields {
    /// Of an object; `None` for any other value.
    pub fn of(json: Json) -> Option<Self> {
        if let Json::Object(fields) = json { Some(Self(fields)) } else { None }
    }

    /// Takes out a field; its name is given in snake_case.
    pub fn take<T: FromJson>(&mut self, name: &str) -> Option<T> {
        match self.remove(name) {
            Some(json) => T::read(json),
            None => T::absent(),
        }
    }

    /// That no field is left: none was unknown, and none stood twice.
    pub fn finish(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    fn remove(&mut self, name: &str) -> Option<Json> {
        let place = self.0.iter().position(|(known, _)| known.bytes().eq(camel_case(name)))?;
        Some(self.0.swap_remove(place).1)
    }
}

struct Parser<'a> {
    rest: &'a [u8],
}

impl Parser<'_> {
    fn value(&mut self, depth: u8) -> Option<Json> {
        self.skip_space();
        let (&first, rest) = self.rest.split_first()?;
        match first {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.list(depth.checked_sub(1)?),
            b'"' => {
                self.rest = rest;
                self.text().map(Json::Text)
            }
            b'0'..=b'9' => self.number().map(Json::Number),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            _ => self.word("null", Json::Null),
        }
    }

    fn object(&mut self, depth: u8) -> Option<Json> {
        let mut fields = Vec::new();
        let mut more = self.begin(b'}')?;
        while more {
            self.skip_space();
            self.expect(b'"')?;
            let name = self.text()?;
            self.skip_space();
            self.expect(b':')?;
            fields.push((name, self.value(depth)?));
            more = self.goes_on(b'}')?;
        }
        Some(Json::Object(fields))
    }

    fn list(&mut self, depth: u8) -> Option<Json> {
        let mut items = Vec::new();
        let mut more = self.begin(b']')?;
        while more {
            items.push(self.value(depth)?);
            more = self.goes_on(b']')?;
        }
        Some(Json::List(items))
    }

    /// Passes over the opening bracket; whether anything stands before the closing one.
    fn begin(&mut self, close: u8) -> Option<bool> {
        self.next()?;
        self.skip_space();
        let empty = self.rest.first()? == &close;
        if empty {
            self.next()?;
        }
        Some(!empty)
    }

    /// Whether another item follows the one that was read.
    fn goes_on(&mut self, close: u8) -> Option<bool> {
        self.skip_space();
        match self.next()? {
            b',' => Some(true),
            byte => (byte == close).then_some(false),
        }
    }

    /// A string's text, after its opening quote.
    fn text(&mut self) -> Option<String> {
        let mut text = Vec::new();
        loop {
            let end = self.rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '))?;
            let (plain, rest) = self.rest.split_at_checked(end)?;
            text.extend_from_slice(plain);
            self.rest = rest;
            match self.next()? {
                b'"' => return String::from_utf8(text).ok(),
                b'\\' => text.extend_from_slice(self.escaped()?.encode_utf8(&mut [0; 4]).as_bytes()),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            _ => return None,
        })
    }

    /// What `\u` stands for; half a pair alone is refused.
    fn code_point(&mut self) -> Option<char> {
        let first = self.code_unit()?;
        if first >> 10 != 0xd800 >> 10 {
            return char::from_u32(first);
        }
        self.expect(b'\\')?;
        self.expect(b'u')?;
        let second = self.code_unit()?;
        let low = (second >> 10 == 0xdc00 >> 10).then_some(second & 0x3ff)?;
        char::from_u32(0x1_0000_u32.checked_add((first & 0x3ff) << 10 | low)?)
    }

    fn code_unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit << 4 | char::from(self.next()?).to_digit(16)?;
        }
        Some(unit)
    }

    /// A whole number without needless zeros.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        let before = self.rest;
        while let Some(digit @ b'0'..=b'9') = self.rest.first() {
            number = number.checked_mul(10)?.checked_add(u64::from(digit & 0xf))?;
            self.next()?;
        }
        let needless = before.first() == Some(&b'0') && before.len().saturating_sub(self.rest.len()) > 1;
        let ends = !matches!(self.rest.first(), Some(b'.' | b'e' | b'E'));
        (ends && !needless).then_some(number)
    }

    fn word(&mut self, word: &str, json: Json) -> Option<Json> {
        self.rest = self.rest.strip_prefix(word.as_bytes())?;
        Some(json)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn next(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn skip_space(&mut self) {
        while let Some((b' ' | b'\n' | b'\r' | b'\t', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn read(json: Json) -> Option<Self> {
        if matches!(json, Json::Null) { Some(None) } else { T::read(json).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn read(json: Json) -> Option<Self> {
        let Json::List(items) = json else { return None };
        items.into_iter().map(T::read).collect()
    }
}

impl<T: FromJson, const N: usize> FromJson for [T; N] {
    fn read(json: Json) -> Option<Self> {
        Vec::read(json)?.try_into().ok()
    }
}

impl FromJson for String {
    fn read(json: Json) -> Option<Self> {
        if let Json::Text(text) = json { Some(text) } else { None }
    }
}

impl FromJson for bool {
    fn read(json: Json) -> Option<Self> {
        if let Json::Bool(value) = json { Some(value) } else { None }
    }
}

/// Bytes of any length, from base64url.
pub(crate) fn read_bytes(json: Json) -> Option<Vec<u8>> {
    from_base64url(&String::read(json)?).ok()
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl FromJson for $number {
            fn read(json: Json) -> Option<Self> {
                if let Json::Number(number) = json { number.try_into().ok() } else { None }
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 }
