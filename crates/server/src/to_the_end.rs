//! What goes on when its caller has gone: axum drops a handler when its client disconnects. The store finishes what it
//! was given in any case; those who listen for changes must hear of it, and an answer that it made old must go.

use souspli_protocol::problem::Code;

use crate::rejection::Rejection;

/// Does all of `work`, whether or not somebody still waits for its outcome.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Rejection>> + Send + 'static,
) -> Result<T, Rejection> {
    // A panic in it may have come after the commit.
    tokio::spawn(work).await.unwrap_or_else(|_| Err(Code::UnknownOutcome.into()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_caller_who_goes_away_stops_nothing() {
        let (done, seen) = tokio::sync::oneshot::channel();
        let work = to_the_end(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let _ = done.send(());
            Ok(())
        });
        assert!(tokio::time::timeout(Duration::from_millis(1), work).await.is_err(), "the caller leaves first");
        seen.await.expect("done all the same");
    }
}
