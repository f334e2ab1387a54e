//! What a person does while the host lies.

use std::sync::Arc;

use serde_json::{Value, json};
use souspli_client::failure::Failure;
use souspli_evil_host::{Lie, Proxy, Seen};
use souspli_journey::practice::{PASSPHRASE, form};
use souspli_journey::{Member, Patient};

use crate::world::{Booked, World};

/// A scene; where it has two parts, the host lies in the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scene {
    /// A patient opens the booking link and looks at times.
    Open,
    /// Looks, and opens the link once more.
    OpenAgain,
    /// Looks, holds a time, and books it.
    Book,
    /// Opens the private link of a booking.
    Read(Booked),
    /// Opens it, and reads it again.
    ReadAgain(Booked),
    /// The owner unlocks on a new device.
    Unlock,
    /// Unlocks, and unlocks again on the same device.
    UnlockAgain,
    /// A desk member unlocks.
    UnlockDesk,
    /// The owner unlocks on a new device, and fetches all that there is.
    Fetch,
    /// Fetches all and, when a patient has booked meanwhile, again.
    FetchAgain,
    /// Fetches all, loads the page again, unlocks, and fetches.
    FetchReloaded,
    /// Writes a note to a booking.
    Note,
}

impl Scene {
    /// Whether it leaves other things with the host than it found, or asks more where more has happened.
    pub(crate) const fn changes(self) -> bool {
        matches!(self, Self::Book | Self::Note | Self::Fetch | Self::FetchAgain | Self::FetchReloaded)
    }

    /// Plays it, and gives how it ended and what was asked.
    pub(crate) async fn play(self, world: &mut World, lie: Option<Arc<Lie>>) -> (Result<(), Failure>, Vec<Seen>) {
        let stage = Stage { proxy: Proxy::before(world.addr()).await, lie };
        let outcome = stage.play(self, world).await;
        (outcome, stage.proxy.take())
    }
}

struct Stage {
    proxy: Proxy,
    lie: Option<Arc<Lie>>,
}

impl Stage {
    /// From here on the host lies, if it does.
    fn turn(&self) {
        if let Some(lie) = &self.lie {
            self.proxy.tell(Arc::clone(lie));
        }
    }

    async fn play(&self, scene: Scene, world: &World) -> Result<(), Failure> {
        match scene {
            Scene::Open | Scene::OpenAgain => self.open(scene, world).await,
            Scene::Book => self.book(world).await,
            Scene::Read(booked) => self.read(booked, world).await,
            Scene::ReadAgain(booked) => self.read_again(booked, world).await,
            Scene::Unlock | Scene::UnlockAgain => self.unlock(scene == Scene::UnlockAgain, world).await,
            Scene::UnlockDesk => self.unlock_desk(world).await,
            Scene::Fetch | Scene::FetchAgain => self.sync(scene == Scene::FetchAgain, world).await,
            Scene::FetchReloaded => self.sync_reloaded(world).await,
            Scene::Note => self.note(world).await,
        }
    }

    async fn open(&self, scene: Scene, world: &World) -> Result<(), Failure> {
        let mut patient = Patient::new(self.proxy.addr);
        if scene != Scene::Open {
            patient.call(world.now, "open", json!({ "fragment": world.practice.link })).await?;
            patient.call(world.now, "times", world.wanted()).await?;
        }
        self.turn();
        patient.call(world.now, "open", json!({ "fragment": world.practice.link })).await?;
        patient.call(world.now, "times", world.wanted()).await?;
        Ok(())
    }

    async fn book(&self, world: &World) -> Result<(), Failure> {
        let mut patient = Patient::new(self.proxy.addr);
        patient.call(world.now, "open", json!({ "fragment": world.practice.link })).await?;
        let times = patient.call(world.now, "times", world.wanted()).await?;
        let mut chosen = world.wanted();
        chosen["start"] = last_free(&times);
        patient.call(world.now, "hold", chosen).await?;
        self.turn();
        let outcome = patient.call(world.now, "book", json!({ "form": form("Patient Nine", "A reason") })).await;
        // What is not proven to be kept stays in the outbox.
        let waits = patient.device.kept.keys().any(|name| name.starts_with("outbox/"));
        assert_eq!(waits, outcome.is_err(), "the outbox holds what is not saved, and only that");
        outcome.map(drop)
    }

    async fn read(&self, booked: Booked, world: &World) -> Result<(), Failure> {
        let mut patient = Patient::new(self.proxy.addr);
        self.turn();
        patient.call(world.now, "open", json!({ "fragment": world.manage_link(booked) })).await.map(drop)
    }

    async fn read_again(&self, booked: Booked, world: &World) -> Result<(), Failure> {
        let mut patient = Patient::new(self.proxy.addr);
        patient.call(world.now, "open", json!({ "fragment": world.manage_link(booked) })).await?;
        self.turn();
        patient.call(world.now, "read", json!({})).await.map(drop)
    }

    async fn unlock(&self, again: bool, world: &World) -> Result<(), Failure> {
        let mut owner = Member::new(self.proxy.addr);
        if again {
            owner.call(world.now, "unlock", world.keys()).await?;
            owner.reload();
        }
        self.turn();
        owner.call(world.now, "unlock", world.keys()).await.map(drop)
    }

    async fn unlock_desk(&self, world: &World) -> Result<(), Failure> {
        let mut desk = Member::new(self.proxy.addr);
        self.turn();
        let keys = json!({ "accountKey": world.desk_key, "passphrase": PASSPHRASE });
        desk.call(world.now, "unlock", keys).await.map(drop)
    }

    async fn sync(&self, again: bool, world: &World) -> Result<(), Failure> {
        let mut owner = self.owner(world).await?;
        if again {
            owner.call(world.now, "sync", json!({})).await?;
            world.book().await;
        }
        self.turn();
        let synced = owner.call(world.now, "sync", json!({})).await?;
        if synced["broken"] != 0 {
            return Err(Failure::new("broken"));
        }
        attention(&mut owner, world).await
    }

    async fn sync_reloaded(&self, world: &World) -> Result<(), Failure> {
        let mut owner = self.owner(world).await?;
        owner.call(world.now, "sync", json!({})).await?;
        owner.reload();
        self.turn();
        owner.call(world.now, "unlock", world.keys()).await?;
        owner.call(world.now, "sync", json!({})).await.map(drop)
    }

    async fn note(&self, world: &World) -> Result<(), Failure> {
        let mut owner = self.owner(world).await?;
        owner.call(world.now, "sync", json!({})).await?;
        self.turn();
        let note = json!({ "record": world.record(Booked::Confirmed), "text": "A note" });
        owner.call(world.now, "note", note).await.map(drop)
    }

    async fn owner(&self, world: &World) -> Result<Member, Failure> {
        let mut owner = Member::new(self.proxy.addr);
        owner.call(world.now, "unlock", world.keys()).await?;
        Ok(owner)
    }
}

/// What a person is told to look at, or what was declined, is the error's name here.
async fn attention(owner: &mut Member, world: &World) -> Result<(), Failure> {
    let all = owner.call(world.now, "agenda", json!({ "from": "2000-01-01", "to": "2099-01-01" })).await?;
    let mut items = all["items"].as_array().into_iter().flatten();
    match items.find_map(|item| item["attention"].as_str()) {
        // A code lives as long as the program; so does this one.
        Some(code) => Err(Failure::new(code.to_owned().leak())),
        None => Ok(()),
    }
}

/// From the end, so that scenes do not take each other's times.
fn last_free(times: &Value) -> Value {
    let days = times["days"].as_array().into_iter().flatten().rev();
    let mut starts = days.filter_map(|day| day["times"].as_array()?.last().map(|time| time["start"].clone()));
    starts.next().unwrap_or_default()
}
