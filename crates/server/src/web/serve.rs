//! Pages and assets. Compression is for these alone: their content is the same for everybody.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use souspli_attest::sha256;
use souspli_protocol::problem::Code;

use crate::rejection::Rejection;
use crate::state::AppState;
use crate::web::kind;

/// Assets carry a hash in their name.
const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// `GET /`: the patient's page.
pub(crate) async fn page_for_patients(State(host): State<AppState>, headers: HeaderMap) -> Response {
    file(&host, "index.html", &headers)
}

/// `GET /practice`: the practice's page.
pub(crate) async fn page_for_practices(State(host): State<AppState>, headers: HeaderMap) -> Response {
    file(&host, "practice.html", &headers)
}

/// `GET /check`: the page that judges proofs, for whoever was given one.
pub(crate) async fn page_for_proofs(State(host): State<AppState>, headers: HeaderMap) -> Response {
    file(&host, "check.html", &headers)
}

/// Everything that no route answers: a file of the web client, or nothing.
pub(crate) async fn serve(State(host): State<AppState>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let (kind, _) = kind::of(path);
    let page = path.is_empty() || kind.starts_with("text/html");
    if page || path.starts_with("v1/") || host.site.file(path).is_none() {
        return Rejection::from(Code::NoRoute).into_response();
    }
    match *request.method() {
        Method::GET | Method::HEAD => file(&host, path, request.headers()),
        _ => Rejection::from(Code::WrongMethod).into_response(),
    }
}

fn file(host: &AppState, path: &str, asked: &HeaderMap) -> Response {
    let Some(bytes) = host.site.file(path) else { return Rejection::from(Code::NoRoute).into_response() };
    let (kind, compressible) = kind::of(path);
    let zipped = (compressible && takes_gzip(asked)).then(|| host.site.gzipped(path, &bytes)).flatten();
    let tag = format!("\"{}{}\"", sha256(&bytes), if zipped.is_some() { "-gz" } else { "" });
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let cache = if path.starts_with("assets/") { FOREVER } else { ASK_AGAIN };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        if asked.get(IF_NONE_MATCH) == Some(&tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().insert(ETAG, tag);
            return response;
        }
        headers.insert(ETAG, tag);
    }
    let body = if let Some(zipped) = zipped {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        Bytes::from_owner(zipped)
    } else {
        Bytes::from(bytes.into_owned())
    };
    *response.body_mut() = Body::from(body);
    response
}

/// Whether gzip is named without a quality of zero.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = quality.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_only_for_those_who_take_it() {
        let asks = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]))
        };
        assert!(asks("gzip") && asks("br, GZIP;q=0.5") && asks("deflate,gzip"));
        assert!(!asks("br") && !asks("gzip;q=0") && !asks("gzip;q=0.0") && !asks("identity, *;q=0"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
