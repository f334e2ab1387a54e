//! Asking the witnesses to cosign (`docs/spec/log.md` §6; C2SP tlog-witness).

use std::collections::HashMap;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use souspli_tlog::checkpoint::SignedCheckpoint;
use souspli_tlog::note::NoteSignature;
use souspli_tlog::policy::Witness;
use souspli_tlog::store::consistency_path;
use souspli_tlog::vkey::VerifierKey;
use souspli_tlog::witness::{AddCheckpoint, conflict_size, read_response};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::log::Log;
use crate::log::folder::Folder;
use crate::log::sequencer::Sequencer;

/// The longest that a witness is waited for.
const TIME: Duration = Duration::from_secs(10);
/// Most bytes of an answer that are read.
const LONGEST: usize = 64 << 10;

type Http = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// What is known of the witnesses: the size that each cosigned last. A wrong one costs a round trip.
#[derive(Debug, Default)]
pub(crate) struct Witnesses {
    sizes: HashMap<String, u64>,
    client: Option<Http>,
}

/// What one witness is asked.
struct Question {
    name: String,
    key: VerifierKey,
    uri: Uri,
    /// The size that it cosigned last, as far as is known.
    old: u64,
    signed: SignedCheckpoint,
    folder: Folder,
}

impl Witnesses {
    /// Asks all of them at once to cosign the newest checkpoint, and puts what comes with it. Blocks for ten seconds at
    /// most.
    pub(crate) fn ask(&mut self, log: &Log, sequencer: &Sequencer, runtime: &Handle) {
        let mut signed = match log.newest() {
            Ok(Some(signed)) => signed,
            Ok(None) => return,
            Err(error) => return tracing::error!(%error, "the checkpoint could not be read for the witnesses"),
        };
        let questions = log.policy.witnesses().iter().filter_map(|witness| self.question(witness, &signed, log));
        let questions: Vec<Question> = questions.collect();
        let client = self.client.get_or_insert_with(client);
        for (name, came) in runtime.block_on(ask_all(client, questions)) {
            match came {
                Ok(cosignatures) => {
                    self.sizes.insert(name, signed.checkpoint().size);
                    for cosignature in cosignatures {
                        // A note that is full has enough of them.
                        let _ = signed.add(cosignature);
                    }
                }
                Err(why) => tracing::warn!(witness = name, why, "a witness did not cosign"),
            }
        }
        let quorum = log.policy.check_note(signed.note(), None).is_ok();
        if let Err(error) = sequencer.put(&signed, quorum) {
            tracing::error!(%error, "cosignatures could not be kept");
        }
    }

    fn question(&self, witness: &Witness, signed: &SignedCheckpoint, log: &Log) -> Option<Question> {
        let name = witness.key().name().to_owned();
        let uri = format!("{}/add-checkpoint", witness.url()?.trim_end_matches('/')).parse().ok()?;
        let old = self.sizes.get(&name).copied().unwrap_or(0);
        Some(Question {
            name,
            key: witness.key().clone(),
            uri,
            old,
            signed: signed.clone(),
            folder: log.folder.clone(),
        })
    }
}

type Came = Result<Vec<NoteSignature>, &'static str>;

async fn ask_all(client: &Http, questions: Vec<Question>) -> Vec<(String, Came)> {
    let mut asked = JoinSet::new();
    for question in questions {
        let client = client.clone();
        asked.spawn(async move {
            let name = question.name.clone();
            let came = tokio::time::timeout(TIME, ask(&client, question)).await;
            (name, came.unwrap_or(Err("it took too long")))
        });
    }
    asked.join_all().await
}

/// Asks one, and once more from the size that it names.
async fn ask(client: &Http, mut question: Question) -> Came {
    let size = question.signed.checkpoint().size;
    for _ in 0..2 {
        let body = body(&question).await.ok_or("no consistency proof could be made")?;
        let (status, answer) = post(client, &question.uri, body).await.ok_or("it did not answer")?;
        match status {
            StatusCode::OK => {
                let keys = std::slice::from_ref(&question.key);
                let read = read_response(&answer, question.signed.checkpoint(), keys);
                let cosignatures = read.map_err(|_| "its cosignature does not verify")?;
                return Ok(cosignatures.into_iter().map(|(cosignature, _)| cosignature).collect());
            }
            StatusCode::CONFLICT => match conflict_size(&answer) {
                Some(known) if known <= size => question.old = known,
                _ => return Err("it names a larger tree than there is"),
            },
            StatusCode::UNPROCESSABLE_ENTITY => return Err("it has seen another tree"),
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => return Err("it does not know this log"),
            _ => return Err("it refused"),
        }
    }
    Err("it names one size after the other")
}

/// The request, with the proof from the size that the witness knows.
async fn body(question: &Question) -> Option<Bytes> {
    let (folder, old, new) = (question.folder.clone(), question.old, question.signed.checkpoint().size);
    let path = tokio::task::spawn_blocking(move || consistency_path(&folder, old, new).ok()).await.ok()??;
    let request = AddCheckpoint::new(question.old, path, question.signed.note().clone()).ok()?;
    Some(request.encode().into())
}

async fn post(client: &Http, uri: &Uri, body: Bytes) -> Option<(StatusCode, Bytes)> {
    let request = Request::builder().method(Method::POST).uri(uri.clone()).header(CONTENT_TYPE, "text/plain");
    let answer = client.request(request.body(Full::new(body)).ok()?).await.ok()?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, LONGEST).collect().await.ok()?.to_bytes();
    Some((head.status, body))
}

fn client() -> Http {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(TIME));
    let connector =
        HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().wrap_connector(connector);
    Client::builder(TokioExecutor::new()).build(connector)
}
