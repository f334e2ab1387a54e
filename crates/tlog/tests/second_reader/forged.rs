//! What is forged, both readers refuse; what can be read in spite of a change, both read alike.

use serde_json::{Value, json};
use souspli_tlog::tile::encode_bundle;

use crate::judge::{hex, judge};
use crate::keys::forgeries;
use crate::python;
use crate::vectors::without_reason;
use crate::world::{checkpoint, cosignature, cosigned, entries, grown, leaf, proof, request, the_log, w};

/// Lets both readers judge one field of an honest case, as it is and forged in every way. They must agree each time; what
/// is accepted although it is forged comes back.
fn accepted_forgeries(command: &str, honest: &Value, field: &str, bytes: &[u8]) -> Vec<Vec<u8>> {
    let case = |bytes: &[u8]| {
        let mut input = honest.clone();
        input[format!("{field}_hex")] = json!(hex(bytes));
        json!({ "command": command, "input": input })
    };
    let all: Vec<Vec<u8>> = std::iter::once(bytes.to_vec()).chain(forgeries(bytes)).collect();
    let cases: Vec<Value> = all.iter().map(|bytes| case(bytes)).collect();
    let mut accepted = Vec::new();
    for ((bytes, case), theirs) in all.into_iter().zip(&cases).zip(python::judge(&cases)) {
        let ours = judge(case);
        assert_eq!(ours, without_reason(theirs), "{command}: {}", String::from_utf8_lossy(&bytes));
        if ours["accepted"] == json!(true) {
            accepted.push(bytes);
        }
    }
    assert_eq!(accepted.first().map(Vec::as_slice), Some(bytes), "{command}: the honest one is accepted");
    accepted.split_off(1)
}

/// One witness, so that every signature counts.
fn small_policy() -> String {
    format!("log {}\nwitness a {}\nquorum a\n", the_log().key, w("a").key)
}

#[test]
fn a_forged_note_or_checkpoint_is_refused_by_both() {
    let five = checkpoint(&grown(), 5);
    let note = cosigned(&five, &[]).encode();
    let key = json!({ "key": the_log().key.to_string() });
    assert!(accepted_forgeries("note", &key, "note", &note).is_empty());
    let under = json!({ "policy": small_policy() });
    assert!(accepted_forgeries("checkpoint", &under, "checkpoint", &cosigned(&five, &["a"]).encode()).is_empty());
}

#[test]
fn a_forged_proof_is_refused_by_both() {
    let shelf = grown();
    let under = json!({ "policy": small_policy(), "leaf": leaf(&shelf, 3) });
    let file = proof(&shelf, 3, 5, &["a"]).encode().expect("file");
    assert!(accepted_forgeries("proof", &under, "proof", &file).is_empty());
}

#[test]
fn a_forged_request_gets_the_same_status_from_both() {
    let shelf = grown();
    let last = json!([5, hex(&checkpoint(&shelf, 5).root.0)]);
    let under = json!({ "policy": small_policy(), "last": last });
    assert!(accepted_forgeries("consistency", &under, "request", &request(&shelf, 5, 8).encode()).is_empty());
}

#[test]
fn a_forged_response_is_refused_by_both() {
    let five = checkpoint(&grown(), 5);
    let note = String::from_utf8(cosigned(&five, &[]).encode()).expect("text");
    let line = cosignature(&five, "a", 7).line();
    let under = json!({ "policy": small_policy(), "checkpoint": note });
    let accepted = accepted_forgeries("witness-response", &under, "response", line.as_bytes());
    assert_eq!(accepted, [line.repeat(2).into_bytes()], "the same line twice is as good as once");
    // Another size is a size.
    let sizes = accepted_forgeries("conflict", &json!({}), "response", b"1024\n");
    assert!(sizes.iter().all(|size| size.ends_with(b"\n") && size[..size.len() - 1].iter().all(u8::is_ascii_digit)));
}

#[test]
fn a_changed_policy_path_or_bundle_is_read_alike() {
    accepted_forgeries("policy", &json!({}), "policy", small_policy().as_bytes());
    let bundle = encode_bundle(&entries(0, 2)).expect("bundle");
    accepted_forgeries("bundle", &json!({ "width": 2 }), "bundle", &bundle);
    let cases: Vec<Value> = forgeries(b"tile/entries/x001/x234/067.p/12")
        .chain(forgeries(b"tile/62/x001/x234/067.p/255"))
        .filter_map(|path| String::from_utf8(path).ok())
        .map(|path| json!({ "command": "tile-path", "input": { "path": path } }))
        .collect();
    for (case, theirs) in cases.iter().zip(python::judge(&cases)) {
        assert_eq!(judge(case), without_reason(theirs), "{case}");
    }
}
