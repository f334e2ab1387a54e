//! Lies: what becomes of an answer on its way, or stands in its place.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A request, as the host sees it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Names and values; those of the body's length are left out.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// JSON.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: serde_json::to_vec(body).expect("JSON") }
    }
}

type Change = Box<dyn Fn(&Asked, Answer) -> Answer + Send + Sync>;
type Instead = Box<dyn Fn(&Asked) -> Option<Answer> + Send + Sync>;

/// What a host lies about.
pub struct Lie {
    pub(crate) instead: Instead,
    pub(crate) change: Change,
}

impl Lie {
    /// Changes the good answers of the routes whose path ends so.
    pub fn about<A, F>(route: &'static str, change: F) -> Self
    where
        A: Serialize + DeserializeOwned,
        F: Fn(&mut A) + Send + Sync + 'static,
    {
        let change = move |asked: &Asked, answer: Answer| {
            if !asked.path.ends_with(route) || answer.status >= 300 {
                return answer;
            }
            let mut body: A = serde_json::from_slice(&answer.body).expect("the answer of that route");
            change(&mut body);
            Answer { body: serde_json::to_vec(&body).expect("JSON"), ..answer }
        };
        Self { instead: Box::new(|_| None), change: Box::new(change) }
    }

    /// Changes answers of whatever kind, headers and all.
    pub fn in_answers<F>(change: F) -> Self
    where
        F: Fn(&Asked, Answer) -> Answer + Send + Sync + 'static,
    {
        Self { instead: Box::new(|_| None), change: Box::new(change) }
    }

    /// Changes the good answers of routes whose path begins so, as bytes.
    pub fn raw<F>(route: &'static str, change: F) -> Self
    where
        F: Fn(Answer) -> Answer + Send + Sync + 'static,
    {
        let change = move |asked: &Asked, answer: Answer| {
            if asked.path.starts_with(route) && answer.status < 300 { change(answer) } else { answer }
        };
        Self { instead: Box::new(|_| None), change: Box::new(change) }
    }

    /// Answers requests to the routes whose path ends so in the host's place; the host does not hear of them.
    pub fn instead_of<F>(route: &'static str, answer: F) -> Self
    where
        F: Fn(&Asked) -> Answer + Send + Sync + 'static,
    {
        let instead = move |asked: &Asked| asked.path.ends_with(route).then(|| answer(asked));
        Self { instead: Box::new(instead), change: Box::new(|_, answer| answer) }
    }

    /// This lie and then another.
    pub fn and(self, other: Self) -> Self {
        let (first, second) = (self.instead, other.instead);
        let (before, after) = (self.change, other.change);
        Self {
            instead: Box::new(move |asked| first(asked).or_else(|| second(asked))),
            change: Box::new(move |asked, answer| after(asked, before(asked, answer))),
        }
    }
}

impl std::fmt::Debug for Lie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lie(…)")
    }
}
