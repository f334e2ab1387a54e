//! Who is behind a key: a member, one who was, or nobody that the practice ever had; and what such a key opens.

use serde::Serialize;
use souspli_crypto::keys::Role;
use souspli_crypto::publish::{Identity, RosterRow};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::{ItemId, VerifyingKey};

use super::call::role_name;
use super::{Session, Unlocked};
use crate::failure::Failure;
use crate::flow::Io;
use crate::trust::identity_of_epoch;

/// Somebody who reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct WhoView {
    /// `member`, `former` or `unknown`.
    kind: &'static str,
    id: Option<ItemId>,
    /// As an owner's device knows it; empty otherwise, and for the owner who made the practice.
    name: String,
    role: Option<&'static str>,
    /// Whether it is the key of this session.
    own: bool,
}

/// What a key was in an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Opens everything, of every epoch.
    Owner,
    /// Opens the desk's part, and the clinical part of these practitioners (bit i).
    Practitioner(u8),
    /// Opens the desk's part.
    Desk,
    /// Opens nothing: it became a member later.
    Later,
    /// No roster ever had it.
    Unknown,
}

impl Standing {
    /// By the epochs in whose rosters a key stands, and as what.
    fn by(rosters: &[(u32, Role, u8)], epoch: u32) -> Self {
        if rosters.iter().any(|(_, role, _)| *role == Role::Owner) {
            return Self::Owner;
        }
        let then = rosters.iter().filter(|(known, ..)| *known <= epoch).max_by_key(|(known, ..)| *known);
        match then {
            Some((_, Role::Practitioner, clinical)) => Self::Practitioner(*clinical),
            Some(_) => Self::Desk,
            None if rosters.is_empty() => Self::Unknown,
            None => Self::Later,
        }
    }
}

impl WhoView {
    /// Whether no roster ever had the key.
    pub(super) fn is_unknown(&self) -> bool {
        self.kind == "unknown"
    }
}

impl Session {
    /// Fetches the identities of epochs that this session has not: they say who was a member then.
    pub(super) async fn learn_rosters(
        &mut self,
        io: &Io,
        epochs: impl IntoIterator<Item = u32>,
    ) -> Result<(), Failure> {
        for epoch in epochs {
            if self.open()?.roster(epoch).is_some() {
                continue;
            }
            let Some(publication) = self.published(io, PublicationKind::Identity, epoch).await? else { continue };
            let open = self.open()?;
            let identity = identity_of_epoch(&open.context, &publication, epoch, &open.access)?;
            open.openers.identities.insert(epoch, identity);
        }
        Ok(())
    }
}

impl Unlocked {
    /// The identity of an epoch, where it is known.
    pub(super) fn roster(&self, epoch: u32) -> Option<&Identity> {
        let current = self.practice.as_deref().map(|practice| &practice.identity);
        current.filter(|identity| identity.epoch == epoch).or_else(|| self.openers.identities.get(&epoch))
    }

    /// Names a key, as far as it is known.
    pub(super) fn who(&self, key: &VerifyingKey) -> WhoView {
        let own = *key == self.keys.verifying_key();
        let view = |kind, row: &RosterRow, name: &str| {
            let role = Some(role_name(row.role));
            WhoView { kind, id: Some(row.id), name: name.to_owned(), role, own }
        };
        let stored = self.root.as_ref().and_then(|root| root.content.members.iter().find(|member| member.key == *key));
        let row = self.practice.as_deref().and_then(|practice| practice.identity.member(key));
        match (row, stored) {
            (Some(row), stored) => view("member", row, stored.map_or("", |stored| stored.name.as_str())),
            (None, Some(stored)) => {
                let (id, role) = (Some(stored.id), Some(role_name(stored.role)));
                WhoView { kind: "member", id, name: stored.name.clone(), role, own }
            }
            (None, None) => match self.rosters().find_map(|identity| identity.member(key)) {
                Some(row) => view("former", row, ""),
                None => WhoView { kind: "unknown", id: None, name: String::new(), role: None, own },
            },
        }
    }

    /// What a key was in an epoch (`docs/spec/log.md` §7). Who has once been an owner has had the seeds of every epoch; who
    /// left the roster of an epoch may have been granted its seeds before.
    pub(super) fn standing(&self, key: &VerifyingKey, epoch: u32) -> Standing {
        let of = |identity: &Identity| identity.member(key).map(|row| (identity.epoch, row.role, row.clinical));
        Standing::by(&self.rosters().filter_map(of).collect::<Vec<_>>(), epoch)
    }

    /// Whether a key stands in a roster that is known.
    pub(super) fn is_rostered(&self, key: &VerifyingKey) -> bool {
        self.rosters().any(|identity| identity.member(key).is_some())
    }

    fn rosters(&self) -> impl Iterator<Item = &Identity> {
        let current = self.practice.as_deref().map(|practice| &practice.identity);
        current.into_iter().chain(self.openers.identities.values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_was_follows_from_the_rosters() {
        let by = |rosters: &[(u32, Role, u8)]| [9, 10, 11, 12].map(|epoch| Standing::by(rosters, epoch));
        assert_eq!(by(&[]), [Standing::Unknown; 4]);
        assert_eq!(by(&[(12, Role::Owner, 0xff)]), [Standing::Owner; 4], "an owner has the seeds of every epoch");
        let joined = by(&[(10, Role::Desk, 0), (11, Role::Desk, 0)]);
        assert_eq!(
            joined,
            [Standing::Later, Standing::Desk, Standing::Desk, Standing::Desk],
            "and who left may have had them"
        );
        let changed = by(&[(9, Role::Desk, 0), (11, Role::Practitioner, 0b10)]);
        let practitioner = Standing::Practitioner(0b10);
        assert_eq!(changed, [Standing::Desk, Standing::Desk, practitioner, practitioner]);
    }
}
