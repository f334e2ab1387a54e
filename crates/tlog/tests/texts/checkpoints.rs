//! Checkpoints and their cosignatures.

use proptest::prelude::*;
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, open, sign};
use souspli_tlog::cosignature::{CosignatureError, MAX_TIMESTAMP, cosign, latest, verify};
use souspli_tlog::note::{Note, NoteError, NoteSignature};
use souspli_tlog::tree::empty_root;

use crate::keys::{base64, forgeries, log, witness};

const ORIGIN: &str = "log.example/1";

fn checkpoint() -> Checkpoint {
    Checkpoint::new(ORIGIN, 20_852_163, Digest([7; 32]))
}

fn signed() -> SignedCheckpoint {
    let log = log(ORIGIN, 1);
    sign(checkpoint(), &log.key, &log.secret).expect("signed")
}

#[test]
fn the_example_of_the_text_reads_back() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let checkpoint = Checkpoint::parse(text).expect("checkpoint");
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(checkpoint.text(), text);
}

#[test]
fn a_signed_checkpoint_opens_with_its_logs_key_alone() {
    let signed = signed();
    let opened = open(&signed.encode(), &log(ORIGIN, 1).key).expect("opened");
    assert_eq!(opened, signed);
    assert_eq!(opened.checkpoint(), &checkpoint());
    let unsigned = CheckpointError::Note(NoteError::Unsigned { name: ORIGIN.into() });
    assert_eq!(open(&signed.encode(), &log(ORIGIN, 2).key), Err(unsigned));
    let other = log("log.example/2", 1);
    let unsigned = CheckpointError::Note(NoteError::Unsigned { name: "log.example/2".into() });
    assert_eq!(open(&signed.encode(), &other.key), Err(unsigned));
    let misplaced = CheckpointError::OtherOrigin { origin: ORIGIN.into() };
    assert_eq!(sign(checkpoint(), &other.key, &other.secret), Err(misplaced.clone()));
    let note = Note::new(
        &checkpoint().text(),
        souspli_tlog::note::sign(&checkpoint().text(), &other.key, &other.secret).expect("signed"),
    );
    assert_eq!(open(&note.expect("note").encode(), &other.key), Err(misplaced));
}

#[test]
fn tlog_tiles_reads_the_same_checkpoint() {
    for extensions in [vec![], vec!["one".to_owned(), "two words".to_owned()]] {
        let ours = Checkpoint { extensions, ..checkpoint() };
        let theirs = tlog_tiles::Checkpoint::from_bytes(ours.text().as_bytes()).expect("they read it");
        assert_eq!((theirs.origin(), theirs.size(), theirs.hash().0), (ORIGIN, ours.size, ours.root.0));
        assert_eq!(theirs.to_bytes(), ours.text().as_bytes());
        assert_eq!(Checkpoint::parse(core::str::from_utf8(&theirs.to_bytes()).expect("text")), Ok(ours));
    }
}

#[test]
fn what_is_wrong_with_a_checkpoint_is_named() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let text = |size: &str| format!("a\n{size}\n{root}\n");
    for (text, error) in [
        (String::new(), CheckpointError::Lines),
        ("a\n".into(), CheckpointError::Lines),
        ("a\n1\n".into(), CheckpointError::Lines),
        (format!("a\n1\n{root}"), CheckpointError::Lines),
        (format!("\n1\n{root}\n"), CheckpointError::Origin),
        (format!("a\n1\n{root}\n\n"), CheckpointError::Extension),
        (format!("a\n1\n{root}\n\nx\n"), CheckpointError::Extension),
        (format!("a\n1\n{root}=\n"), CheckpointError::Root),
        (format!("a\n1\n{}\n", &root[..40]), CheckpointError::Root),
        (format!("a\n1\n{root} \n"), CheckpointError::Root),
        (format!("a\n1\n{}J=\n", &root[..42]), CheckpointError::Root),
        (format!("a\n1\n\n{root}\n"), CheckpointError::Root),
        (format!("a\n\n{root}\n"), CheckpointError::Size),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(error), "{text}");
    }
    for size in [
        "",
        "00",
        "01",
        "+1",
        "-1",
        " 1",
        "1 ",
        "1_0",
        "1e3",
        "0x1",
        "١",
        "18446744073709551616",
        "99999999999999999999",
    ] {
        assert_eq!(Checkpoint::parse(&text(size)), Err(CheckpointError::Size), "{size}");
    }
    for size in [0, 1, 10, u64::MAX] {
        assert_eq!(Checkpoint::parse(&text(&size.to_string())).map(|checkpoint| checkpoint.size), Ok(size));
    }
}

#[test]
fn a_checkpoint_that_would_not_read_back_is_not_signed() {
    let (log, witness) = (log(ORIGIN, 1), witness("w", 2));
    for bad in [
        Checkpoint { extensions: vec![String::new()], ..checkpoint() },
        Checkpoint { extensions: vec!["a\nb".into()], ..checkpoint() },
        Checkpoint { extensions: vec!["a\n".into()], ..checkpoint() },
        Checkpoint { origin: "a\n5".into(), ..checkpoint() },
        Checkpoint { origin: String::new(), ..checkpoint() },
    ] {
        assert!(sign(bad.clone(), &log.key, &log.secret).is_err(), "{bad:?}");
        assert!(cosign(&bad, 1, &witness.key, &witness.secret).is_err(), "{bad:?}");
    }
}

#[test]
fn a_checkpoint_that_is_changed_anywhere_is_refused() {
    let key = log(ORIGIN, 1).key;
    for forged in forgeries(&signed().encode()) {
        assert!(open(&forged, &key).is_err(), "{}", String::from_utf8_lossy(&forged));
    }
}

#[test]
fn a_cosignature_covers_the_checkpoint_and_its_own_time() {
    let witness = witness("witness.example/w1", 2);
    let cosignature = cosign(&checkpoint(), 1_679_315_147, &witness.key, &witness.secret).expect("cosigned");
    assert_eq!(verify(&checkpoint(), &cosignature, &witness.key), Ok(1_679_315_147));
    assert_eq!(cosignature.bytes().len(), 72);
    for changed in [
        Checkpoint { origin: "log.example/2".into(), ..checkpoint() },
        Checkpoint { size: 20_852_164, ..checkpoint() },
        Checkpoint { root: empty_root(), ..checkpoint() },
        Checkpoint { extensions: vec!["x".into()], ..checkpoint() },
    ] {
        let unverified = CosignatureError::Unverified { name: "witness.example/w1".into() };
        assert_eq!(verify(&changed, &cosignature, &witness.key), Err(unverified));
    }
    let line = cosignature.line();
    for forged in forgeries(line.trim_end().as_bytes()) {
        let read = core::str::from_utf8(&forged).ok().and_then(NoteSignature::parse);
        let verdict = read.map(|cosignature| verify(&checkpoint(), &cosignature, &witness.key));
        assert!(verdict.is_none_or(|verdict| verdict.is_err()), "{}", String::from_utf8_lossy(&forged));
    }
}

#[test]
fn what_is_signed_is_the_message_of_the_text() {
    let witness = witness("witness.example/w1", 2);
    let checkpoint =
        Checkpoint::parse("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")
            .expect("text");
    let message = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let cosignature = cosign(&checkpoint, 1_679_315_147, &witness.key, &witness.secret).expect("cosigned");
    assert_eq!(&cosignature.bytes()[..8], 1_679_315_147_u64.to_be_bytes());
    assert_eq!(&cosignature.bytes()[8..], witness.secret.sign(message.as_bytes()).as_bytes());
}

#[test]
fn timestamps_end_at_2_to_the_63_and_the_latest_counts() {
    let w = witness("w", 2);
    for timestamp in [0, MAX_TIMESTAMP + 1, u64::MAX] {
        let refused = Err(CosignatureError::Timestamp { timestamp });
        assert_eq!(cosign(&checkpoint(), timestamp, &w.key, &w.secret), refused);
    }
    let mut note = signed().note().clone();
    assert_eq!(latest(&note, &w.key), Ok(None));
    for timestamp in [5, MAX_TIMESTAMP, 7] {
        note.add(cosign(&checkpoint(), timestamp, &w.key, &w.secret).expect("cosigned")).expect("room");
    }
    assert_eq!(latest(&note, &w.key), Ok(Some(MAX_TIMESTAMP)));

    // A cosigner that signs a time beyond the limit is refused, though the signature is its own.
    let time = MAX_TIMESTAMP + 1;
    let message = format!("cosignature/v1\ntime {time}\n{}", checkpoint().text());
    let bytes = [&w.key.id()[..], &time.to_be_bytes(), w.secret.sign(message.as_bytes()).as_bytes()].concat();
    let line = format!("— w {}", base64(&bytes));
    let beyond = NoteSignature::parse(&line).expect("line");
    assert_eq!(verify(&checkpoint(), &beyond, &w.key), Err(CosignatureError::Timestamp { timestamp: time }));
    note.add(beyond).expect("room");
    assert_eq!(latest(&note, &w.key), Err(CosignatureError::Timestamp { timestamp: time }));
}

#[test]
fn only_a_cosigners_own_key_verifies_and_signs() {
    let (w, l) = (witness("w", 2), log(ORIGIN, 1));
    let cosignature = cosign(&checkpoint(), 5, &w.key, &w.secret).expect("cosigned");
    let name = |name: &str| name.to_owned();
    let other = witness("w", 3);
    assert_eq!(verify(&checkpoint(), &cosignature, &other.key), Err(CosignatureError::OtherKey { name: name("w") }));
    assert_eq!(verify(&checkpoint(), &cosignature, &l.key), Err(CosignatureError::KeyType { name: name(ORIGIN) }));
    assert_eq!(cosign(&checkpoint(), 5, &l.key, &l.secret), Err(CosignatureError::KeyType { name: name(ORIGIN) }));
    assert_eq!(cosign(&checkpoint(), 5, &w.key, &l.secret), Err(CosignatureError::OtherSecret { name: name("w") }));
    // The log's signature is not a cosignature, even where the same secret half signs both.
    let both = witness(ORIGIN, 1);
    assert_eq!(latest(signed().note(), &both.key), Ok(None));
    let line = format!("— w {}", base64(&[&w.key.id()[..], &[0; 71]].concat()));
    let short = NoteSignature::parse(&line).expect("line");
    assert_eq!(verify(&checkpoint(), &short, &w.key), Err(CosignatureError::Length { name: name("w") }));
}

proptest! {
    #[test]
    fn what_is_read_as_a_checkpoint_is_written_so(text in "[a-z]{0,3}\\n[0-9]{0,3}\\n([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)?\\n([a-z]{0,2}\\n){0,2}") {
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.text(), text);
        }
    }

    #[test]
    fn every_checkpoint_comes_back(size in any::<u64>(), root in any::<[u8; 32]>(), time in 1..=MAX_TIMESTAMP) {
        let (log, witness) = (log(ORIGIN, 1), witness("w", 2));
        let checkpoint = Checkpoint::new(ORIGIN, size, Digest(root));
        let mut signed = sign(checkpoint.clone(), &log.key, &log.secret).expect("signed");
        signed.add(cosign(&checkpoint, time, &witness.key, &witness.secret).expect("cosigned")).expect("room");
        let opened = open(&signed.encode(), &log.key).expect("opened");
        prop_assert_eq!(opened.checkpoint(), &checkpoint);
        prop_assert_eq!(latest(opened.note(), &witness.key), Ok(Some(time)));
    }

    #[test]
    fn no_text_panics(text in ".{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Checkpoint::parse(&text);
        let _ = open(&bytes, &log(ORIGIN, 1).key);
    }
}
