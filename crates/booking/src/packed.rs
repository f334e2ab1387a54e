//! Items inside a list field: values in a fixed order, without tags.
//!
//! Integers are big-endian and of fixed width, a text is `length (u16) || UTF-8`, a list `count (u8) || items`. The
//! outer message is TLV (`docs/spec/encoding.md` §2); an item ends exactly with its last value, so there is one
//! encoding of one item.

use souspli_protocol::{
    ItemId,
    tlv::{Reader, TlvError},
};

/// Writes one item. Callers validate first: no text and no list is ever over its limit here.
#[derive(Debug, Default)]
pub(crate) struct Packer(Vec<u8>);

impl Packer {
    pub(crate) fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub(crate) fn flag(self, value: bool) -> Self {
        self.u8(u8::from(value))
    }

    pub(crate) fn u16(mut self, value: u16) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(crate) fn id(mut self, id: ItemId) -> Self {
        self.0.extend_from_slice(id.as_bytes());
        self
    }

    /// A longer text is cut in its length and so refused by every reader.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self = self.u16(u16::try_from(text.len()).unwrap_or(u16::MAX));
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    pub(crate) fn list<T>(self, items: &[T], write: impl FnMut(Self, &T) -> Self) -> Self {
        let count = self.u8(u8::try_from(items.len()).unwrap_or(u8::MAX));
        items.iter().fold(count, write)
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads one item of the list in field `tag`.
#[derive(Debug)]
pub(crate) struct Unpacker<'a> {
    rest: &'a [u8],
    tag: u8,
}

impl<'a> Unpacker<'a> {
    pub(crate) const fn new(bytes: &'a [u8], tag: u8) -> Self {
        Self { rest: bytes, tag }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], TlvError> {
        let (value, rest) = self.rest.split_first_chunk::<N>().ok_or(TlvError::Length { tag: self.tag })?;
        self.rest = rest;
        Ok(*value)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, TlvError> {
        self.array::<1>().map(|[value]| value)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, TlvError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.refused()),
        }
    }

    pub(crate) fn u16(&mut self) -> Result<u16, TlvError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, TlvError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn id(&mut self) -> Result<ItemId, TlvError> {
        self.array().map(ItemId)
    }

    pub(crate) fn text(&mut self, limit: usize) -> Result<String, TlvError> {
        let length = usize::from(self.u16()?);
        if length > limit {
            return Err(TlvError::Length { tag: self.tag });
        }
        let (text, rest) = self.rest.split_at_checked(length).ok_or(TlvError::Length { tag: self.tag })?;
        self.rest = rest;
        core::str::from_utf8(text).map(str::to_owned).map_err(|_| self.refused())
    }

    pub(crate) fn list<T>(
        &mut self,
        limit: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, TlvError>,
    ) -> Result<Vec<T>, TlvError> {
        let count = usize::from(self.u8()?);
        if count > limit {
            return Err(TlvError::Length { tag: self.tag });
        }
        (0..count).map(|_| read(self)).collect()
    }

    /// A value that its place does not allow.
    pub(crate) const fn refused(&self) -> TlvError {
        TlvError::Value { tag: self.tag }
    }

    pub(crate) fn finish(self) -> Result<(), TlvError> {
        if self.rest.is_empty() { Ok(()) } else { Err(TlvError::Length { tag: self.tag }) }
    }
}

/// Reads a list of packed items, each to its end.
pub(crate) fn items<T>(
    reader: &mut Reader<'_>,
    tag: u8,
    limit: usize,
    mut unpack: impl FnMut(&mut Unpacker<'_>) -> Result<T, TlvError>,
) -> Result<Vec<T>, TlvError> {
    let item = |bytes| {
        let mut item = Unpacker::new(bytes, tag);
        let value = unpack(&mut item)?;
        item.finish()?;
        Ok(value)
    };
    reader.list(tag, limit)?.into_iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_item_byte_by_byte() {
        let item = Packer::default()
            .u8(7)
            .flag(true)
            .u16(0x0102)
            .u32(0x0304_0506)
            .text("hé")
            .id(ItemId([9; 8]))
            .list(&[1_u8, 2], |packer, value| packer.u8(*value))
            .finish();
        assert_eq!(item, [7, 1, 1, 2, 3, 4, 5, 6, 0, 3, b'h', 0xc3, 0xa9, 9, 9, 9, 9, 9, 9, 9, 9, 2, 1, 2]);
        let read = |bytes: &[u8]| {
            let mut item = Unpacker::new(bytes, 3);
            let read = (item.u8()?, item.flag()?, item.u16()?, item.u32()?, item.text(3)?, item.id()?);
            let list = item.list(2, Unpacker::u8)?;
            item.finish().map(|()| (read, list))
        };
        let values = (7, true, 0x0102, 0x0304_0506, "hé".to_owned(), ItemId([9; 8]));
        assert_eq!(read(&item), Ok((values, vec![1, 2])));
        for cut in 0..item.len() {
            assert_eq!(read(&item[..cut]), Err(TlvError::Length { tag: 3 }), "cut at {cut}");
        }
        assert_eq!(read(&[&item[..], &[0]].concat()), Err(TlvError::Length { tag: 3 }));
        for (place, byte, error) in [
            (1, 2, TlvError::Value { tag: 3 }),
            (9, 4, TlvError::Length { tag: 3 }),
            (11, b'x', TlvError::Value { tag: 3 }),
            (21, 3, TlvError::Length { tag: 3 }),
        ] {
            let mut bad = item.clone();
            bad[place] = byte;
            assert_eq!(read(&bad), Err(error), "place {place}");
        }
    }
}
