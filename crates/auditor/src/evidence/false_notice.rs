//! A restore to a chain that the host had not signed (`docs/spec/evidence.md` §8).

use std::io::BufRead;

use souspli_attest::head_after;
use souspli_attest::restore::verify_notice;
use souspli_protocol::receipt::Link;
use souspli_protocol::restore::Notice;

use super::file::Lines;
use super::verdict::{Doubt, Guilt, Verdict};
use crate::receipt::HostKeys;

pub(super) fn judge<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Verdict, Doubt> {
    let signed = lines.take("notice")?;
    let link = lines.receipt("receipt", keys)?.statement.link;
    lines.end()?;
    let notice = verify_notice(&signed, &link.context, &keys.receipt).map_err(|_| Doubt::Notice)?;
    contradict(&notice, &link).map(Verdict::Guilty)
}

/// What a notice and a signed place say against each other: the place is the last one that is left, or the first that is
/// lost.
fn contradict(notice: &Notice, link: &Link) -> Result<Guilt, Doubt> {
    if notice.from != link.generation {
        return Err(Doubt::Calendar);
    }
    let (calendar, sequence) = (link.context.calendar, link.sequence);
    let head = if sequence == notice.sequence {
        head_after(link)
    } else if notice.sequence.checked_add(1) == Some(sequence) {
        link.previous
    } else {
        return Err(Doubt::Order);
    };
    if head == notice.head { Err(Doubt::Agrees) } else { Ok(Guilt::FalseNotice { calendar, sequence }) }
}
