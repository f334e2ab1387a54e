//! The link table (`docs/spec/publications.md` §3).

use rand_core::CryptoRng;
use souspli_protocol::publication::{LinkRow, Publication, PublicationKind};
use souspli_protocol::sizes::LINK_ROWS;
use souspli_protocol::{Context, Label, VerifyingKey};

use super::lists::nobodys_key;
use super::{Place, PublishError, publish};
use crate::kdf::bound;
use crate::keys::{CalendarKey, LinkKeys, RootKey};
use crate::random::{random, shuffle};
use crate::{CannotOpen, CannotSeal, open_box, seal_box};

/// One link of the table.
#[derive(Debug)]
pub struct LinkEntry<'a> {
    /// Its keys.
    pub keys: &'a LinkKeys,
    /// Whether it needs an invitation token.
    pub needs_token: bool,
    /// First minute in which it no longer works.
    pub expires: u32,
}

/// Publishes the table: each link's access under its k_link, in random order among random rows whose flags and
/// expiry are those of real ones (of the place itself, where there is no link).
///
/// Whoever compares two tables sees which rows stayed: a caller that means to hide how many links there are keeps
/// sixteen link secrets from the start and gives all of them, used or not.
pub fn publish_links(
    place: &Place,
    links: &[LinkEntry<'_>],
    access: &CalendarKey,
    root: &RootKey,
    rng: &mut impl CryptoRng,
) -> Result<Publication, PublishError> {
    if links.len() > LINK_ROWS {
        return Err(PublishError::TooMany { count: links.len(), limit: LINK_ROWS });
    }
    if access.generation() != place.key_generation {
        return Err(PublishError::WrongKey);
    }
    let mut rows = Vec::with_capacity(LINK_ROWS);
    for link in links {
        rows.push(seal_row(&place.context, link, access, rng)?);
    }
    let models: Vec<(u8, u32)> = rows.iter().map(|row| (row.flags, row.expires)).collect();
    rows.resize_with(LINK_ROWS, || {
        let (flags, expires) = pick(&models, rng).unwrap_or((0, place.not_after));
        LinkRow { link: nobodys_key(rng), flags, expires, sealed: random(rng) }
    });
    shuffle(&mut rows, rng);
    let payload: Vec<u8> = rows.iter().flat_map(LinkRow::encode).collect();
    publish(PublicationKind::Links, place, &payload, root.signing())
}

/// The row of a link in a verified table; `None` when the link has been revoked.
pub fn find_link_row(publication: &Publication, link: &VerifyingKey) -> Option<LinkRow> {
    LinkRow::decode_table(publication.payload())?.into_iter().find(|row| row.link == *link)
}

/// Opens a link's row: the calendar key from which everything published is read.
pub fn open_link_row(context: &Context, keys: &LinkKeys, row: &LinkRow) -> Result<CalendarKey, CannotOpen> {
    let access = open_box(keys.k_link().expose(), &row_bound(context, row), &row.sealed)?;
    CalendarKey::from_access(access.expose_secret()).map_err(|_| CannotOpen)
}

fn seal_row(
    context: &Context,
    link: &LinkEntry<'_>,
    access: &CalendarKey,
    rng: &mut impl CryptoRng,
) -> Result<LinkRow, CannotSeal> {
    let mut row = LinkRow {
        link: link.keys.verifying_key(),
        flags: u8::from(link.needs_token),
        expires: link.expires,
        sealed: [0; 120],
    };
    let access = access.expose_access();
    let sealed = seal_box(link.keys.k_link().expose(), &row_bound(context, &row), access.expose_secret(), rng)?;
    row.sealed = sealed.try_into().map_err(|_| CannotSeal)?;
    Ok(row)
}

fn row_bound(context: &Context, row: &LinkRow) -> Vec<u8> {
    bound(Label::SealLinkRow, context, &[row.link.as_bytes(), &[row.flags], &row.expires.to_be_bytes()])
}

fn pick<T: Copy>(items: &[T], rng: &mut impl CryptoRng) -> Option<T> {
    let count = u64::try_from(items.len()).ok()?;
    let index = rng.next_u64().checked_rem(count)?;
    items.get(usize::try_from(index).ok()?).copied()
}
