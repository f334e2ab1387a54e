//! Streams of any length, made as they are read, and a set of canaries that none of them holds.

use std::io::{self, Read};

use rand_core::{Rng, TryRng};
use souspli_auditor::scan::{CanaryPerson, CanarySet, Needles, WordList};

/// What a stream is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Random bytes: ciphertext.
    Random,
    /// Random bytes in hex: a dump of ciphertext.
    Hex,
    /// Lines of a log.
    Log,
}

impl Kind {
    /// Each of them.
    pub(crate) const ALL: [Self; 3] = [Self::Random, Self::Hex, Self::Log];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Hex => "hex",
            Self::Log => "log",
        }
    }
}

/// Xorshift64* (Vigna 2016): the same bytes in every run.
pub(crate) struct Xorshift(u64);

impl TryRng for Xorshift {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|wide| (wide >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        Ok(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            let random = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&random[..chunk.len()]);
        }
        Ok(())
    }
}

/// A stream that is made as it is read.
pub(crate) struct Made {
    kind: Kind,
    left: u64,
    random: Xorshift,
    pending: Vec<u8>,
}

impl Made {
    /// So many bytes.
    pub(crate) fn new(kind: Kind, bytes: u64) -> Self {
        Self { kind, left: bytes, random: Xorshift(0x9e37_79b9_7f4a_7c15), pending: Vec::new() }
    }

    fn more(&mut self) {
        self.pending.clear();
        let mut random = [0; 64];
        match self.kind {
            Kind::Random => {
                self.pending.resize(64 * 1024, 0);
                self.random.fill_bytes(&mut self.pending);
            }
            Kind::Hex => {
                self.random.fill_bytes(&mut random);
                let digits = random.iter().flat_map(|byte| [byte >> 4, byte & 15]);
                self.pending.extend(digits.map(|digit| b"0123456789abcdef"[usize::from(digit)]));
            }
            Kind::Log => {
                let number = self.random.next_u64();
                let line = format!(
                    "2026-11-28T06:{:02}:{:02}.{:06}Z  INFO souspli_server::observe: answered method=POST \
                     route=/v1/calendars/{{calendar}}/events status=201 latency_us={} request={number:016x}\n",
                    number % 60,
                    number / 60 % 60,
                    number % 1_000_000,
                    number % 9_973,
                );
                self.pending.extend_from_slice(line.as_bytes());
            }
        }
    }
}

impl Read for Made {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let wanted = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if wanted > 0 && self.pending.is_empty() {
            self.more();
        }
        let count = wanted.min(self.pending.len());
        into[..count].copy_from_slice(&self.pending[..count]);
        self.pending.drain(..count);
        self.left -= count as u64;
        Ok(count)
    }
}

/// Forty invented values and eight times.
pub(crate) fn needles() -> Needles {
    let mut set = CanarySet::invent(&mut Xorshift(7), 8, &WordList::default()).expect("words");
    let time = |(place, person): (usize, &mut CanaryPerson)| {
        person.time = Some(format!("2031-04-{:02}T{:02}:35:00+02:00", 10 + place, 8 + place));
    };
    set.persons.iter_mut().enumerate().for_each(time);
    Needles::build(&set.canaries(), &[]).expect("needles")
}
