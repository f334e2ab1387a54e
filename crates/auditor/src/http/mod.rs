//! A small client that reads: hosts, logs, witnesses. `https`, and plain `http` on this machine alone.
//!
//! Every answer has a bound and a time. A host that says `slow_down` (429, `docs/spec/http.md` §4) is obeyed. Nothing is
//! kept between requests, no redirect is followed.

mod address;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client as Pool, Error as PoolError};
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

pub use address::{Address, BadAddress};

const CONNECT: Duration = Duration::from_secs(10);
/// From the first byte sent to the last one read.
const WHOLE: Duration = Duration::from_secs(45);
/// The longest wait that a host may ask for at once.
const PAUSE: u64 = 60;
/// How often a host may ask to wait before one request.
const PAUSES: usize = 20;

/// Why there is no answer to judge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Nobody answered, or not to the end.
    #[error("{0} did not answer")]
    Away(String),
    /// The answer is longer than what is asked for can be.
    #[error("{0} answered more than it may")]
    TooLong(String),
    /// The answer is packed though nobody asked for that.
    #[error("{0} answered in an encoding that was not asked for")]
    Encoded(String),
    /// The host asked to wait again and again.
    #[error("{0} asked to wait too often")]
    Refused(String),
    /// The file holds no certificate that can be read (PEM).
    #[error("{0} holds no certificate that can be read")]
    Certificates(String),
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

/// The client; cheap to clone, connections are shared.
#[derive(Debug, Clone)]
pub struct Client {
    pool: Arc<Pool<HttpsConnector<HttpConnector>, Full<Bytes>>>,
}

impl Client {
    /// A client that trusts the web's certificates, or those of a file (PEM) in their place.
    pub fn new(certificates: Option<&Path>) -> Result<Self, HttpError> {
        Ok(Self { pool: Arc::new(Pool::builder(TokioExecutor::new()).build(connector(certificates)?)) })
    }

    /// `GET` of a path below an address; at most `most` bytes of body.
    pub async fn get(&self, address: &Address, path: &str, most: usize) -> Result<Answer, HttpError> {
        self.send(&Method::GET, &address.below(path), Bytes::new(), most).await
    }

    /// `POST` of a JSON body; at most `most` bytes of body come back.
    pub async fn post_json(
        &self,
        address: &Address,
        path: &str,
        body: Vec<u8>,
        most: usize,
    ) -> Result<Answer, HttpError> {
        self.send(&Method::POST, &address.below(path), body.into(), most).await
    }

    /// Sends a request as it is given, and takes the answer as it comes, packed too. Nothing is followed.
    pub async fn ask(&self, request: Request<Bytes>, most: usize) -> Result<Answer, HttpError> {
        let (head, body) = request.into_parts();
        let url = head.uri.to_string();
        for _ in 0..PAUSES {
            let sent = Request::from_parts(head.clone(), Full::new(body.clone()));
            let answer = tokio::time::timeout(WHOLE, read_as_it_comes(self.pool.request(sent), &url, most)).await;
            let answer = answer.map_err(|_| HttpError::Away(url.clone()))??;
            match pause(&answer) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Ok(answer),
            }
        }
        Err(HttpError::Refused(url))
    }

    async fn send(&self, method: &Method, url: &str, body: Bytes, most: usize) -> Result<Answer, HttpError> {
        for _ in 0..PAUSES {
            let mut request = Request::builder().method(method.clone()).uri(url);
            if *method == Method::POST {
                request = request.header(CONTENT_TYPE, "application/json");
            }
            let request = request.body(Full::new(body.clone())).map_err(|_| HttpError::Away(url.to_owned()))?;
            let answer = tokio::time::timeout(WHOLE, read(self.pool.request(request), url, most)).await;
            let answer = answer.map_err(|_| HttpError::Away(url.to_owned()))??;
            match pause(&answer) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Ok(answer),
            }
        }
        Err(HttpError::Refused(url.to_owned()))
    }
}

/// What makes connections that trust the web's certificates, or those of a file (PEM) in their place.
pub(crate) fn connector(certificates: Option<&Path>) -> Result<HttpsConnector<HttpConnector>, HttpError> {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(CONNECT));
    connector.set_nodelay(true);
    let builder = HttpsConnectorBuilder::new();
    let builder = match certificates {
        Some(file) => builder.with_tls_config(trusting(file)?),
        None => builder.with_webpki_roots(),
    };
    Ok(builder.https_or_http().enable_all_versions().wrap_connector(connector))
}

/// Reads an answer to its end.
async fn read(
    answer: impl Future<Output = Result<http::Response<Incoming>, PoolError>>,
    url: &str,
    most: usize,
) -> Result<Answer, HttpError> {
    let answer = read_as_it_comes(answer, url, most).await?;
    if answer.headers.contains_key(CONTENT_ENCODING) {
        return Err(HttpError::Encoded(url.to_owned()));
    }
    Ok(answer)
}

async fn read_as_it_comes(
    answer: impl Future<Output = Result<http::Response<Incoming>, PoolError>>,
    url: &str,
    most: usize,
) -> Result<Answer, HttpError> {
    let (head, body) = answer.await.map_err(|_| HttpError::Away(url.to_owned()))?.into_parts();
    let body = Limited::new(body, most).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            HttpError::TooLong(url.to_owned())
        } else {
            HttpError::Away(url.to_owned())
        }
    })?;
    Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes().to_vec() })
}

/// How long the host wants to be left alone.
fn pause(answer: &Answer) -> Option<Duration> {
    let asked = matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let seconds: u64 = answer.headers.get(RETRY_AFTER).filter(|_| asked)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds.clamp(1, PAUSE)))
}

fn trusting(file: &Path) -> Result<ClientConfig, HttpError> {
    let unreadable = || HttpError::Certificates(file.display().to_string());
    let pem = fs::read(file).map_err(|_| unreadable())?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.map_err(|_| unreadable())?).map_err(|_| unreadable())?;
    }
    if roots.is_empty() {
        return Err(unreadable());
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}
