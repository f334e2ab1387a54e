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

/// Commits and listens.
pub(crate) async fn commit(transaction: Transaction<'_, Postgres>) -> Result<Committed, Error> {
    static LISTENER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Listener));
    let listening = async {
        transaction.commit().await?;
        Ok(if WARNED.get().get() { Committed::WithWarning } else { Committed::Safely })
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
