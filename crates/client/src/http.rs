//! Requests and answers as bytes (`docs/spec/http.md`): made here, carried by whoever drives the flow.

use souspli_attest::{SigningKey, sha256};
use souspli_protocol::json::{self, FromJson, Json, ToJson};
use souspli_protocol::problem::Problem;
use souspli_protocol::request::{Authorization, request_statement};
use souspli_protocol::wire::{Empty, NonceAnswer};
use souspli_protocol::{CalendarId, Context, Nonce};

use crate::failure::Failure;
use crate::flow::Io;

/// A request to the host that serves the page, or that the agent is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path from the host's root.
    pub path: String,
    /// Name and value; `content-type` and `authorization` at most.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, for a `POST`.
    pub body: Option<Vec<u8>>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// No answer of any route is larger; a host that sends more is refused before anything is read.
const LARGEST_ANSWER: usize = 4 << 20;

/// What speaks to the host: keeps the nonce that the last answer brought.
#[derive(Debug, Default)]
pub struct Host {
    nonce: Option<Nonce>,
}

impl Host {
    /// A `GET`.
    pub async fn get<A: FromJson>(&mut self, io: &Io, path: String) -> Result<A, Failure> {
        read(self.exchange(io, Request { method: "GET", path, headers: Vec::new(), body: None }).await?)
    }

    /// A `POST` that nobody signs.
    pub async fn post<A: FromJson>(&mut self, io: &Io, path: String, body: &impl ToJson) -> Result<A, Failure> {
        read(self.exchange(io, post(path, encode(body), None)).await?)
    }

    /// A `POST` signed with a key; a nonce that has grown old is replaced once.
    pub async fn post_signed<A: FromJson>(
        &mut self,
        io: &Io,
        context: &Context,
        key: &SigningKey,
        path: String,
        body: &impl ToJson,
    ) -> Result<A, Failure> {
        read(self.exchange_signed(io, context, key, path, encode(body)).await?)
    }

    async fn exchange_signed(
        &mut self,
        io: &Io,
        context: &Context,
        key: &SigningKey,
        path: String,
        body: Vec<u8>,
    ) -> Result<Json, Failure> {
        for attempt in 0..2 {
            let nonce = self.nonce(io).await?;
            let request = signed(context, key, path.clone(), body.clone(), nonce);
            match self.exchange(io, request).await {
                Err(failure) if attempt == 0 && failure.code == "bad_nonce" => self.nonce = None,
                outcome => return outcome,
            }
        }
        Err(Failure::new("bad_nonce"))
    }

    /// Sends a signed `POST` ahead; `answer` reads what comes of it.
    pub async fn post_signed_ahead(
        &mut self,
        io: &Io,
        context: &Context,
        key: &SigningKey,
        path: String,
        body: &impl ToJson,
    ) -> Result<(), Failure> {
        let nonce = self.nonce(io).await?;
        io.send_ahead(signed(context, key, path, encode(body), nonce)).await;
        Ok(())
    }

    /// The answer to what was sent ahead.
    pub async fn answer<A: FromJson>(&mut self, io: &Io) -> Result<A, Failure> {
        let response = io.answer().await?;
        read(self.take(&response)?)
    }

    /// A signed request that the driver opens by itself and reads line by line.
    pub async fn signed_stream(
        &mut self,
        io: &Io,
        context: &Context,
        key: &SigningKey,
        path: String,
    ) -> Result<Request, Failure> {
        let nonce = self.nonce(io).await?;
        Ok(signed(context, key, path, encode(&Empty {}), nonce))
    }

    async fn nonce(&mut self, io: &Io) -> Result<Nonce, Failure> {
        if let Some(nonce) = self.nonce.take() {
            return Ok(nonce);
        }
        let answer: NonceAnswer = self.post(io, "/v1/nonces".to_owned(), &Empty {}).await?;
        self.nonce = None;
        Ok(answer.nonce)
    }

    async fn exchange(&mut self, io: &Io, request: Request) -> Result<Json, Failure> {
        let response = io.send(request).await?;
        self.take(&response)
    }

    /// A `GET` of what is not JSON: a file of the public log, of at most so many bytes.
    pub async fn get_bytes(&mut self, io: &Io, path: String, limit: usize) -> Result<Vec<u8>, Failure> {
        let response = io.send(Request { method: "GET", path, headers: Vec::new(), body: None }).await?;
        if response.status == 200 {
            return if response.body.len() <= limit { Ok(response.body) } else { Err(Failure::new("host_answer")) };
        }
        self.take(&response).and(Err(Failure::new("host_answer")))
    }

    /// The JSON of a success; the failure that any other answer is.
    fn take(&mut self, response: &Response) -> Result<Json, Failure> {
        let fresh = response.headers.iter().find(|(name, _)| name == "souspli-nonce");
        if let Some(nonce) = fresh.and_then(|(_, value)| value.parse().ok()) {
            self.nonce = Some(nonce);
        }
        if response.body.len() > LARGEST_ANSWER {
            return Err(Failure::new("host_answer"));
        }
        if (200..300).contains(&response.status) {
            return json::parse(&response.body).ok_or_else(|| Failure::new("host_answer"));
        }
        match json::parse(&response.body).and_then(Problem::read) {
            Some(problem) if problem.status == response.status => Err(problem.into()),
            _ => Err(Failure::new("host_answer").with("status", u64::from(response.status))),
        }
    }
}

/// A function of its own, for the same reason as in `practice`: what reads long answers runs often.
#[inline(never)]
fn read<A: FromJson>(json: Json) -> Result<A, Failure> {
    A::read(json).ok_or_else(|| Failure::new("host_answer"))
}

/// Path of a calendar's route.
pub fn calendar_path(calendar: &CalendarId, rest: &str) -> String {
    format!("/v1/calendars/{calendar}/{rest}")
}

fn encode(body: &dyn ToJson) -> Vec<u8> {
    json::to_string(body).into_bytes()
}

fn post(path: String, body: Vec<u8>, authorization: Option<String>) -> Request {
    let mut headers = vec![("content-type", "application/json".to_owned())];
    headers.extend(authorization.map(|value| ("authorization", value)));
    Request { method: "POST", path, headers, body: Some(body) }
}

fn signed(context: &Context, key: &SigningKey, path: String, body: Vec<u8>, nonce: Nonce) -> Request {
    let statement = request_statement(context, "POST", &path, &sha256(&body), &nonce);
    let authorization = Authorization { key: key.verifying_key(), nonce, signature: key.sign(&statement) };
    post(path, body, Some(authorization.encode()))
}
