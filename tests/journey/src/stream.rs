//! The event stream as a member's device reads it (`docs/spec/http.md` §2).

use std::collections::VecDeque;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde_json::{Value, json};
use souspli_client::http::Request;

use crate::{Exchange, Member, Tap};

/// An open stream. The same line again only says that it is alive, and counts for nothing.
pub struct Stream {
    exchange: Exchange,
    body: Incoming,
    read: Vec<u8>,
    lines: VecDeque<Vec<u8>>,
    tap: Option<Tap>,
}

impl Member {
    /// Opens the stream, signed as the session signs it.
    pub async fn listen(&mut self, now: u32) -> Stream {
        let signed = self.must(now, "stream", json!({})).await;
        let (exchange, body) = self.device.open(&request_of(&signed)).await.expect("the stream opens");
        Stream { exchange, body, read: Vec::new(), lines: VecDeque::new(), tap: self.device.tap.clone() }
    }
}

impl Stream {
    /// Waits for the next line that is not the one before.
    pub async fn next(&mut self) {
        loop {
            while let Some(line) = self.lines.pop_front() {
                if !self.exchange.answer.ends_with(&line) {
                    self.exchange.answer.extend(line);
                    return;
                }
            }
            let frame = self.body.frame().await.expect("the stream goes on").expect("a frame");
            self.read.extend_from_slice(frame.data_ref().expect("data"));
            while let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let rest = self.read.split_off(end + 1);
                self.lines.push_back(std::mem::replace(&mut self.read, rest));
            }
        }
    }

    /// Leaves, and writes down what was heard.
    pub fn close(self) {
        if let Some(tap) = self.tap {
            tap.lock().expect("the tap").push(self.exchange);
        }
    }
}

fn request_of(signed: &Value) -> Request {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let header = |pair: &Value| match pair[0].as_str() {
        Some("content-type") => ("content-type", text(&pair[1])),
        Some("authorization") => ("authorization", text(&pair[1])),
        other => panic!("a header that nobody signed: {other:?}"),
    };
    Request {
        method: "POST",
        path: text(&signed["path"]),
        headers: signed["headers"].as_array().expect("headers").iter().map(header).collect(),
        body: Some(text(&signed["body"]).into_bytes()),
    }
}
