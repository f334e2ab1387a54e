//! Why a command ended early.

use std::fmt::Display;

/// What a fallible step gives.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A sentence for the person at the terminal: what is wrong and what to do.
    Sentence(String),
    /// Ctrl-C, or a request to terminate.
    Interrupted,
}

impl Failure {
    /// A failure that says `sentence`.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self::Sentence(sentence.into())
    }
}

/// Turns the error of an operation on a thing into a sentence.
pub(crate) trait OrSay<T> {
    /// On error: "`what`: the error".
    fn or_say(self, what: impl Display) -> Outcome<T>;
}

impl<T, E: Display> OrSay<T> for Result<T, E> {
    fn or_say(self, what: impl Display) -> Outcome<T> {
        self.map_err(|error| Failure::Sentence(format!("{what}: {error}")))
    }
}
