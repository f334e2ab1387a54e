//! Passes a request on, and its answer back.

use std::path::Path;
use std::sync::Arc;

use http::header::{
    CONNECTION, CONTENT_TYPE, HOST, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::entry::{Pending, Recorder, Side};
use super::tee::Tee;
use crate::http::{Address, HttpError, connector};

/// What a connection keeps to itself (RFC 9110 §7.6.1).
const OF_THE_CONNECTION: [HeaderName; 7] =
    [CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

type Answered = Response<BoxBody<Bytes, hyper::Error>>;

/// The way to the host.
pub(super) struct Forward {
    client: Client<HttpsConnector<HttpConnector>, Tee>,
    to: Address,
    recorder: Recorder,
}

impl Forward {
    pub(super) fn new(to: &Address, certificates: Option<&Path>, recorder: Recorder) -> Result<Self, HttpError> {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.http1_preserve_header_case(true);
        Ok(Self { client: builder.build(connector(certificates)?), to: to.clone(), recorder })
    }

    /// Passes one request on.
    pub(super) async fn pass(&self, request: Request<Incoming>) -> Answered {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let url = self.to.below(target);
        let pending = Arc::new(self.recorder.begin(request.method().as_str(), url.clone(), request.headers()));
        let Ok(uri) = url.parse::<Uri>() else { return refused(StatusCode::BAD_REQUEST) };
        let encrypted = uri.scheme_str() == Some("https");
        let (mut head, body) = request.into_parts();
        keep_to_itself(&mut head.headers);
        if encrypted {
            // The name under which TLS finds the host; a browser here knows it by another one.
            head.headers.remove(HOST);
        }
        head.uri = uri;
        head.version = Version::HTTP_11;
        let sent = Request::from_parts(head, Tee::new(body, pending.clone(), Side::Request));
        match self.client.request(sent).await {
            Ok(answer) => passed_back(answer, pending),
            Err(_) => refused(StatusCode::BAD_GATEWAY),
        }
    }
}

fn passed_back(answer: Response<Incoming>, pending: Arc<Pending>) -> Answered {
    let (mut head, body) = answer.into_parts();
    pending.answered(head.status, &head.headers);
    keep_to_itself(&mut head.headers);
    head.version = Version::HTTP_11;
    Response::from_parts(head, Tee::new(body, pending, Side::Answer).boxed())
}

/// Takes away what belongs to one connection, and what it names as such.
fn keep_to_itself(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&OF_THE_CONNECTION) {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}

/// The proxy's own answer, where the host gives none. It is not in the recording.
fn refused(status: StatusCode) -> Answered {
    let text = "The host did not answer souspli-audit.\n";
    let body = Full::new(Bytes::from_static(text.as_bytes())).map_err(|never| match never {}).boxed();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}
