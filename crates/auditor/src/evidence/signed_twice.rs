//! One place of a chain, signed twice (`docs/spec/evidence.md` §2).

use std::io::BufRead;

use souspli_attest::head_after;
use souspli_protocol::receipt::Link;

use super::file::Lines;
use super::verdict::{Doubt, Guilt, Verdict};
use crate::receipt::HostKeys;

pub(super) fn judge<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Verdict, Doubt> {
    let (one, other) = (lines.receipt("receipt", keys)?, lines.receipt("receipt", keys)?);
    lines.end()?;
    contradict(&one.statement.link, &other.statement.link).map(Verdict::Guilty)
}

/// What two signed places say against each other.
pub(super) fn contradict(one: &Link, other: &Link) -> Result<Guilt, Doubt> {
    if one.context.calendar != other.context.calendar || one.generation != other.generation {
        return Err(Doubt::Calendar);
    }
    let (calendar, sequence) = (one.context.calendar, other.sequence);
    if one.sequence == sequence {
        let what = if one.leaf != other.leaf {
            "leaves"
        } else if one.previous != other.previous {
            "heads before it"
        } else if one.context.fp != other.context.fp {
            "practices"
        } else {
            return Err(Doubt::Agrees);
        };
        return Ok(Guilt::SignedTwice { calendar, sequence, what });
    }
    if one.sequence.checked_add(1) != Some(sequence) {
        return Err(Doubt::Order);
    }
    if head_after(one) == other.previous { Err(Doubt::Agrees) } else { Ok(Guilt::TwoChains { calendar, sequence }) }
}
