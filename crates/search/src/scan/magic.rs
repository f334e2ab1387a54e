//! Where packed or encoded members begin.

use std::ops::Range;

use aho_corasick::packed::{Config, Searcher};
use flate2::Crc;

/// What begins at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// RFC 1952.
    Gzip,
    /// RFC 1950.
    Zlib,
    /// The deflated data of a ZIP entry (APPNOTE 4.3.7); it begins so many bytes after the entry's header.
    Zip { skip: usize },
    /// RFC 8878.
    Zstd,
    /// Hex.
    Hex,
    /// Base64 in either alphabet.
    Base64,
    /// Base32.
    Base32,
    /// Something that is not read.
    Closed(&'static str),
    /// An encrypted ZIP entry.
    Encrypted,
}

impl Kind {
    /// Its name on the way to a hit.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zip { .. } | Self::Encrypted => "zip",
            Self::Zstd => "zstd",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Base32 => "base32",
            Self::Closed(name) => name,
        }
    }
}

/// A member that may begin at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) at: usize,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Sign {
    Gzip,
    Zstd,
    Zip,
    Bzip2,
    Xz,
    Lz4,
    SevenZip,
    /// Hex of one of these; where it is short, it must begin a run of hex.
    Hex {
        short: bool,
    },
    /// Base64 of one of these, likewise.
    Base64 {
        short: bool,
    },
}

/// Bytes with which members begin. Of zlib only headers with the usual window size are looked for in hex and base64.
const SIGNS: &[(&[u8], Sign)] = &[
    (b"\x1f\x8b\x08", Sign::Gzip),
    (b"\x28\xb5\x2f\xfd", Sign::Zstd),
    (b"PK\x03\x04", Sign::Zip),
    (b"BZh", Sign::Bzip2),
    (b"\xfd7zXZ\0", Sign::Xz),
    (b"\x04\x22\x4d\x18", Sign::Lz4),
    (b"7z\xbc\xaf\x27\x1c", Sign::SevenZip),
    (b"1f8b08", Sign::Hex { short: false }),
    (b"1F8B08", Sign::Hex { short: false }),
    (b"28b52ffd", Sign::Hex { short: false }),
    (b"28B52FFD", Sign::Hex { short: false }),
    (b"504b0304", Sign::Hex { short: false }),
    (b"504B0304", Sign::Hex { short: false }),
    (b"7801", Sign::Hex { short: true }),
    (b"785e", Sign::Hex { short: true }),
    (b"785E", Sign::Hex { short: true }),
    (b"789c", Sign::Hex { short: true }),
    (b"789C", Sign::Hex { short: true }),
    (b"78da", Sign::Hex { short: true }),
    (b"78DA", Sign::Hex { short: true }),
    (b"H4sI", Sign::Base64 { short: false }),
    (b"KLUv", Sign::Base64 { short: false }),
    (b"UEsD", Sign::Base64 { short: false }),
    (b"eAE", Sign::Base64 { short: true }),
    (b"eAF", Sign::Base64 { short: true }),
    (b"eAG", Sign::Base64 { short: true }),
    (b"eAH", Sign::Base64 { short: true }),
    (b"eF4", Sign::Base64 { short: true }),
    (b"eF5", Sign::Base64 { short: true }),
    (b"eF6", Sign::Base64 { short: true }),
    (b"eF7", Sign::Base64 { short: true }),
    (b"eJw", Sign::Base64 { short: true }),
    (b"eJx", Sign::Base64 { short: true }),
    (b"eJy", Sign::Base64 { short: true }),
    (b"eJz", Sign::Base64 { short: true }),
    (b"eNo", Sign::Base64 { short: true }),
    (b"eNp", Sign::Base64 { short: true }),
    (b"eNq", Sign::Base64 { short: true }),
    (b"eNr", Sign::Base64 { short: true }),
];
/// Characters of an encoded member at least.
const ENCODED: usize = 16;
/// Bytes that a candidate is judged by, at most.
pub(crate) const AHEAD: usize = 64;
/// Bytes that are looked at together for a zlib header.
const BLOCK: usize = 64;

/// Finds where members begin.
#[derive(Debug)]
pub(crate) struct Magic(Searcher);

impl Magic {
    pub(crate) fn new() -> Option<Self> {
        let signs = || SIGNS.iter().map(|(sign, _)| sign);
        // Without the instructions for it, the slow way.
        let slow = || Config::new().only_rabin_karp(true).builder().extend(signs()).build();
        Config::new().builder().extend(signs()).build().or_else(slow).map(Self)
    }

    /// Everything that may begin in `starts`, in order.
    pub(crate) fn candidates(&self, hay: &[u8], starts: Range<usize>) -> Vec<Candidate> {
        let part = hay.get(starts.start..hay.len().min(starts.end + AHEAD)).unwrap_or_default();
        let mut all = zlib_headers(part, starts.clone());
        let mut from = 0;
        while let Some(sign) = self.0.find_in(part, (from..part.len()).into()) {
            let at = starts.start + sign.start();
            if at >= starts.end {
                break;
            }
            from = sign.start() + 1;
            let kind = SIGNS.get(sign.pattern().as_usize()).and_then(|(_, sign)| judge(*sign, hay, at));
            all.extend(kind.map(|kind| Candidate { at, kind }));
        }
        all.sort_by_key(|candidate| candidate.at);
        all
    }
}

/// What a whole stream or value is encoded in, if all of it is (line ends apart), and where that begins.
pub(crate) fn encoding_of(hay: &[u8]) -> Option<Candidate> {
    // `\x` before a bytea of PostgreSQL, `0x` before a number.
    let at = if hay.starts_with(b"\\x") || hay.starts_with(b"0x") || hay.starts_with(b"0X") { 2 } else { 0 };
    let is = |part: &[u8], fits: fn(u8) -> bool| {
        let text = part.iter().filter(|byte| !b"\r\n".contains(byte));
        part.len() >= ENCODED && text.clone().all(|byte| fits(*byte) || *byte == b'=')
    };
    let part = hay.get(at..)?;
    let kind = if is(part, |byte| byte.is_ascii_hexdigit()) {
        return Some(Candidate { at, kind: Kind::Hex });
    } else if is(hay, |byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7')) {
        Kind::Base32
    } else if is(hay, is_base64) {
        Kind::Base64
    } else {
        return None;
    };
    Some(Candidate { at: 0, kind })
}

fn judge(sign: Sign, hay: &[u8], at: usize) -> Option<Kind> {
    let head = hay.get(at..)?;
    let before = at.checked_sub(1).and_then(|before| hay.get(before)).copied();
    match sign {
        // Reserved flags are zero (RFC 1952 §2.3.1.2).
        Sign::Gzip => head.get(3).filter(|flags| *flags & 0xe0 == 0).map(|_| Kind::Gzip),
        // A reserved bit is zero (RFC 8878 §3.1.1.1).
        Sign::Zstd => head.get(4).filter(|descriptor| *descriptor & 0x08 == 0).map(|_| Kind::Zstd),
        Sign::Zip => zip_entry(head),
        Sign::Bzip2 => head.get(4..10).filter(|block| *block == b"1AY&SY").map(|_| Kind::Closed("bzip2")),
        // Programs that read these formats hold their signs, but not the check sums that follow.
        Sign::Xz => checked(head.get(6..8)?, head.get(8..12)?).then_some(Kind::Closed("xz")),
        Sign::SevenZip => checked(head.get(12..32)?, head.get(8..12)?).then_some(Kind::Closed("7z")),
        // Version 1, reserved bits zero, one of four block sizes (LZ4 frame format, FLG and BD).
        Sign::Lz4 => head
            .get(4..6)
            .filter(
                |head| matches!(head, [flags, block] if flags & 0xc2 == 0x40 && block & 0x8f == 0 && *block >= 0x40),
            )
            .map(|_| Kind::Closed("lz4")),
        Sign::Hex { short } => {
            encoded(head, before.filter(|_| short), |byte| byte.is_ascii_hexdigit()).then_some(Kind::Hex)
        }
        Sign::Base64 { short } => encoded(head, before.filter(|_| short), is_base64).then_some(Kind::Base64),
    }
}

/// Whether bytes have this CRC-32 (little-endian).
fn checked(bytes: &[u8], sum: &[u8]) -> bool {
    let mut crc = Crc::new();
    crc.update(bytes);
    sum == crc.sum().to_le_bytes()
}

/// Whether an alphabet goes on for a while; JSON may have escaped its slashes.
fn encoded(head: &[u8], before: Option<u8>, fits: fn(u8) -> bool) -> bool {
    let is_part = |byte: &u8| fits(*byte) || *byte == b'\\';
    !before.is_some_and(fits) && head.get(..ENCODED).is_some_and(|head| head.iter().all(is_part))
}

/// A character of either base64.
pub(crate) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

/// The local header of a ZIP entry (APPNOTE 4.3.7).
fn zip_entry(head: &[u8]) -> Option<Kind> {
    let field = |at: usize| head.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes);
    let (version, flags, method, name, extra) = (field(4)?, field(6)?, field(8)?, field(26)?, field(28)?);
    if version & 0xff > 63 || name == 0 || name > 4096 {
        return None;
    }
    match method {
        _ if flags & 1 == 1 => Some(Kind::Encrypted),
        8 => Some(Kind::Zip { skip: 30 + usize::from(name) + usize::from(extra) }),
        9 => Some(Kind::Closed("zip with deflate64")),
        12 => Some(Kind::Closed("zip with bzip2")),
        14 => Some(Kind::Closed("zip with lzma")),
        95 => Some(Kind::Closed("zip with xz")),
        // Stored entries lie open; Zstandard in them has a beginning of its own.
        _ => None,
    }
}

/// Headers of zlib (RFC 1950 §2.2): deflate, a check that fits, no dictionary; and a deflate block of a known type.
fn zlib_headers(part: &[u8], starts: Range<usize>) -> Vec<Candidate> {
    let mut all = Vec::new();
    let next = part.get(1..).unwrap_or_default();
    let blocks = part.chunks(BLOCK).zip(next.chunks(BLOCK));
    for (number, (block, next)) in blocks.enumerate() {
        // Without an early end this is done for many bytes at once.
        if !block.iter().zip(next).fold(false, |any, (&first, &second)| any | is_zlib(first, second)) {
            continue;
        }
        for (place, (&first, &second)) in block.iter().zip(next).enumerate() {
            let offset = number * BLOCK + place;
            let at = starts.start + offset;
            let data = part.get(offset + 2..).unwrap_or_default();
            if is_zlib(first, second) && at < starts.end && is_deflate(second, data) {
                all.push(Candidate { at, kind: Kind::Zlib });
            }
        }
    }
    all
}

/// Whether deflated data (RFC 1951 §3.2.3) may begin here. Some zlib headers are letters, and text is hardly ever refused
/// by deflate, which may take it for literals without end; so of what follows these some bytes must not be ASCII.
/// Others are in every program: 48 89 moves a register.
fn is_deflate(second: u8, data: &[u8]) -> bool {
    let is_text = matches!(second, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let strange = || data.iter().take(32).filter(|byte| !byte.is_ascii()).count() >= 2;
    let bytes = data.iter().take(16).rev().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let bits = |from: u32, count: u32| bytes >> from & ((1 << count) - 1);
    let is_block = match bits(1, 2) {
        // A length, and the same with its bits turned.
        0 => bits(8, 16) ^ bits(24, 16) == 0xffff,
        1 => true,
        // No more symbols than there are, and lengths that make a complete code.
        2 => {
            let lengths = (0..u32::try_from(bits(13, 4)).unwrap_or_default() + 4).map(|place| bits(17 + 3 * place, 3));
            let filled: u32 = lengths.filter(|length| *length > 0).map(|length| 128 >> length).sum();
            bits(3, 5) <= 29 && bits(8, 5) <= 29 && filled == 128
        }
        _ => false,
    };
    !data.is_empty() && is_block && (!is_text || strange())
}

fn is_zlib(first: u8, second: u8) -> bool {
    let number = u16::from(first) << 8 | u16::from(second);
    // 31 times 31711 is 1 modulo 65536, and 65535 is 2114 times 31.
    number.wrapping_mul(31_711) <= 2_114 && first & 0x8f == 0x08 && second & 0x20 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(hay: &[u8]) -> Vec<(usize, Kind)> {
        let magic = Magic::new().expect("signs");
        magic.candidates(hay, 0..hay.len()).into_iter().map(|found| (found.at, found.kind)).collect()
    }

    #[test]
    fn the_check_of_a_zlib_header_is_a_division_by_31() {
        for first in 0..=255_u8 {
            for second in 0..=255_u8 {
                let number = u16::from(first) * 256 + u16::from(second);
                let expected = number % 31 == 0 && first & 15 == 8 && first >> 4 <= 7 && second & 0x20 == 0;
                assert_eq!(is_zlib(first, second), expected, "{number:04x}");
            }
        }
    }

    #[test]
    fn members_are_told_by_their_first_bytes() {
        assert_eq!(kinds(b"..\x1f\x8b\x08\x00...."), [(2, Kind::Gzip)]);
        assert_eq!(kinds(b"..\x1f\x8b\x08\xe0...."), []);
        assert_eq!(kinds(b"\x28\xb5\x2f\xfd\x04"), [(0, Kind::Zstd)]);
        assert_eq!(kinds(b"x\x9c\x4b"), [(0, Kind::Zlib)]);
        assert_eq!(kinds(b"x\x9c\x4f"), [], "no such type of block");
        assert_eq!(kinds(b"hCc\xff\xee"), [(0, Kind::Zlib)]);
        assert_eq!(kinds(b"hCcharacters"), [], "text");
        assert_eq!(kinds(b"BZh91AY&SY"), [(0, Kind::Closed("bzip2"))]);
        assert_eq!(kinds(b"\"H4sIAAAAAAAAA/8z\""), [(1, Kind::Base64)]);
        assert_eq!(kinds(b"\\x789c4b4c4a0600024d0127"), [(2, Kind::Hex)]);
        assert_eq!(kinds(b"a789c4b4c4a0600024d0127"), [], "in the middle of hex");
        let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
        zip.extend([0; 16]);
        zip.extend([3, 0, 2, 0]);
        assert_eq!(kinds(&zip), [(0, Kind::Zip { skip: 35 })]);
        zip[6] = 1;
        assert_eq!(kinds(&zip), [(0, Kind::Encrypted)]);
    }

    #[test]
    fn a_whole_encoding_is_told_by_its_alphabet() {
        let kind = |hay: &[u8]| encoding_of(hay).map(|found| (found.at, found.kind));
        assert_eq!(kind(b"00ff00ff00ff00ff"), Some((0, Kind::Hex)));
        assert_eq!(kind(b"\\x00ff00ff00ff00ff00"), Some((2, Kind::Hex)));
        assert_eq!(kind(b"MZXW6YTBOIMZXW6YTBOI===="), Some((0, Kind::Base32)));
        assert_eq!(kind(b"Zm9vYmFyZm9v\r\nYmFyZg=="), Some((0, Kind::Base64)));
        assert_eq!(kind(b"a sentence of some words"), None);
        assert_eq!(kind(b"Zm9v"), None, "too short");
    }
}
