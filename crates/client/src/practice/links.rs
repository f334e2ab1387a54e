//! Booking links: giving one out, taking one back (`docs/spec/publications.md` §3).

use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;
use souspli_crypto::keys::LinkKeys;
use souspli_crypto::vault::StoredLink;
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::problem::Code;

use super::Session;
use super::publish::TRIES;
use super::setup::{Places, fresh_link, links_publication};
use crate::body::fits;
use crate::failure::Failure;
use crate::flow::Io;

/// Bytes of a link's name.
const NAME: usize = 160;

/// A booking link, as the practice sees it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LinkView {
    name: String,
    fragment: String,
    qr_svg: String,
    expires: u32,
}

impl Session {
    /// The links that were given out; the first is given out with the first publishing.
    pub(super) async fn links(&mut self, io: &Io) -> Result<Vec<LinkView>, Failure> {
        self.fresh_root(io).await?;
        if self.given_out()?.next().is_none() {
            return self.add_link(io, "1").await;
        }
        self.link_views()
    }

    /// Gives a link out. The table has sixteen from the start, so the host sees nothing of it.
    pub(super) async fn add_link(&mut self, io: &Io, name: &str) -> Result<Vec<LinkView>, Failure> {
        fits("name", name, NAME)?;
        if name.trim().is_empty() {
            return Err(Failure::new("missing").in_field("name"));
        }
        self.fresh_root(io).await?;
        let open = self.open()?;
        let root = &mut open.root.as_mut().ok_or_else(|| Failure::new("owner_only"))?.content;
        let free = root.links.iter_mut().find(|link| link.name.is_empty());
        let free = free.ok_or_else(|| Failure::new("too_many").in_field("links").with("limit", 16))?;
        name.trim().clone_into(&mut free.name);
        self.write_root(io).await?;
        self.link_views()
    }

    /// Takes a link back: another secret stands in its row, and nobody books with the old one any more. What was read
    /// through it stays readable until the calendar's next generation.
    pub(super) async fn revoke_link(&mut self, io: &Io, fragment: &str, now: u32) -> Result<Vec<LinkView>, Failure> {
        let link = PrivateLink::parse(fragment).map_err(|_| Failure::new("bad_link"))?;
        let Opens::Book { secret, .. } = link.opens else { return Err(Failure::new("bad_link")) };
        if link.context != self.open()?.context {
            return Err(Failure::new("bad_link"));
        }
        self.fresh_root(io).await?;
        self.refresh(io, now).await?;
        let fresh = fresh_link(now, &mut self.rng);
        let open = self.open()?;
        let root = &mut open.root.as_mut().ok_or_else(|| Failure::new("owner_only"))?.content;
        // Where it is not there, it was revoked before, maybe half-way.
        if let Some(known) = root.links.iter_mut().find(|link| *link.secret.expose_secret() == secret) {
            *known = fresh;
            self.write_root(io).await?;
        }
        self.publish_links(io, now).await?;
        self.link_views()
    }

    /// Publishes the link table where it is not that of the root vault. The vault is written first, so a revocation may
    /// have ended half-way: until this is done, people still book with a link that no list shows any more.
    pub(super) async fn publish_links(&mut self, io: &Io, now: u32) -> Result<(), Failure> {
        for _ in 0..TRIES {
            if self.links_are_published()? {
                return Ok(());
            }
            // Or another owner has changed it, on another device.
            self.fresh_root(io).await?;
            self.refresh(io, now).await?;
            if self.links_are_published()? {
                return Ok(());
            }
            let rng = &mut self.rng;
            let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
            let root = &open.root()?.content;
            let mut places = Places::new(root, open.version, now);
            let batch = [links_publication(root, &places.next(0), rng)?];
            match self.publish_batch(io, &batch).await {
                Err(failure) if failure.is(Code::StaleVersion) => {}
                Err(failure) => return Err(failure),
                Ok(()) => return self.refresh(io, now).await,
            }
        }
        Err(Failure::new(Code::StaleVersion.as_str()))
    }

    fn links_are_published(&mut self) -> Result<bool, Failure> {
        let open = self.open()?;
        let Some(practice) = open.practice.as_deref() else { return Ok(true) };
        let root = &open.root()?.content;
        let keys = |link: &StoredLink| LinkKeys::derive(&root.context, &link.secret).verifying_key();
        Ok(root.links.iter().map(keys).all(|key| practice.links.iter().any(|row| row.link == key)))
    }

    fn given_out(&self) -> Result<impl Iterator<Item = &StoredLink>, Failure> {
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        Ok(open.root()?.content.links.iter().filter(|link| !link.name.is_empty()))
    }

    fn link_views(&self) -> Result<Vec<LinkView>, Failure> {
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let origin = &open.member.content.host_origin;
        self.given_out()?
            .map(|link| {
                let opens = Opens::Book { secret: *link.secret.expose_secret(), token: None };
                let fragment = PrivateLink { context: open.context, opens }.encode();
                let qr_svg = qr(&format!("{origin}/#{fragment}"))?;
                Ok(LinkView { name: link.name.clone(), fragment, qr_svg, expires: link.expires })
            })
            .collect()
    }
}

/// A QR code as an SVG document.
pub(super) fn qr(text: &str) -> Result<String, Failure> {
    let code = QrCode::new(text.as_bytes()).map_err(|_| Failure::new("internal"))?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(240, 240).quiet_zone(true).build())
}
