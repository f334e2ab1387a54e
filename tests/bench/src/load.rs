//! The load: so many connections, each from an address of its own as patients have, each sending the next booking when
//! the last one is acknowledged. One thread; nothing is sealed, parsed or verified while the clock runs.

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use crate::Outcome;
use crate::connection::Connection;
use crate::events::Prepared;

/// Before a host that was busy is asked again.
const PAUSE: Duration = Duration::from_millis(20);

/// A booking that the host answered with 201.
pub(crate) struct Acknowledged {
    /// Its place among the prepared ones.
    pub(crate) place: usize,
    /// The answer's body.
    pub(crate) body: Vec<u8>,
}

/// What came of a run.
pub(crate) struct Run {
    /// From the first byte sent to the last answer.
    pub(crate) elapsed: Duration,
    /// Everything that was acknowledged.
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// How often the host said that it is busy.
    pub(crate) busy: usize,
    /// How long each answer took.
    pub(crate) waits: Vec<Duration>,
}

/// The address of a client.
pub(crate) fn address(number: usize) -> IpAddr {
    let [high, low] = u16::try_from(number).unwrap_or(0).to_be_bytes();
    IpAddr::from([127, 1, high, low])
}

/// Sends all bookings over so many connections.
pub(crate) async fn run(host: SocketAddr, prepared: &Arc<Vec<Prepared>>, connections: usize) -> Outcome<Run> {
    let prepared = prepared.clone();
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        LocalSet::new().block_on(&runtime, send_all(host, &prepared, connections))
    })
    .await?
}

async fn send_all(host: SocketAddr, prepared: &Arc<Vec<Prepared>>, connections: usize) -> Outcome<Run> {
    let mut open = Vec::new();
    for number in 0..connections {
        open.push(Connection::open(host, address(number)).await?);
    }
    let all = Rc::new(Shared::default());
    let begin = Instant::now();
    let senders: Vec<_> = open
        .into_iter()
        .map(|connection| tokio::task::spawn_local(send(connection, prepared.clone(), all.clone())))
        .collect();
    for sender in senders {
        sender.await??;
    }
    let elapsed = begin.elapsed();
    Ok(Run { elapsed, acknowledged: all.acknowledged.take(), busy: all.busy.get(), waits: all.waits.take() })
}

#[derive(Default)]
struct Shared {
    next: Cell<usize>,
    busy: Cell<usize>,
    acknowledged: RefCell<Vec<Acknowledged>>,
    waits: RefCell<Vec<Duration>>,
}

async fn send(mut connection: Connection, prepared: Arc<Vec<Prepared>>, all: Rc<Shared>) -> Outcome {
    loop {
        let place = all.next.replace(all.next.get() + 1);
        let Some(booking) = prepared.get(place) else { return Ok(()) };
        let begin = Instant::now();
        let mut answer = connection.exchange(&booking.request).await?;
        while answer.status == 503 {
            all.busy.set(all.busy.get() + 1);
            tokio::time::sleep(PAUSE).await;
            answer = connection.exchange(&booking.request).await?;
        }
        if answer.status != 201 {
            let said = String::from_utf8_lossy(&answer.body);
            return Err(format!("a booking was answered with {}: {said}", answer.status).into());
        }
        all.waits.borrow_mut().push(begin.elapsed());
        all.acknowledged.borrow_mut().push(Acknowledged { place, body: answer.body });
    }
}
