//! What can be booked and when: catalogue, weekly rules, published hours, free times, zones and calendar files.
//!
//! Pure: no cryptography, no I/O, no clock. Minutes are u32 since 1970-01-01T00:00Z and a granule is five of them
//! (`docs/spec/claims.md` §1). Without the feature `tzdb` nothing here knows a time zone by name; the same
//! conversions then run on the [`zone::Offsets`] that published hours carry.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod appointment;
pub mod catalogue;
pub mod date;
pub mod free;
pub mod hours;
pub mod ics;
pub mod interval;
mod packed;
pub mod problem;
pub mod rules;
mod text;
pub mod window;
pub mod zone;

/// Claim ids per booking (K): granules times resources of a visit may not exceed it (`docs/spec/README.md`).
pub const CLAIMS: usize = 24;

/// The only suite of version 1; it stands in field 1 of every plaintext.
const SUITE: u8 = 1;

/// Reads field 1 and refuses every suite but the one of version 1.
fn read_suite(reader: &mut souspli_protocol::tlv::Reader<'_>) -> Result<(), souspli_protocol::tlv::TlvError> {
    if reader.u8(1)? == SUITE { Ok(()) } else { Err(souspli_protocol::tlv::TlvError::Value { tag: 1 }) }
}
