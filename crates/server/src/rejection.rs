//! An answer that is not a success: a problem document (`docs/spec/http.md` §5).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use souspli_protocol::problem::{Code, Problem};
use souspli_store::StoreError;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rejection {
    code: Code,
    difficulty: Option<u8>,
    retry_after: Option<u32>,
}

impl Rejection {
    /// A proof of work with so many zero bits is needed.
    pub(crate) fn work_required(difficulty: u8) -> Self {
        Self { difficulty: Some(difficulty), ..Self::from(Code::WorkRequired) }
    }

    /// Too fast; try again after so many seconds.
    pub(crate) fn slow_down(seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..Self::from(Code::SlowDown) }
    }

    /// The stable code.
    #[cfg(test)]
    pub(crate) fn code(&self) -> Code {
        self.code
    }
}

impl From<Code> for Rejection {
    fn from(code: Code) -> Self {
        Self { code, difficulty: None, retry_after: None }
    }
}

impl From<StoreError> for Rejection {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store did not do what was asked");
        Self::from(match error {
            StoreError::Busy(_) => Code::Busy,
            StoreError::UnknownOutcome(_) => Code::UnknownOutcome,
            StoreError::Damaged(_) | StoreError::Failed(_) => Code::Internal,
        })
    }
}

/// Left in a response's extensions, for the log and the counters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused(pub(crate) Code);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let problem = Problem { difficulty: self.difficulty, ..Problem::from(self.code) };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Refused(self.code));
        response
    }
}
