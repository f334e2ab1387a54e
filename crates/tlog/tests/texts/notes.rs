//! Signed notes and verifier keys: the texts' examples, other implementations, forgeries.

use proptest::prelude::*;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};
use souspli_tlog::note::{MAX_NOTE, MAX_SIGNATURES, Note, NoteError, NoteSignature, sign};
use souspli_tlog::vkey::{KeyType, VerifierKey, VkeyError};

use crate::keys::{Signer, base64, forgeries, log, witness};

/// C2SP signed-note, "Example": the only example of the texts that carries a whole key.
const C2SP_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
/// The example of golang.org/x/mod/sumdb/note, which the text describes.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
/// The example of tlog-checkpoint is a checkpoint of the Go checksum database under another origin; under its own, and
/// with that log's public key, it verifies.
const SUM_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const SUM_NOTE: &str = "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
/// Examples whose keys the texts do not give: well formed, and no more can be said.
const KEYLESS: [&str; 3] = [
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n",
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n",
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n",
];

fn signed(text: &str, signer: &Signer) -> Note {
    Note::new(text, sign(text, &signer.key, &signer.secret).expect("signature")).expect("note")
}

#[test]
fn the_examples_of_the_texts_verify_as_far_as_their_keys_are_known() {
    for (key, text) in [(C2SP_KEY, C2SP_NOTE), (GO_KEY, GO_NOTE), (SUM_KEY, SUM_NOTE)] {
        let key = VerifierKey::parse(key).expect("key");
        let note = Note::parse(text.as_bytes()).expect("note");
        assert_eq!(note.verify(&key), Ok(()));
        assert_eq!(note.encode(), text.as_bytes());
    }
    for text in KEYLESS {
        assert_eq!(Note::parse(text.as_bytes()).expect("note").encode(), text.as_bytes());
    }
}

#[test]
fn signed_note_reads_what_is_written_and_the_other_way_round() {
    let ours = log("log.example/1", 1);
    let verifiers = |key: &str| VerifierList::new(vec![Box::new(StandardVerifier::new(key).expect("their verifier"))]);
    for text in ["one line\n", "two\n\nparagraphs\n", "\n", "— not a signature\n\n\nthe end\n", "è\u{a0}🦀\n"] {
        let note = signed(text, &ours).encode();
        let theirs = signed_note::Note::from_bytes(&note).expect("they read it");
        let (verified, unverified) = theirs.verify(&verifiers(&ours.key.to_string())).expect("they verify it");
        assert_eq!((verified.len(), unverified.len()), (1, 0));
        assert_eq!((theirs.to_bytes(), theirs.text()), (note.clone(), text.as_bytes()));

        let (id, key) = (u32::from_be_bytes(ours.key.id()), [&[1][..], &[1; 32]].concat());
        let secret = format!("PRIVATE+KEY+log.example/1+{id:08x}+{}", base64(&key));
        let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).expect("text");
        theirs.add_sigs(&[&StandardSigner::new(&secret).expect("their signer")]).expect("they sign");
        assert_eq!(theirs.to_bytes(), note, "Ed25519 is deterministic");
        assert_eq!(Note::parse(&theirs.to_bytes()).expect("note").verify(&ours.key), Ok(()));
    }
    for key in [C2SP_KEY, GO_KEY, SUM_KEY] {
        assert!(StandardVerifier::new(key).is_ok());
        assert_eq!(VerifierKey::parse(key).expect("key").to_string(), key);
    }
}

#[test]
fn a_note_that_is_changed_anywhere_is_refused() {
    let signer = log("log.example/1", 1);
    for note in [signed("a text\n\nof two paragraphs\n", &signer), Note::parse(C2SP_NOTE.as_bytes()).expect("note")] {
        let key = if note.text().starts_with('a') { signer.key.clone() } else { C2SP_KEY.parse().expect("key") };
        for forged in forgeries(&note.encode()) {
            let verdict = Note::parse(&forged).and_then(|note| note.verify(&key));
            assert!(verdict.is_err(), "{}", String::from_utf8_lossy(&forged));
        }
    }
}

#[test]
fn what_is_wrong_with_a_note_is_named() {
    let line = "— a AAAAAAA=\n";
    for (bytes, error) in [
        (b"".to_vec(), NoteError::NoSignatures),
        (b"text\n".to_vec(), NoteError::NoSignatures),
        (b"text\n\n".to_vec(), NoteError::NoSignatures),
        (format!("text\n{line}").into_bytes(), NoteError::NoSignatures),
        (b"te\xffxt\n\n".to_vec(), NoteError::NotText),
        (format!("te\txt\n\n{line}").into_bytes(), NoteError::NotText),
        (format!("text\r\n\n{line}").into_bytes(), NoteError::NotText),
        (format!("te\0xt\n\n{line}").into_bytes(), NoteError::NotText),
        (format!("text\n\n{}", line.trim_end()).into_bytes(), NoteError::Line { at: 0 }),
        (format!("text\n\n{line}{line}x").into_bytes(), NoteError::Line { at: 2 }),
        (format!("text\n\n{line}\n").into_bytes(), NoteError::NoSignatures),
        (format!("text\n\n{}", line.repeat(65)).into_bytes(), NoteError::TooLong),
        (format!("{}\n\n{line}", "x".repeat(MAX_NOTE)).into_bytes(), NoteError::TooLong),
    ] {
        assert_eq!(Note::parse(&bytes), Err(error), "{}", String::from_utf8_lossy(&bytes));
    }
    assert!(Note::parse(format!("text\n\n{}", line.repeat(MAX_SIGNATURES)).as_bytes()).is_ok());
    for line in [
        "",
        "—",
        "— ",
        "—  AAAAAAA=",
        "— a",
        "— a ",
        "— a  AAAAAAA=",
        "- a AAAAAAA=",
        "– a AAAAAAA=",
        "—\u{a0}a AAAAAAA=",
        "— a AAAAAAA= ",
        "— a AAAAAAA",
        "— a AAAAAAB=",
        "— a AAAAAA==",
        "— a AAAA",
        "— a AAAAAAA=AAAA",
        "— a _-AAAAA=",
        "— a AAAAA\u{a0}A=",
        "— a+b AAAAAAA=",
        "— a\u{2003}b AAAAAAA=",
        "— a\u{85}b AAAAAAA=",
        "— a\tb AAAAAAA=",
        "  — a AAAAAAA=",
    ] {
        assert_eq!(NoteSignature::parse(line), None, "{line}");
    }
}

#[test]
fn unknown_signatures_are_ignored_and_known_ones_must_verify() {
    let (ours, other) = (log("log.example/1", 1), log("log.example/1", 2));
    let text = "text\n";
    let good = sign(text, &ours.key, &ours.secret).expect("signature");
    let foreign = sign(text, &other.key, &other.secret).expect("signature");
    let stale = sign("another\n", &ours.key, &ours.secret).expect("signature");
    let renamed = log("log.example/2", 1);
    let renamed = sign(text, &renamed.key, &renamed.secret).expect("signature");
    assert!(!foreign.names(&ours.key), "another id");
    assert!(!renamed.names(&ours.key), "another name");

    let note = |signatures: &[&NoteSignature]| {
        let mut note = Note::new(text, signatures[0].clone()).expect("note");
        signatures[1..].iter().for_each(|signature| note.add((*signature).clone()).expect("room"));
        Note::parse(&note.encode()).expect("note")
    };
    let unsigned = Err(NoteError::Unsigned { name: "log.example/1".into() });
    let bad = Err(NoteError::BadSignature { name: "log.example/1".into() });
    assert_eq!(note(&[&foreign, &renamed, &good]).verify(&ours.key), Ok(()));
    assert_eq!(note(&[&foreign, &renamed]).verify(&ours.key), unsigned);
    assert_eq!(note(&[&good, &stale]).verify(&ours.key), bad);
    assert_eq!(note(&[&stale, &good]).verify(&ours.key), bad);
    assert_eq!(note(&[&good, &good]).signatures().len(), 1, "the same signature is not added twice");
    for bytes in [&good.bytes()[..63], &[good.bytes(), &[0]].concat()[..]] {
        let line = format!("— log.example/1 {}", base64(&[&ours.key.id(), bytes].concat()));
        assert_eq!(note(&[&NoteSignature::parse(&line).expect("line")]).verify(&ours.key), bad, "a wrong length");
    }
    let witness = witness("log.example/1", 1);
    let other_type = Err(NoteError::KeyType { name: "log.example/1".into() });
    assert_eq!(note(&[&good]).verify(&witness.key), other_type);
    assert_eq!(sign(text, &witness.key, &witness.secret).map(|_| ()), other_type);
    assert_eq!(sign(text, &ours.key, &other.secret), Err(NoteError::OtherSecret { name: "log.example/1".into() }));
    for bad in ["", "no newline", "a\tb\n", "\0\n"] {
        assert!(sign(bad, &ours.key, &ours.secret).is_err(), "{bad}");
    }
}

#[test]
fn a_note_has_room_for_64_signatures() {
    let text = "text\n";
    let by = |seed: u8| {
        let signer = log("log.example/1", seed);
        sign(text, &signer.key, &signer.secret).expect("signature")
    };
    let mut note = Note::new(text, by(0)).expect("note");
    for seed in 1..64 {
        note.add(by(seed)).expect("room");
    }
    assert_eq!(note.add(by(64)), Err(NoteError::TooLong));
    assert!((0..64).all(|seed| note.verify(&log("log.example/1", seed).key).is_ok()));
}

#[test]
fn a_verifier_key_that_is_changed_anywhere_is_refused() {
    for key in [C2SP_KEY.to_owned(), log("log.example/1", 1).key.to_string(), witness("w", 2).key.to_string()] {
        assert_eq!(VerifierKey::parse(&key).expect("key").to_string(), key);
        for forged in forgeries(key.as_bytes()) {
            let read = core::str::from_utf8(&forged).ok().map(VerifierKey::parse);
            assert!(read.is_none_or(|read| read.is_err()), "{}", String::from_utf8_lossy(&forged));
        }
    }
}

#[test]
fn what_is_wrong_with_a_verifier_key_is_named() {
    let key = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    for (text, error) in [
        (String::new(), VkeyError::Shape),
        ("example.com/foo".into(), VkeyError::Shape),
        ("example.com/foo+530d903a".into(), VkeyError::Shape),
        (format!("+530d903a+{key}"), VkeyError::Name),
        (format!("a b+530d903a+{key}"), VkeyError::Name),
        (format!("example.com/foo+530D903A+{key}"), VkeyError::Id),
        (format!("example.com/foo+30d903a+{key}"), VkeyError::Id),
        (format!("example.com/foo+0530d903a+{key}"), VkeyError::Id),
        (format!("example.com/foo+530d903b+{key}"), VkeyError::Id),
        (format!("example.com/bar+530d903a+{key}"), VkeyError::Id),
        ("example.com/foo+530d903a+".into(), VkeyError::Length),
        ("example.com/foo+530d903a+AQ==".into(), VkeyError::Length),
        (format!("example.com/foo+530d903a+{}", &key[..40]), VkeyError::Length),
        (format!("example.com/foo+530d903a+{key}AAAA"), VkeyError::Length),
        (format!("example.com/foo+530d903a+{key}="), VkeyError::Base64),
        (format!("example.com/foo+530d903a+Ag{}", &key[2..]), VkeyError::Type(2)),
        ("example.com/foo+530d903a+Bg==".into(), VkeyError::Type(6)),
    ] {
        assert_eq!(VerifierKey::parse(&text), Err(error), "{text}");
    }
    let (log, witness) = (log("a", 1), witness("a", 1));
    assert_ne!(log.key.id(), witness.key.id(), "the type is part of the id");
    assert_eq!((log.key.kind(), witness.key.kind()), (KeyType::Ed25519, KeyType::Cosignature));
}

proptest! {
    #[test]
    fn what_is_read_as_a_note_is_written_so(text in "([a-z \\n—+]|— [a-z]{1,3} AAAAAAA=\\n|\\n\\n){0,12}") {
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.encode(), text.as_bytes());
            prop_assert!(signed_note::Note::from_bytes(text.as_bytes()).is_ok(), "they read it too");
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in ".{0,80}") {
        let _ = Note::parse(&bytes);
        let _ = NoteSignature::parse(&text);
        let _ = VerifierKey::parse(&text);
    }
}
