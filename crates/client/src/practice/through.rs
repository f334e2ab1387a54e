//! What became of a booking link: the bookings that were made through it (`docs/spec/log.md` §7).

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use souspli_crypto::keys::LinkKeys;
use souspli_protocol::VerifyingKey;
use souspli_protocol::event::AuthorKind;

use super::Unlocked;
use super::agenda::ItemView;
use super::exposure::Span;
use crate::face::{local_date, local_time};
use crate::failure::Failure;

/// A booking that was made through a link.
#[derive(Debug, Serialize)]
struct BookedView {
    #[serde(flatten)]
    item: ItemView,
    email: String,
    phone: String,
    language: String,
    /// When the host accepted it.
    minute: u32,
    booked: (String, String),
}

impl Unlocked {
    /// What a link was used for. It opens nothing of any record.
    pub(super) fn link_report(&self, key: &VerifyingKey, name: &str, span: &Span, now: u32) -> Result<Value, Failure> {
        let offsets = self.offsets(now)?;
        let (mut bookings, mut unreadable) = (Vec::new(), BTreeSet::new());
        let places = self.ledger.places(0, u64::MAX).map(|(_, place)| place);
        let made = places.filter(|place| place.author_kind == AuthorKind::Link && place.author == *key);
        for place in made.filter(|place| span.has_minute(place.minute, &offsets)) {
            let (Some(item), Ok(record)) = (self.item_of(place.record, &offsets)?, self.ledger.get(&place.record))
            else {
                unreadable.insert(place.record);
                continue;
            };
            let contact = &record.story.contact;
            bookings.push(BookedView {
                item,
                email: contact.email.clone(),
                phone: contact.phone.clone(),
                language: contact.language.clone(),
                minute: place.minute,
                booked: (local_date(&offsets, place.minute), local_time(&offsets, place.minute)),
            });
        }
        Ok(json!({
            "kind": "link",
            "today": local_date(&offsets, now),
            "zone": self.practice()?.catalogue.zone,
            "practice": self.practice()?.catalogue.name,
            "key": key,
            "name": name,
            "bookings": bookings,
            "unreadable": unreadable,
        }))
    }

    /// Whether somebody booked with this key as with a link.
    pub(super) fn is_link(&self, key: &VerifyingKey) -> bool {
        let mut places = self.ledger.places(0, u64::MAX);
        places.any(|(_, place)| place.author_kind == AuthorKind::Link && place.author == *key)
    }

    pub(super) fn link_key(&self, name: &str) -> Result<VerifyingKey, Failure> {
        let root = &self.root()?.content;
        let wanted = name.trim().to_lowercase();
        let mut links = root.links.iter().filter(|link| !wanted.is_empty() && link.name.to_lowercase() == wanted);
        match (links.next(), links.next()) {
            (Some(link), None) => Ok(LinkKeys::derive(&root.context, &link.secret).verifying_key()),
            (Some(_), Some(_)) => Err(Failure::new("several_links").in_field("link")),
            (None, _) => Err(Failure::new("no_link").in_field("link")),
        }
    }
}
