//! Undoes what a body was packed in (RFC 9110 §8.4.1): gzip, deflate, Brotli, Zstandard.
//!
//! Recordings differ: a browser writes a body down unpacked and leaves the header as it was, a proxy writes down what
//! passed. So what does not unpack is taken as it is.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

/// Bytes that one body may unpack to.
pub(crate) const MOST: u64 = 64 << 20;

/// A body with its packing undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unpacked {
    /// It was not packed, or has been unpacked already.
    AsItIs,
    /// What was packed.
    Bytes(Vec<u8>),
    /// More than is unpacked.
    TooLarge,
    /// A coding of another name.
    Unknown(String),
}

/// Undoes the codings that a `content-encoding` names, the last one first.
pub(crate) fn unpack(coding: &str, body: &[u8]) -> Unpacked {
    let mut bytes: Option<Vec<u8>> = None;
    for name in coding.rsplit(',').map(|name| name.trim().to_ascii_lowercase()) {
        let packed = bytes.as_deref().unwrap_or(body);
        let plain = match name.as_str() {
            "" | "identity" => continue,
            "gzip" | "x-gzip" => taken(MultiGzDecoder::new(packed)),
            "deflate" => taken(ZlibDecoder::new(packed)).or_else(|| bare_deflate(packed)),
            "br" => taken(brotli_decompressor::Decompressor::new(packed, 4_096)),
            "zstd" => StreamingDecoder::new(packed).ok().and_then(taken),
            _ => return Unpacked::Unknown(name),
        };
        match plain {
            Some(plain) if u64::try_from(plain.len()).unwrap_or(u64::MAX) > MOST => return Unpacked::TooLarge,
            Some(plain) => bytes = Some(plain),
            None => break,
        }
    }
    bytes.map_or(Unpacked::AsItIs, Unpacked::Bytes)
}

/// What a decoder gives, if it comes to a valid end.
fn taken(decoder: impl Read) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    decoder.take(MOST.saturating_add(1)).read_to_end(&mut plain).ok()?;
    Some(plain)
}

/// Deflate without a header, as some hosts send it. Nearly anything begins like it, so it must end where the body does.
fn bare_deflate(packed: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = DeflateDecoder::new(packed);
    let plain = taken(&mut decoder)?;
    (usize::try_from(decoder.total_in()) == Ok(packed.len())).then_some(plain)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const TEXT: &[u8] = b"what was packed, what was packed, what was packed";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("written");
        encoder.finish().expect("finished")
    }

    #[test]
    fn each_coding_is_undone_and_so_are_two() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(TEXT).expect("written");
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
        deflate.write_all(TEXT).expect("written");
        // What zlib's `brotliCompressSync` of Node makes of the same text.
        let brotli = [
            0x1b, 0x30, 0x00, 0xf8, 0xc5, 0x6d, 0x6c, 0x5d, 0xf9, 0xde, 0x23, 0x15, 0x04, 0x9d, 0xa0, 0xc0, 0xa8, 0x2a,
            0x40, 0x40, 0xdc, 0x7a, 0x58, 0x87, 0x55, 0x4c, 0x25, 0x61,
        ];
        let zstandard = ruzstd::encoding::compress_to_vec(TEXT, ruzstd::encoding::CompressionLevel::Fastest);
        for (coding, packed) in [
            ("gzip", gzip(TEXT)),
            ("X-Gzip", gzip(TEXT)),
            ("deflate", zlib.finish().expect("finished")),
            ("deflate", deflate.finish().expect("finished")),
            ("br", brotli.to_vec()),
            ("zstd", zstandard),
            ("gzip, gzip", gzip(&gzip(TEXT))),
            ("identity, gzip", gzip(TEXT)),
        ] {
            assert_eq!(unpack(coding, &packed), Unpacked::Bytes(TEXT.to_vec()), "{coding}");
        }
    }

    #[test]
    fn what_was_unpacked_already_is_taken_as_it_is() {
        for coding in ["gzip", "br", "zstd", "deflate", "identity", ""] {
            assert_eq!(unpack(coding, br#"{"a":1}"#), Unpacked::AsItIs, "{coding}");
        }
        assert_eq!(unpack("gzip", &gzip(TEXT)[..20]), Unpacked::AsItIs, "cut off");
        assert_eq!(unpack("aes128gcm", TEXT), Unpacked::Unknown("aes128gcm".to_owned()));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![0; 1 << 20];
        (0..65).for_each(|_| encoder.write_all(&zeros).expect("written"));
        assert_eq!(unpack("gzip", &encoder.finish().expect("finished")), Unpacked::TooLarge);
    }
}
