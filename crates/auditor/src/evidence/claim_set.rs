//! Signed claim sets that the chain, or another one, contradicts (`docs/spec/evidence.md` §4).

use std::collections::BTreeMap;
use std::io::BufRead;
use std::ops::Range;

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::sha256;
use souspli_protocol::claims::{ClaimIds, ClaimSetStatement};
use souspli_protocol::receipt::Link;
use souspli_protocol::sizes::{CLAIMS, WINDOWS};
use souspli_protocol::wire::split_signed;
use souspli_protocol::{Digest, RecordId};

use super::file::Lines;
use super::standing::{Shown, Standing, check_gapless, read_chain, without_event};
use super::verdict::{Doubt, Guilt, Verdict};
use crate::receipt::HostKeys;

/// A statement of the host's and the set that it is about, the held ids left out.
pub(super) struct Told {
    statement: ClaimSetStatement,
    set: ClaimSet,
}

impl Told {
    fn read<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Self, Doubt> {
        let (statement, set) = (lines.take("statement")?, lines.take("set")?);
        let (bytes, signature) = split_signed(&statement).ok_or(Doubt::Statement)?;
        souspli_attest::verify(&keys.receipt, bytes, &signature).map_err(|_| Doubt::Statement)?;
        let statement = ClaimSetStatement::decode(bytes).map_err(|_| Doubt::Statement)?;
        if sha256(&set) != statement.filter_hash {
            return Err(Doubt::Set);
        }
        // No ids are held in it: who held a time at a place is not of the chain.
        let set = ClaimSet::decode(&[&set[..], &[0; 4]].concat()).map_err(|_| Doubt::Set)?;
        Ok(Self { statement, set })
    }

    fn windows(&self) -> Range<u32> {
        let first = self.statement.first_window;
        first..first.saturating_add(u32::try_from(WINDOWS).unwrap_or(u32::MAX))
    }

    fn missing(&self, ids: &ClaimIds) -> usize {
        ids.ids().iter().filter(|id| !self.set.contains(id)).count()
    }

    fn is_of(&self, link: &Link) -> Result<(), Doubt> {
        let same = self.statement.context == link.context && self.statement.generation == link.generation;
        if same { Ok(()) } else { Err(Doubt::Calendar) }
    }
}

pub(super) fn hidden<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Verdict, Doubt> {
    let told = Told::read(lines, keys)?;
    let claiming = lines.claiming(keys)?;
    let standing = Standing::read(lines, keys)?;
    told.is_of(claiming.accepted.link())?;
    if !told.windows().contains(&claiming.header().window) {
        return Err(Doubt::Window);
    }
    standing.check(&claiming, told.statement.sequence, told.statement.version)?;
    match told.missing(&claiming.ids) {
        0 => Err(Doubt::Agrees),
        missing => {
            let sequence = told.statement.sequence;
            Ok(Verdict::Guilty(Guilt::HiddenClaim { sequence, record: claiming.header().record, missing }))
        }
    }
}

pub(super) fn count<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Verdict, Doubt> {
    let told = Told::read(lines, keys)?;
    let entries = read_chain(lines, keys)?;
    lines.end()?;
    let first = &entries.first().ok_or(Doubt::Gap)?.receipt.statement.link;
    told.is_of(first)?;
    if first.sequence != 1 || first.previous != Digest::ZERO {
        return Err(Doubt::Gap);
    }
    check_gapless(None, &entries, told.statement.sequence)?;
    if without_event(&entries) != told.statement.version {
        return Err(Doubt::MayBeEvents);
    }
    let true_count = claimed(&entries, &told.windows());
    if u64::from(told.set.count()) == true_count {
        return Err(Doubt::Agrees);
    }
    let (sequence, told) = (told.statement.sequence, told.set.count());
    Ok(Verdict::Guilty(Guilt::WrongCount { sequence, told, true_count }))
}

/// How many ids the records of a whole chain claim in some windows: 24 each.
fn claimed(entries: &[Shown], windows: &Range<u32>) -> u64 {
    let mut live: BTreeMap<RecordId, u32> = BTreeMap::new();
    for event in entries.iter().filter_map(|entry| entry.event.as_ref()) {
        let header = event.header();
        if header.release {
            live.remove(&header.record);
        } else if !header.claims.is_zero() {
            live.insert(header.record, header.window);
        }
    }
    let records = live.values().filter(|window| windows.contains(window)).count();
    u64::try_from(records.saturating_mul(CLAIMS)).unwrap_or(u64::MAX)
}

pub(super) fn two<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Verdict, Doubt> {
    let (one, other) = (Told::read(lines, keys)?, Told::read(lines, keys)?);
    let claiming = if lines.is_next("event") { Some(lines.claiming(keys)?) } else { None };
    lines.end()?;
    let (a, b) = (&one.statement, &other.statement);
    if a.context != b.context || a.generation != b.generation {
        return Err(Doubt::Calendar);
    }
    if a.sequence != b.sequence {
        return Err(Doubt::Order);
    }
    let guilty = |what| Ok(Verdict::Guilty(Guilt::TwoClaimSets { sequence: a.sequence, what }));
    if a.version != b.version {
        return guilty("versions");
    }
    if a.first_window != b.first_window {
        return Err(Doubt::Window);
    }
    if one.set.count() != other.set.count() {
        return guilty("counts");
    }
    let claiming = claiming.ok_or(Doubt::Agrees)?;
    one.is_of(claiming.accepted.link())?;
    if claiming.accepted.sequence() > a.sequence {
        return Err(Doubt::Order);
    }
    match (one.missing(&claiming.ids), other.missing(&claiming.ids)) {
        (0, 1..) | (1.., 0) => guilty("ids"),
        _ => Err(Doubt::Agrees),
    }
}
