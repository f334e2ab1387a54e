//! Random operations on a store and on a model of a few maps, compared after each.

use std::collections::BTreeMap;
use std::fmt::Debug;

use souspli_protocol::claims::ClaimIds;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::{Gid, VerifyingKey};
use souspli_store::{EventWrite, Store};

use crate::checks::verify_chain;
use crate::fixture::{Draft, NOW, Noise, Practice, WINDOW, granules, linker};

const RUNS: u64 = 6;
const STEPS: u64 = 250;
const RECORDS: u64 = 8;
const SESSIONS: u64 = 4;

/// Several runs from different seeds, each on a calendar of its own.
pub async fn random_operations_do_what_the_model_does(store: &dyn Store) {
    for seed in 1..=RUNS {
        let practice = Practice::registered(seed, store).await;
        let mut run = Run { store, practice, noise: Noise::new(seed), model: Model::new() };
        for step in 0..STEPS {
            let done = run.step().await;
            run.compare(&format!("run {seed}, step {step}: {done}")).await;
        }
        assert_eq!(verify_chain(store, &practice).await, run.model.sequence);
    }
}

struct Run<'s> {
    store: &'s dyn Store,
    practice: Practice,
    noise: Noise,
    model: Model,
}

impl Run<'_> {
    /// One random operation on both; says what it was.
    async fn step(&mut self) -> String {
        let session = self.noise.below(SESSIONS);
        match self.noise.below(10) {
            0 | 1 => self.hold(session).await,
            2 => self.extend(session).await,
            3 => self.release(session).await,
            4 => self.pass_time().await,
            5 => self.publish().await,
            _ => self.append(session).await,
        }
    }

    async fn hold(&mut self, session: u64) -> String {
        let (calendar, now, ids) = (self.practice.calendar(), self.model.now, self.ids());
        let stored = self.store.hold(calendar, key(session), WINDOW, &ids, now, now + 10).await;
        same("hold", &stored, self.model.hold(session, &ids))
    }

    async fn extend(&mut self, session: u64) -> String {
        let (calendar, now) = (self.practice.calendar(), self.model.now);
        let stored = self.store.extend_hold(calendar, key(session), now, 10).await.map(drop);
        same("extend", &stored, self.model.extend(session))
    }

    async fn release(&mut self, session: u64) -> String {
        let stored = self.store.release_hold(self.practice.calendar(), key(session)).await;
        self.model.end(session);
        same("release", &stored, "Ok")
    }

    async fn pass_time(&mut self) -> String {
        self.model.now += u32::try_from(self.noise.below(8)).expect("few minutes");
        if self.noise.below(2) == 1 {
            self.store.sweep_holds(self.model.now).await.expect("swept");
            self.model.sweep();
        }
        format!("time passes to {}", self.model.now)
    }

    async fn publish(&mut self) -> String {
        let version = self.model.version + self.noise.below(2);
        let publication = self.practice.publication(PublicationKind::Rules, 0, version, self.noise.bits());
        let stored = self.store.publish(&[publication], self.model.now, linker()).await;
        same("publish", &stored, self.model.publish(version))
    }

    /// A create or an append, usually a right one; now and then one that was stored before.
    async fn append(&mut self, session: u64) -> String {
        let number = self.noise.below(RECORDS);
        let history = self.model.records.get(&number).map(|record| record.events.clone()).unwrap_or_default();
        let write = if !history.is_empty() && self.noise.below(8) == 0 {
            let again = self.noise.below(history.len() as u64);
            history[usize::try_from(again).expect("small")].clone()
        } else {
            self.draft(number, history.last(), session).write()
        };
        let stored = self.store.append(&write, self.model.now, linker()).await;
        let told = same("append", &stored, self.model.append(number, &write, session));
        if let Ok(appended) = &stored {
            let known = self.model.known.entry(write.hash.0).or_insert_with(|| appended.receipt.clone());
            assert_eq!(&appended.receipt, known, "another receipt for the same bytes");
        }
        told
    }

    fn draft(&mut self, number: u64, last: Option<&EventWrite>, session: u64) -> Draft {
        let fits = self.noise.below(6) > 0;
        let mut draft = match last {
            Some(last) if fits => Draft::after(last),
            _ => Draft::create(&self.practice, number),
        };
        draft = draft.seed(self.noise.bits());
        let version = self.model.version - u64::from(self.noise.below(12) == 0);
        draft = draft.with(|header| header.version = version);
        match (self.noise.below(4), last.is_some() && fits) {
            (0, true) => draft.release(),
            (0 | 1, _) => draft,
            (2, _) => draft.claims(self.ids()),
            _ => draft.claims(self.ids()).session(key(session)),
        }
    }

    /// 24 granules of three hundred, so that many overlap.
    fn ids(&mut self) -> ClaimIds {
        granules(self.noise.below(12) * 12)
    }

    async fn compare(&self, place: &str) {
        let now = self.store.claims(self.practice.calendar(), 0, u32::MAX, self.model.now).await.expect("claims");
        assert_eq!((now.calendar.version, now.calendar.sequence), (self.model.version, self.model.sequence), "{place}");
        let live = |wanted: bool| -> Vec<Gid> {
            let ids = self.model.claims.iter().filter(|(_, owner)| match owner {
                Owner::Record(_) => !wanted,
                Owner::Session(session) => wanted && self.model.holds[session].until > self.model.now,
            });
            ids.map(|(gid, _)| *gid).collect()
        };
        assert_eq!(now.claimed, live(false), "{place}");
        assert_eq!(now.held, live(true), "{place}");
        for session in 0..SESSIONS {
            let holds = self.store.holds(self.practice.calendar(), key(session), self.model.now).await.expect("read");
            let model = self.model.holds.get(&session).is_some_and(|hold| hold.until > self.model.now);
            assert_eq!(holds, model, "{place}");
        }
    }
}

fn key(session: u64) -> VerifyingKey {
    VerifyingKey(Noise::new(session + 1).array())
}

/// Compares a store's outcome with the model's, by the name of its variant.
fn same<T: Debug, E: Debug>(operation: &str, stored: &Result<T, E>, model: &str) -> String {
    let stored = match stored {
        Ok(_) => "Ok".to_owned(),
        Err(error) => format!("{error:?}"),
    };
    assert_eq!(stored, model, "{operation}");
    format!("{operation}: {model}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Record(u64),
    Session(u64),
}

struct Hold {
    until: u32,
    extended: bool,
}

#[derive(Default)]
struct Record {
    events: Vec<EventWrite>,
    released: bool,
}

struct Model {
    now: u32,
    version: u64,
    sequence: u64,
    claims: BTreeMap<Gid, Owner>,
    holds: BTreeMap<u64, Hold>,
    records: BTreeMap<u64, Record>,
    known: BTreeMap<[u8; 32], Vec<u8>>,
}

impl Model {
    fn new() -> Self {
        Self {
            now: NOW,
            version: 3,
            sequence: 3,
            claims: BTreeMap::new(),
            holds: BTreeMap::new(),
            records: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    /// Whether an id may be taken by an owner who quotes a session.
    fn free(&self, gid: &Gid, owner: Owner, session: Option<u64>) -> bool {
        match self.claims.get(gid) {
            None => true,
            Some(other) if *other == owner => true,
            Some(Owner::Record(_)) => false,
            Some(Owner::Session(other)) => Some(*other) == session || self.holds[other].until <= self.now,
        }
    }

    fn end(&mut self, session: u64) {
        self.claims.retain(|_, owner| *owner != Owner::Session(session));
        self.holds.remove(&session);
    }

    fn sweep(&mut self) {
        let expired = self.holds.iter().filter(|(_, hold)| hold.until <= self.now).map(|(session, _)| *session);
        for session in expired.collect::<Vec<_>>() {
            self.end(session);
        }
    }

    fn hold(&mut self, session: u64, ids: &ClaimIds) -> &'static str {
        let owner = Owner::Session(session);
        if !ids.ids().iter().all(|gid| self.free(gid, owner, Some(session))) {
            return "Taken";
        }
        self.end(session);
        self.claims.extend(ids.ids().iter().map(|gid| (*gid, owner)));
        self.holds.insert(session, Hold { until: self.now + 10, extended: false });
        "Ok"
    }

    fn extend(&mut self, session: u64) -> &'static str {
        match self.holds.get_mut(&session) {
            None => "NoHold",
            Some(hold) if hold.until <= self.now => "Expired",
            Some(hold) if hold.extended => "Extended",
            Some(hold) => {
                *hold = Hold { until: hold.until + 10, extended: true };
                "Ok"
            }
        }
    }

    fn publish(&mut self, version: u64) -> &'static str {
        if version != self.version + 1 {
            return "StaleVersion";
        }
        self.version += 1;
        self.sequence += 1;
        "Ok"
    }

    fn append(&mut self, number: u64, write: &EventWrite, session: u64) -> &'static str {
        let header = write.event.header();
        let record = self.records.entry(number).or_default();
        let released = record.released;
        if record.events.iter().any(|event| event.hash == write.hash) {
            return "Ok";
        }
        match (header.revision, record.events.last()) {
            (0, Some(_)) => return "RecordExists",
            (0, None) => {}
            (_, None) => return "NoRecord",
            (_, Some(last)) if header.previous != last.hash => return "RevisionConflict",
            (_, Some(_)) => {}
        }
        if header.version != self.version {
            return "StaleVersion";
        }
        let owner = Owner::Record(number);
        if let Some(ids) = &write.claims {
            if released {
                return "Released";
            }
            let quoted = write.hold.map(|_| session);
            if !ids.ids().iter().all(|gid| self.free(gid, owner, quoted)) {
                return "Taken";
            }
            self.claims.retain(|_, other| *other != owner);
            self.claims.extend(ids.ids().iter().map(|gid| (*gid, owner)));
            if let Some(session) = quoted {
                self.end(session);
            }
        } else if header.release {
            self.claims.retain(|_, other| *other != owner);
        }
        let record = self.records.entry(number).or_default();
        record.released |= header.release;
        record.events.push(write.clone());
        self.sequence += 1;
        "Ok"
    }
}
