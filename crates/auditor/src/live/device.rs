//! The real client on the auditor's machine: what a page's worker does, without a page.

use std::collections::BTreeMap;

use souspli_client::failure::Failure;
use souspli_client::flow::{Effect, Flow, Outcome, Step};
use souspli_client::http::{Request, Response};

use super::caller::{Asked, Caller};
use crate::traffic::Exchange;

/// A device: carries out what flows ask, and keeps what passed until somebody judges it.
pub(super) struct Device<'c> {
    caller: &'c mut Caller,
    kept: BTreeMap<String, Vec<u8>>,
    ahead: Option<Outcome>,
    /// What passed.
    pub(super) passed: Vec<Exchange>,
}

impl<'c> Device<'c> {
    pub(super) fn new(caller: &'c mut Caller) -> Self {
        Self { caller, kept: BTreeMap::new(), ahead: None, passed: Vec::new() }
    }

    /// Drives a flow to its end.
    pub(super) async fn run<T: 'static>(&mut self, mut flow: Flow<T>) -> Result<T, Failure> {
        let mut outcome = Outcome::Go;
        loop {
            match flow.step(outcome) {
                Step::Done(result) => return result,
                Step::Do(effect) => outcome = self.carry_out(effect).await,
            }
        }
    }

    async fn carry_out(&mut self, effect: Effect) -> Outcome {
        match effect {
            Effect::Send(request) => self.send(request).await,
            Effect::SendAhead(request) => {
                self.ahead = Some(self.send(request).await);
                Outcome::Go
            }
            Effect::Answer => self.ahead.take().unwrap_or(Outcome::Offline),
            Effect::Keep { key, bytes } => {
                self.kept.insert(key, bytes);
                Outcome::Kept
            }
            Effect::Cache { key, bytes } => {
                self.kept.insert(key, bytes);
                Outcome::Go
            }
            Effect::Load { prefix } => {
                let kept = self.kept.iter().filter(|(key, _)| key.starts_with(&prefix));
                Outcome::Loaded(kept.map(|(key, bytes)| (key.clone(), bytes.clone())).collect())
            }
            Effect::Forget { key } => {
                self.kept.remove(&key);
                Outcome::Go
            }
            // There is no second worker.
            Effect::Pass { .. } | Effect::Look | Effect::Receive => Outcome::Refused,
            Effect::Progress { .. } => Outcome::Go,
        }
    }

    async fn send(&mut self, request: Request) -> Outcome {
        let method = if request.method == "GET" { http::Method::GET } else { http::Method::POST };
        let headers = request.headers.iter().map(|(name, value)| (*name, value.clone())).collect();
        let asked = Asked { method, path: &request.path, headers, body: request.body.clone() };
        let Ok(exchange) = self.caller.ask(asked).await else { return Outcome::Offline };
        let outcome = exchange.answer.as_ref().map_or(Outcome::Offline, |answer| {
            let headers = answer.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect();
            let body = answer.body.bytes().to_vec();
            Outcome::Response(Response { status: answer.status, headers, body })
        });
        self.passed.push(exchange);
        outcome
    }
}
