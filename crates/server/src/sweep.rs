//! Expired holds are deleted each minute. They block nobody meanwhile: the store compares times.

use std::sync::Weak;
use std::time::Duration;

use crate::state::Shared;

const EVERY: Duration = Duration::from_mins(1);

/// Runs until the host is gone.
pub(crate) async fn run(host: Weak<Shared>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(host) = host.upgrade() else { return };
        if let Err(error) = host.store.sweep_holds(host.clock.minute()).await {
            tracing::warn!(%error, "expired holds stay for another minute");
        }
    }
}
