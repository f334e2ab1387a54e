//! `GET /v1/host`: the host's keys. Clients trust them only where a practice's identity names the same.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use souspli_protocol::SUITE;
use souspli_protocol::wire::HostInfo;

use crate::answer::{Answer, ok};
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readHost", "The host's keys, and whether it takes new practices.")
        .answer(200, Content::Json("HostInfo"));
    Route { method: Method::GET, path: "/v1/host", handler: get(handle), doc }
}

async fn handle(State(host): State<AppState>) -> Answer<HostInfo> {
    ok(HostInfo {
        receipt_key: host.key.receipt_key(),
        log_key: host.key.log_key(),
        log_origin: host.log_origin.clone(),
        witness_policy: host.log.policy_text(),
        suite: SUITE,
        registration: host.registration.as_str().to_owned(),
    })
}
