//! The crate's verdict on a case, in the shape of the second reader's.

use serde_json::{Value, json};
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::entry::leaf_hash;
use souspli_tlog::note::Note;
use souspli_tlog::policy::{Policy, Verified};
use souspli_tlog::proof::{self, Proof};
use souspli_tlog::tile::{Level, TileId, decode_bundle};
use souspli_tlog::tree::{root_of_leaves, verify_consistency, verify_inclusion};
use souspli_tlog::vkey::VerifierKey;
use souspli_tlog::witness::{AddCheckpoint, KnownLogs, Refusal, State, conflict_size, decide, read_response};

/// The verdict: `accepted`, and what was read. Reasons are each reader's own and left out.
pub(crate) fn judge(case: &Value) -> Value {
    let input = Input(&case["input"]);
    let read = match case["command"].as_str().expect("a command") {
        "note" => note(&input),
        "checkpoint" => checkpoint(&input),
        "proof" => proof(&input),
        "consistency" => return consistency(&input),
        "witness-response" => response(&input),
        "conflict" => conflict_size(&input.bytes("response")).map(|size| json!({ "size": size })),
        "policy" => policy(&input),
        "tile-path" => tile_path(&input),
        "bundle" => bundle(&input),
        "inclusion" => inclusion(&input),
        "extension" => extension(&input),
        "tree" => Some(json!({ "root": hex(&tree(&input).0) })),
        other => panic!("{other} is no command"),
    };
    match read {
        Some(read) => with(json!({ "accepted": true }), read),
        None => json!({ "accepted": false }),
    }
}

fn note(input: &Input) -> Option<Value> {
    let key = VerifierKey::parse(input.text("key")).ok()?;
    Note::parse(&input.bytes("note")).ok()?.verify(&key).ok()?;
    Some(json!({ "vkey": key.to_string() }))
}

fn checkpoint(input: &Input) -> Option<Value> {
    let policy = Policy::parse(&input.bytes("policy")).ok()?;
    policy.check(&input.bytes("checkpoint"), input.0["origin"].as_str()).ok().map(|verified| shown_whole(&verified))
}

fn proof(input: &Input) -> Option<Value> {
    let policy = Policy::parse(&input.bytes("policy")).ok()?;
    let proof = Proof::decode(&input.bytes("proof")).ok()?;
    let verified = proof::verify(&proof, &input.digest("leaf"), &policy).ok()?;
    Some(with(shown_whole(&verified), json!({ "index": proof.index, "extra": hex(&proof.extra) })))
}

struct Known(Vec<(String, Vec<VerifierKey>)>);

impl KnownLogs for Known {
    fn keys(&self, origin: &str) -> Option<&[VerifierKey]> {
        self.0.iter().find(|(name, _)| name == origin).map(|(_, keys)| keys.as_slice())
    }
}

fn consistency(input: &Input) -> Value {
    let policy = Policy::parse(&input.bytes("policy")).expect("a witness has a policy that it can read");
    let keys: Vec<VerifierKey> = policy.logs().iter().map(|log| log.key().clone()).collect();
    let of = |name: &str| keys.iter().filter(|key| key.name() == name).cloned().collect();
    let known = Known(keys.iter().map(|key| (key.name().to_owned(), of(key.name()))).collect());
    let last = input
        .0
        .get("last")
        .map(|last| State { size: last[0].as_u64().expect("a size"), root: digest(last[1].as_str().expect("a root")) });
    let request = AddCheckpoint::parse(&input.bytes("request"));
    match request.and_then(|request| decide(&known, last.as_ref(), &request)) {
        Ok(accepted) => with(shown(&accepted.checkpoint), json!({ "accepted": true, "status": 200 })),
        Err(Refusal::Conflict { size }) => json!({ "accepted": false, "status": 409, "size": size }),
        Err(refusal) => json!({ "accepted": false, "status": refusal.status() }),
    }
}

fn response(input: &Input) -> Option<Value> {
    let note = Note::parse(&input.bytes("checkpoint")).ok()?;
    let checkpoint = Checkpoint::parse(note.text()).ok()?;
    let policy = Policy::parse(&input.bytes("policy")).ok()?;
    let known: Vec<VerifierKey> = policy.witnesses().iter().map(|witness| witness.key().clone()).collect();
    let read = read_response(&input.bytes("response"), &checkpoint, &known).ok()?;
    let mut times: Vec<Value> = Vec::new();
    for key in &known {
        let mine = read.iter().filter(|(cosignature, _)| cosignature.names(key));
        times.extend(mine.map(|(_, time)| json!([key.name(), time])));
    }
    Some(with(shown(&checkpoint), json!({ "cosigned": times })))
}

fn policy(input: &Input) -> Option<Value> {
    let policy = Policy::parse(&input.bytes("policy")).ok()?;
    let logs: Vec<String> = policy.logs().iter().map(|log| log.key().to_string()).collect();
    let witnesses: Vec<String> = policy.witnesses().iter().map(|witness| witness.key().to_string()).collect();
    Some(json!({ "logs": logs, "witnesses": witnesses }))
}

fn tile_path(input: &Input) -> Option<Value> {
    let TileId { level, index, width } = TileId::parse(input.text("path"))?;
    let level = match level {
        Level::Entries => json!("entries"),
        Level::Hashes(level) => json!(level),
    };
    Some(json!({ "level": level, "index": index, "width": width }))
}

fn bundle(input: &Input) -> Option<Value> {
    let bytes = input.bytes("bundle");
    let entries = decode_bundle(&bytes, u16::try_from(input.number("width")).ok()?).ok()?;
    Some(json!({ "entries": entries.into_iter().map(hex).collect::<Vec<_>>() }))
}

fn inclusion(input: &Input) -> Option<Value> {
    let (leaf, root) = (input.digest("leaf"), input.digest("root"));
    let verdict = verify_inclusion(&leaf, input.number("index"), input.number("size"), &input.digests("hashes"), &root);
    verdict.ok().map(|()| json!({}))
}

fn extension(input: &Input) -> Option<Value> {
    let (old, size) = (input.number("old"), input.number("size"));
    let (old_root, root) = (input.digest("old_root"), input.digest("root"));
    verify_consistency(old, &old_root, size, &root, &input.digests("hashes")).ok().map(|()| json!({}))
}

fn tree(input: &Input) -> Digest {
    let entries = input.0["entries"].as_array().expect("entries");
    let leaves: Vec<Digest> =
        entries.iter().map(|entry| leaf_hash(&unhex(entry.as_str().expect("an entry")))).collect();
    root_of_leaves(&leaves)
}

fn shown(checkpoint: &Checkpoint) -> Value {
    json!({ "origin": checkpoint.origin, "size": checkpoint.size, "root": hex(&checkpoint.root.0) })
}

fn shown_whole(verified: &Verified) -> Value {
    with(shown(&verified.checkpoint), json!({ "cosigned": verified.cosigned }))
}

fn with(value: Value, more: Value) -> Value {
    match (value, more) {
        (Value::Object(mut value), Value::Object(more)) => {
            value.extend(more);
            Value::Object(value)
        }
        other => panic!("{other:?} are not two objects"),
    }
}

/// What a case gives: bytes are text, or hexadecimal under the name with `_hex`.
struct Input<'a>(&'a Value);

impl Input<'_> {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("{name} is missing"))
    }

    fn number(&self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap_or_else(|| panic!("{name} is missing"))
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        self.0[format!("{name}_hex")].as_str().map_or_else(|| self.text(name).as_bytes().to_vec(), unhex)
    }

    fn digest(&self, name: &str) -> Digest {
        digest(self.text(name))
    }

    fn digests(&self, name: &str) -> Vec<Digest> {
        let hashes = self.0[name].as_array().expect("hashes");
        hashes.iter().map(|hash| digest(hash.as_str().expect("a hash"))).collect()
    }
}

fn digest(text: &str) -> Digest {
    Digest::try_from(unhex(text).as_slice()).expect("32 bytes")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(digit).collect()
}
