//! The proxy.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::lie::{Answer, Asked, Lie};

/// A request and what the proxy answered.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Names of the headers, sorted.
    pub headers: Vec<String>,
    /// Bytes of the body.
    pub length: usize,
    /// Whether the answer was a lie.
    pub lied: bool,
    /// The answer.
    pub answer: Answer,
}

impl Seen {
    /// What must not differ from the same request to an honest host: method, path, header names, length of the body.
    pub fn shape(&self) -> String {
        format!("{} {} {:?} {}", self.method, self.path, self.headers, self.length)
    }
}

/// A proxy on a port of its own. It is honest until it is told to lie.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub addr: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    host: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    lie: Mutex<Option<Arc<Lie>>>,
    seen: Mutex<Vec<Seen>>,
}

impl Proxy {
    /// Before a host, on any free port.
    pub async fn before(host: SocketAddr) -> Self {
        Self::at(0, host).await
    }

    /// Before a host, on a port.
    pub async fn at(port: u16, host: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let state = Arc::new(State { host, client, lie: Mutex::default(), seen: Mutex::default() });
        Self { addr, state: Arc::clone(&state), task: tokio::spawn(listen(listener, state)) }
    }

    /// Lies from now on.
    pub fn tell(&self, lie: Arc<Lie>) {
        *self.state.lie.lock().expect("no panic") = Some(lie);
    }

    /// What was asked since the last time, in order; honest again.
    pub fn take(&self) -> Vec<Seen> {
        *self.state.lie.lock().expect("no panic") = None;
        std::mem::take(&mut *self.state.seen.lock().expect("no panic"))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Asks a host for something that nobody signs.
pub async fn get(host: SocketAddr, path: &str) -> Answer {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let state = State { host, client, lie: Mutex::default(), seen: Mutex::default() };
    let asked = Asked { method: "GET".to_owned(), path: path.to_owned(), body: Vec::new() };
    state.forward(&asked, &HeaderMap::new()).await
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| pass(Arc::clone(&state), request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn pass(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a whole request").to_bytes();
    let asked = Asked { method: head.method.to_string(), path: head.uri.path().to_owned(), body: body.to_vec() };
    let lie = state.lie.lock().expect("no panic").clone();
    let (answer, lied) = match lie.as_ref().and_then(|lie| (lie.instead)(&asked)) {
        Some(answer) => (answer, true),
        None => state.forward_changed(&asked, &head.headers, lie.as_deref()).await,
    };
    let mut headers: Vec<String> = head.headers.keys().map(ToString::to_string).collect();
    headers.sort_unstable();
    let Asked { method, path, body } = asked;
    let seen = Seen { method, path, headers, length: body.len(), lied, answer: answer.clone() };
    state.seen.lock().expect("no panic").push(seen);
    Ok(response(answer))
}

impl State {
    /// The real host's answer, as the lie leaves it; and whether it changed.
    async fn forward_changed(&self, asked: &Asked, headers: &HeaderMap, lie: Option<&Lie>) -> (Answer, bool) {
        let honest = self.forward(asked, headers).await;
        let told = lie.map_or_else(|| honest.clone(), |lie| (lie.change)(asked, honest.clone()));
        let lied = told != honest;
        (told, lied)
    }

    async fn forward(&self, asked: &Asked, headers: &HeaderMap) -> Answer {
        let uri = format!("http://{}{}", self.host, asked.path);
        let mut request = Request::builder().method(asked.method.as_str()).uri(uri);
        for name in [header::CONTENT_TYPE, header::AUTHORIZATION] {
            if let Some(value) = headers.get(&name) {
                request = request.header(name, value);
            }
        }
        let request = request.body(Full::new(Bytes::from(asked.body.clone()))).expect("a request");
        let (head, body) = self.client.request(request).await.expect("the real host answers").into_parts();
        let passed = head.headers.iter().filter(|(name, _)| **name != header::CONTENT_LENGTH);
        let passed = passed.map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()));
        let body = body.collect().await.expect("a whole answer").to_bytes();
        Answer { status: head.status.as_u16(), headers: passed.collect(), body: body.to_vec() }
    }
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = answer.status.try_into().expect("a status");
    for (name, value) in answer.headers {
        let name: HeaderName = name.parse().expect("a name");
        response.headers_mut().append(name, HeaderValue::from_str(&value).expect("a value"));
    }
    response
}
