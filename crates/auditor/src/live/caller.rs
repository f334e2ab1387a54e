//! Asks a running host, and keeps what passed in the form in which traffic is judged.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request};
use hyper::body::Bytes;

use crate::http::{Address, Client, HttpError};
use crate::traffic::{self, Body, Exchange, Header};

/// Bytes of the longest answer that is read.
const MOST: usize = 32 << 20;

/// What is asked.
#[derive(Debug, Clone)]
pub(super) struct Asked<'a> {
    pub(super) method: Method,
    /// From the host's root.
    pub(super) path: &'a str,
    pub(super) headers: Vec<(&'a str, String)>,
    pub(super) body: Option<Vec<u8>>,
}

impl<'a> Asked<'a> {
    /// A `GET` without anything.
    pub(super) fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, headers: Vec::new(), body: None }
    }

    /// A `POST` of bytes that are called JSON.
    pub(super) fn post(path: &'a str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![(CONTENT_TYPE.as_str(), "application/json".to_owned())];
        Self { method: Method::POST, path, headers, body: Some(body.into()) }
    }

    /// With one more header.
    pub(super) fn with(mut self, name: &'a str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A host that is asked.
#[derive(Debug)]
pub(super) struct Caller {
    client: Client,
    pub(super) address: Address,
    number: u64,
}

impl Caller {
    pub(super) fn new(client: Client, address: Address) -> Self {
        Self { client, address, number: 0 }
    }

    /// Asks, and gives what passed.
    pub(super) async fn ask(&mut self, asked: Asked<'_>) -> Result<Exchange, HttpError> {
        let url = self.address.below(asked.path);
        let away = || HttpError::Away(url.clone());
        let body = asked.body.clone().map_or(Body::Empty, Body::Bytes);
        let mut request = Request::builder().method(asked.method.clone()).uri(&url);
        for (name, value) in &asked.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| away())?;
            request = request.header(name, HeaderValue::from_str(value).map_err(|_| away())?);
        }
        let request = request.body(Bytes::from(asked.body.unwrap_or_default())).map_err(|_| away())?;
        let answer = self.client.ask(request, MOST).await?;
        self.number = self.number.saturating_add(1);
        let sent = asked.headers.into_iter().map(|(name, value)| Header { name: name.to_owned(), value });
        let came = answer.headers.iter().map(|(name, value)| Header {
            name: name.as_str().to_owned(),
            value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
        });
        let request =
            traffic::Request { method: asked.method.to_string(), url, headers: sent.collect(), body, cookies: 0 };
        let body = if answer.body.is_empty() { Body::Empty } else { Body::Bytes(answer.body) };
        let answer = traffic::Answer { status: answer.status.as_u16(), headers: came.collect(), body, cookies: 0 };
        Ok(Exchange { number: self.number, request, answer: Some(answer), frames: Vec::new(), made_for: None })
    }
}
