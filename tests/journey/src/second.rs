//! A second worker beside a device, as a page with two cores has one (`docs/spec/keys.md` §7).

use std::collections::VecDeque;

use serde_json::{Value, json};
use souspli_client::failure::Failure;
use souspli_client::flow::{Effect, Outcome, Step};
use souspli_client::practice::Practice;

use crate::{Member, randomness};

/// A second session, which opens what is passed to it.
pub struct Second {
    session: Practice,
    now: u32,
    /// To the jobs of which none was received yet.
    answers: VecDeque<Option<Vec<u8>>>,
    looks: usize,
    /// The sizes of the jobs that it was given.
    pub jobs: Vec<usize>,
    /// What becomes of each answer on its way back.
    pub spoil: fn(Vec<u8>) -> Option<Vec<u8>>,
}

impl Second {
    /// Takes a job; its answer waits to be received.
    pub(crate) fn pass(&mut self, job: Vec<u8>) -> Outcome {
        self.jobs.push(job.len());
        let mut answer = None;
        // A job that fails has no answer.
        let _ = self.call("openEvents", &json!({}), Some(job), &mut answer);
        self.answers.push_back(answer.and_then(self.spoil));
        Outcome::Go
    }

    /// The answers come late: every other look finds nothing.
    pub(crate) fn look(&mut self) -> Outcome {
        self.looks += 1;
        if self.looks.is_multiple_of(2) && !self.answers.is_empty() { Outcome::Go } else { Outcome::Refused }
    }

    pub(crate) fn receive(&mut self) -> Outcome {
        self.answers.pop_front().flatten().map_or(Outcome::Refused, Outcome::Received)
    }

    fn call(
        &self,
        call: &str,
        arguments: &Value,
        mut job: Option<Vec<u8>>,
        answer: &mut Option<Vec<u8>>,
    ) -> Result<Value, Failure> {
        let mut flow = self.session.start(call, &arguments.to_string(), self.now);
        let mut outcome = Outcome::Go;
        loop {
            outcome = match flow.step(outcome) {
                Step::Done(result) => return result,
                Step::Do(Effect::Receive) => job.take().map_or(Outcome::Refused, Outcome::Received),
                Step::Do(Effect::Pass { bytes }) => {
                    *answer = Some(bytes);
                    Outcome::Go
                }
                Step::Do(other) => panic!("a second worker wants {other:?}"),
            };
        }
    }
}

impl Member {
    /// Hands the unlocked session's keys over to a second worker.
    pub async fn hand_over(&mut self, now: u32) {
        let session = Practice::new(randomness());
        let second = Second { session, now, answers: VecDeque::new(), looks: 0, jobs: Vec::new(), spoil: Some };
        let key = second.call("handoverKey", &json!({}), None, &mut None).expect("a key");
        let sealed = self.must(now, "handoverSeal", key).await;
        second.call("handoverAccept", &sealed, None, &mut None).expect("accepted");
        self.device.second = Some(second);
    }
}
