//! A session's work as steps: what to do next goes out, what came of it goes in.
//!
//! The code of a flow reads from top to bottom as an `async fn`; no runtime is needed and none is named. Whoever drives
//! it (a Web Worker, the agent, a test) carries out one [`Effect`] at a time and answers with its [`Outcome`].

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::failure::Failure;
use crate::http::{Request, Response};

/// What the driver is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send a request to the host and bring the answer.
    Send(Request),
    /// Send a request to the host, and go on at once; one at a time.
    SendAhead(Request),
    /// Bring the answer to what was sent ahead.
    Answer,
    /// Keep sealed bytes under a key, durably, before anything else happens.
    Keep {
        /// Opaque; nothing personal.
        key: String,
        /// Sealed.
        bytes: Vec<u8>,
    },
    /// Keep sealed bytes under a key, and go on at once: they can be had again from the host.
    Cache {
        /// Opaque; nothing personal.
        key: String,
        /// Sealed.
        bytes: Vec<u8>,
    },
    /// Bring all that is kept under keys that begin so.
    Load {
        /// Beginning of the keys.
        prefix: String,
    },
    /// Forget what is kept under a key.
    Forget {
        /// The key.
        key: String,
    },
    /// Pass bytes to the other worker of this page, and go on at once. Several may be on their way.
    Pass {
        /// A job for a second worker, or its answer (`docs/spec/keys.md` §7).
        bytes: Vec<u8>,
    },
    /// Tell whether the next answer of the other worker is there; waits for nothing.
    Look,
    /// Bring what the other worker passes: the answers to this flow's jobs in their order, or a job.
    Receive,
    /// Show how far the work is.
    Progress {
        /// Done so far.
        done: u32,
        /// Of so many.
        total: u32,
    },
}

/// What came of an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Begin; also the answer to `Cache`, `Forget`, `Progress`, `SendAhead`, a `Pass` that was taken, and a `Look` that
    /// found something.
    Go,
    /// The host's answer.
    Response(Response),
    /// The host was not reached, or it is not known whether it was.
    Offline,
    /// The bytes are kept.
    Kept,
    /// Storage refused, there is no second worker, or nothing of it yet.
    Refused,
    /// What is kept.
    Loaded(Vec<(String, Vec<u8>)>),
    /// What the other worker passed: a job, or an answer.
    Received(Vec<u8>),
}

/// What a flow wants after an outcome.
#[derive(Debug)]
pub enum Step<T> {
    /// Carry this out.
    Do(Effect),
    /// It has ended.
    Done(Result<T, Failure>),
}

#[derive(Default)]
struct Slot {
    effect: Option<Effect>,
    outcome: Option<Outcome>,
}

/// The flow's own end of the exchange.
#[derive(Clone, Default)]
pub struct Io {
    slot: Rc<RefCell<Slot>>,
}

impl Io {
    /// Sends a request; `Failure::offline` when no answer came.
    pub async fn send(&self, request: Request) -> Result<Response, Failure> {
        match self.perform(Effect::Send(request)).await {
            Outcome::Response(response) => Ok(response),
            _ => Err(Failure::offline()),
        }
    }

    /// Sends a request, and goes on at once; `answer` brings what comes of it. What was sent ahead before is given up.
    pub async fn send_ahead(&self, request: Request) {
        self.perform(Effect::SendAhead(request)).await;
    }

    /// The answer to what was sent ahead; `Failure::offline` when none came.
    pub async fn answer(&self) -> Result<Response, Failure> {
        match self.perform(Effect::Answer).await {
            Outcome::Response(response) => Ok(response),
            _ => Err(Failure::offline()),
        }
    }

    /// Keeps sealed bytes; `storage_refused` when the device would not.
    pub async fn keep(&self, key: String, bytes: Vec<u8>) -> Result<(), Failure> {
        match self.perform(Effect::Keep { key, bytes }).await {
            Outcome::Kept => Ok(()),
            _ => Err(Failure::new("storage_refused")),
        }
    }

    /// Keeps sealed bytes that the host would give again, and goes on at once.
    pub async fn cache(&self, key: String, bytes: Vec<u8>) {
        self.perform(Effect::Cache { key, bytes }).await;
    }

    /// Brings what is kept; nothing when storage refuses.
    pub async fn load(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        match self.perform(Effect::Load { prefix: prefix.to_owned() }).await {
            Outcome::Loaded(entries) => entries,
            _ => Vec::new(),
        }
    }

    /// Forgets what is kept under a key.
    pub async fn forget(&self, key: String) {
        self.perform(Effect::Forget { key }).await;
    }

    /// Passes bytes to the other worker of this page; `false` when there is none.
    pub async fn pass(&self, bytes: Vec<u8>) -> bool {
        self.perform(Effect::Pass { bytes }).await == Outcome::Go
    }

    /// Whether the next answer of the other worker is there.
    pub async fn look(&self) -> bool {
        self.perform(Effect::Look).await == Outcome::Go
    }

    /// What the other worker passes; `None` when it passes nothing.
    pub async fn receive(&self) -> Option<Vec<u8>> {
        match self.perform(Effect::Receive).await {
            Outcome::Received(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Shows progress.
    pub async fn progress(&self, done: u32, total: u32) {
        self.perform(Effect::Progress { done, total }).await;
    }

    fn perform(&self, effect: Effect) -> Perform {
        // The outcome that started this step is used up: only what answers this effect counts.
        *self.slot.borrow_mut() = Slot { effect: Some(effect), outcome: None };
        Perform { slot: Rc::clone(&self.slot) }
    }
}

struct Perform {
    slot: Rc<RefCell<Slot>>,
}

impl Future for Perform {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Outcome> {
        self.slot.borrow_mut().outcome.take().map_or(Poll::Pending, Poll::Ready)
    }
}

/// Sets work apart: without, the code of what is waited for becomes part of the function that waits, however long it is
/// and however rarely it runs.
#[cfg(feature = "practice")]
pub(crate) fn apart<'a, T>(work: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(work)
}

/// Work under way.
pub struct Flow<T> {
    slot: Rc<RefCell<Slot>>,
    work: Pin<Box<dyn Future<Output = Result<T, Failure>>>>,
}

impl<T: 'static> Flow<T> {
    /// Makes a flow of work that speaks through its [`Io`].
    pub fn new<F>(work: impl FnOnce(Io) -> F) -> Self
    where
        F: Future<Output = Result<T, Failure>> + 'static,
    {
        let io = Io::default();
        let slot = Rc::clone(&io.slot);
        Self { slot, work: Box::pin(work(io)) }
    }

    /// The same work with its result changed.
    pub fn map<U: 'static>(self, change: impl FnOnce(T) -> U + 'static) -> Flow<U> {
        Flow { slot: self.slot, work: Box::pin(async move { self.work.await.map(change) }) }
    }

    /// Goes on with an outcome; the first is [`Outcome::Go`]. A flow that has ended must not be stepped again: it
    /// answers `flow_ended`.
    pub fn step(&mut self, outcome: Outcome) -> Step<T> {
        {
            let mut slot = self.slot.borrow_mut();
            slot.effect = None;
            slot.outcome = Some(outcome);
        }
        let mut context = Context::from_waker(Waker::noop());
        match self.work.as_mut().poll(&mut context) {
            Poll::Ready(result) => {
                self.work = Box::pin(std::future::ready(Err(Failure::new("flow_ended"))));
                Step::Done(result)
            }
            Poll::Pending => match self.slot.borrow_mut().effect.take() {
                Some(effect) => Step::Do(effect),
                None => Step::Done(Err(Failure::new("flow_ended"))),
            },
        }
    }
}

impl<T> std::fmt::Debug for Flow<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Flow(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_go_out_and_outcomes_come_in() {
        let mut flow = Flow::new(|io| async move {
            io.keep("outbox/1".to_owned(), vec![1]).await?;
            let kept = io.load("outbox/").await;
            io.progress(1, 2).await;
            Ok(kept.len())
        });
        let Step::Do(Effect::Keep { key, bytes }) = flow.step(Outcome::Go) else { panic!("keep") };
        assert_eq!((key.as_str(), bytes), ("outbox/1", vec![1]));
        let Step::Do(Effect::Load { .. }) = flow.step(Outcome::Kept) else { panic!("load") };
        let loaded = Outcome::Loaded(vec![(key, vec![1])]);
        let Step::Do(Effect::Progress { done: 1, total: 2 }) = flow.step(loaded) else { panic!("progress") };
        let Step::Done(Ok(1)) = flow.step(Outcome::Go) else { panic!("done") };
        let Step::Done(Err(ended)) = flow.step(Outcome::Go) else { panic!("ended") };
        assert_eq!(ended.code, "flow_ended");
    }

    #[test]
    fn refusals_are_failures_with_their_code() {
        let mut flow = Flow::new(|io| async move { io.keep(String::new(), Vec::new()).await });
        let _ = flow.step(Outcome::Go);
        let Step::Done(Err(failure)) = flow.step(Outcome::Refused) else { panic!("refused") };
        assert_eq!(failure.code, "storage_refused");
    }
}
