//! What stands in a path: opaque ids, strictly read.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use souspli_protocol::CalendarId;
use souspli_protocol::problem::Code;

use crate::rejection::Rejection;

/// The calendar of a path. Text that is no id names a calendar that is not there.
pub(crate) struct CalendarPath(pub(crate) CalendarId);

impl<S: Send + Sync> FromRequestParts<S> for CalendarPath {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let text = parameter(parts, state, "calendar").await.ok_or(Code::NoCalendar)?;
        Ok(Self(text.parse().map_err(|_| Code::NoCalendar)?))
    }
}

/// The epoch of a path: decimal, without leading zeros.
pub(crate) struct EpochPath(pub(crate) u32);

impl<S: Send + Sync> FromRequestParts<S> for EpochPath {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let text = parameter(parts, state, "epoch").await.ok_or(Code::NoPublication)?;
        let epoch: u32 = text.parse().map_err(|_| Code::NoPublication)?;
        if epoch.to_string() == text { Ok(Self(epoch)) } else { Err(Code::NoPublication.into()) }
    }
}

async fn parameter<S: Send + Sync>(parts: &mut Parts, state: &S, name: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.ok()?;
    parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}
