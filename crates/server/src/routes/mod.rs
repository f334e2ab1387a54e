//! All routes: one handler a file, folders mirror the URL. Router and OpenAPI document are made from one list.

mod calendars;
mod healthz;
mod host;
mod log;
pub(crate) mod metrics;
mod nonces;
mod openapi;
mod readyz;
mod release;
mod vaults;

use axum::routing::MethodRouter;
use http::Method;
use souspli_protocol::problem::Code;

use crate::state::AppState;

/// One route with what the document says about it.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) handler: MethodRouter<AppState>,
    pub(crate) doc: Doc,
}

/// What the document says about a route.
pub(crate) struct Doc {
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) notes: &'static str,
    pub(crate) signed_by: Option<&'static str>,
    pub(crate) body: Option<&'static str>,
    pub(crate) answers: Vec<(u16, Content)>,
    pub(crate) codes: Vec<Code>,
}

/// What an answer carries.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content {
    /// JSON of this schema.
    Json(&'static str),
    /// One JSON of this schema a line.
    Lines(&'static str),
    /// The word `ok`.
    Text,
    /// A text of a form of its own.
    Note,
    /// Bytes as they are.
    Bytes,
    /// The document itself.
    Document,
}

impl Doc {
    /// A route's operation id and sentence.
    pub(crate) fn new(id: &'static str, summary: &'static str) -> Self {
        Self { id, summary, notes: "", signed_by: None, body: None, answers: Vec::new(), codes: Vec::new() }
    }

    /// More sentences.
    pub(crate) fn notes(mut self, notes: &'static str) -> Self {
        self.notes = notes;
        self
    }

    /// The request is signed by this key.
    pub(crate) fn signed_by(mut self, key: &'static str) -> Self {
        self.signed_by = Some(key);
        self.codes(&[Code::BadAuthorization, Code::BadNonce, Code::BadSignature])
    }

    /// The schema of the body, and what a bad one is answered with.
    pub(crate) fn body(mut self, schema: &'static str) -> Self {
        self.body = Some(schema);
        let codes = [Code::BadJson, Code::BadBase64, Code::TooLarge, Code::TooSlow, Code::WrongContentType];
        self.codes(&codes)
    }

    /// A success.
    pub(crate) fn answer(mut self, status: u16, content: Content) -> Self {
        self.answers.push((status, content));
        self
    }

    /// Problems that this route knows.
    pub(crate) fn codes(mut self, codes: &[Code]) -> Self {
        self.codes.extend_from_slice(codes);
        self
    }
}

/// Every route of the host itself.
pub(crate) fn all() -> Vec<Route> {
    let mut routes =
        vec![host::route(), nonces::route(), healthz::route(), readyz::route(), openapi::route(), release::route()];
    routes.extend(vaults::routes());
    routes.extend(calendars::routes());
    routes.extend(log::routes());
    routes
}
