//! One request and its answer, whoever wrote them down.

/// A header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name in small letters.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A body, as far as the recording has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// There was none.
    Empty,
    /// Its bytes.
    Bytes(Vec<u8>),
    /// There was one, and the recording has not kept it.
    NotRecorded,
}

impl Body {
    /// Its bytes; none where there are none or nobody kept them.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Empty | Self::NotRecorded => &[],
        }
    }
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Body,
    /// Cookies that the recording lists beside the headers.
    pub cookies: u64,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Body,
    /// Cookies that the recording lists beside the headers.
    pub cookies: u64,
}

/// A message of a web socket or an event stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Whether it went to the host.
    pub sent: bool,
    /// What it held.
    pub bytes: Vec<u8>,
}

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its place in the recording, from 1.
    pub number: u64,
    /// What was asked.
    pub request: Request,
    /// What came back; nothing where nothing came.
    pub answer: Option<Answer>,
    /// Messages of a web socket or an event stream.
    pub frames: Vec<Frame>,
    /// What the browser says that it was made for, such as `ping` or `beacon`.
    pub made_for: Option<String>,
}

/// The values of a header, in order.
pub(crate) fn values<'a>(headers: &'a [Header], name: &'a str) -> impl Iterator<Item = &'a str> {
    headers.iter().filter(move |header| header.name == name).map(|header| header.value.as_str())
}
