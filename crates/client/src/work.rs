//! Proof of work, when the host asks for it (`docs/spec/http.md` §4).

use souspli_attest::work_bits;
use souspli_protocol::problem::Code;
use souspli_protocol::{Context, Digest, Work};

use crate::failure::Failure;

/// More than this is not asked for in good faith.
const MOST_BITS: u64 = 22;
/// Tries for 22 bits: the chance to fail is one in e^16.
const MOST_TRIES: u64 = 1 << 26;

/// How much was worked for an object so far. While one works, others book, and the host may ask for more; it never asks
/// for as much again.
#[derive(Debug, Default)]
pub struct Worked(u64);

impl Worked {
    /// A work for the object, where the host asks for more than was done; `None` where it says anything else.
    pub fn more(&mut self, context: &Context, object: &Digest, said: &Failure) -> Option<Result<Work, Failure>> {
        let asked = said.is(Code::WorkRequired).then(|| said.numbers.get("difficulty").unwrap_or(u64::MAX))?;
        if asked <= self.0 {
            return None;
        }
        self.0 = asked;
        Some(solve(context, object, asked))
    }
}

fn solve(context: &Context, object: &Digest, bits: u64) -> Result<Work, Failure> {
    if bits > MOST_BITS {
        return Err(Failure::new("host_answer"));
    }
    // From 1: the zero work means "none".
    (1..MOST_TRIES)
        .map(|try_number| Work(try_number.to_be_bytes()))
        .find(|work| u64::from(work_bits(context, object, work)) >= bits)
        .ok_or_else(|| Failure::new("host_answer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_again_only_for_more() {
        let (context, object) = (Context::NONE, Digest([4; 32]));
        let asked = |bits: u64| Failure::new(Code::WorkRequired.as_str()).with("difficulty", bits);
        let bits = |work: Work| u64::from(work_bits(&context, &object, &work));
        let mut worked = Worked::default();
        assert!(worked.more(&context, &object, &Failure::new(Code::SlotTaken.as_str())).is_none());
        for difficulty in [8, 9, 12] {
            let work = worked.more(&context, &object, &asked(difficulty)).expect("more").expect("found");
            assert!(bits(work) >= difficulty);
            assert!(worked.more(&context, &object, &asked(difficulty)).is_none(), "as much again");
        }
        assert!(worked.more(&context, &object, &asked(11)).is_none(), "less");
        assert!(worked.more(&context, &object, &asked(23)).expect("more").is_err(), "not in good faith");
    }
}
