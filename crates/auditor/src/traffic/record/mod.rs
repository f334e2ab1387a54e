//! A proxy that stands where TLS ends and writes down what passes: HAR, for [`super::har`] and for any other reader.
//!
//! Nothing that passes is changed, but for what HTTP says a proxy keeps to itself (RFC 9110 §7.6.1), and for `host` where
//! the other side is reached through TLS. Bodies pass piece by piece, event streams too; what is written down goes through
//! files without a name where it is long, so memory does not grow with it. Written are method, address, headers, status and
//! bodies. No address of a visitor is written, not even one that another proxy names, and times are minutes.

mod entry;
mod file;
mod forward;
mod spool;
mod tee;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::http::{Address, HttpError};
use entry::Recorder;
use forward::Forward;

/// Connections at a time.
const CONNECTIONS: usize = 512;
/// For a request's head.
const HEAD: Duration = Duration::from_secs(30);

/// Says which minute it is, in the form of RFC 3339.
pub type Minutes = Arc<dyn Fn() -> String + Send + Sync>;

/// Why nothing was recorded, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be made or written.
    #[error("the recording cannot be written: {0}")]
    File(#[from] std::io::Error),
    /// No connection to the host can be made.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// Passes on and writes down until `stop` is there. `minute` says which minute it is. Gives the number of exchanges.
pub async fn record(
    listener: TcpListener,
    to: &Address,
    certificates: Option<&Path>,
    file: &Path,
    minute: Minutes,
    stop: impl Future<Output = ()>,
) -> Result<u64, RecordError> {
    let (writer, written) = file::Writer::start(file)?;
    let forward = Arc::new(Forward::new(to, certificates, Recorder::new(writer, minute))?);
    let (mut open, room) = (JoinSet::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    tokio::pin!(stop);
    loop {
        let next = async { (room.clone().acquire_owned().await, listener.accept().await) };
        let (permit, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        // Whoever went away again, or a machine that is short of something for a moment.
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let forward = forward.clone();
        open.spawn(async move {
            let service = service_fn(move |request: hyper::Request<Incoming>| {
                let forward = forward.clone();
                async move { Ok::<_, std::convert::Infallible>(forward.pass(request).await) }
            });
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()).header_read_timeout(HEAD).preserve_header_case(true);
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
            drop(permit);
        });
        while open.try_join_next().is_some() {}
    }
    drop(listener);
    // What is under way ends here, and is written down as far as it came.
    open.shutdown().await;
    drop(forward);
    Ok(tokio::task::spawn_blocking(move || written.join()).await.map_err(std::io::Error::other)??)
}
