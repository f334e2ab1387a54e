//! A client on one HTTP/1.1 connection. Every problem that it meets must stand in the document under its route.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use axum::body::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use souspli_attest::{SigningKey, sha256};
use souspli_protocol::problem::{Code, Problem};
use souspli_protocol::request::{Authorization, request_statement};
use souspli_protocol::{Context, Nonce};
use tokio::net::TcpSocket;

/// One connection, made when it is needed.
pub(crate) struct Client {
    addr: SocketAddr,
    from: Option<IpAddr>,
    sender: Option<SendRequest<Full<Bytes>>>,
    nonce: Option<Nonce>,
}

/// Why no answer came.
pub(crate) type Broken = Box<dyn std::error::Error + Send + Sync>;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Client {
    pub(crate) fn new(addr: SocketAddr) -> Self {
        Self { addr, from: None, sender: None, nonce: None }
    }

    /// A client that connects from this address.
    pub(crate) fn from(addr: SocketAddr, from: IpAddr) -> Self {
        Self { from: Some(from), ..Self::new(addr) }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Full::default()).expect("request")).await.expect("answer")
    }

    pub(crate) async fn post<T: Serialize>(&mut self, path: &str, body: &T) -> Answer {
        self.post_raw(path, serde_json::to_vec(body).expect("json")).await
    }

    pub(crate) async fn post_raw(&mut self, path: &str, body: impl Into<Bytes>) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(Full::new(body.into())).expect("request")).await.expect("answer")
    }

    /// The answer to a POST, or `None` where the connection broke.
    pub(crate) async fn try_post<T: Serialize>(&mut self, path: &str, body: &T) -> Option<Answer> {
        self.try_post_raw(path, serde_json::to_vec(body).expect("json")).await
    }

    pub(crate) async fn try_post_raw(&mut self, path: &str, body: impl Into<Bytes>) -> Option<Answer> {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(Full::new(body.into())).expect("request")).await.ok()
    }

    /// The answer to a POST that a test wants to fail in a way that no other test may.
    pub(crate) async fn post_unchecked<T: Serialize>(&mut self, path: &str, body: &T) -> Answer {
        let body = serde_json::to_vec(body).expect("json");
        let request = Request::post(path).header("content-type", "application/json");
        let response = self.begin(request.body(Full::new(body.into())).expect("request")).await.expect("answer");
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.collect().await.expect("body").to_bytes(),
        }
    }

    /// A request signed by `key`.
    pub(crate) async fn signed<T: Serialize>(
        &mut self,
        key: &SigningKey,
        context: &Context,
        path: &str,
        body: &T,
    ) -> Answer {
        let body = serde_json::to_vec(body).expect("json");
        loop {
            let nonce = self.nonce().await;
            let value = authorization(key, context, path, &body, nonce);
            let answer = self.with_authorization(path, body.clone(), &value).await;
            // The last answer's nonce may be old by now; this answer has brought a new one.
            if answer.status != 401 || answer.problem() != Code::BadNonce {
                return answer;
            }
        }
    }

    pub(crate) async fn with_authorization(&mut self, path: &str, body: Vec<u8>, value: &str) -> Answer {
        let request = Request::post(path).header("content-type", "application/json").header("authorization", value);
        self.send(request.body(Full::new(body.into())).expect("request")).await.expect("answer")
    }

    /// The nonce of the last answer, if there was one.
    pub(crate) fn known_nonce(&mut self) -> Option<Nonce> {
        self.nonce.take()
    }

    /// The same client with a connection to come.
    pub(crate) fn anew(&self) -> Self {
        Self { addr: self.addr, from: self.from, sender: None, nonce: None }
    }

    /// The nonce of the last answer, or a new one.
    pub(crate) async fn nonce(&mut self) -> Nonce {
        if self.nonce.is_none() {
            let answer = self.post("/v1/nonces", &serde_json::json!({})).await;
            assert_eq!(answer.status, 200);
        }
        self.nonce.take().expect("every answer under /v1 brings one")
    }

    /// The answer, or the error of a connection that broke.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Broken> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.begin(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, body };
        check(&method, &path, &answer);
        let nonce = answer.headers.get("souspli-nonce");
        assert_eq!(nonce.is_some(), path.starts_with("/v1/"), "{path}");
        self.nonce = nonce.map(|value| value.to_str().expect("text").parse().expect("nonce"));
        Ok(answer)
    }

    /// The response with its body still to come.
    pub(crate) async fn begin(
        &mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<hyper::Response<Incoming>, Broken> {
        if self.sender.as_ref().is_none_or(SendRequest::is_closed) {
            self.connect().await?;
        }
        let host = self.addr.to_string();
        request.headers_mut().insert("host", host.parse().expect("host"));
        let sender = self.sender.as_mut().expect("connected");
        sender.ready().await?;
        Ok(sender.send_request(request).await?)
    }

    async fn connect(&mut self) -> Result<(), Broken> {
        let socket = TcpSocket::new_v4()?;
        if let Some(from) = self.from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        let stream = socket.connect(self.addr).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        self.sender = Some(sender);
        Ok(())
    }
}

/// The header of a signed POST.
pub(crate) fn authorization(key: &SigningKey, context: &Context, path: &str, body: &[u8], nonce: Nonce) -> String {
    let statement = request_statement(context, "POST", path, &sha256(body), &nonce);
    Authorization { key: key.verifying_key(), nonce, signature: key.sign(&statement) }.encode()
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.headers["content-type"], "application/json");
        assert_eq!(self.headers["cache-control"], "no-store");
        assert!(!self.headers.contains_key("content-encoding"));
        serde_json::from_slice(&self.body).expect("the body of its route")
    }

    /// The code of a problem, whose document is whole.
    #[track_caller]
    pub(crate) fn problem(&self) -> Code {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.status);
        let problem: Problem = serde_json::from_slice(&self.body).expect("problem");
        let whole = Problem { difficulty: problem.difficulty, ..Problem::from(problem.code) };
        assert_eq!(problem, whole);
        assert_eq!(self.status, problem.status);
        problem.code
    }
}

/// (template, code) of every problem that the document names.
static DOCUMENTED: LazyLock<HashSet<(String, String)>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(&souspli_server::openapi::document()).expect("json");
    let mut documented = HashSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for operation in item.as_object().expect("item").values() {
            for response in operation["responses"].as_object().expect("responses").values() {
                for code in response["x-codes"].as_array().into_iter().flatten() {
                    documented.insert((path.clone(), code.as_str().expect("code").to_owned()));
                }
            }
        }
    }
    documented
});

fn check(method: &Method, path: &str, answer: &Answer) {
    let headers = &answer.headers;
    for name in ["content-security-policy", "referrer-policy", "permissions-policy", "integrity-policy"] {
        assert!(headers.contains_key(name), "{name} of {path}");
    }
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
    let is_problem = headers.get("content-type").is_some_and(|value| value == "application/problem+json");
    assert!(answer.status != 500, "{method} {path}");
    if answer.status < 400 || *method == Method::HEAD {
        return;
    }
    assert!(is_problem, "{method} {path}: {}", answer.status);
    let code = answer.problem();
    let documented = DOCUMENTED.contains(&(template(path), code.as_str().to_owned()));
    assert!(
        documented || matches!(code, Code::NoRoute | Code::WrongMethod),
        "{} of {path} does not stand in the document",
        code.as_str()
    );
}

fn template(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts.get(2) == Some(&"calendars") && parts.len() > 3 {
        parts[3] = "{calendar}";
        if parts.get(4) == Some(&"identities") && parts.len() > 5 {
            parts[5] = "{epoch}";
        }
    }
    parts.join("/")
}
