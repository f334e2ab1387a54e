//! Each minute expired holds are deleted, and rows of the journal of reads whose hour is over are closed. Nobody waits for
//! either: the store compares times, and whoever reads closes what is over first. With each new window what is due is
//! erased (`docs/spec/events.md` §8).

use std::sync::Weak;
use std::time::{Duration, Instant};

use souspli_store::StoreError;

use crate::state::Shared;
use crate::windows;

const EVERY: Duration = Duration::from_mins(1);
/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Records that are erased in one transaction: others' writes wait for no more.
const PORTION: u32 = 64;

/// Runs until the host is gone.
pub(crate) async fn run(host: Weak<Shared>) {
    let mut swept = Instant::now();
    let (mut purged, mut scrubs) = (None, true);
    loop {
        tokio::time::sleep(LOOK).await;
        let Some(host) = host.upgrade() else { return };
        if swept.elapsed() >= EVERY {
            sweep(&host).await;
            (swept, scrubs) = (Instant::now(), true);
        }
        let window = windows::current(host.clock.minute());
        if purged != Some(window) && scrubs {
            match purge(&host).await {
                Ok(()) => purged = Some(window),
                Err(error) => {
                    scrubs = false;
                    tracing::warn!(%error, "what is due is not erased yet; the next minute tries again");
                }
            }
        }
        if scrubs && let Err(error) = host.store.scrub(host.clock.minute()).await {
            scrubs = false;
            tracing::warn!(%error, "what was erased may still be in the files; the next minute tries again");
        }
    }
}

async fn sweep(host: &Shared) {
    if let Err(error) = host.store.sweep_holds(host.clock.minute()).await {
        tracing::warn!(%error, "expired holds stay for another minute");
    }
    if let Err(error) = close_reads(host).await {
        tracing::warn!(%error, "rows of the journal stay open for another minute");
    }
}

async fn close_reads(host: &Shared) -> Result<(), StoreError> {
    let minute = host.clock.minute();
    for calendar in host.store.calendars_to_close(minute).await? {
        host.store.close_reads(calendar, minute, &host.linker).await?;
    }
    Ok(())
}

/// Erases what is due, portion after portion.
async fn purge(host: &Shared) -> Result<(), StoreError> {
    let Some(through) = windows::due(host.clock.minute()) else { return Ok(()) };
    host.store.purge_hours(through).await?;
    while host.store.purge_records(through, PORTION).await? > 0 {
        if host.is_stopping() {
            return Ok(());
        }
    }
    Ok(())
}
