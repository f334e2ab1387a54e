//! The one canonical encoder (`docs/spec/encoding.md` §1 to §3).
//!
//! A message is a run of fields `tag (u8) || length (u32) || value` with rising tags; tag 0 is the label.
//! There is one encoding of one value, and the reader refuses everything else.

use crate::Label;

/// Bytes that a field costs besides its value.
pub const FIELD_OVERHEAD: usize = 5;

/// Why bytes are not the message that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// The bytes end inside a field.
    #[error("the message ends inside a field")]
    Truncated,
    /// Another tag stands where this one was expected.
    #[error("field {expected} was expected, field {found} was found")]
    Tag {
        /// The tag that the shape asks for.
        expected: u8,
        /// The tag that stands there.
        found: u8,
    },
    /// The message carries another label than the shape that is read.
    #[error("the message has another label")]
    Label,
    /// A field has another length than its shape says.
    #[error("field {tag} has the wrong length")]
    Length {
        /// The field.
        tag: u8,
    },
    /// A field's value is not one that its shape allows.
    #[error("field {tag} has a value that is not allowed")]
    Value {
        /// The field.
        tag: u8,
    },
    /// Bytes are left over after the last field.
    #[error("bytes are left over")]
    Trailing,
    /// Padding is not zero, or its length is too large.
    #[error("the padding is not zero")]
    Padding,
}

/// Writes one message; fields must be added with rising tags.
#[derive(Debug, Clone)]
pub struct Writer {
    bytes: Vec<u8>,
    last: u8,
}

impl Writer {
    /// Starts a message with its label (field 0).
    pub fn new(label: Label) -> Self {
        let mut writer = Self { bytes: Vec::with_capacity(128), last: 0 };
        writer.push(0, label.as_str().as_bytes());
        writer
    }

    /// Makes room for `bytes` more. A message that holds secrets must not grow: that would leave a copy behind.
    #[must_use]
    pub fn with_room(mut self, bytes: usize) -> Self {
        self.bytes.reserve_exact(bytes);
        self
    }

    /// Adds a field of bytes.
    #[must_use]
    pub fn bytes(mut self, tag: u8, value: &[u8]) -> Self {
        debug_assert!(tag > self.last, "tags rise");
        self.push(tag, value);
        self
    }

    /// Adds a one-byte field.
    #[must_use]
    pub fn u8(self, tag: u8, value: u8) -> Self {
        self.bytes(tag, &[value])
    }

    /// Adds a 32-bit field.
    #[must_use]
    pub fn u32(self, tag: u8, value: u32) -> Self {
        self.bytes(tag, &value.to_be_bytes())
    }

    /// Adds a 64-bit field.
    #[must_use]
    pub fn u64(self, tag: u8, value: u64) -> Self {
        self.bytes(tag, &value.to_be_bytes())
    }

    /// Adds a text field.
    #[must_use]
    pub fn text(self, tag: u8, value: &str) -> Self {
        self.bytes(tag, value.as_bytes())
    }

    /// Adds a list of variable-sized items: `count (u16) || (length (u32) || bytes)*`.
    ///
    /// At most 65,535 items are written; every caller's limit is far below.
    #[must_use]
    pub fn list<T: AsRef<[u8]>>(mut self, tag: u8, items: &[T]) -> Self {
        debug_assert!(tag > self.last, "tags rise");
        let count = u16::try_from(items.len()).unwrap_or(u16::MAX);
        let items = items.iter().take(usize::from(count)).map(AsRef::as_ref);
        self.begin(tag, items.clone().fold(2, |size, item: &[u8]| size.saturating_add(4).saturating_add(item.len())));
        self.bytes.extend_from_slice(&count.to_be_bytes());
        for item in items {
            self.bytes.extend_from_slice(&length(item.len()));
            self.bytes.extend_from_slice(item);
        }
        self
    }

    /// The finished message.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn push(&mut self, tag: u8, value: &[u8]) {
        self.begin(tag, value.len());
        self.bytes.extend_from_slice(value);
    }

    fn begin(&mut self, tag: u8, size: usize) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&length(size));
        self.last = tag;
    }
}

/// Nothing here is ever near 4 GiB; a longer value is cut in its length and so refused by every reader.
fn length(size: usize) -> [u8; 4] {
    u32::try_from(size).unwrap_or(u32::MAX).to_be_bytes()
}

/// Reads one message, field by field, in the order of its shape.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Opens a message that must carry this label.
    pub fn new(bytes: &'a [u8], label: Label) -> Result<Self, TlvError> {
        let mut reader = Self { rest: bytes };
        if reader.bytes(0)? == label.as_str().as_bytes() { Ok(reader) } else { Err(TlvError::Label) }
    }

    /// Reads the next field, which must have this tag.
    pub fn bytes(&mut self, tag: u8) -> Result<&'a [u8], TlvError> {
        let (&found, rest) = self.rest.split_first().ok_or(TlvError::Truncated)?;
        if found != tag {
            return Err(TlvError::Tag { expected: tag, found });
        }
        let (value, rest) = prefixed(rest)?;
        self.rest = rest;
        Ok(value)
    }

    /// Reads a field of exactly `N` bytes.
    pub fn array<const N: usize>(&mut self, tag: u8) -> Result<[u8; N], TlvError> {
        self.bytes(tag)?.try_into().map_err(|_| TlvError::Length { tag })
    }

    /// Reads a one-byte field.
    pub fn u8(&mut self, tag: u8) -> Result<u8, TlvError> {
        self.array::<1>(tag).map(|[value]| value)
    }

    /// Reads a 32-bit field.
    pub fn u32(&mut self, tag: u8) -> Result<u32, TlvError> {
        self.array(tag).map(u32::from_be_bytes)
    }

    /// Reads a 64-bit field.
    pub fn u64(&mut self, tag: u8) -> Result<u64, TlvError> {
        self.array(tag).map(u64::from_be_bytes)
    }

    /// Reads a text field of at most `limit` bytes.
    pub fn text(&mut self, tag: u8, limit: usize) -> Result<&'a str, TlvError> {
        let value = self.bytes(tag)?;
        if value.len() > limit {
            return Err(TlvError::Length { tag });
        }
        core::str::from_utf8(value).map_err(|_| TlvError::Value { tag })
    }

    /// Reads a list of at most `limit` variable-sized items.
    pub fn list(&mut self, tag: u8, limit: usize) -> Result<Vec<&'a [u8]>, TlvError> {
        let value = self.bytes(tag)?;
        let (count, mut rest) = value.split_first_chunk::<2>().ok_or(TlvError::Length { tag })?;
        let count = usize::from(u16::from_be_bytes(*count));
        if count > limit {
            return Err(TlvError::Length { tag });
        }
        let mut items = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            let (item, after) = prefixed(rest).map_err(|_| TlvError::Length { tag })?;
            items.push(item);
            rest = after;
        }
        if rest.is_empty() { Ok(items) } else { Err(TlvError::Length { tag }) }
    }

    /// Checks that nothing is left over.
    pub fn finish(self) -> Result<(), TlvError> {
        if self.rest.is_empty() { Ok(()) } else { Err(TlvError::Trailing) }
    }

    /// What has not been read yet: for shapes that carry raw bytes behind a message.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

fn prefixed(bytes: &[u8]) -> Result<(&[u8], &[u8]), TlvError> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(TlvError::Truncated)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| TlvError::Truncated)?;
    rest.split_at_checked(length).ok_or(TlvError::Truncated)
}

/// Pads `bytes` to `size`: `length (u32) || bytes || zeros` (§3). `None` when it does not fit: nothing is ever cut.
pub fn pad(bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    if bytes.len().checked_add(4)? > size {
        return None;
    }
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(&length(bytes.len()));
    padded.extend_from_slice(bytes);
    padded.resize(size, 0);
    Some(padded)
}

/// Takes the padding off and verifies that all of it is zero (§3).
pub fn unpad(padded: &[u8]) -> Result<&[u8], TlvError> {
    let (bytes, zeros) = prefixed(padded).map_err(|_| TlvError::Padding)?;
    if zeros.iter().all(|&byte| byte == 0) { Ok(bytes) } else { Err(TlvError::Padding) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_message_byte_by_byte() {
        let bytes = Writer::new(Label::Gid).u8(1, 1).u32(2, 0x0102_0304).finish();
        let expected = [
            &[0, 0, 0, 0, 14][..],
            b"souspli/v1/gid",            // label
            &[1, 0, 0, 0, 1, 1],          // suite
            &[2, 0, 0, 0, 4, 1, 2, 3, 4], // a number
        ]
        .concat();
        assert_eq!(bytes, expected);
    }

    #[test]
    fn the_reader_names_what_is_wrong() {
        let good = Writer::new(Label::Gid).u8(1, 1).finish();
        assert_eq!(Reader::new(&good, Label::Decoy).err(), Some(TlvError::Label));
        let mut reader = Reader::new(&good, Label::Gid).expect("label");
        assert_eq!(reader.clone().u8(2).err(), Some(TlvError::Tag { expected: 2, found: 1 }));
        assert_eq!(reader.clone().u32(1).err(), Some(TlvError::Length { tag: 1 }));
        assert_eq!(reader.clone().finish().err(), Some(TlvError::Trailing));
        assert_eq!(reader.u8(1), Ok(1));
        assert_eq!(reader.finish(), Ok(()));
        for cut in 0..good.len() {
            let read = Reader::new(&good[..cut], Label::Gid).and_then(|mut r| r.u8(1));
            assert!(read.is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn padding_is_verified() {
        let padded = pad(b"abc", 16).expect("fits");
        assert_eq!(unpad(&padded), Ok(&b"abc"[..]));
        assert_eq!(pad(b"abc", 6), None);
        for place in 7..16 {
            let mut bad = padded.clone();
            bad[place] = 1;
            assert_eq!(unpad(&bad), Err(TlvError::Padding));
        }
        assert_eq!(unpad(&[0xff; 16]), Err(TlvError::Padding));
        assert_eq!(unpad(&[]), Err(TlvError::Padding));
    }

    proptest! {
        #[test]
        fn lists_come_back(items in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..20)) {
            let bytes = Writer::new(Label::Claims).list(1, &items).finish();
            let mut reader = Reader::new(&bytes, Label::Claims).expect("label");
            let read = reader.list(1, 20).expect("list");
            prop_assert_eq!(read, items.iter().map(Vec::as_slice).collect::<Vec<_>>());
            prop_assert_eq!(reader.finish(), Ok(()));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(mut reader) = Reader::new(&bytes, Label::Id) {
                let _ = reader.list(1, 10);
                let _ = reader.text(2, 10);
            }
            let _ = unpad(&bytes);
        }
    }
}
