//! Cases that chance makes, of which a good part is accepted: both readers must agree on every one.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use souspli_protocol::Digest;
use souspli_tlog::entry::leaf_hash;

use crate::definition::{Uniform, path, subproof};
use crate::judge::{hex, judge};
use crate::python;
use crate::vectors::without_reason;
use crate::world::{the_log, w};

/// As many values as are asked for; the same ones in every run.
fn some<S: Strategy>(count: usize, strategy: &S) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

/// Both readers agree; how many of the cases are accepted.
fn agreed(cases: &[Value]) -> usize {
    for (case, theirs) in cases.iter().zip(python::judge(cases)) {
        assert_eq!(judge(case), without_reason(theirs), "{case}");
    }
    cases.iter().filter(|case| judge(case)["accepted"] == json!(true)).count()
}

#[test]
fn on_paths_of_tiles() {
    let paths = "tile/(entries|[0-9]|6[0-9])/(x[0-9]{3}/){0,2}[0-9]{3}(\\.p/[1-9][0-9]{0,2})?";
    let case = |path: String| json!({ "command": "tile-path", "input": { "path": path } });
    let cases: Vec<Value> = some(2_000, &paths).into_iter().map(case).collect();
    let accepted = agreed(&cases);
    assert!((500..1_900).contains(&accepted), "{accepted} of 2,000");
}

#[test]
fn on_policies() {
    let keys = ["a", "b", "c"].map(|letter| format!("witness {letter} {}\n", w(letter).key));
    let log = format!("log {} https://log.example/\n", the_log().key);
    let name = "(a|b|c|g|h|none)";
    let line = format!("(W|W|W|L|group [gh] (any|all|[0-3]) {name}( {name}){{0,2}}\n|#\n|\t\n)");
    let text = format!("W?W?W?L?({line}){{0,2}}quorum {name}\n({line})?");
    let policy = |text: String| {
        let mut witnesses = keys.iter().cycle();
        let parts = text.chars().map(|c| match c {
            'W' => witnesses.next().expect("a cycle").clone(),
            'L' => log.clone(),
            c => c.to_string(),
        });
        json!({ "command": "policy", "input": { "policy": parts.collect::<String>() } })
    };
    let strategy = proptest::string::string_regex(&text).expect("a pattern");
    let cases: Vec<Value> = some(2_000, &strategy).into_iter().map(policy).collect();
    let accepted = agreed(&cases);
    assert!((200..1_800).contains(&accepted), "{accepted} of 2,000");
}

/// Sizes of every magnitude, powers of two and their neighbours.
fn sizes() -> impl Strategy<Value = u64> {
    let near = (0_u32..64, 0_u64..3).prop_map(|(bit, more)| (1_u64 << bit).wrapping_add(more).wrapping_sub(1));
    prop_oneof![near, any::<u64>(), 1_u64..70].prop_map(|size| size.max(1))
}

#[test]
fn on_proofs_in_trees_of_any_size() {
    let hashes = |path: &[Digest]| path.iter().map(|hash| hex(&hash.0)).collect::<Vec<_>>();
    let mut cases = Vec::new();
    for (a, b, spoil) in some(400, &(sizes(), sizes(), 0_u8..6)) {
        let (old, size) = (a.min(b), a.max(b));
        let index = a % size;
        let marked = leaf_hash(b"marked");
        let tree = Uniform::new(Some((index, marked)));
        let mut inclusion = path(index, 0, size, &|lo, hi| tree.mth(lo, hi));
        let mut consistency = subproof(old, 0, size, true, &|lo, hi| tree.mth(lo, hi));
        for path in [&mut inclusion, &mut consistency] {
            match spoil {
                0 => path.push(Digest::ZERO),
                1 => drop(path.pop()),
                _ => {}
            }
        }
        let said = if spoil == 2 { index ^ 1 } else { index };
        let (root, old_root) = (hex(&tree.mth(0, size).0), hex(&tree.mth(0, old).0));
        let larger = if spoil == 3 { size.saturating_add(1) } else { size };
        cases.push(json!({ "command": "inclusion", "input": {
            "leaf": hex(&marked.0), "index": said, "size": larger, "root": root, "hashes": hashes(&inclusion),
        }}));
        cases.push(json!({ "command": "extension", "input": {
            "old": old, "old_root": old_root, "size": larger, "root": root, "hashes": hashes(&consistency),
        }}));
    }
    let accepted = agreed(&cases);
    assert!((300..700).contains(&accepted), "{accepted} of 800");
}
