//! The public log is not what was signed, confirmed or shown before.

use std::convert::Infallible;
use std::path::Path;

use souspli_attest::SigningKey;
use souspli_auditor::Check::{BadCheckpoint, BadTile, LogForked, NoQuorum, SmallerTree};
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{Checkpoint, open, sign};
use souspli_tlog::entry::entry_of;
use souspli_tlog::note::Note;
use souspli_tlog::store::{Tiles, grow};
use souspli_tlog::tile::{Level, TileId, decode_bundle};
use souspli_tlog::vkey::{KeyType, VerifierKey};

use super::{at, derived, one};
use crate::copy::Copy;
use crate::host::EARLIER;
use crate::{Leak, Switch};

const CHECKPOINT: &str = "log/checkpoint";
const COSIGNED: &str = "log/cosigned";

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "log/entry-changed",
        "has changed an entry of the log after it was signed",
        &[at(BadTile, &["log *"])],
        Leak::Log(|copy| change(copy, "log/tile/entries/000", |bytes| bytes[40] ^= 4)),
    ),
    one(
        "log/hash-changed",
        "has changed a hash in a tile",
        &[at(BadTile, &["log *"])],
        Leak::Log(|copy| change(copy, "log/tile/0/000", |bytes| bytes[32 * 7] ^= 1)),
    ),
    one(
        "log/tile-lost",
        "has lost a tile",
        &[at(BadTile, &["log *"])],
        Leak::Log(|copy| std::fs::remove_file(copy.data().join("log/tile/0/000")).expect("removed")),
    ),
    one(
        "log/cosignatures-missing",
        "shows a checkpoint that no witness has confirmed",
        &[at(NoQuorum, &["log *"])],
        Leak::Log(|copy| publish(copy, &cosigned_by(&checkpoint(copy), 0))),
    ),
    one(
        "log/one-cosignature",
        "shows a checkpoint that one witness has confirmed, where two must",
        &[at(NoQuorum, &["log *"])],
        Leak::Log(|copy| publish(copy, &cosigned_by(&checkpoint(copy), 1))),
    ),
    one(
        "log/went-back",
        "shows an earlier checkpoint as its newest",
        &[at(SmallerTree, &["log *"])],
        Leak::LogAgain(|copy| {
            let earlier = std::fs::read(copy.honest().path().join(EARLIER)).expect("an earlier checkpoint");
            publish(copy, &earlier);
        }),
    ),
    one(
        "log/forked",
        "has signed another tree of the same size",
        &[at(LogForked, &["log *"]), at(NoQuorum, &["log *"])],
        Leak::LogAgain(fork),
    ),
    one(
        "log/other-key",
        "signs its log with another key under the same name",
        &[at(BadCheckpoint, &["log *"])],
        Leak::Log(|copy| {
            let (checkpoint, origin) = parsed(copy);
            let secret = SigningKey::from_seed(&derived::random(32).try_into().expect("32 bytes"));
            let key = VerifierKey::new(&origin, KeyType::Ed25519, secret.verifying_key()).expect("a key");
            publish(copy, &sign(checkpoint, &key, &secret).expect("signed").encode());
        }),
    ),
];

fn change(copy: &Copy, name: &str, change: impl Fn(&mut Vec<u8>)) {
    let path = copy.data().join(name);
    let mut bytes = std::fs::read(&path).expect(name);
    change(&mut bytes);
    std::fs::write(path, bytes).expect("written");
}

fn checkpoint(copy: &Copy) -> Vec<u8> {
    std::fs::read(copy.data().join(CHECKPOINT)).expect("a checkpoint")
}

fn publish(copy: &Copy, checkpoint: &[u8]) {
    for name in [CHECKPOINT, COSIGNED] {
        std::fs::write(copy.data().join(name), checkpoint).expect("written");
    }
}

/// A checkpoint with so many of its cosignatures.
fn cosigned_by(checkpoint: &[u8], witnesses: usize) -> Vec<u8> {
    let note = Note::parse(checkpoint).expect("a note");
    let mut left = Note::new(note.text(), note.signatures()[0].clone()).expect("a note");
    for signature in note.signatures().iter().skip(1).take(witnesses) {
        left.add(signature.clone()).expect("one more");
    }
    left.encode()
}

/// What the newest checkpoint says, and its log's name.
fn parsed(copy: &Copy) -> (Checkpoint, String) {
    let note = Note::parse(&checkpoint(copy)).expect("a note");
    let checkpoint = Checkpoint::parse(note.text()).expect("a checkpoint");
    let origin = checkpoint.origin.clone();
    (checkpoint, origin)
}

/// The same entries but the last one, signed by the host's own key.
fn fork(copy: &Copy) {
    let (checkpoint, origin) = parsed(copy);
    let secret = log_key(&copy.data());
    let key = VerifierKey::new(&origin, KeyType::Ed25519, secret.verifying_key()).expect("a key");
    open(&self::checkpoint(copy), &key).expect("the host's own key");
    let mut entries = entries(&copy.data().join("log"), checkpoint.size);
    let last = entries.last_mut().expect("entries");
    *last = entry_of(&Digest(derived::random(32).try_into().expect("32 bytes")));
    let growth = grow(&Nothing, 0, &entries).expect("a tree");
    for (tile, bytes) in &growth.writes {
        // On disk a partial tile has the name of the whole one.
        let path = TileId { width: souspli_tlog::tile::FULL, ..*tile }.path();
        std::fs::write(copy.data().join("log").join(path), bytes).expect("written");
    }
    let other = Checkpoint::new(&origin, growth.size, growth.root);
    publish(copy, &sign(other, &key, &secret).expect("signed").encode());
}

/// The host's key of its log, as it lies in `host.key`.
fn log_key(data: &Path) -> SigningKey {
    let text = std::fs::read_to_string(data.join("host.key")).expect("the host's keys");
    let seed = text.lines().find_map(|line| line.strip_prefix("log ")).expect("a key of the log");
    SigningKey::from_seed(&seed.parse::<Digest>().expect("a seed").0)
}

fn entries(log: &Path, size: u64) -> Vec<Vec<u8>> {
    let bundles = TileId::of_tree(size).filter(|tile| tile.level == Level::Entries);
    let read = bundles.flat_map(|tile| {
        let path = TileId { width: souspli_tlog::tile::FULL, ..tile }.path();
        let bytes = std::fs::read(log.join(path)).expect("a bundle");
        let bundle = decode_bundle(&bytes, tile.width).expect("entries");
        bundle.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
    });
    read.collect()
}

/// An empty log.
struct Nothing;

impl Tiles for Nothing {
    type Error = Infallible;

    fn read(&self, id: TileId) -> Result<Vec<u8>, Infallible> {
        unreachable!("{id} of an empty log")
    }
}
