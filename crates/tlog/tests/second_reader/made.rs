//! What the second reader makes, this crate accepts.

use serde_json::{Value, json};
use souspli_tlog::checkpoint::{SignedCheckpoint, open};
use souspli_tlog::cosignature;
use souspli_tlog::entry::leaf_hash;
use souspli_tlog::note::{Note, NoteSignature};
use souspli_tlog::policy::Policy;
use souspli_tlog::proof::{self, Proof};
use souspli_tlog::witness::AddCheckpoint;

use crate::folder::on_disk;
use crate::judge::hex;
use crate::python;
use crate::world::{checkpoint, entries, grown, policy, proof as our_proof, request, the_log, w};

/// What the second reader makes of these wishes.
fn make(wishes: &[Value]) -> Vec<String> {
    let made = |verdict: Value| verdict["made"].as_str().unwrap_or_else(|| panic!("{verdict}")).to_owned();
    python::judge(wishes).into_iter().map(made).collect()
}

/// A checkpoint that the second reader has signed and cosigned.
fn signed_by_the_second_reader(size: u64) -> SignedCheckpoint {
    let text = checkpoint(&grown(), size).text();
    let name = the_log().key.name().to_owned();
    let input = json!({ "text": text, "name": name, "seed": hex(&[1; 32]) });
    let [note] = make(&[json!({ "command": "make-note", "input": input })]).try_into().expect("one");
    let mut signed = open(note.as_bytes(), &the_log().key).expect("signed");
    let wish = |letter: &str| {
        let input = json!({
            "checkpoint": note, "name": w(letter).key.name(), "seed": hex(&[letter.as_bytes()[0]; 32]), "time": 1_800_000_000,
        });
        json!({ "command": "make-cosignature", "input": input })
    };
    for line in make(&[wish("b"), wish("c")]) {
        signed.add(NoteSignature::parse(line.trim_end()).expect("line")).expect("room");
    }
    signed
}

#[test]
fn a_note_and_its_cosignatures_are_the_same_bytes_from_both() {
    for size in [1, 5, 300] {
        let checkpoint = checkpoint(&grown(), size);
        let signed = signed_by_the_second_reader(size);
        assert_eq!(signed.checkpoint(), &checkpoint);
        assert_eq!(cosignature::latest(signed.note(), &w("b").key), Ok(Some(1_800_000_000)));
        assert_eq!(
            signed.encode(),
            crate::world::cosigned(&checkpoint, &["b", "c"]).encode(),
            "Ed25519 is deterministic"
        );
        let policy = Policy::parse(policy().as_bytes()).expect("policy");
        assert_eq!(policy.check(&signed.encode(), None).map(|verified| verified.cosigned.len()), Ok(2));
    }
}

#[test]
fn proofs_and_requests_are_the_same_bytes_from_both() {
    let shelf = grown();
    let policy = Policy::parse(policy().as_bytes()).expect("policy");
    for size in [1, 5, 300] {
        let folder = on_disk(&shelf, signed_by_the_second_reader(size).note());
        let path = folder.path().to_str().expect("a path in UTF-8");
        let indices: Vec<u64> = [0, 3, 4, 255, 256, 299].into_iter().filter(|index| *index < size).collect();
        let wish = |index: &u64| json!({ "command": "make-proof", "input": { "folder": path, "index": index } });
        for (index, made) in indices.iter().zip(make(&indices.iter().map(wish).collect::<Vec<_>>())) {
            let read = Proof::decode(made.as_bytes()).expect("a proof");
            assert_eq!(read, our_proof(&shelf, *index, size, &["b", "c"]));
            let leaf = leaf_hash(&entries(*index, index + 1)[0]);
            assert!(proof::verify(&read, &leaf, &policy).is_ok(), "{index} of {size}");
        }
        let sizes: Vec<u64> = [0, 1, 2, 5, 8, 255, 256, 300].into_iter().filter(|old| *old <= size).collect();
        let wish = |old: &u64| json!({ "command": "make-request", "input": { "folder": path, "old": old } });
        for (old, made) in sizes.iter().zip(make(&sizes.iter().map(wish).collect::<Vec<_>>())) {
            let read = AddCheckpoint::parse(made.as_bytes()).expect("a request");
            assert_eq!(read.proof(), request(&shelf, *old, size).proof(), "{old} to {size}");
        }
    }
}

#[test]
fn a_note_of_any_text_verifies() {
    let texts = ["one line\n", "two\n\nparagraphs\n", "\n", "— not a signature\n\n\nthe end\n", "è\u{a0}🦀\n"];
    let name = the_log().key.name().to_owned();
    let wish =
        |text: &&str| json!({ "command": "make-note", "input": { "text": text, "name": name, "seed": hex(&[1; 32]) } });
    for (text, made) in texts.iter().zip(make(&texts.iter().map(wish).collect::<Vec<_>>())) {
        let note = Note::parse(made.as_bytes()).expect("note");
        assert_eq!(note.text(), *text);
        assert_eq!(note.verify(&the_log().key), Ok(()));
    }
}
