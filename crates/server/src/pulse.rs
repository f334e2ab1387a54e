//! Whether the database answers. Anybody may ask, so it is not asked anew for each.

use std::time::Duration;

use souspli_store::Store;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer is good.
const FRESH: Duration = Duration::from_secs(1);

/// The last answer, and when it came.
#[derive(Default)]
pub(crate) struct Pulse(Mutex<Option<(Instant, bool)>>);

impl Pulse {
    /// Whether the database answers, or did within the last second; who comes while it is asked waits for that answer.
    pub(crate) async fn beats(&self, store: &dyn Store) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, beats)) = *last
            && at.elapsed() < FRESH
        {
            return beats;
        }
        let beats = store.ping().await.is_ok();
        *last = Some((Instant::now(), beats));
        beats
    }
}
