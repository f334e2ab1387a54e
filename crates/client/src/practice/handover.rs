//! A second worker of the same page: it gets the epoch seeds sealed, opens events, and does nothing else
//! (`docs/spec/keys.md` §7).

use serde::{Deserialize, Serialize};
use souspli_crypto::handover::{open_handover, seal_handover};
use souspli_crypto::{PrivateKey, PublicKey, Secret, SecretBytes};
use souspli_protocol::event::Event;
use souspli_protocol::sizes::CLINICAL;
use souspli_protocol::wire::Blob;
use souspli_protocol::{CalendarId, Context, Fingerprint};
use zeroize::Zeroizing;

use super::Session;
use super::staff::{EpochKeys, Openers, Plain, Seeds};
use crate::failure::Failure;
use crate::flow::Io;
use crate::trust::Distrust;

/// Bytes of an epoch's seeds: its number, the desk's, and eight behind a byte that says whether they were granted.
const EPOCH: usize = 4 + 32 + CLINICAL * 33;
/// Fewer events are not worth a second worker.
const WORTH_IT: usize = 8;

/// The second worker's side.
#[derive(Default)]
pub(super) struct Helper {
    ephemeral: Option<PrivateKey>,
    opens: Option<(Context, Openers)>,
}

/// What became of one event.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    d: Option<Blob>,
    c: Option<Blob>,
}

impl Session {
    /// The second worker makes a key for one hand-over.
    pub(super) fn handover_key(&mut self) -> Blob {
        let key = PrivateKey::from_seed(&Secret::make(&mut self.rng));
        let public = key.public().to_bytes();
        self.helper = Helper { ephemeral: Some(key), opens: None };
        Blob(public)
    }

    /// The first worker seals its epoch seeds to that key.
    pub(super) fn handover_seal(&mut self, to: &Blob) -> Result<Blob, Failure> {
        let to = PublicKey::from_bytes(&to.0).map_err(|_| Failure::new("bad_call"))?;
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        // Room for all of it: growing would leave copies of seeds behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(48 + open.openers.epochs().count() * EPOCH));
        plain.extend_from_slice(open.context.fp.as_bytes());
        plain.extend_from_slice(open.context.calendar.as_bytes());
        for (epoch, keys) in open.openers.epochs() {
            plain.extend_from_slice(&epoch.to_be_bytes());
            plain.extend_from_slice(keys.seeds().desk.expose_secret());
            for seed in &keys.seeds().clinical {
                plain.extend_from_slice(&[u8::from(seed.is_some())]);
                plain.extend_from_slice(seed.as_ref().map_or(&[0; 32], |seed| seed.expose_secret()));
            }
        }
        let session = SecretBytes::new(plain.to_vec());
        seal_handover(&to, &session, &mut self.rng).map(Blob).map_err(|_| Failure::new("internal"))
    }

    /// The second worker opens what was sealed to its key; the key is used once.
    pub(super) fn handover_accept(&mut self, sealed: &Blob) -> Result<(), Failure> {
        let key = self.helper.ephemeral.take().ok_or_else(|| Failure::new("bad_call"))?;
        let plain = open_handover(&key, &sealed.0).map_err(|_| Failure::new("cannot_unlock"))?;
        self.helper.opens = Some(read(plain.expose_secret()).ok_or_else(|| Failure::new("cannot_unlock"))?);
        Ok(())
    }

    /// The second worker opens events.
    pub(super) fn open_events(&self, events: &[Blob]) -> Result<serde_json::Value, Failure> {
        let (context, openers) = self.helper.opens.as_ref().ok_or_else(|| Failure::new("locked"))?;
        let open = |event: &Blob| {
            let event = Event::parse(event.0.clone()).map_err(|_| Distrust::BadEvent)?;
            openers.open(&event, context)
        };
        let opened = events.iter().map(|event| match open(event) {
            Ok((d, c)) => Opened { d: Some(Blob(d)), c: c.map(Blob) },
            Err(_) => Opened { d: None, c: None },
        });
        serde_json::to_value(opened.collect::<Vec<_>>()).map_err(|_| Failure::new("internal"))
    }

    /// Opens events, half of them in a second worker where there is one.
    pub(super) async fn open_all(
        &mut self,
        io: &Io,
        events: impl Iterator<Item = &Event>,
    ) -> Result<Vec<Result<Plain, Distrust>>, Failure> {
        let events: Vec<&Event> = events.collect();
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let half = if events.len() < WORTH_IT { events.len() } else { events.len().div_ceil(2) };
        let (own, others) = events.split_at(half);
        let jobs: Vec<Vec<u8>> = others.iter().map(|event| event.bytes().to_vec()).collect();
        let helped = !jobs.is_empty() && io.delegate(jobs).await;
        let alone = |event: &&Event| open.openers.open(event, &open.context);
        let mut opened: Vec<Result<Plain, Distrust>> = own.iter().map(alone).collect();
        let answer = if helped { io.collect().await } else { None };
        match answer.as_deref().and_then(|answer| collected(answer, others.len())) {
            // What the second worker could not open may be of an epoch that this one has learnt since.
            Some(plains) => {
                opened.extend(plains.into_iter().zip(others).map(|(plain, event)| plain.or_else(|_| alone(event))));
            }
            None => opened.extend(others.iter().map(alone)),
        }
        Ok(opened)
    }
}

fn collected(answer: &[u8], count: usize) -> Option<Vec<Result<Plain, Distrust>>> {
    let opened: Vec<Opened> = serde_json::from_slice(answer).ok()?;
    let plain = |one: Opened| one.d.map(|d| (d.0, one.c.map(|c| c.0))).ok_or(Distrust::BadEvent);
    (opened.len() == count).then(|| opened.into_iter().map(plain).collect())
}

fn read(bytes: &[u8]) -> Option<(Context, Openers)> {
    let (fp, rest) = bytes.split_first_chunk::<32>()?;
    let (calendar, mut rest) = rest.split_first_chunk::<16>()?;
    let mut openers = Openers::default();
    while let Some((epoch, after)) = rest.split_first_chunk::<4>() {
        let (desk, mut after) = after.split_at_checked(32)?;
        let mut clinical: [Option<Secret<32>>; CLINICAL] = [const { None }; CLINICAL];
        for seed in &mut clinical {
            let ([granted, bytes @ ..], next) = after.split_first_chunk::<33>()?;
            *seed = (*granted == 1).then(|| Secret::from_slice(bytes).ok()).flatten();
            after = next;
        }
        let desk = Secret::from_slice(desk).ok()?;
        openers.add(u32::from_be_bytes(*epoch), EpochKeys::new(Seeds { desk, clinical }));
        rest = after;
    }
    rest.is_empty().then_some((Context { fp: Fingerprint(*fp), calendar: CalendarId(*calendar) }, openers))
}
