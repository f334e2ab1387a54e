//! An answer in slices. What is handed to HTTP/2 whole lies there until its reader opens the window, perhaps for ever;
//! a slice is handed over when there is room for it, and that it was not asked for is seen.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};

use crate::accept::activity::UnderWay;

/// Bytes of a slice.
const SLICE: usize = 16 * 1024;

/// The body of an answer on its way; the request is under way until this is dropped.
pub(crate) struct Slices {
    body: Body,
    rest: Bytes,
    under_way: UnderWay,
}

impl Slices {
    /// A body that its reader may take from now on.
    pub(crate) fn of(body: Body, under_way: UnderWay) -> Self {
        under_way.offer();
        Self { body, rest: Bytes::new(), under_way }
    }
}

impl hyper::body::Body for Slices {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            self.under_way.taken();
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        let most = self.rest.len().min(SLICE);
        let slice = self.rest.split_to(most);
        self.under_way.offer();
        Poll::Ready(Some(Ok(Frame::data(slice))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, body) = (u64::try_from(self.rest.len()).unwrap_or(u64::MAX), self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(rest));
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::BodyExt as _;
    use hyper::body::Body as _;

    use super::*;
    use crate::accept::activity::Activity;

    #[tokio::test]
    async fn the_slices_are_the_body() {
        let whole: Vec<u8> = (0..=255).cycle().take(3 * SLICE + 7).collect();
        let activity = Activity::new();
        let mut slices = Slices::of(Body::from(whole.clone()), activity.begin());
        assert_eq!(slices.size_hint().exact(), Some(whole.len() as u64));
        assert!(activity.is_stuck(Duration::ZERO), "nobody has asked for any of it");
        let mut read = Vec::new();
        while let Some(frame) = slices.frame().await {
            let data = frame.expect("frame").into_data().expect("data");
            assert!(data.len() <= SLICE);
            read.extend_from_slice(&data);
            assert_eq!(slices.size_hint().exact(), Some((whole.len() - read.len()) as u64));
        }
        assert!(read == whole && slices.is_end_stream());
        drop(slices);
        assert!(!activity.is_stuck(Duration::ZERO));
    }
}
