//! Publications of a practice made from a seed: made, verified, opened (`docs/spec/publications.md`).

use souspli_attest::event_hash;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::restore::Accepted;
use souspli_protocol::{Context, Digest};

use super::Practice;
use super::input::{Failure, Found, Input, Output, hex, named, wrong};
use crate::keys::{CalendarKey, LinkKeys, MemberKeys, StaffKey};
use crate::publish::{
    GrantTo, LinkEntry, PublishError, find_link_row, open_catalogue, open_grant, open_hours, open_identity,
    open_link_row, open_rules, publish_acl, publish_catalogue, publish_countersignature, publish_grants, publish_hours,
    publish_identity, publish_links, publish_registration, publish_rules, verify_publication, verify_registration,
};

pub(super) fn family(name: &str, input: &Input) -> Found {
    match name {
        "publication" => Some(published(input)),
        "publication-verify" => Some(verified(input)),
        "publication-open" => Some(opened(input)),
        "registration-verify" => Some(registered(input)),
        "link-row-open" => Some(link_row(input)),
        "grant-open" => Some(grant(input)),
        _ => None,
    }
}

fn kind(input: &Input) -> Result<PublicationKind, Failure> {
    PublicationKind::ALL
        .into_iter()
        .find(|kind| kind.label().as_str().rsplit('/').next() == input.text("kind").ok())
        .ok_or_else(|| wrong("kind"))
}

/// One publication with the secrets that open it; `whole` says whether all its bytes are given, or only their hash.
fn published(input: &Input) -> Result<Output, Failure> {
    let practice = Practice::new(&input.hex("practice")?);
    let plain = if input.has("plain") { input.hex("plain")? } else { Vec::new() };
    let context = practice.context;
    let mut output = vec![
        ("fp", hex(context.fp.0)),
        ("calendar", hex(context.calendar.0)),
        ("access", hex(practice.calendar.expose_access().expose_secret())),
        ("k_staff", hex(practice.staff.expose().expose_secret())),
        ("link_secret", hex(practice.link_secret.expose_secret())),
        ("member_seed", hex(practice.owner_seed.expose_secret())),
    ];
    let made = make(kind(input)?, practice, &plain).map_err(|error| named(error.code()))?;
    output.push(("hash", hex(event_hash(made.bytes()).0)));
    if input.has("whole") {
        output.push(("publication", hex(made.bytes())));
    }
    Ok(output)
}

fn make(kind: PublicationKind, practice: Practice, plain: &[u8]) -> Result<Publication, PublishError> {
    let (first, epoch) = (practice.place(1, 0), practice.place(4, Practice::EPOCH));
    let (hours, restored) = (practice.place(6, Practice::WINDOW), practice.place(7, 1));
    let identity = practice.identity();
    let Practice { root, nonce, owner, link, epoch: seeds, calendar, staff, mut rng, .. } = practice;
    let rng = &mut rng;
    match kind {
        PublicationKind::Registration => publish_registration(&first, &nonce, &root),
        PublicationKind::Acl => publish_acl(&first, &[owner.verifying_key()], &mut Vec::new(), &root, rng),
        PublicationKind::Links => {
            let entry = LinkEntry { keys: &link, needs_token: false, expires: first.not_after };
            publish_links(&first, &[entry], &calendar, &root, rng)
        }
        PublicationKind::Identity => publish_identity(&epoch, &identity, &calendar, &root, rng),
        PublicationKind::Catalogue => publish_catalogue(&first, plain, &calendar, owner.signing(), rng),
        PublicationKind::Hours => publish_hours(&hours, plain, &calendar, owner.signing(), rng),
        PublicationKind::Rules => publish_rules(&first, plain, &staff, owner.signing(), rng),
        PublicationKind::Countersignature => {
            let accepted = Accepted { generation: 1, sequence: 12, head: Digest([7; 32]) };
            publish_countersignature(&restored, &accepted, owner.signing())
        }
        PublicationKind::Grants => {
            let to = GrantTo { member: owner.verifying_key(), to: owner.sealing().public(), clinical: 0b11 };
            publish_grants(&epoch, &[to], &seeds, &calendar, &staff, &root, rng)
        }
    }
}

/// The publication that is given whole, or made again from the practice.
fn parsed(input: &Input) -> Result<Publication, Failure> {
    if input.has("publication") {
        return Publication::parse(input.changed("publication")?).map_err(|_| named("bad_shape"));
    }
    let plain = if input.has("plain") { input.hex("plain")? } else { Vec::new() };
    let made =
        make(kind(input)?, Practice::new(&input.hex("practice")?), &plain).map_err(|error| named(error.code()))?;
    let mut bytes = made.bytes().to_vec();
    input.change(&mut bytes)?;
    Publication::parse(bytes).map_err(|_| named("bad_shape"))
}

fn verified(input: &Input) -> Result<Output, Failure> {
    let publication = parsed(input)?;
    verify_publication(&publication, kind(input)?, &input.context()?).map_err(|error| named(error.code()))?;
    Ok(vec![("version", publication.statement().version.into()), ("slot", publication.statement().slot.into())])
}

fn registered(input: &Input) -> Result<Output, Failure> {
    let found = verify_registration(&parsed(input)?, &input.context()?);
    let (root, nonce) = found.map_err(|error| named(error.code()))?;
    Ok(vec![("root_pk", hex(root.0)), ("nonce", hex(nonce))])
}

fn opened(input: &Input) -> Result<Output, Failure> {
    let publication = parsed(input)?;
    let plain = match kind(input)? {
        PublicationKind::Rules => open_rules(&publication, &StaffKey::new(input.secret("k_staff")?)),
        kind => {
            let access = CalendarKey::from_access(&input.hex("access")?).map_err(|_| wrong("access"))?;
            match kind {
                PublicationKind::Identity => open_identity(&publication, &access)
                    .map(|identity| crate::SecretBytes::new(identity.encode(&publication.statement().context))),
                PublicationKind::Catalogue => open_catalogue(&publication, &access),
                _ => open_hours(&publication, &access),
            }
        }
    };
    Ok(vec![("plain", hex(plain.map_err(|error| named(error.code()))?.expose_secret()))])
}

fn link_row(input: &Input) -> Result<Output, Failure> {
    let publication = parsed(input)?;
    let context: Context = publication.statement().context;
    let keys = LinkKeys::derive(&context, &input.secret("link_secret")?);
    let row = find_link_row(&publication, &keys.verifying_key()).ok_or_else(|| named("link_revoked"))?;
    let access = open_link_row(&context, &keys, &row).map_err(|error| named(error.code()))?;
    Ok(vec![("expires", row.expires.into()), ("access", hex(access.expose_access().expose_secret()))])
}

fn grant(input: &Input) -> Result<Output, Failure> {
    let publication = parsed(input)?;
    let member = MemberKeys::derive(&publication.statement().context, &input.secret("member_seed")?);
    let grant = open_grant(&publication, &member).map_err(|error| named(error.code()))?;
    let clinical =
        grant.clinical.iter().map(|seed| seed.as_ref().map_or_else(|| "".into(), |s| hex(s.expose_secret())));
    Ok(vec![
        ("desk", hex(grant.desk.expose_secret())),
        ("clinical", clinical.collect()),
        ("access", hex(grant.access.expose_access().expose_secret())),
        ("k_staff", hex(grant.staff.expose().expose_secret())),
    ])
}
