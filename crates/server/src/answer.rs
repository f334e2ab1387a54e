//! A success: JSON that no cache keeps and nothing compresses.

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use souspli_protocol::problem::Code;

use crate::rejection::Rejection;

/// An answer with its status.
pub(crate) struct Answer<T> {
    status: StatusCode,
    body: T,
}

/// What was asked for (200).
pub(crate) fn ok<T>(body: T) -> Answer<T> {
    Answer { status: StatusCode::OK, body }
}

/// What was made (201).
pub(crate) fn created<T>(body: T) -> Answer<T> {
    Answer { status: StatusCode::CREATED, body }
}

/// An answer whose JSON is kept, to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Encoded(Bytes);

impl Encoded {
    /// The JSON of a body.
    pub(crate) fn of<T: Serialize>(body: &T) -> Result<Self, Code> {
        serde_json::to_vec(body).map(|json| Self(json.into())).map_err(|_| Code::Internal)
    }
}

impl IntoResponse for Encoded {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.0.into());
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        match Encoded::of(&self.body) {
            Ok(encoded) => (self.status, encoded).into_response(),
            Err(code) => Rejection::from(code).into_response(),
        }
    }
}
