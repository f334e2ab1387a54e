//! Unpacks and decodes members piece by piece, as their bytes come in.

use flate2::{Crc, Decompress, FlushDecompress, Status};
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::alphabet::{BASE32, BASE64, BASE64URL};
use super::hit::Reason;
use super::magic::Kind;

/// Bytes that one step gives out, at most, but for zstd, whose blocks have up to 2 MiB.
const OUT: usize = 64 * 1024;
/// Characters of an encoded member that are decoded first.
const BEGINNING: usize = 2 * 1024;
/// Bytes of a gzip header, with a file's name, a comment and what else there may be.
const GZIP_HEADER: usize = 8 * 1024;
/// Windows of zstd up to its level 19 have 8 MiB; RFC 8878 §3.1.1.1.2 asks for as much.
const ZSTD_WINDOW: u64 = 8 * 1024 * 1024;
/// The content of a block at most (RFC 8878 §3.1.1.2.4).
const ZSTD_BLOCK: usize = 128 * 1024;

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Something was done; there may be more without further input.
    Going,
    /// All input is taken, and more is needed.
    Hungry,
    /// A valid end.
    End,
    /// It cannot go on.
    Stop(Reason),
}

/// A member that is being read.
pub(crate) enum Decoder {
    Deflate(Box<Deflate>),
    Zstd(Box<Zstd>),
    Letters(Letters),
}

impl Decoder {
    /// What reads a member of a kind; `None` for what is not read.
    pub(crate) fn new(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Gzip => Self::Deflate(Box::new(Deflate::new(Wrap::Gzip(Vec::new()), false))),
            Kind::Zlib => Self::Deflate(Box::new(Deflate::new(Wrap::None, true))),
            Kind::Zip { skip } => Self::Deflate(Box::new(Deflate::new(Wrap::Zip(skip), false))),
            Kind::Zstd => Self::Zstd(Box::default()),
            Kind::Hex => Self::Letters(Letters::new(4, &HEX_VALUES)),
            Kind::Base32 => Self::Letters(Letters::new(5, &BASE32_VALUES)),
            Kind::Base64 => Self::Letters(Letters::new(6, &BASE64_VALUES)),
            Kind::Closed(_) | Kind::Encrypted => return None,
        })
    }

    /// Takes from the front of the input and adds to the output.
    pub(crate) fn step(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Step {
        match self {
            Self::Deflate(deflate) => deflate.step(input, out),
            Self::Zstd(zstd) => zstd.step(input, out),
            Self::Letters(letters) => letters.step(input, out),
        }
    }
}

/// Takes up to so many bytes from the front.
fn take<'a>(input: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(count.min(input.len()));
    *input = rest;
    taken
}

/// Adds to `held` what it lacks of so many bytes; `false` while that is not all.
fn hold(held: &mut Vec<u8>, input: &mut &[u8], count: usize) -> bool {
    held.extend_from_slice(take(input, count.saturating_sub(held.len())));
    held.len() >= count
}

/// What is around the deflated data.
enum Wrap {
    /// Nothing that is not dealt with by the decompressor.
    None,
    /// A header of which these bytes are there, and a trailer.
    Gzip(Vec<u8>),
    /// So many bytes that are passed over.
    Zip(usize),
    /// The check sum and the size of what was unpacked, and what is there of the trailer.
    Trailer(Crc, Vec<u8>),
}

/// Deflated data (RFC 1951).
pub(crate) struct Deflate {
    wrap: Wrap,
    is_zlib: bool,
    /// Made when the header has been read.
    inflate: Option<Decompress>,
    is_ended: bool,
}

impl Deflate {
    fn new(wrap: Wrap, is_zlib: bool) -> Self {
        Self { wrap, is_zlib, inflate: None, is_ended: false }
    }

    fn step(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Step {
        match &mut self.wrap {
            Wrap::Gzip(held) => match gzip_header(held, input) {
                Step::Going => self.wrap = Wrap::Trailer(Crc::new(), Vec::new()),
                other => return other,
            },
            Wrap::Zip(skip) if *skip > 0 => {
                *skip -= take(input, *skip).len();
                if *skip > 0 {
                    return Step::Hungry;
                }
            }
            Wrap::Trailer(crc, held) if self.is_ended => {
                if !hold(held, input, 8) {
                    return Step::Hungry;
                }
                let expected = [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat();
                return if *held == expected { Step::End } else { Step::Stop(Reason::Damaged) };
            }
            Wrap::None | Wrap::Zip(_) | Wrap::Trailer(..) => {}
        }
        self.inflate(input, out)
    }

    fn inflate(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Step {
        let before = out.len();
        let inflate = self.inflate.get_or_insert_with(|| Decompress::new(self.is_zlib));
        let taken = inflate.total_in();
        out.reserve_exact(OUT);
        let status = inflate.decompress_vec(input, out, FlushDecompress::None);
        let taken = usize::try_from(inflate.total_in() - taken).unwrap_or(usize::MAX);
        take(input, taken);
        let fresh = out.get(before..).unwrap_or_default();
        if let Wrap::Trailer(crc, _) = &mut self.wrap {
            crc.update(fresh);
        }
        match status {
            Ok(Status::StreamEnd) => {
                self.is_ended = true;
                if matches!(self.wrap, Wrap::Trailer(..)) { Step::Going } else { Step::End }
            }
            Ok(_) if taken == 0 && fresh.is_empty() && input.is_empty() => Step::Hungry,
            Ok(_) if taken == 0 && fresh.is_empty() => Step::Stop(Reason::Damaged),
            Ok(_) => Step::Going,
            Err(_) => Step::Stop(Reason::Damaged),
        }
    }
}

/// Reads the header of a gzip member (RFC 1952 §2.3): `Going` when it is over.
fn gzip_header(held: &mut Vec<u8>, input: &mut &[u8]) -> Step {
    loop {
        let wanted = match gzip_header_end(held) {
            Header::Bytes(end) if end <= held.len() => return Step::Going,
            Header::Bytes(end) => end,
            // On to the next zero, or all of it.
            Header::Text => {
                held.len() + input.iter().position(|byte| *byte == 0).map_or(input.len().max(1), |zero| zero + 1)
            }
        };
        if wanted > GZIP_HEADER {
            return Step::Stop(Reason::Damaged);
        }
        if !hold(held, input, wanted) {
            return Step::Hungry;
        }
    }
}

/// What a gzip header lacks.
enum Header {
    /// It has so many bytes, as far as that can be told.
    Bytes(usize),
    /// A file's name or a comment, which a zero ends.
    Text,
}

fn gzip_header_end(held: &[u8]) -> Header {
    let Some(flags) = held.get(3) else { return Header::Bytes(10) };
    let mut end: usize = 10;
    if flags & 4 != 0 {
        let Some(length) = held.get(end..end + 2) else { return Header::Bytes(end + 2) };
        end += 2 + length.try_into().map_or(0, |length| usize::from(u16::from_le_bytes(length)));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let Some(text) = held.get(end..) else { return Header::Bytes(end) };
            let Some(zero) = text.iter().position(|byte| *byte == 0) else { return Header::Text };
            end += zero + 1;
        }
    }
    Header::Bytes(if flags & 2 != 0 { end + 2 } else { end })
}

/// A frame of Zstandard (RFC 8878 §3.1.1).
#[derive(Default)]
pub(crate) struct Zstd {
    frame: FrameDecoder,
    /// Bytes of the header or the block that is not yet complete.
    held: Vec<u8>,
    has_header: bool,
    has_check: bool,
}

impl Zstd {
    fn step(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Step {
        if !self.has_header {
            return self.header(input);
        }
        if !hold(&mut self.held, input, 3) {
            return Step::Hungry;
        }
        let Some(size) = self.block_size() else { return Step::Stop(Reason::Damaged) };
        if !hold(&mut self.held, input, size) {
            return Step::Hungry;
        }
        let mut block = self.held.as_slice();
        let decoded = self.frame.decode_blocks(&mut block, BlockDecodingStrategy::UptoBlocks(1)).is_ok();
        self.held.clear();
        if !decoded || self.frame.collect_to_writer(out).is_err() {
            return Step::Stop(Reason::Damaged);
        }
        match (self.frame.is_finished(), self.frame.get_checksum_from_data()) {
            (false, _) => Step::Going,
            (true, Some(sum)) if Some(sum) != self.frame.get_calculated_checksum() => Step::Stop(Reason::Damaged),
            (true, _) => Step::End,
        }
    }

    fn header(&mut self, input: &mut &[u8]) -> Step {
        if !hold(&mut self.held, input, 5) {
            return Step::Hungry;
        }
        let descriptor = self.held.get(4).copied().unwrap_or_default();
        let size = zstd_header_size(descriptor);
        if !hold(&mut self.held, input, size + 3) {
            return Step::Hungry;
        }
        self.frame.set_max_window_size(ZSTD_WINDOW);
        let result = self.frame.reset(self.held.as_slice());
        self.held.drain(..size);
        self.has_header = true;
        self.has_check = descriptor & 4 != 0;
        // What cannot be a block tells that the magic number stood there by chance.
        if self.block_size().is_none() {
            return Step::Stop(Reason::Damaged);
        }
        match result {
            Ok(()) => Step::Going,
            Err(FrameDecoderError::WindowSizeTooBig { .. }) => Step::Stop(Reason::Window),
            Err(FrameDecoderError::DictNotProvided { .. }) => Step::Stop(Reason::Dictionary),
            Err(_) => Step::Stop(Reason::Damaged),
        }
    }

    /// Bytes of the block that `held` begins with, header and check sum included (RFC 8878 §3.1.1.2); `None` if it
    /// is none.
    fn block_size(&self) -> Option<usize> {
        let &[a, b, c] = self.held.first_chunk()?;
        let header = u32::from_le_bytes([a, b, c, 0]);
        let content = match header >> 1 & 3 {
            1 => 1,
            3 => return None,
            _ => usize::try_from(header >> 3).ok()?,
        };
        // The check sum stands behind the last block, and is read with it.
        let check = if header & 1 == 1 && self.has_check { 4 } else { 0 };
        (content <= ZSTD_BLOCK).then_some(3 + content + check)
    }
}

/// Bytes of a frame's header with this descriptor, the magic number included (RFC 8878 §3.1.1.1).
fn zstd_header_size(descriptor: u8) -> usize {
    let is_single = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied().unwrap_or_default();
    let size = match descriptor >> 6 {
        0 => usize::from(is_single),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    5 + usize::from(!is_single) + dictionary + size
}

/// Hex, base32 or base64: characters of four, five or six bits.
pub(crate) struct Letters {
    width: u32,
    values: &'static [u8; 256],
    bits: u32,
    count: u32,
    /// The character before was a backslash.
    is_escaped: bool,
    /// Characters to take in a step. The first one is short: often it is enough to see that nothing is packed here.
    pace: usize,
}

/// No character of the alphabet.
const NONE: u8 = 0xff;
static HEX_VALUES: [u8; 256] = values(b"0123456789abcdef", b"0123456789ABCDEF");
static BASE32_VALUES: [u8; 256] = values(BASE32, BASE32);
static BASE64_VALUES: [u8; 256] = values(BASE64, BASE64URL);

/// The value of every character of two alphabets of the same size.
#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "evaluated by the compiler")]
const fn values(first: &[u8], second: &[u8]) -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < first.len() {
        values[first[value] as usize] = value as u8;
        values[second[value] as usize] = value as u8;
        value += 1;
    }
    values
}

impl Letters {
    fn new(width: u32, values: &'static [u8; 256]) -> Self {
        Self { width, values, bits: 0, count: 0, is_escaped: false, pace: BEGINNING }
    }

    /// Reads on to the first character that is none of the alphabet. Line ends are passed over, and a slash that JSON
    /// has escaped is one.
    fn step(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Step {
        for &byte in take(input, std::mem::replace(&mut self.pace, OUT)) {
            let is_escaped = std::mem::take(&mut self.is_escaped);
            let value = self.values.get(usize::from(byte)).copied().unwrap_or(NONE);
            if value == NONE || is_escaped && matches!(byte, b'r' | b'n') {
                self.is_escaped = byte == b'\\';
                if matches!(byte, b'\r' | b'\n' | b'\\') || value != NONE {
                    continue;
                }
                return Step::End;
            }
            self.bits = self.bits << self.width | u32::from(value);
            self.count += self.width;
            if self.count >= 8 {
                self.count -= 8;
                // Older bits are shifted out; the byte is the lowest one.
                out.push((self.bits >> self.count).to_le_bytes()[0]);
            }
        }
        if input.is_empty() { Step::Hungry } else { Step::Going }
    }
}
