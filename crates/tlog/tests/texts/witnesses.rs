//! What a witness is asked, decides and answers.

use proptest::prelude::*;
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{Checkpoint, sign};
use souspli_tlog::cosignature::{CosignatureError, cosign};
use souspli_tlog::entry::leaf_hash;
use souspli_tlog::note::{Note, NoteError, NoteSignature};
use souspli_tlog::store::{consistency_path, root_at};
use souspli_tlog::tree::{TreeError, empty_root};
use souspli_tlog::vkey::VerifierKey;
use souspli_tlog::witness::{
    Accepted, AddCheckpoint, KnownLogs, Refusal, ResponseError, State, conflict_size, decide, encode_response,
    monitoring_path, read_response,
};

use crate::keys::{Signer, base64, forgeries, log, witness};
use crate::reference::entries;
use crate::shelf::Shelf;

const ORIGIN: &str = "log.example/1";
const SIZES: [u64; 8] = [0, 1, 2, 7, 8, 9, 255, 300];

/// The log whose keys these are.
struct Known(Vec<VerifierKey>);

impl KnownLogs for Known {
    fn keys(&self, origin: &str) -> Option<&[VerifierKey]> {
        (origin == ORIGIN).then_some(&self.0)
    }
}

fn known() -> Known {
    Known(vec![log(ORIGIN, 1).key, log(ORIGIN, 2).key])
}

/// A log that has had every size.
fn grown() -> Shelf {
    let mut shelf = Shelf::default();
    for size in SIZES {
        let old = shelf.size;
        shelf.grow(&entries(old, size));
    }
    shelf
}

fn state(shelf: &Shelf, size: u64) -> State {
    State { size, root: root_at(shelf, size).expect("root") }
}

fn signed_by(signer: &Signer, size: u64, root: Digest) -> Note {
    let checkpoint = Checkpoint::new(signer.key.name(), size, root);
    sign(checkpoint, &signer.key, &signer.secret).expect("signed").note().clone()
}

fn request(old: u64, proof: Vec<Digest>, note: Note) -> AddCheckpoint {
    AddCheckpoint::new(old, proof, note).expect("checkpoint")
}

fn honest(shelf: &Shelf, old: u64, new: u64) -> AddCheckpoint {
    let proof = consistency_path(shelf, old, new).expect("path");
    request(old, proof, signed_by(&log(ORIGIN, 1), new, state(shelf, new).root))
}

#[test]
fn every_honest_step_is_accepted() {
    let shelf = grown();
    for new in SIZES {
        for old in SIZES.into_iter().filter(|old| *old <= new) {
            let request = honest(&shelf, old, new);
            let read = AddCheckpoint::parse(&request.encode()).expect("request");
            assert_eq!((&read, read.encode()), (&request, request.encode()));
            let last = (old != 0).then(|| state(&shelf, old));
            let accepted = decide(&known(), last.as_ref(), &read).expect("accepted");
            assert_eq!(accepted.state, state(&shelf, new));
            assert_eq!(accepted.checkpoint, *request.checkpoint());
        }
    }
    let request = honest(&shelf, 0, 300);
    assert!(
        decide(&known(), Some(&state(&shelf, 0)), &request).is_ok(),
        "a witness may keep the empty tree as a state"
    );
}

#[test]
fn the_example_of_the_text_reads_back() {
    let text = "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
    let request = AddCheckpoint::parse(text.as_bytes()).expect("request");
    assert_eq!((request.old_size(), request.proof().len(), request.checkpoint().size), (20_852_014, 4, 20_852_163));
    assert_eq!(request.encode(), text.as_bytes());
}

#[test]
fn each_refusal_has_the_status_and_body_of_the_text() {
    let shelf = grown();
    let at = |size| state(&shelf, size);
    let judge =
        |last: Option<State>, request: &AddCheckpoint| decide(&known(), last.as_ref(), request).expect_err("refused");
    let (good, path) = (honest(&shelf, 9, 300), consistency_path(&shelf, 9, 300).expect("path"));
    let note = |size, root| signed_by(&log(ORIGIN, 1), size, root);
    let other = leaf_hash(b"other");

    let stranger = signed_by(&log("log.example/9", 1), 300, at(300).root);
    let unknown = judge(Some(at(9)), &request(9, path.clone(), stranger));
    assert_eq!(unknown, Refusal::UnknownLog { origin: "log.example/9".into() });
    let forged = judge(Some(at(9)), &request(9, path.clone(), signed_by(&log(ORIGIN, 3), 300, at(300).root)));
    assert!(matches!(forged, Refusal::Signature(_)));
    let larger = judge(Some(at(9)), &request(301, path.clone(), note(300, at(300).root)));
    assert_eq!(larger, Refusal::OldSize { old: 301, new: 300 });
    let conflict = judge(Some(at(8)), &good);
    assert_eq!(conflict, Refusal::Conflict { size: 8 });
    assert_eq!(judge(None, &good), Refusal::Conflict { size: 0 });
    let refused = [
        (judge(Some(at(9)), &request(9, path[1..].to_vec(), note(300, at(300).root))), TreeError::Length),
        (judge(Some(at(9)), &request(9, path.clone(), note(300, other))), TreeError::NewRoot),
        (judge(Some(State { root: other, ..at(9) }), &good), TreeError::OldRoot),
        (judge(Some(at(9)), &request(9, vec![], note(9, other))), TreeError::Split),
        (judge(Some(at(9)), &request(9, vec![other], note(9, at(9).root))), TreeError::Length),
        (judge(None, &request(0, vec![other], note(300, at(300).root))), TreeError::Length),
        (judge(None, &request(0, vec![], note(0, other))), TreeError::EmptyRoot),
        (judge(None, &request(0, vec![other], note(0, empty_root()))), TreeError::Length),
    ];
    for (refusal, error) in &refused {
        assert_eq!(*refusal, Refusal::Inconsistent(*error));
        assert_eq!((refusal.status(), refusal.content_type()), (422, "text/plain; charset=utf-8"));
    }
    let malformed = AddCheckpoint::parse(b"old 9\n").expect_err("cut");
    for (refusal, status) in [(malformed, 400), (larger, 400), (forged, 403), (unknown, 404), (conflict.clone(), 409)] {
        assert_eq!(refusal.status(), status, "{refusal}");
        assert!(refusal.body().ends_with('\n'));
    }
    assert_eq!((conflict.body().as_str(), conflict.content_type()), ("8\n", "text/x.tlog.size"));
    assert_eq!(conflict_size(conflict.body().as_bytes()), Some(8));
}

#[test]
fn the_checks_come_in_the_order_of_the_text() {
    let shelf = grown();
    let last = state(&shelf, 8);
    // One request that is wrong in everything, put right step by step: 404, 403, 400, 409, 422.
    let judge = |old, note: Note| {
        decide(&known(), Some(&last), &request(old, vec![Digest::ZERO], note)).expect_err("refused").status()
    };
    let root = leaf_hash(b"other");
    assert_eq!(judge(301, signed_by(&log("log.example/9", 3), 300, root)), 404);
    assert_eq!(judge(301, signed_by(&log(ORIGIN, 3), 300, root)), 403);
    assert_eq!(judge(301, signed_by(&log(ORIGIN, 1), 300, root)), 400);
    assert_eq!(judge(300, signed_by(&log(ORIGIN, 1), 300, root)), 409);
    assert_eq!(judge(8, signed_by(&log(ORIGIN, 1), 300, root)), 422);
}

#[test]
fn what_is_kept_and_served_carries_verified_signatures_alone() {
    let shelf = grown();
    let (first, second, stranger) = (log(ORIGIN, 1), log(ORIGIN, 2), log(ORIGIN, 3));
    let text = Checkpoint::new(ORIGIN, 300, state(&shelf, 300).root).text();
    let by = |signer: &Signer| souspli_tlog::note::sign(&text, &signer.key, &signer.secret).expect("signed");
    let mut note = Note::new(&text, by(&stranger)).expect("note");
    note.add(by(&second)).expect("room");
    note.add(by(&first)).expect("room");
    let Accepted { note: kept, .. } = decide(&known(), None, &request(0, vec![], note.clone())).expect("accepted");
    assert_eq!(kept.signatures(), [by(&first), by(&second)]);
    assert_eq!(kept.text(), text);
    // A line that names a trusted key and does not verify makes the note malformed: 403, though another one is good.
    let line = format!("— {ORIGIN} {}", base64(&[&first.key.id()[..], &[0; 64]].concat()));
    note.add(NoteSignature::parse(&line).expect("line")).expect("room");
    let refusal = decide(&known(), None, &request(0, vec![], note)).expect_err("refused");
    assert_eq!(refusal, Refusal::Signature(NoteError::BadSignature { name: ORIGIN.into() }.to_string()));
    assert_eq!(monitoring_path(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/checkpoint");
}

#[test]
fn a_request_that_is_changed_anywhere_is_refused() {
    let shelf = grown();
    let last = state(&shelf, 9);
    for forged in forgeries(&honest(&shelf, 9, 300).encode()) {
        let verdict = AddCheckpoint::parse(&forged).and_then(|request| decide(&known(), Some(&last), &request));
        assert!(verdict.is_err(), "{}", String::from_utf8_lossy(&forged));
    }
}

#[test]
fn a_malformed_request_is_a_400() {
    let note = String::from_utf8(signed_by(&log(ORIGIN, 1), 5, Digest([7; 32])).encode()).expect("text");
    let hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    for text in [
        String::new(),
        "old 0".into(),
        "old 0\n\n".into(),
        format!("old 0\n{note}"),
        format!("\n{note}"),
        format!("old\n\n{note}"),
        format!("old \n\n{note}"),
        format!("old 00\n\n{note}"),
        format!("old -1\n\n{note}"),
        format!("old  0\n\n{note}"),
        format!("Old 0\n\n{note}"),
        format!("old 18446744073709551616\n\n{note}"),
        format!("old 0\nAQ==\n\n{note}"),
        format!("old 0\n{}\n{note}", hash.repeat(64)),
        format!("old 0\r\n\r\n{note}"),
        format!("old 0\n\n\n{note}"),
        format!("old 0\n\n{note}x"),
        format!("old 0\n\n{}", &note[..note.len() - 1]),
        format!("old 0\n\nno checkpoint\n\n{}", note.split_once("\n\n").expect("note").1),
        "x".repeat(2 << 20),
    ] {
        let refusal = AddCheckpoint::parse(text.as_bytes()).expect_err(&text);
        assert_eq!((refusal.status(), refusal.content_type()), (400, "text/plain; charset=utf-8"));
    }
    assert!(AddCheckpoint::parse(b"old 0\n\n\xff").is_err());
    assert!(AddCheckpoint::parse(format!("old 0\n{}\n{note}", hash.repeat(63)).as_bytes()).is_ok());
}

#[test]
fn a_response_is_read_for_the_keys_that_are_known() {
    let (a, b, stranger) = (witness("a.example", 2), witness("b.example", 3), witness("c.example", 4));
    let checkpoint = Checkpoint::new(ORIGIN, 5, Digest([7; 32]));
    let by = |signer: &Signer, time| cosign(&checkpoint, time, &signer.key, &signer.secret).expect("cosigned");
    let known = [a.key.clone(), b.key.clone()];
    let body = encode_response(&[by(&stranger, 1), by(&b, 7), by(&a, 9)]);
    let read = read_response(body.as_bytes(), &checkpoint, &known).expect("response");
    assert_eq!(read, [(by(&b, 7), 7), (by(&a, 9), 9)]);
    let unknown = encode_response(&[by(&stranger, 1)]);
    assert_eq!(read_response(unknown.as_bytes(), &checkpoint, &known), Err(ResponseError::Unknown));
    for forged in forgeries(encode_response(&[by(&a, 9)]).as_bytes()) {
        // The same line twice is as good as once.
        let doubled = forged == encode_response(&[by(&a, 9), by(&a, 9)]).as_bytes();
        assert_eq!(
            read_response(&forged, &checkpoint, &known).is_ok(),
            doubled,
            "{}",
            String::from_utf8_lossy(&forged)
        );
    }
    let other = Checkpoint::new(ORIGIN, 6, Digest([7; 32]));
    let unverified = ResponseError::Cosignature(CosignatureError::Unverified { name: "b.example".into() });
    assert_eq!(read_response(body.as_bytes(), &other, &known), Err(unverified));
    assert_eq!(read_response(b"", &checkpoint, &known), Err(ResponseError::Lines(NoteError::NoSignatures)));
    // A time of zero says nothing of when the checkpoint was seen.
    let message = format!("cosignature/v1\ntime 0\n{}", checkpoint.text());
    let bytes = [&a.key.id()[..], &[0; 8], a.secret.sign(message.as_bytes()).as_bytes()].concat();
    let timeless = format!("— a.example {}\n", base64(&bytes));
    let refused = ResponseError::Cosignature(CosignatureError::Timestamp { timestamp: 0 });
    assert_eq!(read_response(timeless.as_bytes(), &checkpoint, &known), Err(refused));
    for bad in ["", "8", "\n", "08\n", "8\n\n", " 8\n", "8 \n", "-8\n", "18446744073709551616\n"] {
        assert_eq!(conflict_size(bad.as_bytes()), None, "{bad}");
    }
    assert_eq!(conflict_size(b"18446744073709551615\n"), Some(u64::MAX));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let checkpoint = Checkpoint::new(ORIGIN, 5, Digest([7; 32]));
        let _ = AddCheckpoint::parse(&bytes);
        let _ = AddCheckpoint::parse(&[b"old 1\n", &bytes[..]].concat());
        let _ = read_response(&bytes, &checkpoint, &[witness("a", 1).key]);
        let _ = conflict_size(&bytes);
    }
}
