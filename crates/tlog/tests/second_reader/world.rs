//! A small world: one log that has grown, three witnesses, a policy.

use souspli_attest::sha256;
use souspli_tlog::checkpoint::{Checkpoint, sign};
use souspli_tlog::cosignature::cosign;
use souspli_tlog::entry::entry_of;
use souspli_tlog::note::{Note, NoteSignature};
use souspli_tlog::proof::Proof;
use souspli_tlog::store::{consistency_path, inclusion_path, leaf_at, root_at};
use souspli_tlog::witness::AddCheckpoint;

use crate::judge::hex;
use crate::keys::{Signer, log, witness};
use crate::shelf::Shelf;

pub(crate) const ORIGIN: &str = "log.example/1";
const SIZES: [u64; 7] = [1, 2, 5, 8, 255, 256, 300];

pub(crate) fn the_log() -> Signer {
    log(ORIGIN, 1)
}

/// A witness of the policy, by its letter.
pub(crate) fn w(letter: &str) -> Signer {
    let seed = letter.bytes().next().expect("a letter");
    witness(&format!("{letter}.example/w"), seed)
}

/// Two of three witnesses.
pub(crate) fn policy() -> String {
    let [a, b, c] = ["a", "b", "c"].map(|letter| format!("witness {letter} {}\n", w(letter).key));
    format!("log {}\n{a}{b}{c}group two-of-three 2 a b c\nquorum two-of-three\n", the_log().key)
}

/// No witness.
pub(crate) fn bare_policy() -> String {
    format!("log {}\nquorum none\n", the_log().key)
}

pub(crate) fn entries(from: u64, to: u64) -> Vec<Vec<u8>> {
    (from..to).map(|n| entry_of(&sha256(&n.to_be_bytes()))).collect()
}

/// The log as it has grown.
pub(crate) fn grown() -> Shelf {
    let mut shelf = Shelf::default();
    for size in SIZES {
        let old = shelf.size;
        shelf.grow(&entries(old, size));
    }
    shelf
}

pub(crate) fn cosigned(checkpoint: &Checkpoint, by: &[&str]) -> Note {
    let mut signed = sign(checkpoint.clone(), &the_log().key, &the_log().secret).expect("signed");
    for letter in by {
        signed.add(cosignature(checkpoint, letter, 1_800_000_000)).expect("room");
    }
    signed.note().clone()
}

pub(crate) fn cosignature(checkpoint: &Checkpoint, letter: &str, time: u64) -> NoteSignature {
    cosign(checkpoint, time, &w(letter).key, &w(letter).secret).expect("cosigned")
}

pub(crate) fn checkpoint(shelf: &Shelf, size: u64) -> Checkpoint {
    Checkpoint::new(ORIGIN, size, root_at(shelf, size).expect("root"))
}

pub(crate) fn proof(shelf: &Shelf, index: u64, size: u64, by: &[&str]) -> Proof {
    let path = inclusion_path(shelf, index, size).expect("path");
    Proof { extra: vec![], index, path, checkpoint: cosigned(&checkpoint(shelf, size), by) }
}

pub(crate) fn request(shelf: &Shelf, old: u64, new: u64) -> AddCheckpoint {
    let path = consistency_path(shelf, old, new).expect("path");
    AddCheckpoint::new(old, path, cosigned(&checkpoint(shelf, new), &[])).expect("request")
}

pub(crate) fn leaf(shelf: &Shelf, index: u64) -> String {
    hex(&leaf_at(shelf, 300, index).expect("leaf").0)
}
