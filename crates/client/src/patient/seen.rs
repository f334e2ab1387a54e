//! What this device has seen of a practice and of a booking before: after a reload, too, a host cannot go back behind it.
//! A device that keeps nothing loses this check, nothing else.

use souspli_protocol::RecordId;

use super::Session;
use crate::flow::Io;
use crate::record::Entry;
use crate::trust::{Distrust, Pins};

impl Session {
    /// Takes up the pins of the link's practice.
    pub(super) async fn load_pins(&mut self, io: &Io) {
        if let Some(pins) = kept(io, &self.pins_name()).await.and_then(|bytes| Pins::decode(&bytes)) {
            self.pins = pins;
        }
        self.kept_pins = self.pins;
    }

    /// Keeps the pins where they have moved.
    pub(super) async fn keep_pins(&mut self, io: &Io) {
        if self.pins != self.kept_pins {
            self.kept_pins = self.pins;
            let _ = io.keep(self.pins_name(), self.pins.encode()).await;
        }
    }

    /// Verifies that a record still holds the event that was its last, in this session and on this device, and keeps
    /// which one is now. Each event names the one before: so none of those before it has changed either.
    pub(super) async fn check_seen(&self, io: &Io, record: RecordId, entries: &[Entry]) -> Result<(), Distrust> {
        let name = format!("record/{record}");
        let kept = kept(io, &name).await;
        let shown = self.booked.as_ref().and_then(|booked| booked.entries.last());
        let shown = shown.filter(|last| last.header().record == record).map(|last| last.hash.as_bytes().as_slice());
        let is_there = |hash: &[u8]| entries.iter().any(|entry| entry.hash.as_bytes() == hash);
        if !kept.as_deref().into_iter().chain(shown).all(is_there) {
            return Err(Distrust::RolledBack);
        }
        let last = entries.last().map(|last| last.hash.0.to_vec());
        if let Some(last) = last.filter(|last| kept.as_ref() != Some(last)) {
            let _ = io.keep(name, last).await;
        }
        Ok(())
    }

    fn pins_name(&self) -> String {
        self.link.as_ref().map(|(context, _)| format!("pins/{}", context.calendar)).unwrap_or_default()
    }
}

async fn kept(io: &Io, name: &str) -> Option<Vec<u8>> {
    io.load(name).await.into_iter().find(|(key, _)| key == name).map(|(_, bytes)| bytes)
}
