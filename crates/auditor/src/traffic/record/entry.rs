//! An exchange while it passes, and what is written of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;

use super::Minutes;
use super::file::Writer;
use super::spool::Spool;

/// Headers whose values are addresses of visitors: that they were there is written, not what they said.
const ADDRESSES: &[&str] =
    &["cf-connecting-ip", "forwarded", "true-client-ip", "x-client-ip", "x-forwarded-for", "x-real-ip"];

/// Which body.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    /// To the host.
    Request,
    /// From the host.
    Answer,
}

/// Begins exchanges.
pub(super) struct Recorder {
    writer: Writer,
    minute: Minutes,
}

/// What a request or an answer begins with.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) first: String,
    pub(super) second: String,
    pub(super) headers: Vec<(String, String)>,
}

/// One exchange, ready to be written.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) minute: String,
    /// Method and address.
    pub(super) request: Head,
    /// Status and its sentence; empty where the host gave none.
    pub(super) answer: Head,
    pub(super) sent: Spool,
    pub(super) came: Spool,
    /// Whether it came to its end.
    pub(super) finished: bool,
}

/// An exchange under way. It is written when the last one lets go of it: at its end, or when recording stops.
pub(super) struct Pending {
    writer: Writer,
    entry: Mutex<Option<Entry>>,
    sent: Mutex<Spool>,
    came: Mutex<Spool>,
    ended: AtomicBool,
}

impl Recorder {
    pub(super) fn new(writer: Writer, minute: Minutes) -> Self {
        Self { writer, minute }
    }

    pub(super) fn begin(&self, method: &str, url: String, headers: &HeaderMap) -> Pending {
        let entry = Entry {
            minute: (self.minute)(),
            request: Head { first: method.to_owned(), second: url, headers: written(headers) },
            answer: Head::default(),
            sent: Spool::new(),
            came: Spool::new(),
            finished: false,
        };
        Pending {
            writer: self.writer.clone(),
            entry: Mutex::new(Some(entry)),
            sent: Mutex::new(Spool::new()),
            came: Mutex::new(Spool::new()),
            ended: AtomicBool::new(false),
        }
    }
}

impl Pending {
    pub(super) fn spool(&self, side: Side) -> &Mutex<Spool> {
        match side {
            Side::Request => &self.sent,
            Side::Answer => &self.came,
        }
    }

    /// The answer has begun.
    pub(super) fn answered(&self, status: http::StatusCode, headers: &HeaderMap) {
        if let Some(entry) = self.entry.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            let sentence = status.canonical_reason().unwrap_or_default().to_owned();
            entry.answer = Head { first: status.as_u16().to_string(), second: sentence, headers: written(headers) };
        }
    }

    /// A body has come to its end.
    pub(super) fn ended(&self, side: Side) {
        if matches!(side, Side::Answer) {
            self.ended.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Some(mut entry) = self.entry.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let take = |spool: &Mutex<Spool>| {
            std::mem::replace(&mut *spool.lock().unwrap_or_else(PoisonError::into_inner), Spool::new())
        };
        entry.sent = take(&self.sent);
        entry.came = take(&self.came);
        entry.finished = self.ended.load(Ordering::Relaxed);
        self.writer.write(entry);
    }
}

/// Names in small letters, values as text; bytes that are none become U+FFFD.
fn written(headers: &HeaderMap) -> Vec<(String, String)> {
    let one = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let hidden = ADDRESSES.contains(&name.as_str());
        let text = if hidden { "(left out)".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        (name.as_str().to_owned(), text.into_owned())
    };
    headers.iter().map(one).collect()
}
