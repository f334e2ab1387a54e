//! Signed requests (`docs/spec/http.md` §3): who asks, proven by a signature over this one request.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use souspli_attest::{sha256, verify};
use souspli_protocol::VerifyingKey;
use souspli_protocol::problem::Code;
use souspli_protocol::request::{Authorization, request_statement};
use souspli_store::Calendar;

use crate::body::{self, Limited};
use crate::path::CalendarPath;
use crate::rejection::Rejection;
use crate::state::AppState;
use crate::turns::Turn;

/// A body whose sender has signed the request. What the key may do is the handler's question.
pub(crate) struct Signed<T> {
    /// What is asked.
    pub(crate) body: T,
    /// Who asks.
    pub(crate) key: VerifyingKey,
    /// Of whom.
    pub(crate) calendar: Calendar,
    _turn: Turn,
}

impl<T: Limited> FromRequest<AppState> for Signed<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Rejection> {
        let (mut parts, body) = request.into_parts();
        let authorization = authorization(&parts.headers)?;
        state.nonces.check(&authorization.nonce, state.clock.minute())?;
        let CalendarPath(id) = CalendarPath::from_request_parts(&mut parts, state).await?;
        let bytes = body::read(&parts.headers, body, T::LIMIT, state).await?;
        let turn = state.turns.take().await?;
        let calendar = state.calendar(id).await?;
        let (method, path) = (parts.method.as_str(), parts.uri.path());
        let statement = request_statement(&calendar.context, method, path, &sha256(&bytes), &authorization.nonce);
        verify(&authorization.key, &statement, &authorization.signature).map_err(|_| Code::BadSignature)?;
        state.nonces.take(&authorization.nonce, state.clock.minute())?;
        Ok(Self { body: body::parse(&bytes)?, key: authorization.key, calendar, _turn: turn })
    }
}

impl<T> Signed<T> {
    /// Goes on only if the key stands in the access list.
    pub(crate) async fn in_acl(&self, state: &AppState) -> Result<(), Rejection> {
        if state.directory(&self.calendar).await?.is_member(&self.key) { Ok(()) } else { Err(Code::NotInAcl.into()) }
    }
}

fn authorization(headers: &HeaderMap) -> Result<Authorization, Code> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().and_then(|value| value.to_str().ok()).ok_or(Code::BadAuthorization)?;
    if values.next().is_some() {
        return Err(Code::BadAuthorization);
    }
    Authorization::decode(value).ok_or(Code::BadAuthorization)
}
