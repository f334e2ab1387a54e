//! A host that stops while it is booked: what it acknowledged is there afterwards, what it did not may be sent again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use souspli_protocol::wire::{Append, Appended, Blob};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::TestHost;
use crate::support::booking::Booking;
use crate::support::client::Client;
use crate::support::databases::{Kind, Scratch};
use crate::support::practice::Practice;

const WRITERS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_while_it_stops_is_kept_on_sqlite() {
    stop_under_load(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_while_it_stops_is_kept_on_postgres() {
    stop_under_load(Kind::Postgres).await;
}

async fn stop_under_load(kind: Kind) {
    let scratch = Scratch::new(kind).await;
    let mut host = TestHost::start_with(|config| {
        scratch.configure(config);
        config.limits.address_burst = 0;
    })
    .await;
    let practice = Arc::new(Practice::registered(&mut host.client()).await);
    let mut kept = 0;
    for _ in 0..3 {
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            writers.spawn(write(host.addr, practice.clone()));
        }
        sleep(Duration::from_millis(300)).await;
        host.restart().await;
        let mut client = host.client();
        let outcomes = writers.join_all().await;
        for (acknowledged, unknown) in outcomes {
            kept += acknowledged.len();
            for (body, receipt) in acknowledged {
                let again: Appended = client.post(&practice.path("events"), &body).await.json(200);
                assert_eq!(again.receipt, receipt, "it was acknowledged");
            }
            let answer = client.post(&practice.path("events"), &unknown).await;
            answer.json::<Appended>(if answer.status == 200 { 200 } else { 201 });
        }
    }
    assert!(kept > WRITERS, "{kept} are too few for this to mean anything");
    host.stop().await;
    scratch.remove().await;
}

/// Books until the host takes no more; gives what was acknowledged, and the one that was not.
async fn write(host: SocketAddr, practice: Arc<Practice>) -> (Vec<(Append, Blob)>, Append) {
    let mut client = Client::new(host);
    let mut acknowledged = Vec::new();
    loop {
        let body = Booking::new().create(&practice, false);
        let Some(answer) = client.try_post(&practice.path("events"), &body).await else { return (acknowledged, body) };
        if answer.status == 503 {
            return (acknowledged, body);
        }
        let appended: Appended = answer.json(201);
        acknowledged.push((body, appended.receipt));
    }
}
