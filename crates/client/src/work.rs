//! Proof of work, when the host asks for it (`docs/spec/http.md` §4).

use souspli_attest::work_bits;
use souspli_protocol::{Context, Digest, Work};

use crate::failure::Failure;

/// More than this is not asked for in good faith.
const MOST_BITS: u64 = 22;
/// Tries for 22 bits: the chance to fail is one in e^16.
const MOST_TRIES: u64 = 1 << 26;

/// Finds a work for an object, at the difficulty that a `work_required` names.
pub fn solve(context: &Context, object: &Digest, asked: &Failure) -> Result<Work, Failure> {
    let bits = asked.numbers.get("difficulty").unwrap_or(u64::MAX);
    if bits > MOST_BITS {
        return Err(Failure::new("host_answer"));
    }
    // From 1: the zero work means "none".
    (1..MOST_TRIES)
        .map(|try_number| Work(try_number.to_be_bytes()))
        .find(|work| u64::from(work_bits(context, object, work)) >= bits)
        .ok_or_else(|| Failure::new("host_answer"))
}
