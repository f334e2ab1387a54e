//! One log, followed by one device: whatever checkpoint comes is of the tree that was pinned.

use souspli_attest::sha256;
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_protocol::{Digest, to_base64url};
use souspli_tlog::checkpoint::SignedCheckpoint;
use souspli_tlog::note::MAX_NOTE;
use souspli_tlog::store::{consistency_path, root_at};
use souspli_tlog::tree::verify_consistency;
use souspli_tlog::witnessed::Witnessed;

use super::evidence::{Signed, fork_file};
use super::keys::Keys;
use super::tiles::Fetched;
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::Host;
use crate::trust::Distrust;

/// What shows that a host has lied, by its hash.
pub(crate) const EVIDENCE: &str = "evidence/";
/// Seconds for which a quorum's word is new enough: a day.
const FRESH: u64 = MMD_MINUTES as u64 * 60;

/// A log as a device follows it.
#[derive(Debug)]
pub struct Follower {
    pub(super) keys: Keys,
    /// Where the pin is kept.
    place: String,
    pin: Option<Witnessed>,
    /// Sizes and roots that were found to be of the pinned tree.
    agreed: Vec<(u64, Digest)>,
}

impl Follower {
    /// With what the device has pinned. A pin that does not read is none: whoever can change what a device keeps can
    /// take it away as well.
    pub async fn load(io: &Io, keys: Keys, now: u32) -> Self {
        let place = format!("log/{}", sha256(keys.log.to_string().as_bytes()));
        let kept = io.load(&place).await.into_iter().find(|(name, _)| *name == place);
        let pin = kept.and_then(|(_, note)| read(&note, &keys, now).ok());
        Self { keys, place, pin, agreed: Vec::new() }
    }

    /// Whether these are the keys that it is followed by.
    pub fn follows(&self, keys: &Keys) -> bool {
        self.keys == *keys
    }

    /// Size of the pinned tree; 0 where there is none.
    pub fn size(&self) -> u64 {
        self.pin.as_ref().map_or(0, |pin| pin.checkpoint().size)
    }

    /// Fetches the newest checkpoint, and verifies all that `docs/spec/log.md` §8 asks of it.
    pub async fn look(&mut self, host: &mut Host, io: &Io, now: u32) -> Result<(), Failure> {
        let note = match host.get_bytes(io, "/log/checkpoint".to_owned(), MAX_NOTE).await {
            // In its first minute a host has no log. One that had one has one.
            Err(failure) if failure.is(Code::NoRoute) && self.pin.is_none() => return Ok(()),
            Err(failure) if failure.is(Code::NoRoute) => return Err(Distrust::LogRolledBack.into()),
            note => note?,
        };
        let newest = read(&note, &self.keys, now)?;
        if newest.checkpoint().size < self.size() {
            return Err(Distrust::LogRolledBack.into());
        }
        self.take(host, io, newest, now).await
    }

    /// Verifies that a checkpoint is of the pinned tree and has its quorum; it becomes the pin where it is newer.
    pub(super) async fn take(&mut self, host: &mut Host, io: &Io, seen: Witnessed, now: u32) -> Result<(), Failure> {
        self.agree(host, io, &seen.signed).await?;
        let is_quorum = seen.has_quorum();
        if is_quorum && seen.checkpoint().size >= self.size() {
            if self.pin.as_ref().is_none_or(|pin| pin.signed != seen.signed) {
                // A device that keeps nothing loses this check, not the booking.
                let _ = io.keep(self.place.clone(), seen.signed.encode()).await;
                // What was larger than the old one was compared with that alone.
                self.agreed.clear();
            }
            self.pin = Some(seen);
        }
        if is_quorum || self.is_fresh(now) { Ok(()) } else { Err(Distrust::NoQuorum.into()) }
    }

    /// Whether a quorum has cosigned the pin within a day.
    fn is_fresh(&self, now: u32) -> bool {
        let since = seconds(now).saturating_sub(FRESH);
        self.pin.as_ref().is_some_and(|pin| pin.has_quorum() && pin.newest().is_some_and(|time| time >= since))
    }

    async fn agree(&mut self, host: &mut Host, io: &Io, seen: &SignedCheckpoint) -> Result<(), Failure> {
        let Some(pin) = self.pin.as_ref().map(|pin| pin.signed.clone()) else { return Ok(()) };
        let one = (seen.checkpoint().size, seen.checkpoint().root);
        if self.agreed.contains(&one) {
            return Ok(());
        }
        let signed = if one.0 < pin.checkpoint().size {
            Signed { older: seen, newer: &pin }
        } else {
            Signed { older: &pin, newer: seen }
        };
        self.compare(host, io, signed).await?;
        self.agreed.push(one);
        Ok(())
    }

    /// Verifies that the newer of two trees begins with the older one. Where it begins with another one, that is kept
    /// as evidence.
    async fn compare(&self, host: &mut Host, io: &Io, signed: Signed<'_>) -> Result<(), Failure> {
        let (old, new) = (signed.older.checkpoint(), signed.newer.checkpoint());
        if old.size == new.size {
            return if old.root == new.root { Ok(()) } else { self.forked(io, signed, &new.root, &[]).await };
        }
        let mut tiles = Fetched::default();
        let path = tiles.compute(host, io, |tiles| consistency_path(tiles, old.size, new.size)).await?;
        if verify_consistency(old.size, &old.root, new.size, &new.root, &path).is_ok() {
            return Ok(());
        }
        let root = tiles.compute(host, io, |tiles| root_at(tiles, old.size)).await?;
        let is_there = verify_consistency(old.size, &root, new.size, &new.root, &path).is_ok();
        if is_there && root != old.root {
            self.forked(io, signed, &root, &path).await
        } else {
            Err(Distrust::BadTile.into())
        }
    }

    async fn forked(&self, io: &Io, signed: Signed<'_>, root: &Digest, path: &[Digest]) -> Result<(), Failure> {
        if let Some(file) = fork_file(&self.keys.log, signed, root, path) {
            let name = to_base64url(sha256(file.as_bytes()).as_bytes());
            let _ = io.keep(format!("{EVIDENCE}{name}"), file.into_bytes()).await;
        }
        Err(Distrust::LogForked.into())
    }
}

/// A checkpoint of this log, and who has cosigned it by now.
pub(super) fn read(note: &[u8], keys: &Keys, now: u32) -> Result<Witnessed, Distrust> {
    let read = Witnessed::read(note, &keys.policy, seconds(now)).map_err(|_| Distrust::BadCheckpoint)?;
    let checkpoint = read.checkpoint();
    let is_plain = checkpoint.origin == keys.log.name() && checkpoint.extensions.is_empty();
    // A policy may list more logs than the one whose key the identity names.
    let is_signed = read.signed.note().verify(&keys.log).is_ok();
    if is_plain && is_signed { Ok(read) } else { Err(Distrust::BadCheckpoint) }
}

fn seconds(minute: u32) -> u64 {
    u64::from(minute).saturating_mul(60)
}
