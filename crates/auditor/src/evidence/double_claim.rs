//! One time, given to two records (`docs/spec/evidence.md` §3).

use std::io::BufRead;

use super::accepted::{Claiming, one_chain};
use super::file::Lines;
use super::standing::Standing;
use super::verdict::{Doubt, Guilt, Verdict};
use crate::receipt::HostKeys;

pub(super) fn judge<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Verdict, Doubt> {
    let (first, second) = (lines.claiming(keys)?, lines.claiming(keys)?);
    let standing = Standing::read(lines, keys)?;
    check(&first, &second, &standing).map(Verdict::Guilty)
}

/// Whether the second was given what the first one still had.
pub(super) fn check(first: &Claiming, second: &Claiming, standing: &Standing) -> Result<Guilt, Doubt> {
    one_chain(first.accepted.link(), second.accepted.link())?;
    if first.header().record == second.header().record {
        return Err(Doubt::SameRecord);
    }
    let (since, then) = (first.accepted.sequence(), second.accepted.sequence());
    if since >= then {
        return Err(Doubt::Order);
    }
    let shared = first.shared(second);
    if shared == 0 {
        return Err(Doubt::NothingShared);
    }
    standing.check(first, then.saturating_sub(1), second.header().version)?;
    Ok(Guilt::DoubleClaim {
        first: first.header().record,
        first_sequence: since,
        second: second.header().record,
        second_sequence: then,
        shared,
    })
}
