//! Proof files.

use proptest::prelude::*;
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{Checkpoint, sign};
use souspli_tlog::cosignature::cosign;
use souspli_tlog::entry::leaf_hash;
use souspli_tlog::note::{Note, NoteError};
use souspli_tlog::policy::{Policy, PolicyError};
use souspli_tlog::proof::{MAX_EXTRA, MAX_PROOF, Proof, ProofError, verify};
use souspli_tlog::store::{inclusion_path, leaf_at};
use souspli_tlog::tree::TreeError;

use crate::keys::{forgeries, log, witness};
use crate::reference::entries;
use crate::shelf::Shelf;

const ORIGIN: &str = "log.example/1";

fn policy() -> Policy {
    let (l, a, b) = (log(ORIGIN, 1).key, witness("a.example", 2).key, witness("b.example", 3).key);
    let text = format!("log {l}\nwitness a {a}\nwitness b {b}\ngroup both all a b\nquorum both\n");
    Policy::parse(text.as_bytes()).expect("policy")
}

fn checkpoint(size: u64, root: Digest) -> Note {
    let log = log(ORIGIN, 1);
    let mut signed = sign(Checkpoint::new(ORIGIN, size, root), &log.key, &log.secret).expect("signed");
    for witness in [witness("a.example", 2), witness("b.example", 3)] {
        signed.add(cosign(signed.checkpoint(), 7, &witness.key, &witness.secret).expect("cosigned")).expect("room");
    }
    signed.note().clone()
}

/// A proof of each leaf of a log, with its leaf hash.
fn proofs(size: u64) -> Vec<(Proof, Digest)> {
    let mut shelf = Shelf::default();
    let root = shelf.grow(&entries(0, size)).root;
    let checkpoint = checkpoint(size, root);
    let proof = |index| {
        let path = inclusion_path(&shelf, index, size).expect("path");
        let proof =
            Proof { extra: vec![index as u8; (index % 3) as usize], index, path, checkpoint: checkpoint.clone() };
        (proof, leaf_at(&shelf, size, index).expect("leaf"))
    };
    (0..size).map(proof).collect()
}

#[test]
fn every_leaf_has_a_proof_that_no_other_leaf_has() {
    let policy = policy();
    for size in [1, 2, 3, 8, 70, 257] {
        let proofs = proofs(size);
        for (proof, leaf) in &proofs {
            let bytes = proof.encode().expect("file");
            let read = Proof::decode(&bytes).expect("back");
            assert_eq!((&read, read.encode()), (proof, Ok(bytes)));
            let verified = verify(&read, leaf, &policy).expect("verified");
            assert_eq!((verified.checkpoint.size, verified.cosigned.len()), (size, 2));
            let (_, other) = &proofs[(proof.index as usize + 1) % proofs.len()];
            assert_eq!(verify(&read, other, &policy).is_ok(), other == leaf);
        }
    }
}

#[test]
fn the_form_is_that_of_the_text() {
    let (proof, _) = proofs(3).remove(1);
    let bytes = proof.encode().expect("file");
    let text = String::from_utf8(bytes).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["c2sp.org/tlog-proof@v1", "extra AQ==", "index 1"]);
    assert_eq!((lines[3].len(), lines[4].len(), lines[5]), (44, 44, ""));
    assert_eq!(lines[6..8], [ORIGIN, "3"]);
}

#[test]
fn a_proof_that_is_changed_anywhere_is_refused() {
    let (proof, leaf) = proofs(5).remove(4);
    let without_extra = Proof { extra: vec![], ..proof.clone() };
    let policy = policy();
    for forged in forgeries(&without_extra.encode().expect("file")) {
        let verdict = Proof::decode(&forged).and_then(|proof| verify(&proof, &leaf, &policy));
        assert!(verdict.is_err(), "{}", String::from_utf8_lossy(&forged));
    }
    // Extra data alone may be changed by anybody.
    for forged in forgeries(&proof.encode().expect("file")) {
        let Ok(read) = Proof::decode(&forged) else { continue };
        if verify(&read, &leaf, &policy).is_ok() {
            assert_eq!(Proof { extra: vec![], ..read }, without_extra, "{}", String::from_utf8_lossy(&forged));
        }
    }
}

#[test]
fn a_proof_in_another_tree_or_of_another_log_is_refused() {
    let policy = policy();
    let (proof, leaf) = proofs(70).remove(33);
    let with = |checkpoint: Note| verify(&Proof { checkpoint, ..proof.clone() }, &leaf, &policy);
    let root = Checkpoint::parse(proof.checkpoint.text()).expect("checkpoint").root;
    assert_eq!(with(checkpoint(70, leaf_hash(b"other"))), Err(ProofError::Tree(TreeError::Root)));
    assert_eq!(with(checkpoint(33, root)), Err(ProofError::Tree(TreeError::Index { index: 33, size: 33 })));
    assert_eq!(with(checkpoint(34, root)), Err(ProofError::Tree(TreeError::Length)));
    assert_eq!(with(checkpoint(u64::MAX, root)), Err(ProofError::Tree(TreeError::Length)));
    assert_eq!(with(checkpoint(0, root)), Err(ProofError::Tree(TreeError::Index { index: 33, size: 0 })));
    let stranger = log("log.example/9", 1);
    let strange = sign(Checkpoint::new("log.example/9", 70, root), &stranger.key, &stranger.secret).expect("signed");
    let unknown = PolicyError::UnknownLog { origin: "log.example/9".into() };
    assert_eq!(with(strange.note().clone()), Err(ProofError::Policy(unknown)));
    let log = log(ORIGIN, 1);
    let alone = sign(Checkpoint::new(ORIGIN, 70, root), &log.key, &log.secret).expect("signed");
    let missing = vec!["a.example".to_owned(), "b.example".to_owned()];
    assert_eq!(with(alone.note().clone()), Err(ProofError::Policy(PolicyError::Quorum { missing })));
}

#[test]
fn what_is_wrong_with_a_proof_is_named() {
    let note = String::from_utf8(checkpoint(5, Digest([7; 32])).encode()).expect("text");
    let hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let head = "c2sp.org/tlog-proof@v1\n";
    for (text, error) in [
        (String::new(), ProofError::NoCheckpoint),
        (format!("{head}index 1\n"), ProofError::NoCheckpoint),
        (format!("{head}index 1\n{note}"), ProofError::Path { at: 0 }),
        (format!("c2sp.org/tlog-proof@v2\nindex 1\n\n{note}"), ProofError::Header),
        (format!("{head}\n{note}"), ProofError::Index),
        (format!("{head}index\n\n{note}"), ProofError::Index),
        (format!("{head}index \n\n{note}"), ProofError::Index),
        (format!("{head}index  1\n\n{note}"), ProofError::Index),
        (format!("{head}index 01\n\n{note}"), ProofError::Index),
        (format!("{head}index 18446744073709551616\n\n{note}"), ProofError::Index),
        (format!("{head}Index 1\n\n{note}"), ProofError::Index),
        (format!("{head}extra \nindex 1\n\n{note}"), ProofError::Extra),
        (format!("{head}extra\nindex 1\n\n{note}"), ProofError::Extra),
        (format!("{head}extra AQ\nindex 1\n\n{note}"), ProofError::Extra),
        (format!("{head}extra AR==\nindex 1\n\n{note}"), ProofError::Extra),
        (format!("{head}extra AQ==\nextra AQ==\nindex 1\n\n{note}"), ProofError::Index),
        (format!("{head}index 1\nextra AQ==\n\n{note}"), ProofError::Path { at: 0 }),
        (format!("{head}index 1\n{hash}AQ==\n\n{note}"), ProofError::Path { at: 1 }),
        (format!("{head}index 1\n{}\n{note}", hash.repeat(64)), ProofError::TooLong),
        (
            format!("{head}index 1\n{hash}\n\n{note}"),
            ProofError::Checkpoint(souspli_tlog::checkpoint::CheckpointError::Origin),
        ),
        (format!("{head}index 1\n{hash}\n"), ProofError::Note(NoteError::NoSignatures)),
        ("x".repeat(MAX_PROOF + 1), ProofError::TooLong),
    ] {
        assert_eq!(Proof::decode(text.as_bytes()), Err(error), "{text}");
    }
    assert_eq!(Proof::decode(b"\xff"), Err(ProofError::NotText));
    assert!(Proof::decode(format!("{head}index 1\n{}\n{note}", hash.repeat(63)).as_bytes()).is_ok());
    let proof = |extra, path| Proof { extra, index: 0, path, checkpoint: checkpoint(5, Digest([7; 32])) };
    assert_eq!(proof(vec![0; MAX_EXTRA + 1], vec![]).encode(), Err(ProofError::TooLong));
    assert_eq!(proof(vec![], vec![Digest::ZERO; 64]).encode(), Err(ProofError::TooLong));
    let largest = proof(vec![0; MAX_EXTRA], vec![Digest::ZERO; 63]);
    assert_eq!(Proof::decode(&largest.encode().expect("file")), Ok(largest));
}

proptest! {
    #[test]
    fn every_proof_comes_back(extra in proptest::collection::vec(any::<u8>(), 0..99), index in any::<u64>(), path in proptest::collection::vec(any::<[u8; 32]>(), 0..63)) {
        let path = path.into_iter().map(Digest).collect();
        let proof = Proof { extra, index, path, checkpoint: checkpoint(5, Digest([7; 32])) };
        prop_assert_eq!(Proof::decode(&proof.encode().expect("file")), Ok(proof));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Proof::decode(&bytes);
        let _ = Proof::decode(&[b"c2sp.org/tlog-proof@v1\n", &bytes[..]].concat());
    }
}
