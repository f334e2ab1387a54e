//! Each minute expired holds are deleted, and rows of the journal of reads whose hour is over are closed. Nobody waits for
//! either: the store compares times, and whoever reads closes what is over first.

use std::sync::Weak;
use std::time::Duration;

use souspli_store::StoreError;

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
        if let Err(error) = close_reads(&host).await {
            tracing::warn!(%error, "rows of the journal stay open for another minute");
        }
    }
}

async fn close_reads(host: &Shared) -> Result<(), StoreError> {
    let minute = host.clock.minute();
    for calendar in host.store.calendars_to_close(minute).await? {
        host.store.close_reads(calendar, minute, &host.linker).await?;
    }
    Ok(())
}
