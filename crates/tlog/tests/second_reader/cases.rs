//! What can be right or wrong about the files of a log, by name.

use serde_json::{Value, json};
use souspli_attest::sha256;
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{Checkpoint, sign};
use souspli_tlog::note::{self, Note, NoteSignature};
use souspli_tlog::proof::Proof;
use souspli_tlog::store::{consistency_path, root_at};
use souspli_tlog::tree::empty_root;
use souspli_tlog::witness::AddCheckpoint;

use crate::judge::hex;
use crate::keys::{Signer, base64, log, witness};
use crate::shelf::Shelf;
use crate::world::{
    ORIGIN, bare_policy, checkpoint, cosignature, cosigned, entries, grown, leaf, policy, proof, request, the_log, w,
};

/// A case, and the verdict that it must have: `true`, `false`, or an HTTP status.
pub(crate) struct Case {
    pub(crate) case: Value,
    pub(crate) expected: Value,
}

fn case(name: &str, command: &str, input: &Value, expected: impl Into<Value>) -> Case {
    Case { case: json!({ "name": name, "command": command, "input": input }), expected: expected.into() }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

/// Every named case, in the order of the files of vectors.
pub(crate) fn all() -> Vec<(&'static str, Vec<Case>)> {
    let shelf = grown();
    vec![
        ("checkpoints.json", checkpoints(&shelf)),
        ("proofs.json", proofs(&shelf)),
        ("requests.json", requests(&shelf)),
        ("responses.json", responses(&shelf)),
        ("policies.json", policies()),
        ("tiles.json", tiles(&shelf)),
    ]
}

fn checkpoints(shelf: &Shelf) -> Vec<Case> {
    let five = checkpoint(shelf, 5);
    let judge = |name: &str, note: &str, accepted: bool| {
        case(name, "checkpoint", &json!({ "policy": policy(), "checkpoint": note }), accepted)
    };
    let with = |by: &[&str], more: &[NoteSignature]| {
        let mut note = cosigned(&five, by);
        for signature in more {
            note.add(signature.clone()).expect("room");
        }
        text(note.encode())
    };
    let good = with(&["a", "b"], &[]);
    let line = |key: &Signer, bytes: &[u8]| {
        let line = format!("— {} {}", key.key.name(), base64(&[&key.key.id()[..], bytes].concat()));
        NoteSignature::parse(&line).expect("line")
    };
    let late = {
        let time: u64 = 1 << 63;
        let message = format!("cosignature/v1\ntime {time}\n{}", five.text());
        [&time.to_be_bytes()[..], w("b").secret.sign(message.as_bytes()).as_bytes()].concat()
    };
    let another = log(ORIGIN, 9);
    let foreign = note::sign(&five.text(), &another.key, &another.secret).expect("signed");
    let other_log = log("log.example/2", 1);
    let elsewhere =
        sign(Checkpoint { origin: "log.example/2".into(), ..five.clone() }, &other_log.key, &other_log.secret);
    let mut by_another = Note::new(&five.text(), foreign.clone()).expect("note");
    for letter in ["a", "b"] {
        by_another.add(cosignature(&five, letter, 5)).expect("room");
    }
    let extended = Checkpoint { extensions: vec!["an extension".into(), "— another".into()], ..five.clone() };
    vec![
        judge("cosigned by two of three", &good, true),
        judge("cosigned by all", &with(&["c", "b", "a"], &[]), true),
        judge("with an unknown signature", &with(&["b", "c"], &[foreign]), true),
        judge(
            "of the empty tree",
            &text(cosigned(&Checkpoint::new(ORIGIN, 0, empty_root()), &["a", "b"]).encode()),
            true,
        ),
        judge(
            "of the largest tree",
            &text(cosigned(&Checkpoint::new(ORIGIN, u64::MAX, five.root), &["a", "b"]).encode()),
            true,
        ),
        judge("with extension lines", &text(cosigned(&extended, &["a", "b"]).encode()), true),
        judge("cosigned by one", &with(&["a"], &[]), false),
        judge("cosigned by one, twice", &with(&["a"], &[cosignature(&five, "a", 7)]), false),
        judge("cosigned by one, and by a stranger", &with(&["a"], &[cosignature(&five, "z", 7)]), false),
        judge(
            "with a cosignature of another checkpoint",
            &with(&["a"], &[cosignature(&checkpoint(shelf, 8), "b", 7)]),
            false,
        ),
        judge("with a bad cosignature besides a quorum", &with(&["a", "b"], &[line(&w("c"), &[0; 72])]), false),
        judge("with a cosignature that is cut", &with(&["a", "b"], &[line(&w("c"), &[0; 71])]), false),
        judge("with a time beyond 2^63 - 1", &with(&["a"], &[line(&w("b"), &late)]), false),
        judge(
            "with a bad signature of the log besides a good one",
            &with(&["a", "b"], &[line(&the_log(), &[0; 64])]),
            false,
        ),
        judge("signed by a key that is not listed", &text(by_another.encode()), false),
        judge("of a log that is not listed", &text(elsewhere.expect("signed").encode()), false),
        judge("with another size", &good.replacen("\n5\n", "\n6\n", 1), false),
        judge("with a leading zero", &good.replacen("\n5\n", "\n05\n", 1), false),
        judge("with a sign", &good.replacen("\n5\n", "\n+5\n", 1), false),
        judge("with an empty extension line", &good.replacen("\n\n", "\n\n\n", 1), false),
        judge("with CRLF", &good.replace('\n', "\r\n"), false),
        judge("with a tab", &good.replacen(ORIGIN, "log.example/1\t", 1), false),
        judge("without the last newline", good.trim_end(), false),
        judge("with something behind", &(good.clone() + "x"), false),
        judge("without signatures", &five.text(), false),
        judge("without anything", "", false),
        case(
            "without witnesses",
            "checkpoint",
            &json!({ "policy": bare_policy(), "checkpoint": with(&[], &[]) }),
            true,
        ),
        case(
            "of the origin that was asked for",
            "checkpoint",
            &json!({ "policy": policy(), "checkpoint": good, "origin": ORIGIN }),
            true,
        ),
        case(
            "of another origin than was asked for",
            "checkpoint",
            &json!({ "policy": policy(), "checkpoint": good, "origin": "log.example/2" }),
            false,
        ),
    ]
}

fn proofs(shelf: &Shelf) -> Vec<Case> {
    let good = |index, size| proof(shelf, index, size, &["a", "c"]);
    let judge = |name: &str, proof: &str, index: u64, accepted: bool| {
        case(name, "proof", &json!({ "policy": policy(), "proof": proof, "leaf": leaf(shelf, index) }), accepted)
    };
    let of = |proof: Proof| text(proof.encode().expect("file"));
    let good_file = of(good(4, 5));
    let longer = |mut proof: Proof| {
        proof.path.push(Digest::ZERO);
        of(proof)
    };
    let shorter = |mut proof: Proof| {
        proof.path.pop();
        of(proof)
    };
    let smaller = Proof { checkpoint: cosigned(&checkpoint(shelf, 255), &["a", "c"]), ..good(256, 300) };
    let line = base64(&[7; 32]) + "\n";
    vec![
        judge("of the only entry", &of(good(0, 1)), 0, true),
        judge("of the first of five", &of(good(0, 5)), 0, true),
        judge("of the last of five", &good_file, 4, true),
        judge("of one of 300", &of(good(255, 300)), 255, true),
        judge("of the last of 300", &of(good(299, 300)), 299, true),
        judge("with extra data", &of(Proof { extra: b"extra".to_vec(), ..good(3, 8) }), 3, true),
        judge("of another entry", &good_file, 3, false),
        judge("with another index", &of(Proof { index: 3, ..good(4, 5) }), 4, false),
        judge("with an index outside of the tree", &of(Proof { index: 5, ..good(4, 5) }), 4, false),
        judge("in a smaller tree", &of(smaller), 256, false),
        judge("with a hash more", &longer(good(4, 5)), 4, false),
        judge("with a hash less", &shorter(good(4, 5)), 4, false),
        judge("with too few witnesses", &of(proof(shelf, 4, 5, &["b"])), 4, false),
        judge("of a later version", &good_file.replacen("@v1", "@v2", 1), 4, false),
        judge("without an index", &good_file.replacen("index 4\n", "", 1), 4, false),
        judge("with a leading zero", &good_file.replacen("index 4\n", "index 04\n", 1), 4, false),
        judge("with an empty extra line", &good_file.replacen("index", "extra \nindex", 1), 4, false),
        judge("with extra data twice", &good_file.replacen("index", "extra AQ==\nextra AQ==\nindex", 1), 4, false),
        judge("with extra data that is not canonical", &good_file.replacen("index", "extra AR==\nindex", 1), 4, false),
        judge("with an empty line more", &good_file.replacen("\n\n", "\n\n\n", 1), 4, false),
        judge("with 64 hashes", &good_file.replacen("\n\n", &format!("\n{}\n", line.repeat(64)), 1), 4, false),
        judge("with CRLF", &good_file.replace('\n', "\r\n"), 4, false),
        judge("without a checkpoint", good_file.split_inclusive("\n\n").next().expect("head"), 4, false),
    ]
}

fn requests(shelf: &Shelf) -> Vec<Case> {
    let judge = |name: &str, last: Option<u64>, request: &str, status: u64| {
        let mut input = json!({ "policy": bare_policy(), "request": request });
        if let Some(size) = last {
            input["last"] = json!([size, hex(&root_at(shelf, size).expect("root").0)]);
        }
        case(name, "consistency", &input, status)
    };
    let file = |old, new| text(request(shelf, old, new).encode());
    let stating = |old: u64, path: &[Digest], size: u64, root: Digest| {
        let checkpoint = cosigned(&Checkpoint::new(ORIGIN, size, root), &[]);
        text(AddCheckpoint::new(old, path.to_vec(), checkpoint).expect("request").encode())
    };
    let other = sha256(b"other");
    let step = file(5, 300);
    let stranger = log("log.example/2", 2);
    let strange = sign(Checkpoint::new("log.example/2", 300, other), &stranger.key, &stranger.secret).expect("signed");
    let strange = text(AddCheckpoint::new(5, vec![], strange.note().clone()).expect("request").encode());
    let unlisted = log(ORIGIN, 9);
    let forged = sign(Checkpoint::new(ORIGIN, 300, other), &unlisted.key, &unlisted.secret).expect("signed");
    let forged = text(AddCheckpoint::new(301, vec![], forged.note().clone()).expect("request").encode());
    vec![
        judge("the first", None, &file(0, 5), 200),
        judge("a step", Some(5), &step, 200),
        judge("a step from a perfect tree", Some(8), &file(8, 255), 200),
        judge("the same again", Some(5), &file(5, 5), 200),
        judge("the empty tree", None, &stating(0, &[], 0, empty_root()), 200),
        judge("an unknown log", Some(5), &strange, 404),
        judge("an unlisted key, and a larger old size", Some(5), &forged, 403),
        judge("a larger old size", Some(5), &stating(301, &[], 300, other), 400),
        judge("a step from where the witness is not", Some(8), &step, 409),
        judge("a step, for a witness that has seen nothing", None, &step, 409),
        judge("another root", Some(5), &stating(5, request(shelf, 5, 300).proof(), 300, other), 422),
        judge("another root of the same size", Some(5), &stating(5, &[], 5, other), 422),
        judge("the same again with a proof", Some(5), &stating(5, &[other], 5, checkpoint(shelf, 5).root), 422),
        judge("the first with a proof", None, &stating(0, &[other], 5, checkpoint(shelf, 5).root), 422),
        judge("an empty tree with another root", None, &stating(0, &[], 0, other), 422),
        judge("a step without a proof", Some(5), &stating(5, &[], 300, checkpoint(shelf, 300).root), 422),
        judge("a leading zero", Some(5), &step.replacen("old 5", "old 05", 1), 400),
        judge("no old size", Some(5), &step.replacen("old 5\n", "", 1), 400),
        judge("no checkpoint", Some(5), "old 5\n\n", 400),
        judge(
            "64 hashes",
            Some(5),
            &step.replacen("\n\n", &format!("\n{}\n", (base64(&[7; 32]) + "\n").repeat(64)), 1),
            400,
        ),
        judge("something behind", Some(5), &(step.clone() + "x"), 400),
    ]
}

fn responses(shelf: &Shelf) -> Vec<Case> {
    let five = checkpoint(shelf, 5);
    let note = text(cosigned(&five, &[]).encode());
    let judge = |name: &str, response: &str, accepted: bool| {
        let input = json!({ "policy": policy(), "checkpoint": note, "response": response });
        case(name, "witness-response", &input, accepted)
    };
    let line = |letter: &str, time: u64| cosignature(&five, letter, time).line();
    let timeless = {
        let a = w("a");
        let message = format!("cosignature/v1\ntime 0\n{}", five.text());
        let bytes = [&a.key.id()[..], &[0; 8], a.secret.sign(message.as_bytes()).as_bytes()].concat();
        format!("— a.example/w {}\n", base64(&bytes))
    };
    let conflict =
        |name: &str, body: &str, accepted: bool| case(name, "conflict", &json!({ "response": body }), accepted);
    vec![
        judge("one line", &line("a", 7), true),
        judge("three lines, one by a stranger", &[line("b", 7), line("z", 7), line("a", 9)].concat(), true),
        judge("a stranger's line", &line("z", 7), false),
        judge("a line of another checkpoint", &cosignature(&checkpoint(shelf, 8), "a", 7).line(), false),
        judge("a line without a time", &timeless, false),
        judge("a good line and one that is none", &(line("a", 7) + "x\n"), false),
        judge("a line without its newline", line("a", 7).trim_end(), false),
        judge("an empty line before", &("\n".to_owned() + &line("a", 7)), false),
        judge("nothing", "", false),
        conflict("a size", "5\n", true),
        conflict("the largest size", "18446744073709551615\n", true),
        conflict("a size beyond 64 bits", "18446744073709551616\n", false),
        conflict("a size without a newline", "5", false),
        conflict("a size with a leading zero", "05\n", false),
        conflict("no size", "\n", false),
    ]
}

fn policies() -> Vec<Case> {
    let judge = |name: &str, policy: &str, accepted: bool| case(name, "policy", &json!({ "policy": policy }), accepted);
    let (log_key, a, b) = (the_log().key, w("a").key, w("b").key);
    let two = format!("witness a {a}\nwitness b {b}\n");
    let good = policy();
    vec![
        judge("two of three", &good, true),
        judge("no witness", &bare_policy(), true),
        judge(
            "blanks, comments, addresses",
            &format!(" # é\n\n\twitness  a {a}\thttps://é.example/ \nquorum a\n log {log_key} x\n#\n"),
            true,
        ),
        judge("keywords as names", &format!("witness all {a}\ngroup any 1 all\ngroup 1 any any\nquorum 1\n"), true),
        judge(
            "names outside of ASCII",
            &format!("witness K {a}\nwitness \u{212a} {b}\ngroup é all K \u{212a}\nquorum é\n"),
            true,
        ),
        judge("no quorum", &two, false),
        judge("two quorums", "quorum none\nquorum none\n", false),
        judge("a quorum before its witness", &format!("quorum a\n{two}"), false),
        judge("a witness named none", &format!("witness none {a}\nquorum none\n"), false),
        judge("a member named none", &format!("{two}group g all none\nquorum g\n"), false),
        judge("a name twice", &format!("witness a {a}\nwitness a {b}\nquorum a\n"), false),
        judge(
            "a key twice under two names",
            &format!("witness a {a}\nwitness b {}\nquorum a\n", witness("x", b'a').key),
            false,
        ),
        judge("a log's key twice", &format!("log {log_key}\nlog {}\nquorum none\n", log("x", 1).key), false),
        judge("a member of two groups", &format!("{two}group g any a\ngroup h any a b\nquorum h\n"), false),
        judge("a member twice", &format!("{two}group g 1 a a\nquorum g\n"), false),
        judge("a group of itself", &format!("{two}group g any g\nquorum g\n"), false),
        judge("a threshold of zero", &format!("{two}group g 0 a b\nquorum g\n"), false),
        judge("a threshold above the members", &format!("{two}group g 3 a b\nquorum g\n"), false),
        judge("a threshold with a leading zero", &format!("{two}group g 01 a b\nquorum g\n"), false),
        judge("a group without members", &format!("{two}group g all\nquorum g\n"), false),
        judge("a log's key as a witness", &format!("witness l {log_key}\nquorum l\n"), false),
        judge("a witness's key as a log", &format!("log {a}\nquorum none\n"), false),
        judge("a key with another id", &good.replacen(&a.to_string()[12..20], "00000000", 1), false),
        judge("a line of no known kind", &format!("{good}logs x\n"), false),
        judge("a comment behind a line", "quorum none # none\n", false),
        judge("CRLF", "quorum none\r\n", false),
        judge("DEL", "#\u{7f}\nquorum none\n", false),
        judge("no last newline", "quorum none", false),
        judge("no-break space", "quorum\u{a0}none\n", false),
        judge("nothing", "", false),
    ]
}

fn tiles(shelf: &Shelf) -> Vec<Case> {
    let path = |path: &str, accepted: bool| case(path, "tile-path", &json!({ "path": path }), accepted);
    let bytes = souspli_tlog::tile::encode_bundle(&entries(0, 2)).expect("bundle");
    let bundle = |name: &str, bytes: &[u8], width: u64, accepted: bool| {
        case(name, "bundle", &json!({ "bundle_hex": hex(bytes), "width": width }), accepted)
    };
    let tree: Vec<String> = entries(0, 5).iter().map(|entry| hex(entry)).collect();
    let consistency = |name: &str, path: &[Digest], accepted: bool| {
        let root = |size| hex(&root_at(shelf, size).expect("root").0);
        let hashes: Vec<String> = path.iter().map(|hash| hex(&hash.0)).collect();
        let input = json!({ "old": 5, "old_root": root(5), "size": 300, "root": root(300), "hashes": hashes });
        case(name, "extension", &input, accepted)
    };
    let honest = consistency_path(shelf, 5, 300).expect("path");
    vec![
        path("tile/0/x001/x234/067", true),
        path("tile/entries/000.p/1", true),
        path("tile/63/999.p/255", true),
        path("tile/0/x018/x446/x744/x073/x709/x551/615", true),
        path("tile/0/x018/x446/x744/x073/x709/x551/616", false),
        path("tile/0/x000/001", false),
        path("tile/0/001/002", false),
        path("tile/0/x001", false),
        path("tile/0/1", false),
        path("tile/00/001", false),
        path("tile/64/001", false),
        path("tile/0/001.p/0", false),
        path("tile/0/001.p/256", false),
        path("tile/0/001.p/01", false),
        path("tile/data/001", false),
        path("/tile/0/001", false),
        path("tile/0/001\n", false),
        path("tile/0/٠٠١", false),
        bundle("two entries", &bytes, 2, true),
        bundle("an empty entry", &[0, 0], 1, true),
        bundle("fewer entries than are there", &bytes, 1, false),
        bundle("more entries than are there", &bytes, 3, false),
        bundle("a bundle that is cut", &bytes[..bytes.len() - 1], 2, false),
        case("the root of five entries", "tree", &json!({ "entries": tree }), true),
        consistency("a tree that grew", &honest, true),
        consistency("a tree that grew, with a hash less", &honest[1..], false),
        consistency("a tree that grew, with a hash more", &[&honest[..], &[Digest::ZERO]].concat(), false),
    ]
}
