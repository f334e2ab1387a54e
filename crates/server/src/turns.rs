//! Who may ask the database now: so many at a time, the others in the order in which they came. In a rush that is
//! quicker for everybody than to be turned away and come again.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use http::request::Parts;
use souspli_protocol::problem::Code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::rejection::Rejection;
use crate::state::AppState;

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// All turns of a process.
pub(crate) struct Turns(Arc<Semaphore>);

/// One request's turn; it ends when this is dropped. Taken when the body has been read, so that a slow sender holds
/// none; a request without a body takes it as an extractor.
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Turns {
    /// So many at a time.
    pub(crate) fn new(at_a_time: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_a_time)))
    }

    /// Waits for a turn, or says that the host is busy.
    pub(crate) async fn take(&self) -> Result<Turn, Code> {
        match tokio::time::timeout(PATIENCE, self.0.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
            _ => Err(Code::Busy),
        }
    }
}

impl FromRequestParts<AppState> for Turn {
    type Rejection = Rejection;

    async fn from_request_parts(_: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        Ok(state.turns.take().await?)
    }
}
