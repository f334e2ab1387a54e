//! What one search has in common for all its levels: what it reports to, and what bounds it.

use flate2::{Decompress, FlushDecompress};

use super::hit::{Member, Reason, Scanned, Sink, Skipped};
use super::{Needles, Options};
use crate::Place;

/// How much more a byte from a member that comes to no valid end counts than another one: such are made to take time.
const WASTE: u64 = 16;
/// Bytes of a member that are unpacked to see whether it is one.
const PROBE: usize = 4 * 1024;
/// Of random bytes one in three thousand seems to begin a zlib member. More than one in so many is made to take time.
const PROBES: u64 = 64;

pub(super) struct Run<'a> {
    pub(super) needles: &'a Needles,
    pub(super) options: &'a Options,
    pub(super) place: &'a Place,
    pub(super) sink: &'a mut dyn Sink,
    /// One value, not a stream: short needles are looked for at its beginning.
    pub(super) is_value: bool,
    pub(super) scanned: Scanned,
    /// Bytes searched so far, unpacked ones included.
    pub(super) searched: u64,
    /// Bytes that members took or gave which came to no valid end, and had none in them that did.
    pub(super) wasted: u64,
    /// Members open now.
    pub(super) open: usize,
    probe: Option<Probe>,
}

/// Unpacks the beginning of what may be a member.
struct Probe {
    inflate: Decompress,
    out: Vec<u8>,
    /// How many were none.
    failed: u64,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        needles: &'a Needles,
        options: &'a Options,
        place: &'a Place,
        sink: &'a mut dyn Sink,
        is_value: bool,
    ) -> Self {
        let scanned = Scanned::default();
        Self { needles, options, place, sink, is_value, scanned, searched: 0, wasted: 0, open: 0, probe: None }
    }

    /// Whether as much was unpacked as may be.
    pub(super) fn is_exhausted(&self) -> bool {
        self.scanned.unpacked.max(self.wasted.saturating_mul(WASTE)) >= self.options.unpacked
    }

    /// Reports what is not looked at.
    pub(super) fn skip(&mut self, outer: &[Member], member: Member, reason: Reason) {
        if self.scanned.skipped.len() < Scanned::LISTED {
            self.scanned.skipped.push(Skipped { inside: joined(outer, member), reason });
        } else {
            self.scanned.unlisted += 1;
        }
    }

    /// What was not looked at in something that turned out to be no member is nothing.
    pub(super) fn forget(&mut self, inside: &[Member]) {
        self.scanned.skipped.retain(|skipped| !skipped.inside.starts_with(inside));
    }

    /// Whether what a zlib header begins can be unpacked for a while. A header is two bytes that stand everywhere by
    /// chance; deflated data hardly ever does. `None` where there were too many headers to go on with this.
    pub(super) fn is_deflated(&mut self, member: &[u8]) -> Option<bool> {
        let allowed = self.searched / PROBES + (0x1_0000);
        let new = || Probe { inflate: Decompress::new(true), out: vec![0; PROBE], failed: 0 };
        let probe = self.probe.get_or_insert_with(new);
        if probe.failed >= allowed {
            return None;
        }
        probe.inflate.reset(true);
        let member = member.get(..PROBE).unwrap_or(member);
        let is_deflated = probe.inflate.decompress(member, &mut probe.out, FlushDecompress::None).is_ok();
        probe.failed += u64::from(!is_deflated);
        Some(is_deflated)
    }
}

/// The way to a member.
pub(super) fn joined(outer: &[Member], member: Member) -> Vec<Member> {
    outer.iter().copied().chain([member]).collect()
}
