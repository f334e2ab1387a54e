//! A commit whose warnings are heard.
//!
//! When a wait for a synchronous standby is cancelled, PostgreSQL says "committed locally, but might not have been
//! replicated" in a warning and reports success. The write is then not safe yet, and must not be acknowledged. sqlx
//! passes warnings on as tracing events only, so that is where they are caught.

use std::cell::Cell;
use std::sync::LazyLock;

use sqlx::{Error, Postgres, Transaction};
use tracing::instrument::WithSubscriber as _;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

/// Where sqlx reports what the server remarks.
const NOTICES: &str = "sqlx::postgres::notice";

tokio::task_local! {
    static WARNED: Cell<bool>;
}

/// What a commit that did not fail came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Committed {
    /// As durable as the server is set to make it.
    Safely,
    /// With a warning: it may not be on any standby.
    WithWarning,
}

/// What came of work that commits, and whether the server warned.
#[derive(Debug)]
pub(crate) struct Heard<T> {
    /// What came of it.
    pub(crate) came: Result<T, Error>,
    /// Whether what was committed may not be on any standby.
    pub(crate) warned: bool,
}

/// Commits and listens.
pub(crate) async fn commit(transaction: Transaction<'_, Postgres>) -> Result<Committed, Error> {
    let Heard { came, warned } = hear(transaction.commit()).await;
    came.map(|()| if warned { Committed::WithWarning } else { Committed::Safely })
}

/// Listens while something commits.
pub(crate) async fn hear<T>(work: impl Future<Output = Result<T, Error>>) -> Heard<T> {
    static LISTENER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Listener));
    let listening = async {
        let came = work.await;
        Heard { came, warned: WARNED.get().get() }
    };
    WARNED.scope(Cell::new(false), listening.with_subscriber(LISTENER.clone())).await
}

/// Notes in the running task that the server warned.
struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == NOTICES && *metadata.level() <= Level::WARN
    }

    fn event(&self, _event: &Event<'_>) {
        let _ = WARNED.try_with(|warned| warned.set(true));
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}
