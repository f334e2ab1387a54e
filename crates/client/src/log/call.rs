//! The calls of a worker that follows the log for a page: it holds no secret (`LogCalls` of the contract).

use std::cell::RefCell;
use std::rc::Rc;

use souspli_protocol::json::{self, FromJson};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::Blob;
use souspli_protocol::{from_json, to_base64url, to_json};
use souspli_tlog::proof::Proof;

use super::check::{Checked, Shown, check_file};
use super::follow::{EVIDENCE, Follower};
use super::leaf::{Leaf, Time, until};
use super::voucher::{VouchedReceipt, Voucher};
use crate::face::FileView;
use crate::failure::Failure;
use crate::flow::{Flow, Io};
use crate::http::Host;
use crate::trust::Distrust;

/// Most receipts of one record.
const MOST: usize = 256;
/// Media type of everything that is saved here.
const TEXT: &str = "text/plain";

/// A session of the log; cheap to clone, one flow at a time.
#[derive(Clone, Default)]
pub struct Log {
    host: Rc<RefCell<Host>>,
}

enum Call {
    Proofs(Proofs),
    Check(Check),
    Evidence,
}

/// Receipts of one record, and what they are believed by.
struct Proofs {
    voucher: Blob,
    receipts: Vec<Blob>,
    /// The minute of the newest claim set that the host has signed.
    told: u32,
}

struct Check {
    file: Blob,
}

struct Nothing {}

from_json!(Proofs { voucher, receipts, told });
from_json!(Check { file });
from_json!(Nothing {});

/// What came of a receipt.
struct ReceiptView {
    /// `included`, `waits`, `broken`, or `unknown` where nothing was learnt.
    state: &'static str,
    /// Until when the host has time.
    until: u32,
    /// To save: with the proof, where there is one.
    file: FileView,
}

to_json!(ReceiptView { state, until, file });

struct WitnessView {
    name: String,
    minute: u32,
}

to_json!(WitnessView { name, minute });

impl Log {
    /// A session that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a call by its name and JSON arguments; its value is JSON too. `now` is the device's UTC minute.
    pub fn start(&self, call: &str, arguments: &str, now: u32) -> Flow<String> {
        let host = Rc::clone(&self.host);
        let call = Call::read(call, arguments);
        Flow::new(move |io| async move {
            let mut host = host.try_borrow_mut().map_err(|_| Failure::new("busy"))?;
            match call? {
                Call::Proofs(asked) => proofs(&mut host, &io, &asked, now).await,
                Call::Check(check) => Ok(checked(&check_file(&check.file.0, now))),
                Call::Evidence => Ok(json::object(&[("files", &evidence(&io).await)])),
            }
        })
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Log(…)")
    }
}

impl Call {
    fn read(call: &str, arguments: &str) -> Result<Self, Failure> {
        match call {
            "proofs" => read(arguments).map(Self::Proofs),
            "check" => read(arguments).map(Self::Check),
            "evidence" => read::<Nothing>(arguments).map(|_| Self::Evidence),
            _ => Err(Failure::new("bad_call")),
        }
    }
}

fn read<T: FromJson>(arguments: &str) -> Result<T, Failure> {
    json::from_str(arguments).ok_or_else(|| Failure::new("bad_call"))
}

/// Looks at the log, and asks after each receipt. Whatever goes wrong is told beside what was learnt; a receipt can be
/// saved in any case.
async fn proofs(host: &mut Host, io: &Io, asked: &Proofs, now: u32) -> Result<String, Failure> {
    let voucher = Voucher::read(&asked.voucher.0).ok_or(Distrust::BadIdentity)?;
    let vouched = voucher.verify()?;
    let mut receipts = Vec::new();
    for bytes in asked.receipts.iter().take(MOST) {
        let receipt = Receipt::decode(&bytes.0).map_err(|_| Distrust::BadReceipt)?;
        let signed = souspli_attest::verify(&vouched.keys.receipt, &receipt.statement.encode(), &receipt.signature);
        signed.map_err(|_| Distrust::BadReceipt)?;
        if receipt.statement.link.context != vouched.context {
            return Err(Distrust::BadReceipt.into());
        }
        receipts.push(receipt);
    }
    let time = Time { now, told: asked.told };
    let mut follower = Follower::load(io, vouched.keys, now).await;
    let mut failure = follower.look(host, io, now).await.err();
    let mut views = Vec::new();
    for receipt in receipts {
        // A log that is only behind with its witnesses is asked all the same; one that lies is not.
        let ask = failure.as_ref().is_none_or(|failure| failure.code == Distrust::NoQuorum.code());
        let leaf = if ask { follower.leaf(host, io, &receipt, time).await.map(Some) } else { Ok(None) };
        let leaf = leaf.unwrap_or_else(|found| {
            failure = Some(found);
            None
        });
        let given = VouchedReceipt { receipt, voucher: Some(voucher.clone()) };
        views.push(ReceiptView { state: state(leaf.as_ref()), until: until(&receipt), file: file(&given, leaf) });
    }
    let failure = failure.map(|failure| failure.code);
    Ok(json::object(&[("receipts", &views), ("failure", &failure), ("evidence", &evidence(io).await)]))
}

fn state(leaf: Option<&Leaf>) -> &'static str {
    match leaf {
        Some(Leaf::Included(_)) => "included",
        Some(Leaf::Waits) => "waits",
        Some(Leaf::Broken) => "broken",
        None => "unknown",
    }
}

/// The file of a receipt: a proof file whose extra line is the vouched receipt, or that receipt as text.
fn file(given: &VouchedReceipt, leaf: Option<Leaf>) -> FileView {
    let extra = given.encode();
    let proof = match leaf {
        Some(Leaf::Included(proof)) => Proof { extra: extra.clone(), ..*proof }.encode().ok(),
        _ => None,
    };
    let leaf = to_base64url(given.receipt.statement.link.leaf.as_bytes());
    let name: String = leaf.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let (kind, text) = match proof.and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(text) => ("tlog-proof", text),
        None => ("receipt", to_base64url(&extra) + "\n"),
    };
    FileView { name: format!("souspli-{name}.{kind}"), media_type: TEXT.to_owned(), text }
}

/// The evidence that this device keeps.
pub(crate) async fn evidence(io: &Io) -> Vec<FileView> {
    let kept = io.load(EVIDENCE).await.into_iter();
    let file = |(name, bytes): (String, Vec<u8>)| {
        let hash: String = name.chars().skip(EVIDENCE.len()).filter(char::is_ascii_alphanumeric).take(8).collect();
        let text = String::from_utf8(bytes).ok()?;
        let kind = if text.starts_with("souspli/evidence/") { "evidence" } else { "receipt" };
        Some(FileView { name: format!("souspli-{hash}.{kind}"), media_type: TEXT.to_owned(), text })
    };
    kept.filter_map(file).collect()
}

/// `shown`: `included`, `promised`, `unproven` or `nothing`; with it whatever was verified.
fn checked(checked: &Checked) -> String {
    let (mut size, mut index, mut witnesses, mut code) = (0, 0, Vec::new(), None);
    let shown = match &checked.shown {
        Shown::Included { size: leaves, index: at, witnesses: listed } => {
            (size, index) = (*leaves, *at);
            let view = |(name, minute): &(String, u32)| WitnessView { name: name.clone(), minute: *minute };
            witnesses.extend(listed.iter().map(view));
            "included"
        }
        Shown::Promised => "promised",
        Shown::Unproven => "unproven",
        Shown::Nothing(failed) => {
            code = Some(*failed);
            "nothing"
        }
    };
    let statement = checked.receipt.map(|receipt| receipt.statement);
    json::object(&[
        ("shown", &shown),
        ("code", &code),
        ("fingerprint", &checked.practice.map(|context| context.fp)),
        ("minute", &statement.map(|statement| statement.minute)),
        ("until", &checked.receipt.map(|receipt| until(&receipt))),
        ("sequence", &statement.map(|statement| statement.link.sequence)),
        ("origin", &checked.origin),
        ("size", &size),
        ("index", &index),
        ("witnesses", &witnesses),
    ])
}
