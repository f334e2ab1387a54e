//! One case: a scene, a lie, and what must come of it.

use std::sync::Arc;

use souspli_client::failure::Failure;
use souspli_evil_host::{Lie, Seen};

use crate::scene::Scene;
use crate::world::World;

/// A case.
pub(crate) struct Case {
    /// Row of the catalogue.
    pub(crate) row: u8,
    /// What the host does.
    pub(crate) name: String,
    /// The one error that the client must name.
    code: &'static str,
    scene: Scene,
    lie: Arc<Lie>,
    after: After,
}

/// What the client may still ask once it has met the lie, beyond what it asks of an honest host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// Nothing.
    Nothing,
    /// The same bytes again, to the same route.
    SameAgain,
    /// To decline: one event, which is as long as every other.
    Decline,
    /// Whether the practice has published what the chain says that it has.
    WhatWasPublished,
}

/// How a case ended.
pub(crate) enum Verdict {
    /// As it must.
    Stopped {
        /// How many requests were compared with the honest run.
        requests: usize,
    },
    /// Not so.
    Wrong(String),
}

impl Case {
    /// A case whose client asks nothing beyond what it asks of an honest host.
    pub(crate) fn new(row: u8, name: impl Into<String>, scene: Scene, code: &'static str, lie: Lie) -> Self {
        Self { row, name: name.into(), code, scene, lie: Arc::new(lie), after: After::Nothing }
    }

    /// The client may send the same bytes again.
    pub(crate) fn may_resend(self) -> Self {
        Self { after: After::SameAgain, ..self }
    }

    /// The client may decline.
    pub(crate) fn may_decline(self) -> Self {
        Self { after: After::Decline, ..self }
    }

    /// The client may ask for what was published.
    pub(crate) fn may_ask_what_was_published(self) -> Self {
        Self { after: After::WhatWasPublished, ..self }
    }

    /// Plays the scene with the host as it is, then with the lie, and compares.
    pub(crate) async fn judge(&self, world: &mut World) -> Verdict {
        let honest = match self.honest(world).await {
            Ok(seen) => seen,
            Err(failure) => return Verdict::Wrong(format!("the honest run ended with {failure}")),
        };
        if self.scene.changes() {
            world.settle().await;
        }
        let (outcome, evil) = self.scene.play(world, Some(Arc::clone(&self.lie))).await;
        match outcome {
            Ok(()) => return Verdict::Wrong(format!("was believed, not {}", self.code)),
            Err(failure) if failure.code != self.code => {
                return Verdict::Wrong(format!("ended with {failure}, not {}", self.code));
            }
            Err(_) => {}
        }
        if !evil.iter().any(|seen| seen.lied) {
            return Verdict::Wrong("the lie was never told".to_owned());
        }
        match self.compare(&honest, &evil) {
            Ok(requests) => Verdict::Stopped { requests },
            Err(why) => Verdict::Wrong(why),
        }
    }

    /// What an honest host is asked; once for a scene that leaves everything as it was.
    async fn honest(&self, world: &mut World) -> Result<Vec<Seen>, Failure> {
        if let Some(known) = world.honest.get(&self.scene).filter(|_| !self.scene.changes()) {
            return Ok(known.clone());
        }
        world.settle().await;
        let (outcome, seen) = self.scene.play(world, None).await;
        outcome?;
        world.honest.insert(self.scene, seen.clone());
        Ok(seen)
    }

    fn compare(&self, honest: &[Seen], evil: &[Seen]) -> Result<usize, String> {
        let same = honest.iter().zip(evil).take_while(|(honest, evil)| honest.shape() == evil.shape()).count();
        let rest = &evil[same..];
        let last = evil[..same].last();
        let rest = self.after_looking_again(rest);
        let allowed = match self.after {
            After::Nothing => rest.is_empty(),
            After::SameAgain => rest.iter().all(|seen| last.is_some_and(|last| last.shape() == seen.shape())),
            After::Decline => rest.iter().all(|seen| seen.path.ends_with("/events")),
            After::WhatWasPublished => rest.iter().all(|seen| seen.path.ends_with("/publications/read")),
        };
        if allowed { Ok(same) } else { Err(format!("asked what an honest host is not asked: {}", rest[0].shape())) }
    }

    /// What does not follow may be a restore that was said: whoever is shown it looks once more at what anybody may fetch,
    /// and at nothing else before.
    fn after_looking_again<'s>(&self, rest: &'s [Seen]) -> &'s [Seen] {
        if !["rolled_back", "bad_receipt", "bad_claim_set", "bad_notice"].contains(&self.code) {
            return rest;
        }
        ["/profile", "/times"].iter().fold(rest, |rest, end| match rest.split_first() {
            Some((seen, after)) if seen.path.ends_with(end) => after,
            _ => rest,
        })
    }
}
