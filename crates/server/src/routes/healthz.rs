//! `GET /healthz`: the process answers.

use axum::routing::get;
use http::Method;

use crate::routes::{Content, Doc, Route};

pub(crate) fn route() -> Route {
    let doc = Doc::new("health", "Whether the process answers.").answer(200, Content::Text);
    Route { method: Method::GET, path: "/healthz", handler: get(async || "ok"), doc }
}
