//! The objects of the protocol as a host reads them: every field that is not sealed. Bytes that are none are shown.

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::journal::row_hash;
use souspli_attest::{event_hash, head_after, leaf_of, sha256};
use souspli_protocol::claims::{ClaimSetStatement, HoldRequest};
use souspli_protocol::erase::Erase;
use souspli_protocol::event::{Event, Header};
use souspli_protocol::journal::{JournalStatement, Ranges, ReadRow};
use souspli_protocol::publication::{LinkRow, Publication, PublicationKind, acl_keys};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::vault::SealedVault;
use souspli_protocol::wire::split_signed;
use souspli_protocol::{Digest, Gid};

use super::Names;

/// Shows bytes of a kind; `None` where they are not of it.
pub(super) type Show = fn(&[u8], &mut Names) -> Option<String>;

#[expect(clippy::unnecessary_wraps, reason = "one of the ways to show bytes")]
pub(super) fn id(bytes: &[u8], names: &mut Names) -> Option<String> {
    Some(names.name(bytes))
}

/// A signature, or a work: none, or there.
#[expect(clippy::unnecessary_wraps, reason = "one of the ways to show bytes")]
pub(super) fn presence(bytes: &[u8], _: &mut Names) -> Option<String> {
    let is_zero = bytes.iter().all(|byte| *byte == 0);
    Some(format!("{}[{}]", if is_zero { "none" } else { "some" }, bytes.len()))
}

pub(super) fn counter(bytes: &[u8], _: &mut Names) -> Option<String> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?).to_string())
}

pub(super) fn claims(bytes: &[u8], names: &mut Names) -> Option<String> {
    if bytes.is_empty() {
        return Some("none".to_owned());
    }
    let ids = bytes.chunks_exact(Gid::SIZE);
    (ids.remainder().is_empty()).then(|| names.list("claims", ids.map(<[u8]>::to_vec).collect()))
}

pub(super) fn hold(bytes: &[u8], names: &mut Names) -> Option<String> {
    let HoldRequest { statement, claims, .. } = HoldRequest::decode(bytes).ok()?;
    let (link, session) = (names.name(statement.link.as_bytes()), names.name(statement.session.as_bytes()));
    let digest = names.name(statement.claims.as_bytes());
    let ids = self::claims(&claims.encode(), names)?;
    Some(format!("hold {link} {session} window {} version {} {digest} {ids}", statement.window, statement.version))
}

/// The filter is as long as its count says, and its seed is fresh.
pub(super) fn claim_set(bytes: &[u8], _: &mut Names) -> Option<String> {
    let set = ClaimSet::decode(bytes).ok()?;
    Some(format!("claim set of {} [{}]", set.count(), bytes.len()))
}

pub(super) fn erase(bytes: &[u8], names: &mut Names) -> Option<String> {
    let all = Erase::decode(bytes).ok()?.statement;
    names.name(bytes);
    names.name(sha256(bytes).as_bytes());
    names.name(leaf_of(&sha256(bytes)).as_bytes());
    let (calendar, record) = (names.name(all.context.calendar.as_bytes()), names.name(all.record.as_bytes()));
    let (hash, author) = (names.name(all.hash.as_bytes()), names.name(all.author.as_bytes()));
    Some(format!("erase {calendar} {record} revision {} {hash} by {author} until {}", all.revision, all.not_after))
}

/// About the claimed-id set, or about the journal of reads.
pub(super) fn statement(bytes: &[u8], names: &mut Names) -> Option<String> {
    let (statement, _) = split_signed(bytes)?;
    if let Ok(all) = JournalStatement::decode(statement) {
        let (newest, _) = (names.name(all.newest.as_bytes()), names.name(all.open.as_bytes()));
        return Some(format!("journal to {} {newest} minute {}", all.number, all.minute));
    }
    let all = ClaimSetStatement::decode(statement).ok()?;
    Some(format!(
        "generation {} sequence {} version {} from window {} minute {}",
        all.generation, all.sequence, all.version, all.first_window, all.minute
    ))
}

/// Rows of the journal of reads. Those of an hour stand in the order of their keys, which is chance: here in that of what
/// they say. `None` where they are not in their order, or not chained.
pub(super) fn read_rows(rows: &[Vec<u8>], names: &mut Names) -> Option<String> {
    let (mut lines, mut before) = (Vec::with_capacity(rows.len()), None);
    for bytes in rows {
        let row = ReadRow::decode(bytes).ok()?;
        let hash = row_hash(bytes);
        let follows = before.is_none_or(|(hour, key, number, hash)| {
            (row.hour, row.key) >= (hour, key) && (row.number == 0 || (row.number, row.previous) == (number + 1, hash))
        });
        if !follows {
            return None;
        }
        before = Some((row.hour, row.key, row.number, hash));
        names.name(bytes);
        names.name(hash.as_bytes());
        let (calendar, key) = (names.name(row.context.calendar.as_bytes()), names.name(row.key.as_bytes()));
        let (ranges, kinds): (Vec<_>, Vec<_>) = (row.ranges.iter().collect(), row.publications.iter().collect());
        lines.push(format!("hour {} {calendar} by {key} {ranges:?} {kinds:?}", row.hour));
    }
    lines.sort();
    Some(lines.join(", "))
}

/// Ranges of the chain as the host keeps them while an hour lasts.
pub(super) fn ranges(bytes: &[u8]) -> Option<String> {
    let ranges = Ranges::decode(bytes.try_into().ok()?)?;
    Some(format!("{:?}", ranges.iter().collect::<Vec<_>>()))
}

pub(super) fn receipt(bytes: &[u8], names: &mut Names) -> Option<String> {
    let statement = Receipt::decode(bytes).ok()?.statement;
    let link = statement.link;
    let (own, is_new) = names.name_once(bytes);
    let (previous, leaf) = (names.name(link.previous.as_bytes()), names.name(link.leaf.as_bytes()));
    let head = names.name(head_after(&link).as_bytes());
    if !is_new {
        return Some(own);
    }
    Some(format!(
        "{own} generation {} sequence {} {previous} {leaf} -> {head} minute {} mmd {}",
        link.generation, link.sequence, statement.minute, statement.mmd
    ))
}

pub(super) fn vault(bytes: &[u8], names: &mut Names) -> Option<String> {
    let vault = SealedVault::parse(bytes.to_vec()).ok()?;
    let (own, is_new) = names.name_once(bytes);
    if !is_new {
        return Some(own);
    }
    let statement = vault.statement();
    let (id, key) = (names.name(statement.vault.as_bytes()), names.name(statement.key.as_bytes()));
    let slots: Vec<u8> = vault.slots().filter_map(|slot| slot.first().copied()).collect();
    Some(format!("{own} vault {id} {key} generation {} slots {slots:?}", statement.generation))
}

pub(super) fn publication(bytes: &[u8], names: &mut Names) -> Option<String> {
    let publication = Publication::parse(bytes.to_vec()).ok()?;
    let (own, is_new) = names.name_once(bytes);
    let hash = hash_names(bytes, names);
    if !is_new {
        return Some(own);
    }
    let all = publication.statement();
    let (fp, calendar) = (names.name(all.context.fp.as_bytes()), names.name(all.context.calendar.as_bytes()));
    let signer = names.name(all.signer.as_bytes());
    Some(format!(
        "{own} {:?} {fp} {calendar} version {} slot {} from {} to {} by {signer} key {}/{} {hash} {}",
        all.kind,
        all.version,
        all.slot,
        all.not_before,
        all.not_after,
        all.key_generation,
        all.key_window,
        payload(&publication, names)?
    ))
}

/// What of a payload is not sealed.
fn payload(publication: &Publication, names: &mut Names) -> Option<String> {
    let bytes = publication.payload();
    Some(match publication.statement().kind {
        PublicationKind::Registration => names.name(bytes.get(32..)?),
        PublicationKind::Acl => names.list("acl", acl_keys(bytes).map(|key| key.as_bytes().to_vec()).collect()),
        PublicationKind::Links => {
            let rows = LinkRow::decode_table(bytes)?;
            let mut terms: Vec<_> = rows.iter().map(|row| (row.flags, row.expires)).collect();
            terms.sort_unstable();
            let keys = rows.iter().map(|row| row.link.as_bytes().to_vec()).collect();
            format!("{} {terms:?}", names.list("links", keys))
        }
        _ => format!("sealed[{}]", bytes.len()),
    })
}

pub(super) fn event(bytes: &[u8], names: &mut Names) -> Option<String> {
    let event = Event::parse(bytes.to_vec()).ok()?;
    let (own, is_new) = names.name_once(bytes);
    let hash = hash_names(bytes, names);
    if !is_new {
        return Some(own);
    }
    let parts = event.parts();
    let parts = [parts.wrap_desk, parts.wrap_clinical, parts.wrap_patient, parts.body_d, parts.body_c];
    // Sealed anew each time: what came back would link two events.
    let parts: Vec<String> =
        parts.map(|part| if names.name_once(part).1 { "fresh" } else { "again" }.to_owned()).into();
    let manage = presence(event.manage_signature().as_bytes(), names)?;
    Some(format!("{own} {hash} {} {} manage {manage}", header(event.header(), names), parts.join(" ")))
}

fn header(header: &Header, names: &mut Names) -> String {
    let mut name = |bytes: &[u8]| names.name(bytes);
    let ids = [
        name(header.context.calendar.as_bytes()),
        name(header.record.as_bytes()),
        name(header.previous.as_bytes()),
        name(header.author.as_bytes()),
        name(header.manage.as_bytes()),
        name(header.view.as_bytes()),
        name(header.claims.as_bytes()),
        name(header.identity.as_bytes()),
        name(header.catalogue.as_bytes()),
        name(header.hours.as_bytes()),
        name(header.head.as_bytes()),
        name(header.commit_d.as_bytes()),
        name(header.commit_c.as_bytes()),
    ];
    // Where several processes share a database the same set may be given twice, so its digest is there or not.
    let claim_set = if header.claim_set == Digest::ZERO { "none" } else { "some" };
    format!(
        "{:?} {:?} revision {} window {} release {} version {} epoch {} not after {} claim set {claim_set} {}",
        header.operation,
        header.author_kind,
        header.revision,
        header.window,
        header.release,
        header.version,
        header.epoch,
        header.not_after,
        ids.join(" ")
    )
}

/// Names an object's hash and leaf, so that a database that keeps them keeps nothing unknown.
fn hash_names(bytes: &[u8], names: &mut Names) -> String {
    let hash = event_hash(bytes);
    names.name(leaf_of(&hash).as_bytes());
    names.name(hash.as_bytes())
}

#[cfg(test)]
mod tests {
    use souspli_protocol::claims::ClaimIds;

    use super::*;

    #[test]
    fn claims_that_are_not_sorted_are_shown_as_such() {
        let mut ids: Vec<u8> = (0_u8..24).flat_map(|n| [n + 1; 16]).collect();
        assert!(claims(&ids, &mut Names::default()).expect("ids").contains("sorted {24 × new[16]}"));
        ids.swap(0, 16);
        ids[1..16].fill(9);
        assert!(ClaimIds::decode(&ids).is_none());
        assert!(claims(&ids, &mut Names::default()).expect("ids").contains("shuffled"));
    }
}
