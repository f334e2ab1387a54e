//! HTTP/1.1 as plainly as it can be spoken: the load shares the machine with the host, so it must cost little.

use std::net::{IpAddr, SocketAddr};

use serde::Serialize;
use serde::de::DeserializeOwned;
use souspli_attest::{SigningKey, sha256};
use souspli_protocol::request::{Authorization, request_statement};
use souspli_protocol::wire::{Empty, NonceAnswer};
use souspli_protocol::{Context, Nonce};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::Outcome;

/// Longer heads are no host's.
const HEAD: usize = 16 * 1024;

/// One connection to the host.
pub(crate) struct Connection {
    stream: TcpStream,
}

/// What came back.
pub(crate) struct Answer {
    /// Status.
    pub(crate) status: u16,
    /// Body.
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Connects from an address of this machine.
    pub(crate) async fn open(host: SocketAddr, from: IpAddr) -> Outcome<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from, 0))?;
        let stream = socket.connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream })
    }

    /// Sends a whole request and reads a whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Outcome<Answer> {
        self.stream.write_all(request).await?;
        let mut bytes = Vec::with_capacity(2_048);
        let head = loop {
            if let Some(head) = end_of_head(&bytes) {
                break head;
            }
            if bytes.len() > HEAD || self.stream.read_buf(&mut bytes).await? == 0 {
                return Err("the host closed a connection, or answered what is not HTTP".into());
            }
        };
        let mut body = bytes.split_off(head);
        let (status, length) = status_and_length(&bytes).ok_or("the host's answer has no status, or no length")?;
        while body.len() < length {
            if self.stream.read_buf(&mut body).await? == 0 {
                return Err("the host closed a connection within an answer".into());
            }
        }
        Ok(Answer { status, body })
    }

    /// A POST that must succeed.
    pub(crate) async fn post<B: Serialize, A: DeserializeOwned>(&mut self, path: &str, body: &B) -> Outcome<A> {
        let body = serde_json::to_vec(body)?;
        self.exchange(&post(path, None, &body)).await?.success(path)
    }

    /// A POST signed by `key` that must succeed.
    pub(crate) async fn post_signed<B: Serialize, A: DeserializeOwned>(
        &mut self,
        key: &SigningKey,
        context: &Context,
        path: &str,
        body: &B,
    ) -> Outcome<A> {
        let NonceAnswer { nonce } = self.post("/v1/nonces", &Empty {}).await?;
        let body = serde_json::to_vec(body)?;
        let authorization = authorization(key, context, path, &body, nonce);
        self.exchange(&post(path, Some(&authorization), &body)).await?.success(path)
    }
}

impl Answer {
    /// The body of a success.
    pub(crate) fn success<A: DeserializeOwned>(&self, path: &str) -> Outcome<A> {
        if !matches!(self.status, 200 | 201) {
            let said = String::from_utf8_lossy(&self.body);
            return Err(format!("the host answered {path} with {}: {said}", self.status).into());
        }
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// The bytes of a POST.
pub(crate) fn post(path: &str, authorization: Option<&str>, body: &[u8]) -> Vec<u8> {
    let authorization = authorization.map(|value| format!("authorization: {value}\r\n")).unwrap_or_default();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{authorization}\
         content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn authorization(key: &SigningKey, context: &Context, path: &str, body: &[u8], nonce: Nonce) -> String {
    let statement = request_statement(context, "POST", path, &sha256(body), &nonce);
    Authorization { key: key.verifying_key(), nonce, signature: key.sign(&statement) }.encode()
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|place| place + 4)
}

fn status_and_length(head: &[u8]) -> Option<(u16, usize)> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    })?;
    Some((status, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        let head = b"HTTP/1.1 201 Created\r\nx: 1\r\nContent-Length: 12\r\n\r\nrest";
        assert_eq!(end_of_head(head), Some(head.len() - 4));
        assert_eq!(status_and_length(&head[..head.len() - 4]), Some((201, 12)));
        assert_eq!(status_and_length(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"), None);
    }
}
