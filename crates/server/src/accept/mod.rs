//! The door: an accept loop of its own, since `axum::serve` sets no timer and so never times a header out.

mod activity;
mod connection;
mod places;
mod slices;
mod stall;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::accept::places::Places;
use crate::config::{Limits, Timeouts};
use crate::failure::StartError;
use crate::limits::Network;

/// Who a request comes from, in its extensions. Neither logged nor stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What a door needs to know.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) router: Router,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    pub(crate) trusted: Vec<Network>,
}

/// Ends when the host is told to stop.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone has stopped too.
    let _ = stop.wait_for(|stop| *stop).await.map(drop);
}

/// Takes an address, or says in a sentence why not.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => StartError::AddressTaken(address),
        _ => StartError::Address(address, error.to_string()),
    })
}

impl Door {
    /// Takes connections until `stop` is set; then lets what is under way finish, for at most `timeouts.shutdown`.
    pub(crate) async fn open(self, mut stop: watch::Receiver<bool>) {
        let places = Places::new(self.limits.connections, self.limits.connections_per_address);
        let mut connections = JoinSet::new();
        let settings = Arc::new(connection::Settings::new(self.timeouts));
        let theirs = stop.clone();
        loop {
            tokio::select! {
                () = stopped(&mut stop) => break,
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        let address = peer.ip().to_canonical();
                        let counted = !self.trusted.iter().any(|network| network.contains(&address));
                        // A connection too many is closed at once: there is nobody to talk to yet.
                        let Some(place) = places.take(address, counted) else { continue };
                        let serve = connection::serve(
                            stream, Peer(address), self.router.clone(), settings.clone(), theirs.clone(), place,
                        );
                        connections.spawn(serve);
                    }
                    // No file descriptors left, mostly: connections that end will give some back.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
            }
        }
        drop(self.listener);
        let rest = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(self.timeouts.shutdown(), rest).await.is_err() {
            tracing::warn!(connections = connections.len(), "cut off what did not finish in time");
        }
    }
}
