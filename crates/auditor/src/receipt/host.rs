//! A running host, asked for its keys and for proof files.

use http::StatusCode;
use souspli_protocol::json::{self, FromJson, ToJson};
use souspli_protocol::problem::{Code, Problem};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{Counter, HostInfo, ProofAnswer, ProofRead};

use crate::http::{Address, Client, HttpError};
use crate::log::Source;

/// Most bytes of an answer that are read: a proof file in JSON.
const MOST: usize = 2 << 20;

/// Why a host's answer is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// There is none.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// It is none that the protocol knows.
    #[error("the host answered {route} with status {status} and nothing that can be read")]
    Answer {
        /// Which route.
        route: &'static str,
        /// The HTTP status.
        status: u16,
    },
    /// The host says that it knows no such place of the chain.
    #[error("the host says that it knows no such place")]
    Unknown,
}

/// A host.
#[derive(Debug, Clone)]
pub struct Host {
    client: Client,
    address: Address,
}

impl Host {
    /// The host at an address.
    pub fn new(client: Client, address: Address) -> Self {
        Self { client, address }
    }

    /// Its log.
    pub fn log(&self) -> Source {
        Source::Web(self.client.clone(), self.address.join("log"))
    }

    /// What it says of its keys.
    pub async fn info(&self) -> Result<HostInfo, HostError> {
        let answer = self.client.get(&self.address, "v1/host", MOST).await?;
        let info = json::parse(&answer.body).filter(|_| answer.status == StatusCode::OK).and_then(HostInfo::read);
        info.ok_or(HostError::Answer { route: "/v1/host", status: answer.status.as_u16() })
    }

    /// The proof file of a receipt; `None` while the leaf waits.
    pub async fn proof(&self, receipt: &Receipt) -> Result<Option<Vec<u8>>, HostError> {
        let link = &receipt.statement.link;
        let path = format!("v1/calendars/{}/proofs", link.context.calendar);
        let body = ProofRead { sequence: Counter(link.sequence), leaf: link.leaf };
        let answer = self.client.post_json(&self.address, &path, encode(&body), MOST).await?;
        let bad = HostError::Answer { route: "/v1/calendars/{calendar}/proofs", status: answer.status.as_u16() };
        let body = json::parse(&answer.body).ok_or(bad.clone())?;
        if answer.status == StatusCode::OK {
            let read = ProofAnswer::read(body).ok_or(bad)?;
            return Ok(read.proof.map(|proof| proof.0));
        }
        match Problem::read(body).map(|problem| problem.code) {
            Some(Code::NoRecord | Code::NoCalendar) => Err(HostError::Unknown),
            _ => Err(bad),
        }
    }
}

fn encode(body: &dyn ToJson) -> Vec<u8> {
    json::to_string(body).into_bytes()
}
