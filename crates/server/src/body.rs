//! Bodies: JSON of a route's own size, strictly read (`docs/spec/http.md` §1, `encoding.md` §5).

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use souspli_protocol::claims::{ClaimIds, HoldRequest};
use souspli_protocol::erase::Erase;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::restore::EARLIER;
use souspli_protocol::sizes::{BATCH, EVENT, VAULT};
use souspli_protocol::{Base64Error, wire};

use crate::budget::{Budget, Share};
use crate::rejection::Rejection;
use crate::state::{AppState, Shared};
use crate::turns::Turn;

/// Names, punctuation and white space of a body.
const FRAME: usize = 512;

/// A body that a route takes.
pub(crate) trait Limited: DeserializeOwned + Send {
    /// Most bytes that it can have.
    const LIMIT: usize;
}

const fn base64url(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

const fn largest_publication() -> usize {
    let mut largest = 0;
    let mut n = 0;
    while n < PublicationKind::ALL.len() {
        let size = PublicationKind::ALL[n].size();
        if size > largest {
            largest = size;
        }
        n += 1;
    }
    largest
}

macro_rules! limits {
    ($($body:ident: $limit:expr,)*) => {$(
        impl Limited for wire::$body {
            const LIMIT: usize = FRAME + $limit;
        }
    )*};
}

limits! {
    Empty: 0,
    VaultBody: base64url(VAULT),
    VaultOpen: 0,
    Publish: BATCH * (base64url(largest_publication()) + 8),
    PublicationRead: 0,
    Hold: base64url(HoldRequest::SIZE),
    Append: base64url(EVENT) + base64url(ClaimIds::SIZE),
    EraseBody: base64url(Erase::SIZE),
    Resubmit: base64url(EVENT) + base64url(ClaimIds::SIZE) + base64url(EARLIER * Receipt::SIZE),
    NoticeRead: 0,
    RecordRead: 0,
    Sync: 0,
    ProofRead: 0,
    JournalRead: 0,
}

/// The body of a request that is not signed and asks nothing of the database.
pub(crate) struct Plain<T>(pub(crate) T);

impl<T: Limited> FromRequest<AppState> for Plain<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        Ok(Self(parse(&read(&parts.headers, body, T::LIMIT, state).await?)?))
    }
}

/// The body of a request that is not signed, and its turn at the database.
pub(crate) struct Strict<T>(pub(crate) T, pub(crate) Turn);

impl<T: Limited> FromRequest<AppState> for Strict<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Rejection> {
        let Plain(body) = Plain::from_request(request, state).await?;
        Ok(Self(body, state.turns.take().await?))
    }
}

/// Reads a whole body of at most `limit` bytes.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limit: usize, host: &Shared) -> Result<Vec<u8>, Rejection> {
    read_within(headers, body, limit, host.timeouts.body(), host.budgets.of(limit)).await
}

async fn read_within(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    time: Duration,
    budget: &Budget,
) -> Result<Vec<u8>, Rejection> {
    if !is_plain_json(headers) {
        return Err(Code::WrongContentType.into());
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limit) {
        return Err(Code::TooLarge.into());
    }
    match tokio::time::timeout(time, collect(body, limit, budget.share())).await {
        Ok(bytes) => bytes,
        Err(_) => Err(Code::TooSlow.into()),
    }
}

async fn collect(mut body: Body, limit: usize, mut share: Share<'_>) -> Result<Vec<u8>, Rejection> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        // A body that breaks off: whoever sent it may no longer read the answer.
        let frame = frame.map_err(|_| Code::BadJson)?;
        let Some(data) = frame.data_ref() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Code::TooLarge.into());
        }
        share.cover(bytes.len() + data.len()).ok_or(Code::Busy)?;
        bytes.extend_from_slice(data);
    }
    Ok(bytes)
}

/// Whether a body is said to be JSON, once, and as it is: nothing is unpacked here.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let json = kinds.next().is_some_and(is_json) && kinds.next().is_none();
    json && headers.get_all(CONTENT_ENCODING).iter().all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn is_json(value: &HeaderValue) -> bool {
    let Ok(value) = value.to_str() else { return false };
    let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
    let utf8 = parameters.trim().is_empty() || parameters.trim().eq_ignore_ascii_case("charset=utf-8");
    kind.trim().eq_ignore_ascii_case("application/json") && utf8
}

/// Reads JSON; a byte string that is not base64url of its length is told from every other fault.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Rejection> {
    // A list of an object's values is another encoding of it to serde.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Code::BadJson.into());
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let base64 = error.is_data() && error.to_string().starts_with(&Base64Error.to_string());
        if base64 { Code::BadBase64.into() } else { Code::BadJson.into() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: DeserializeOwned>(text: &str) -> Option<Code> {
        parse::<T>(text.as_bytes()).err().map(|rejection| rejection.code())
    }

    #[test]
    fn every_fault_has_its_code() {
        let locator = "A".repeat(43);
        assert_eq!(code::<wire::VaultOpen>(&format!(r#"{{"locator":"{locator}"}}"#)), None);
        for (bad, expected) in [
            (r#"{"locator":"AAAA"}"#.to_owned(), Code::BadBase64),
            (format!(r#"{{"locator":"{locator}="}}"#), Code::BadBase64),
            (format!(r#"{{"locator":"{locator}","more":1}}"#), Code::BadJson),
            (format!(r#"{{"locator":"{locator}","locator":"{locator}"}}"#), Code::BadJson),
            (r#"{"locator":7}"#.to_owned(), Code::BadJson),
            (r#"{"not base64url of the expected length":7}"#.to_owned(), Code::BadJson),
            ("{}".to_owned(), Code::BadJson),
            (format!(r#"["{locator}"]"#), Code::BadJson),
            (String::new(), Code::BadJson),
            ("[".repeat(5_000), Code::BadJson),
            ("{\"locator\":\"\\ud800\"}".to_owned(), Code::BadJson),
        ] {
            assert_eq!(code::<wire::VaultOpen>(&bad), Some(expected), "{bad}");
        }
        assert_eq!(parse::<wire::VaultOpen>(b"\xff").err().map(|r| r.code()), Some(Code::BadJson));
    }

    #[test]
    fn a_full_body_fits_its_limit() {
        let event = wire::Append {
            event: wire::Blob(vec![0; EVENT]),
            claims: wire::Blob(vec![0; ClaimIds::SIZE]),
            session: souspli_protocol::VerifyingKey::ZERO,
            session_signature: souspli_protocol::Signature::ZERO,
            work: souspli_protocol::Work::ZERO,
        };
        assert!(serde_json::to_vec(&event).expect("json").len() < wire::Append::LIMIT);
        let publish = wire::Publish { publications: vec![wire::Blob(vec![0; largest_publication()]); BATCH] };
        assert!(serde_json::to_vec(&publish).expect("json").len() < wire::Publish::LIMIT);
        let vault =
            wire::VaultBody { vault: wire::Blob(vec![0; VAULT]), locators: [souspli_protocol::Locator::ZERO; 2] };
        assert!(serde_json::to_vec(&vault).expect("json").len() < wire::VaultBody::LIMIT);
        let hold = wire::Hold { hold: wire::Blob(vec![0; HoldRequest::SIZE]), work: souspli_protocol::Work::ZERO };
        assert!(serde_json::to_vec(&hold).expect("json").len() < wire::Hold::LIMIT);
    }

    #[test]
    fn content_types() {
        for good in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"] {
            assert!(is_json(&HeaderValue::from_static(good)), "{good}");
        }
        for bad in ["text/json", "application/json; charset=latin1", "application/jsonp", "", "application/x-ndjson"] {
            assert!(!is_json(&HeaderValue::from_static(bad)), "{bad}");
        }
        let json = || HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        assert!(is_plain_json(&json()) && !is_plain_json(&HeaderMap::new()));
        for (name, value, plain) in [
            (CONTENT_ENCODING, "identity", true),
            (CONTENT_ENCODING, "gzip", false),
            (CONTENT_ENCODING, "", false),
            (CONTENT_TYPE, "application/json", false),
        ] {
            let mut headers = json();
            headers.append(name, HeaderValue::from_static(value));
            assert_eq!(is_plain_json(&headers), plain, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn a_body_that_never_ends_or_never_comes_is_cut_off() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let budget = Budget::of(1 << 20);
        let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(1);
        let slow = Body::from_stream(tokio_stream::wrappers::ReceiverStream::new(receiver));
        let answer = read_within(&headers, slow, 100, Duration::from_millis(50), &budget).await;
        assert_eq!(answer.err().map(|r| r.code()), Some(Code::TooSlow));
        drop(sender);

        let endless = tokio_stream::iter(std::iter::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 64])));
        let answer = read_within(&headers, Body::from_stream(endless), 100, Duration::from_secs(30), &budget).await;
        assert_eq!(answer.err().map(|r| r.code()), Some(Code::TooLarge));

        let answer = read_within(&headers, Body::from("{}"), 100, Duration::from_secs(30), &Budget::of(0)).await;
        assert_eq!(answer.err().map(|r| r.code()), Some(Code::Busy), "no memory is left for it");
    }
}
