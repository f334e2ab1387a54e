//! A body that passes and is kept.

use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

use super::entry::{Pending, Side};

/// Passes a body on, piece by piece, trailers too, and gives a copy of each piece to what is being recorded.
pub(super) struct Tee {
    body: Incoming,
    pending: Arc<Pending>,
    side: Side,
}

impl Tee {
    pub(super) fn new(body: Incoming, pending: Arc<Pending>, side: Side) -> Self {
        Self { body, pending, side }
    }
}

impl Body for Tee {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        let spool = self.pending.spool(self.side);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    spool.lock().unwrap_or_else(PoisonError::into_inner).add(data);
                }
            }
            Poll::Ready(None) => self.pending.ended(self.side),
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        // A body of known length says so before it is asked for more.
        if self.body.is_end_stream() {
            self.pending.ended(self.side);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
