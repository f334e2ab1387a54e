//! Events of the chain, verified and opened: a part of them in a second worker, where there is one
//! (`docs/spec/keys.md` §7).

use souspli_attest::event_hash;
use souspli_protocol::event::Event;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::EVENT;
use souspli_protocol::{Context, Digest, VerifyingKey};
use zeroize::Zeroizing;

use super::Session;
use super::page::{Fetched, Page};
use super::queue::{Part, Queue};
use super::staff::{Openers, Plain};
use crate::failure::Failure;
use crate::flow::Io;
use crate::record::promises;
use crate::trust::Distrust;

/// An event with its receipt, both verified, and what opened of it.
pub(super) struct Row {
    pub(super) event: Event,
    pub(super) hash: Digest,
    pub(super) receipt: Receipt,
    /// Receipts of places that restores have lost.
    pub(super) earlier: Vec<Receipt>,
    pub(super) plain: Result<Plain, Distrust>,
}

/// Pages whose events are being opened.
pub(super) type Opening = Queue<Page, Fetched, Row>;

impl Session {
    /// Passes to the second worker what it has room for, if there is one.
    pub(super) async fn pass_on(&mut self, io: &Io, opening: &mut Opening) -> Result<(), Failure> {
        let key = self.open()?.practice()?.identity.receipt_key;
        while let Some(part) = opening.next_to_pass() {
            if io.pass(write_job(&key, &part.events)).await {
                opening.passed(part);
            } else {
                opening.refused(part);
            }
        }
        Ok(())
    }

    /// Goes a step on: opens a few events, and takes what the second worker has opened meanwhile. Where no more are left,
    /// waits for it.
    pub(super) async fn open_some(&mut self, io: &Io, opening: &mut Opening) -> Result<(), Failure> {
        self.pass_on(io, opening).await?;
        if let Some(part) = opening.next_own() {
            self.open_part(opening, part, None)?;
            if !opening.has_passed() || !io.look().await {
                return Ok(());
            }
        }
        let Some(part) = opening.next_answered() else { return Ok(()) };
        let answer = io.receive().await;
        self.open_part(opening, part, answer)
    }

    /// Takes what an answer holds of a part, and opens the rest. A receipt that is not the host's ends all.
    #[inline(never)]
    fn open_part(&self, opening: &mut Opening, part: Part<Fetched>, answer: Option<Vec<u8>>) -> Result<(), Failure> {
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let key = open.practice()?.identity.receipt_key;
        let answer = answer.map(Zeroizing::new);
        let answers = answer.as_deref().and_then(|answer| read_answer(answer)).unwrap_or_default();
        let (sheet, row, events) = part.into_parts();
        opening.put(sheet, row, open.openers.complete(events, answers, &open.context, &key)?);
        Ok(())
    }

    /// The second worker's side: receives a job, and passes what it holds.
    pub(super) async fn open_events(&mut self, io: &Io) -> Result<(), Failure> {
        let (context, openers) = self.helper.opens.as_ref().ok_or_else(|| Failure::new("locked"))?;
        let job = io.receive().await.ok_or_else(|| Failure::new("bad_call"))?;
        let answer = openers.answer(&job, context).ok_or_else(|| Failure::new("bad_call"))?;
        if io.pass(answer).await { Ok(()) } else { Err(Failure::new("bad_call")) }
    }
}

impl Openers {
    /// Takes what the second worker has opened of events, and verifies and opens what it has not: that may be of an epoch
    /// that this one has learnt since. A receipt that is not the host's ends all.
    #[inline(never)]
    fn complete(
        &self,
        events: Vec<Fetched>,
        answers: Vec<Option<(Digest, Plain)>>,
        context: &Context,
        receipt_key: &VerifyingKey,
    ) -> Result<Vec<Row>, Distrust> {
        let mut answers = answers.into_iter();
        let row = |fetched: Fetched| match answers.next().flatten() {
            Some((hash, plain)) => {
                let Fetched { event, receipt, earlier } = fetched;
                Ok(Row { event, hash, receipt, earlier, plain: Ok(plain) })
            }
            None => self.row(fetched, context, receipt_key),
        };
        events.into_iter().map(row).collect()
    }

    /// The answer to a job.
    #[inline(never)]
    fn answer(&self, job: &[u8], context: &Context) -> Option<Vec<u8>> {
        let (key, events) = read_job(job)?;
        let mut answer = Vec::new();
        for fetched in events {
            let row = fetched.and_then(|fetched| self.row(fetched, context, &key).ok());
            let opened = row.as_ref().and_then(|row| Some((row.hash, row.plain.as_ref().ok()?)));
            write_opened(opened, &mut answer);
        }
        Some(answer)
    }

    /// Verifies that the host has promised these bytes, and opens them. What is no event of a client is told in its
    /// place.
    #[inline(never)]
    fn row(&self, fetched: Fetched, context: &Context, receipt_key: &VerifyingKey) -> Result<Row, Distrust> {
        let Fetched { event, receipt, earlier } = fetched;
        let hash = event_hash(event.bytes());
        promises(&receipt, &hash, context, receipt_key)?;
        let plain = self.open(&event, context);
        Ok(Row { event, hash, receipt, earlier, plain })
    }
}

/// `receipt key || (event || receipt)*`.
#[inline(never)]
fn write_job(receipt_key: &VerifyingKey, events: &[Fetched]) -> Vec<u8> {
    let mut job = Vec::with_capacity(VerifyingKey::SIZE + events.len() * (EVENT + Receipt::SIZE));
    job.extend_from_slice(receipt_key.as_bytes());
    for Fetched { event, receipt, .. } in events {
        job.extend_from_slice(event.bytes());
        job.extend_from_slice(&receipt.encode());
    }
    job
}

/// The receipt key, and the events; `None` in the place of what does not read.
fn read_job(job: &[u8]) -> Option<(VerifyingKey, impl Iterator<Item = Option<Fetched>>)> {
    let (key, rest) = job.split_first_chunk::<{ VerifyingKey::SIZE }>()?;
    let events = rest.chunks_exact(EVENT + Receipt::SIZE).map(|both| {
        let (event, receipt) = both.split_at_checked(EVENT)?;
        let (event, receipt) = (Event::parse(event.to_vec()).ok()?, Receipt::decode(receipt).ok()?);
        Some(Fetched { event, receipt, earlier: Vec::new() })
    });
    Some((VerifyingKey(*key), events))
}

/// An answer, an event: its hash and both bodies; or nothing, where a part is missing.
fn write_opened(opened: Option<(Digest, &Plain)>, out: &mut Vec<u8>) {
    out.extend_from_slice(opened.map_or(Digest::ZERO, |(hash, _)| hash).as_bytes());
    write_plain(opened.map(|(_, plain)| plain), out);
}

#[inline(never)]
fn read_answer(mut bytes: &[u8]) -> Option<Vec<Option<(Digest, Plain)>>> {
    let mut answers = Vec::new();
    while !bytes.is_empty() {
        let (hash, rest) = bytes.split_first_chunk::<{ Digest::SIZE }>()?;
        let (plain, rest) = read_plain(rest)?;
        answers.push(plain.map(|plain| (Digest(*hash), plain)));
        bytes = rest;
    }
    Some(answers)
}

/// Body d and body c, each behind its length (u32); 2^32 - 1 for one that is not there.
pub(super) fn write_plain(plain: Option<&Plain>, out: &mut Vec<u8>) {
    let parts = plain.map_or([None, None], |(d, c)| [Some(d), c.as_ref()]);
    for part in parts {
        let length = part.map_or(u32::MAX, |part| u32::try_from(part.len()).unwrap_or(0));
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(part.map(Vec::as_slice).unwrap_or_default());
    }
}

/// Reads both bodies, and gives what follows.
pub(super) fn read_plain(bytes: &[u8]) -> Option<(Option<Plain>, &[u8])> {
    let (d, rest) = part(bytes)?;
    let (c, rest) = part(rest)?;
    Some((d.map(|d| (d, c)), rest))
}

fn part(bytes: &[u8]) -> Option<(Option<Vec<u8>>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length);
    if length == u32::MAX {
        return Some((None, rest));
    }
    let (part, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((Some(part.to_vec()), rest))
}
