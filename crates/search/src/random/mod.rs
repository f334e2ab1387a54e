//! Whether bytes that must look random do.
//!
//! Each test gives **bits of evidence** against randomness, and where the bytes are random, `b` bits come up with a chance
//! of at most `2^-b`. That is a bound for any number of rows, not an approximation for many, because of how they are made:
//!
//! - A *bet* on what bytes will be, at odds that are fair if they are random, multiplies its stake on average by one. So the
//!   chance that it ever multiplies it by `2^b` is at most `2^-b` (Markov, Ville). Bets on text, digits, hexadecimal and
//!   the like are begun anew at each byte (Shiryaev-Roberts): then the bound is `m × 2^-b` over `m` bytes (Doob). A bet
//!   on how often each value comes up (Dirichlet mixture) tests one byte position over all rows, and short windows.
//! - Counts that are large by nature, pooled over all rows, are compared by chi-square, with Chernoff's bound of its tail.
//!
//! A column may give a false alarm once in 10^9 audits ([`ALLOWED`]); the bits that this takes are divided among its parts
//! and tests. What is compared with is what sealed bytes really are ([`Law`]). The compressed coefficients in an X-Wing
//! encapsulation are not uniform: as bytes that shows in a hundred thousand bookings, and a test that expects uniform bytes
//! would take it for a leak.
//!
//! One run of twelve letters in the sealed bytes of 20,000 bookings comes up by chance; the same in three of them does not.

#![deny(clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod blocks;
mod evidence;
mod forms;
mod law;
mod pairs;
mod parts;
mod pooled;
mod positions;
mod runs;
mod sample;
mod tally;
mod windows;

pub use evidence::{ALLOWED, IMPOSSIBLE, count};
pub use forms::Form;
pub use law::{Law, Texture};
pub use parts::{Block, Cut, Object, Part, cuts};
pub use sample::{Anomaly, Sample, What};
pub use tally::Example;
