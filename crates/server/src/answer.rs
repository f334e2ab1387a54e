//! A success: JSON that no cache keeps and nothing compresses.

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

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let Ok(body) = serde_json::to_vec(&self.body) else {
            return Rejection::from(Code::Internal).into_response();
        };
        let mut response = Response::new(body.into());
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
