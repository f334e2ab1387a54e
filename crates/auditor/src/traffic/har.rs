//! Reads a HAR file (HTTP Archive 1.2): Chromium's, Firefox's, Playwright's, and what [`super::record`] writes.
//!
//! Exchange by exchange: a recording of an evening may be larger than memory. What browsers add to the format, under
//! names that begin with an underscore, is read where it carries what was sent: messages of web sockets and event streams,
//! and bodies that lie in files beside the recording.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::exchange::{Answer, Body, Exchange, Frame, Header, Request};

/// Bytes of a body in a file beside the recording.
const LONGEST_BODY: u64 = 256 << 20;

/// Why a recording was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum HarError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is not a HAR file, or it is cut off; what came before was read.
    #[error("line {line}, column {column}: {why}")]
    Form {
        /// Line, from 1.
        line: usize,
        /// Column.
        column: usize,
        /// What the reader says.
        why: String,
    },
}

/// Reads a recording and gives each exchange to `take`. Says how many there were, and whether it was made at one place on
/// the way, so that what browsers sent elsewhere cannot be in it.
pub fn read(file: &Path, take: &mut dyn FnMut(Exchange)) -> Result<Recording, HarError> {
    let opened = BufReader::with_capacity(1 << 16, File::open(file)?);
    let folder = file.parent().map(Path::to_owned).unwrap_or_default();
    read_from(opened, folder, take)
}

/// What a recording came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recording {
    /// Exchanges.
    pub exchanges: u64,
    /// Whether a proxy made it.
    pub by_proxy: bool,
}

fn read_from(reader: impl Read, folder: PathBuf, take: &mut dyn FnMut(Exchange)) -> Result<Recording, HarError> {
    let mut reading = Reading { folder, take, read: Recording::default(), logs: 0 };
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let ended = Whole(&mut reading).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    ended.map_err(|error| match error.io_error_kind() {
        Some(kind) => HarError::Io(kind.into()),
        None => HarError::Form { line: error.line(), column: error.column(), why: says(&error) },
    })?;
    if reading.logs == 0 {
        return Err(HarError::Form { line: 1, column: 1, why: "no `log` with `entries`".to_owned() });
    }
    Ok(reading.read)
}

/// What is wrong, without what stands there: a recording may hold anything.
fn says(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Syntax => "it is not JSON",
        serde_json::error::Category::Data | serde_json::error::Category::Io => "it has not the form of a recording",
    }
    .to_owned()
}

/// The name of what [`super::record`] writes.
pub(crate) const BY_PROXY: &str = "souspli-audit";

struct Reading<'a> {
    folder: PathBuf,
    take: &'a mut dyn FnMut(Exchange),
    read: Recording,
    logs: u64,
}

/// `{"log": …}`.
struct Whole<'r, 'a>(&'r mut Reading<'a>);
/// `{"creator": …, "entries": […]}`.
struct Log<'r, 'a>(&'r mut Reading<'a>);
/// `[…]`.
struct Entries<'r, 'a>(&'r mut Reading<'a>);

impl<'de> DeserializeSeed<'de> for Whole<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a recording")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "log" {
                map.next_value_seed(Log(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Log<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

#[derive(Deserialize)]
struct Creator {
    #[serde(default)]
    name: String,
}

impl<'de> Visitor<'de> for Log<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the log of a recording")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "entries" => {
                    self.0.logs = self.0.logs.saturating_add(1);
                    map.next_value_seed(Entries(self.0))?;
                }
                "creator" => self.0.read.by_proxy |= map.next_value::<Creator>()?.name == BY_PROXY,
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the entries of a recording")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(entry) = entries.next_element::<Entry>()? {
            self.0.read.exchanges = self.0.read.exchanges.saturating_add(1);
            let exchange = entry.exchange(self.0.read.exchanges, &self.0.folder);
            (self.0.take)(exchange);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Entry {
    request: EntryRequest,
    #[serde(default)]
    response: Option<EntryAnswer>,
    #[serde(default, rename = "_webSocketMessages")]
    socket: Option<Vec<SocketMessage>>,
    #[serde(default, rename = "_eventSourceMessages")]
    events: Option<Vec<EventMessage>>,
    #[serde(default, rename = "_resourceType")]
    made_for: Option<String>,
}

#[derive(Deserialize)]
struct Pair {
    #[serde(default)]
    name: String,
    #[serde(default)]
    value: Option<String>,
    #[serde(default, rename = "fileName")]
    file: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryRequest {
    method: String,
    url: String,
    #[serde(default)]
    headers: Option<Vec<Pair>>,
    #[serde(default)]
    cookies: Option<Vec<IgnoredAny>>,
    #[serde(default)]
    post_data: Option<Content>,
    #[serde(default)]
    body_size: Option<f64>,
}

#[derive(Deserialize)]
struct EntryAnswer {
    #[serde(default)]
    status: Option<f64>,
    #[serde(default)]
    headers: Option<Vec<Pair>>,
    #[serde(default)]
    cookies: Option<Vec<IgnoredAny>>,
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Deserialize, Default)]
struct Content {
    #[serde(default)]
    size: Option<f64>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    encoding: Option<String>,
    #[serde(default)]
    params: Option<Vec<Pair>>,
    #[serde(default, rename = "_file")]
    file: Option<String>,
}

#[derive(Deserialize)]
struct SocketMessage {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    opcode: Option<f64>,
    #[serde(default)]
    data: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventMessage {
    #[serde(default)]
    event_name: Option<String>,
    #[serde(default)]
    event_id: Option<String>,
    #[serde(default)]
    data: Option<String>,
}

impl Entry {
    fn exchange(self, number: u64, folder: &Path) -> Exchange {
        let sent = self.request;
        let posted = sent.body_size.is_some_and(|size| size > 0.0);
        let request = Request {
            method: sent.method,
            url: sent.url,
            headers: headers(sent.headers),
            body: sent.post_data.unwrap_or_default().body(posted, folder),
            cookies: count(sent.cookies.as_deref()),
        };
        let answer = self.response.and_then(|answer| answer.read(folder));
        let socket = self.socket.into_iter().flatten().map(SocketMessage::frame);
        let frames = socket.chain(self.events.into_iter().flatten().map(EventMessage::frame)).collect();
        Exchange { number, request, answer, frames, made_for: self.made_for }
    }
}

impl EntryAnswer {
    /// Nothing where nothing came: browsers write a status of 0 or less for that.
    fn read(self, folder: &Path) -> Option<Answer> {
        let status = self.status.filter(|status| (1.0..1_000.0).contains(status))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 1 and 1000")]
        let status = status as u16;
        let content = self.content.unwrap_or_default();
        let has_none = matches!(status, 100..200 | 204 | 304);
        let body = if has_none && content.text.is_none() {
            Body::Empty
        } else {
            let there = content.size.is_none_or(|size| size != 0.0);
            content.body(there, folder)
        };
        Some(Answer { status, headers: headers(self.headers), body, cookies: count(self.cookies.as_deref()) })
    }
}

impl Content {
    /// The bytes; `there` says whether the recording says that there are any.
    fn body(self, there: bool, folder: &Path) -> Body {
        let text = self.text.filter(|text| !text.is_empty());
        let packed = self.encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
        let fields = self.params.filter(|params| !params.is_empty());
        let bytes = match (text, fields, self.file) {
            (Some(text), ..) if packed => Base64::decode_vec(&text).ok(),
            (Some(text), ..) => Some(text.into_bytes()),
            (None, Some(params), _) => Some(form(&params).into_bytes()),
            (None, None, Some(name)) => beside(folder, &name),
            (None, None, None) if there => None,
            (None, None, None) => return Body::Empty,
        };
        bytes.map_or(Body::NotRecorded, Body::Bytes)
    }
}

impl SocketMessage {
    fn frame(self) -> Frame {
        let text = self.data.unwrap_or_default();
        let binary = self.opcode.is_some_and(|opcode| (opcode - 2.0).abs() < 0.5);
        let bytes = if binary { Base64::decode_vec(&text).ok() } else { None };
        let sent = self.kind.is_some_and(|kind| kind == "send");
        Frame { sent, bytes: bytes.unwrap_or_else(|| text.into_bytes()) }
    }
}

impl EventMessage {
    fn frame(self) -> Frame {
        let parts = [self.event_name, self.event_id, self.data].into_iter().flatten();
        Frame { sent: false, bytes: parts.collect::<Vec<_>>().join("\n").into_bytes() }
    }
}

/// Names in small letters; browsers write several values of a name as lines.
fn headers(pairs: Option<Vec<Pair>>) -> Vec<Header> {
    let lines = |pair: Pair| {
        let name = pair.name.to_ascii_lowercase();
        let value = pair.value.unwrap_or_default();
        let values: Vec<String> = value.split('\n').map(|line| line.trim().to_owned()).collect();
        values.into_iter().map(move |value| Header { name: name.clone(), value })
    };
    pairs.into_iter().flatten().flat_map(lines).collect()
}

fn form(params: &[Pair]) -> String {
    let one = |pair: &Pair| {
        let value = pair.value.as_deref().unwrap_or_default();
        format!("{}={value}{}", pair.name, pair.file.as_deref().unwrap_or_default())
    };
    params.iter().map(one).collect::<Vec<_>>().join("&")
}

/// A body that lies beside the recording; never one from elsewhere.
fn beside(folder: &Path, name: &str) -> Option<Vec<u8>> {
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(folder.join(name)).ok()?.take(LONGEST_BODY).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn count(list: Option<&[IgnoredAny]>) -> u64 {
    list.map_or(0, |list| u64::try_from(list.len()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> (Result<Recording, HarError>, Vec<Exchange>) {
        let mut exchanges = Vec::new();
        let read = read_from(text.as_bytes(), PathBuf::new(), &mut |exchange| exchanges.push(exchange));
        (read, exchanges)
    }

    #[test]
    fn bodies_of_every_kind_are_read() {
        let text = r#"{"log": {"version": "1.2", "creator": {"name": "Playwright"}, "pages": [], "entries": [
            {"request": {"method": "POST", "url": "https://h.example/a", "bodySize": 3, "cookies": [],
                "headers": [{"name": "Content-Type", "value": "a\nb"}], "postData": {"mimeType": "x", "text": "{é}"}},
             "response": {"status": 200, "content": {"size": 3, "encoding": "base64", "text": "AP8B"},
                "headers": [], "cookies": [{"name": "a"}]}},
            {"request": {"method": "GET", "url": "wss://h.example/b"},
             "response": {"status": 101, "content": {"size": 0}},
             "_webSocketMessages": [{"type": "send", "opcode": 2, "data": "AAE="}, {"type": "receive", "data": "hi"}]},
            {"request": {"method": "POST", "url": "https://h.example/c",
                "postData": {"params": [{"name": "a", "value": "b"}, {"name": "f", "fileName": "x.pdf"}]}},
             "response": {"status": -1, "content": {"size": -1}}},
            {"request": {"method": "GET", "url": "https://h.example/d"},
             "response": {"status": 200, "content": {"size": 12, "mimeType": "text/html"}},
             "_resourceType": "document"}
        ]}}"#;
        let (read, exchanges) = all(text);
        assert_eq!(read.expect("read"), Recording { exchanges: 4, by_proxy: false });
        let [first, second, third, fourth] = &exchanges[..] else { panic!("four") };
        assert_eq!(first.request.body, Body::Bytes("{é}".as_bytes().to_vec()));
        let values: Vec<&str> = super::super::exchange::values(&first.request.headers, "content-type").collect();
        assert_eq!(values, ["a", "b"]);
        let answer = first.answer.as_ref().expect("an answer");
        assert_eq!((answer.body.bytes(), answer.cookies), (&[0, 255, 1][..], 1));
        assert_eq!(
            second.frames,
            [Frame { sent: true, bytes: vec![0, 1] }, Frame { sent: false, bytes: b"hi".to_vec() }]
        );
        assert_eq!(third.request.body.bytes(), b"a=b&f=x.pdf");
        assert_eq!(third.answer, None, "nothing came");
        assert_eq!(fourth.answer.as_ref().map(|answer| &answer.body), Some(&Body::NotRecorded));
        assert_eq!(fourth.made_for.as_deref(), Some("document"));
    }

    #[test]
    fn what_is_cut_off_is_read_so_far_and_what_is_no_recording_is_refused() {
        let entry = r#"{"request": {"method": "GET", "url": "https://h.example/"}, "response": {"status": 204}}"#;
        let (read, exchanges) = all(&format!(r#"{{"log": {{"entries": [{entry}, {entry}, {{"req"#));
        assert!(matches!(read, Err(HarError::Form { .. })) && exchanges.len() == 2);
        for none in ["", "[]", "{}", r#"{"log": {}}"#, r#"{"log": {"entries": {}}}"#, "PK\u{3}\u{4}", r#"{"log": 1}"#] {
            assert!(matches!(all(none).0, Err(HarError::Form { .. })), "{none}");
        }
        let (read, exchanges) = all(r#"{"log": {"creator": {"name": "souspli-audit"}, "entries": []}}"#);
        assert!(read.expect("empty").by_proxy && exchanges.is_empty());
    }

    #[test]
    fn a_body_beside_the_recording_is_read_and_no_other_file() {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("a1b2.json"), "{}").expect("written");
        std::fs::write(
            folder.path().join("t.har"),
            r#"{"log": {"entries": [
            {"request": {"method": "GET", "url": "https://h.example/"},
             "response": {"status": 200, "content": {"_file": "a1b2.json", "size": 2}}},
            {"request": {"method": "GET", "url": "https://h.example/"},
             "response": {"status": 200, "content": {"_file": "../t.har", "size": 2}}}]}}"#,
        )
        .expect("written");
        let mut bodies = Vec::new();
        read(&folder.path().join("t.har"), &mut |exchange| bodies.push(exchange.answer.expect("one").body))
            .expect("read");
        assert_eq!(bodies, [Body::Bytes(b"{}".to_vec()), Body::NotRecorded]);
    }
}
