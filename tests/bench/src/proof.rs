//! After the clock: every answer is a receipt that verifies, and the host hands out every record that it acknowledged.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use souspli_attest::event_hash;
use souspli_attest::restore::Restores;
use souspli_client::record::{Promiser, verify_receipt};
use souspli_protocol::wire::{Appended, Counter, HostInfo, Sync, SyncAnswer};
use souspli_protocol::{Digest, VerifyingKey};

use crate::Outcome;
use crate::connection::Connection;
use crate::events::Prepared;
use crate::load::Acknowledged;
use crate::practice::Practice;

/// Verifies the receipts and counts what the host holds; gives the number of records.
pub(crate) async fn prove(
    host: SocketAddr,
    practices: &Arc<Vec<Practice>>,
    prepared: &Arc<Vec<Prepared>>,
    acknowledged: Vec<Acknowledged>,
) -> Outcome<usize> {
    let mut connection = Connection::open(host, Ipv4Addr::LOCALHOST.into()).await?;
    let answer = connection.exchange(b"GET /v1/host HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await?;
    let key = answer.success::<HostInfo>("/v1/host")?.receipt_key;
    let (of, from) = (practices.clone(), prepared.clone());
    let promised = tokio::task::spawn_blocking(move || promised(&of, &from, &acknowledged, &key)).await??;
    let mut held = HashSet::new();
    for (number, practice) in practices.iter().enumerate() {
        // Addresses of other clients than the load's: limits are on.
        let mut connection = Connection::open(host, crate::load::address(10_000 + number / 50)).await?;
        held.extend(records(&mut connection, practice).await?);
    }
    if held == promised {
        return Ok(held.len());
    }
    let lost = promised.difference(&held).count();
    Err(format!("{} bookings were acknowledged, the host holds {}, {lost} are lost", promised.len(), held.len()).into())
}

fn promised(
    practices: &[Practice],
    prepared: &[Prepared],
    acknowledged: &[Acknowledged],
    key: &VerifyingKey,
) -> Outcome<HashSet<Digest>> {
    let mut promised = HashSet::new();
    for Acknowledged { place, body } in acknowledged {
        let Appended { receipt } = serde_json::from_slice(body)?;
        let booking = prepared.get(*place).ok_or("an answer to no booking")?;
        let practice = practices.get(booking.practice).ok_or("a booking of no practice")?;
        let host = Promiser { context: &practice.context, receipt_key: key, restores: &Restores::default() };
        verify_receipt(&receipt.0, &booking.hash, &host)
            .map_err(|distrust| format!("a receipt does not verify: {distrust:?}"))?;
        promised.insert(booking.hash);
    }
    Ok(promised)
}

/// Hashes of the events in a practice's chain.
async fn records(connection: &mut Connection, practice: &Practice) -> Outcome<Vec<Digest>> {
    let mut records = Vec::new();
    let mut since = 0;
    loop {
        let (path, body) = (practice.path("sync"), Sync { since: Counter(since) });
        let page: SyncAnswer = connection.post_signed(&practice.member, &practice.context, &path, &body).await?;
        since += u64::try_from(page.entries.len())?;
        records.extend(page.entries.iter().filter_map(|entry| Some(event_hash(&entry.event.as_ref()?.0))));
        if !page.more {
            return Ok(records);
        }
    }
}
