//! Connections that are slow, silent, endless or too many.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::support::TestHost;

async fn impatient() -> TestHost {
    TestHost::start_with(|config| {
        config.timeouts.header = 1;
        config.timeouts.body = 1;
        config.limits.connections_per_address = 4;
    })
    .await
}

/// Everything that comes until the host closes.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let read = timeout(Duration::from_secs(15), stream.read_to_end(&mut text)).await.expect("closed in time");
    // A reset is a close too.
    let _ = read;
    String::from_utf8_lossy(&text).into_owned()
}

async fn say(addr: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).await.expect("connect");
    stream.write_all(text.as_bytes()).await.expect("write");
    stream
}

#[tokio::test]
async fn heads_that_do_not_come_are_cut_off() {
    let host = impatient().await;
    for begin in ["", "P", "GET /healthz HTTP/1.1\r\nHost: x\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let stream = say(host.addr, begin).await;
        let started = Instant::now();
        until_closed(stream).await;
        assert!(started.elapsed() < Duration::from_secs(12), "{begin:?}");
    }
}

#[tokio::test]
async fn a_head_that_drips_is_cut_off() {
    let host = impatient().await;
    let mut stream = say(host.addr, "GET /healthz HTTP/1.1\r\n").await;
    let dripped = timeout(Duration::from_secs(10), async {
        while stream.write_all(b"a: b\r\n").await.is_ok() {
            sleep(Duration::from_millis(100)).await;
        }
    });
    assert!(dripped.await.is_ok(), "still open");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_with_408() {
    let host = impatient().await;
    let head = "POST /v1/nonces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{";
    let answer = until_closed(say(host.addr, head).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"code\":\"too_slow\""), "{answer}");
}

#[tokio::test]
async fn a_body_without_end_is_answered_with_413() {
    let host = impatient().await;
    let head =
        "POST /v1/nonces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (mut read, mut write) = say(host.addr, head).await.into_split();
    let endless = tokio::spawn(async move {
        let chunk = format!("1000\r\n{}\r\n", " ".repeat(4_096));
        while write.write_all(chunk.as_bytes()).await.is_ok() {}
    });
    let mut answer = vec![0; 4_096];
    let count = timeout(Duration::from_secs(10), read.read(&mut answer)).await.expect("in time").expect("read");
    let answer = String::from_utf8_lossy(&answer[..count]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"code\":\"too_large\""), "{answer}");
    drop(read);
    timeout(Duration::from_secs(10), endless).await.expect("closed").expect("no panic");
}

#[tokio::test]
async fn nonsense_is_answered_and_closed() {
    let host = impatient().await;
    for nonsense in
        ["\r\n\r\n\r\n", "\0\0\0\0\0\0", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\0\x01\0"]
    {
        let answer = until_closed(say(host.addr, nonsense).await).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{nonsense:?}: {answer}");
    }
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(200_000));
    let answer = timeout(Duration::from_secs(10), async {
        let mut stream = TcpStream::connect(host.addr).await.expect("connect");
        // The host may close before all of it is written.
        let _ = stream.write_all(long.as_bytes()).await;
        until_closed(stream).await
    });
    let answer = answer.await.expect("in time");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert_eq!(host.client().get("/healthz").await.status, 200, "the host lives");
}

#[tokio::test]
async fn one_address_has_only_so_many_connections() {
    let host = impatient().await;
    let mut open = Vec::new();
    for _ in 0..4 {
        let mut client = host.client();
        assert_eq!(client.get("/healthz").await.status, 200);
        open.push(client);
    }
    let fifth = say(host.addr, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(until_closed(fifth).await, "", "closed without an answer");
    drop(open);
    sleep(Duration::from_millis(100)).await;
    assert_eq!(host.client().get("/healthz").await.status, 200);
}

#[tokio::test]
async fn http2_is_spoken() {
    let host = TestHost::start().await;
    let stream = TcpStream::connect(host.addr).await.expect("connect");
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("handshake");
    tokio::spawn(connection);
    for _ in 0..3 {
        let request = http::Request::get(format!("http://{}/v1/host", host.addr));
        let response =
            sender.send_request(request.body(Full::<Bytes>::default()).expect("request")).await.expect("answer");
        assert_eq!(response.status(), 200);
        assert!(response.headers().contains_key("souspli-nonce"));
        let body = response.into_body().collect().await.expect("body").to_bytes();
        assert!(body.starts_with(b"{\"receiptKey\":"));
    }
}

#[tokio::test]
async fn what_is_under_way_is_finished_when_the_host_stops() {
    let mut host = TestHost::start().await;
    let head = "POST /v1/nonces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{";
    let mut slow = say(host.addr, head).await;
    sleep(Duration::from_millis(100)).await;
    let addr = host.addr;
    let finish = async {
        sleep(Duration::from_millis(300)).await;
        assert!(TcpStream::connect(addr).await.is_err(), "nobody new is let in");
        slow.write_all(b"}").await.expect("write");
        until_closed(slow).await
    };
    let ((), answer) = tokio::join!(host.stop(), finish);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// A frame of HTTP/2: type, flags, stream, payload.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: u8 = 4;

#[tokio::test]
async fn http2_streams_are_bounded() {
    let host = TestHost::start().await;
    let mut stream = TcpStream::connect(host.addr).await.expect("connect");
    stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).await.expect("write");
    let mut head = [0; 9];
    timeout(Duration::from_secs(5), stream.read_exact(&mut head)).await.expect("in time").expect("a frame");
    assert_eq!(head[3], SETTINGS, "the first frame");
    let mut settings = vec![0; usize::from(head[2])];
    stream.read_exact(&mut settings).await.expect("its payload");
    let value = |id: u16| {
        let mut pairs =
            settings.chunks_exact(6).map(|pair| (&pair[..2], u32::from_be_bytes(pair[2..].try_into().expect("4"))));
        pairs.find(|(name, _)| **name == id.to_be_bytes()).map(|(_, value)| value)
    };
    let (max_concurrent_streams, max_header_list_size) = (3, 6);
    assert_eq!(value(max_concurrent_streams), Some(100));
    assert_eq!(value(max_header_list_size), Some(16 * 1_024));
}

/// Whoever asks for answers and leaves them lying is cut off, even while asking for more.
#[tokio::test]
async fn an_http2_client_that_takes_no_answers_is_cut_off() {
    let host = TestHost::start_with(|config| config.timeouts.write = 1).await;
    let stream = TcpStream::connect(host.addr).await.expect("connect");
    let mut builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(1_024);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.expect("handshake");
    let connection = tokio::spawn(connection);
    let get = |path: &str| {
        let request = http::Request::get(format!("http://{}{path}", host.addr));
        request.body(Full::<Bytes>::default()).expect("request")
    };
    let untaken = sender.send_request(get("/openapi.json")).await.expect("answer");
    let asking = async {
        while sender.send_request(get("/healthz")).await.is_ok() {
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(Duration::from_secs(10), asking).await.expect("cut off in time");
    timeout(Duration::from_secs(5), connection).await.expect("closed").expect("no panic").expect_err("not by itself");
    drop(untaken);
}

#[tokio::test]
async fn http2_answers_are_whole() {
    let host = TestHost::start().await;
    let stream = TcpStream::connect(host.addr).await.expect("connect");
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("handshake");
    tokio::spawn(connection);
    let plain = host.client().get("/openapi.json").await;
    let request = http::Request::get(format!("http://{}/openapi.json", host.addr));
    let response = sender.send_request(request.body(Full::<Bytes>::default()).expect("request")).await.expect("answer");
    assert_eq!(response.headers()["content-length"], plain.headers["content-length"]);
    assert!(response.into_body().collect().await.expect("body").to_bytes() == plain.body);
}

#[tokio::test]
async fn a_refusal_reaches_whoever_is_still_sending() {
    let host = TestHost::start().await;
    let body = " ".repeat(1_900_000);
    for path in ["/v1/calendars/AAAAAAAAAAAAAAAAAAAAAA/publications", "/v1/nonces", "/v1/host", "/nothing"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = say(host.addr, &head).await;
        for part in body.as_bytes().chunks(200_000) {
            stream.write_all(part).await.expect("all of it is taken");
            sleep(Duration::from_millis(50)).await;
        }
        let answer = until_closed(stream).await;
        assert!(answer.starts_with("HTTP/1.1 4") && answer.contains("\"code\":\""), "{path}: {answer}");
    }
}

/// Two lengths, or a length and chunks, are read in one way or not at all: a proxy in front must not read it otherwise.
#[tokio::test]
async fn a_request_with_two_ends_smuggles_nothing() {
    let host = TestHost::start().await;
    let smuggled = "GET /v1/host HTTP/1.1\r\nHost: x\r\n\r\n";
    for lengths in [
        "Content-Length: 2\r\nContent-Length: 40\r\n",
        "Content-Length: 2, 40\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\nContent-Length: 2\r\n",
        " Content-Length: 2\r\n",
    ] {
        let head = format!("POST /v1/nonces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{lengths}\r\n");
        let mut stream = say(host.addr, &format!("{head}{{}}{smuggled}")).await;
        stream.shutdown().await.expect("that is all");
        let answers = until_closed(stream).await;
        assert!(!answers.contains("receiptKey") || !answers.contains("\"nonce\""), "{lengths:?}: {answers}");
        assert!(answers.is_empty() || answers.starts_with("HTTP/1.1 4"), "{lengths:?}: {answers}");
    }
}
