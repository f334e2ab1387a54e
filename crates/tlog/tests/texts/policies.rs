//! Policies: grammar, printing, quorums.

use proptest::prelude::*;
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, sign};
use souspli_tlog::cosignature::{CosignatureError, cosign};
use souspli_tlog::note::{Note, NoteError, NoteSignature};
use souspli_tlog::policy::{BadPolicy, MAX_POLICY, Policy, PolicyError, PolicyFault};
use souspli_tlog::vkey::VkeyError;

use crate::keys::{Signer, base64, forgeries, log, witness};

const ORIGIN: &str = "log.example/1";
const NAMES: [&str; 6] = ["x1", "x2", "x3", "y1", "y2", "y3"];

fn place(name: &str) -> u8 {
    u8::try_from(NAMES.iter().position(|n| *n == name).expect("a witness of the example")).expect("six")
}

fn w(name: &str) -> Signer {
    witness(&format!("{name}.example"), 10 + place(name))
}

/// The example of the text, with keys in the place of `<vkey>`.
fn example() -> String {
    let line = |name: &str| format!("witness {} {}\n", name.to_uppercase(), w(name).key);
    format!(
        "log {}\n\n{}{}{}group X-witnesses 2 X1 X2 X3\n\n{}{}{}group Y-witnesses any Y1 Y2 Y3\n\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log(ORIGIN, 1).key,
        line("x1"),
        line("x2"),
        line("x3"),
        line("y1"),
        line("y2"),
        line("y3"),
    )
}

fn policy(text: &str) -> Policy {
    Policy::parse(text.as_bytes()).expect("policy")
}

fn cosigned(by: &[&str]) -> SignedCheckpoint {
    let log = log(ORIGIN, 1);
    let mut signed = sign(Checkpoint::new(ORIGIN, 5, Digest([7; 32])), &log.key, &log.secret).expect("signed");
    for name in by {
        let w = w(name);
        let time = 1_000 + u64::from(place(name));
        signed.add(cosign(signed.checkpoint(), time, &w.key, &w.secret).expect("cosigned")).expect("room");
    }
    signed
}

#[test]
fn the_example_of_the_text_asks_for_two_of_x_and_one_of_y() {
    let policy = policy(&example());
    for subset in 0_u8..64 {
        let by: Vec<&str> = NAMES.iter().copied().filter(|name| subset & 1 << place(name) != 0).collect();
        let verdict = policy.check(&cosigned(&by).encode(), Some(ORIGIN));
        let enough =
            by.iter().filter(|name| name.starts_with('x')).count() >= 2 && by.iter().any(|name| name.starts_with('y'));
        if enough {
            let cosigned =
                by.iter().map(|name| (format!("{name}.example"), 1_000 + u64::from(place(name)))).collect::<Vec<_>>();
            assert_eq!(verdict.map(|verified| verified.cosigned), Ok(cosigned));
        } else {
            let missing =
                NAMES.iter().filter(|name| !by.contains(name)).map(|name| format!("{name}.example")).collect();
            assert_eq!(verdict, Err(PolicyError::Quorum { missing }));
        }
    }
    let error = policy.check(&cosigned(&["x1", "x3", "y1"]).encode(), None).map(|_| ());
    assert_eq!(error, Ok(()));
    let error = policy.check(&cosigned(&["x1", "y1", "y2"]).encode(), None).expect_err("one of x");
    assert_eq!(error.to_string(), "too few witnesses have cosigned; missing: x2.example, x3.example, y3.example");
}

#[test]
fn one_witness_counts_once_however_often_it_signs() {
    let text = |k| {
        format!("{}group one {k} x1 x2\nquorum one\n", {
            let line = |name: &str| format!("witness {name} {}\n", w(name).key);
            format!("log {}\n{}{}", log(ORIGIN, 1).key, line("x1"), line("x2"))
        })
    };
    let mut signed = cosigned(&["x1"]);
    for time in 1..30 {
        signed.add(cosign(signed.checkpoint(), time, &w("x1").key, &w("x1").secret).expect("cosigned")).expect("room");
    }
    // The same public key under another name makes another key id; the policy does not list it.
    let alias = witness("alias.example", 10);
    signed.add(cosign(signed.checkpoint(), 9, &alias.key, &alias.secret).expect("cosigned")).expect("room");
    let note = signed.encode();
    assert_eq!(policy(&text(1)).check(&note, None).map(|v| v.cosigned), Ok(vec![("x1.example".into(), 1_000)]));
    let missing = vec!["x2.example".to_owned()];
    assert_eq!(policy(&text(2)).check(&note, None), Err(PolicyError::Quorum { missing }));
    // Nor can a policy list it twice, under whatever name.
    let twice = format!("witness x1 {}\nwitness x2 {}\ngroup two all x1 x2\nquorum two\n", w("x1").key, alias.key);
    let fault = BadPolicy { line: 2, fault: PolicyFault::DuplicateKey };
    assert_eq!(Policy::parse(twice.as_bytes()), Err(fault));
}

#[test]
fn the_log_must_be_listed_and_have_signed() {
    let checkpoint = || Checkpoint::new(ORIGIN, 5, Digest([7; 32]));
    let (ours, rotated, other) = (log(ORIGIN, 1), log(ORIGIN, 2), log("log.example/2", 3));
    let origin = || ORIGIN.to_owned();
    let policy = policy(&format!("quorum none\nlog {}\nlog {}\nlog {}\n", ours.key, rotated.key, other.key));
    assert!(!policy.needs_witnesses());
    for signer in [&ours, &rotated] {
        let note = sign(checkpoint(), &signer.key, &signer.secret).expect("signed").encode();
        assert!(policy.check(&note, Some(ORIGIN)).is_ok());
        assert_eq!(policy.check(&note, Some("log.example/2")), Err(PolicyError::OtherOrigin { origin: origin() }));
    }
    // A listed log signs another log's checkpoint: that says nothing.
    let text = checkpoint().text();
    let note =
        Note::new(&text, souspli_tlog::note::sign(&text, &other.key, &other.secret).expect("signed")).expect("note");
    assert_eq!(policy.check_note(&note, None), Err(PolicyError::Unsigned { origin: origin() }));
    let unlisted = log(ORIGIN, 9);
    let mut note = sign(checkpoint(), &unlisted.key, &unlisted.secret).expect("signed");
    assert_eq!(policy.check(&note.encode(), None), Err(PolicyError::Unsigned { origin: origin() }));
    let stranger = log("log.example/9", 9);
    let strange = sign(Checkpoint { origin: "log.example/9".into(), ..checkpoint() }, &stranger.key, &stranger.secret);
    let unknown = PolicyError::UnknownLog { origin: "log.example/9".into() };
    assert_eq!(policy.check(&strange.expect("signed").encode(), None), Err(unknown));
    // A bad signature of any listed log refuses the note, even where another one is good.
    note.add(souspli_tlog::note::sign(&text, &ours.key, &ours.secret).expect("signed")).expect("room");
    assert!(policy.check(&note.encode(), None).is_ok());
    let line = format!("— log.example/2 {}", base64(&[&other.key.id()[..], &[0; 64]].concat()));
    note.add(NoteSignature::parse(&line).expect("line")).expect("room");
    let bad = PolicyError::Note(NoteError::BadSignature { name: "log.example/2".into() });
    assert_eq!(policy.check(&note.encode(), None), Err(bad));
    // A policy that lists no log accepts nothing.
    let without_logs = self::policy("quorum none\n");
    assert_eq!(without_logs.check(&cosigned(&[]).encode(), None), Err(PolicyError::UnknownLog { origin: origin() }));
}

#[test]
fn a_bad_cosignature_of_a_listed_witness_refuses_the_note() {
    let policy = policy(&example());
    let mut signed = cosigned(&["x1", "x2", "x3", "y1"]);
    let other = Checkpoint::new(ORIGIN, 6, Digest([7; 32]));
    let y2 = w("y2");
    signed.add(cosign(&other, 5, &y2.key, &y2.secret).expect("cosigned")).expect("room");
    let unverified = CosignatureError::Unverified { name: "y2.example".into() };
    assert_eq!(policy.check(&signed.encode(), None), Err(PolicyError::Cosignature(unverified)));
    assert!(matches!(policy.check(b"no note", None), Err(PolicyError::Note(_))));
    let text = "no checkpoint\n";
    let log = log(ORIGIN, 1);
    let note = Note::new(text, souspli_tlog::note::sign(text, &log.key, &log.secret).expect("signed")).expect("note");
    assert_eq!(policy.check_note(&note, None), Err(PolicyError::Checkpoint(CheckpointError::Lines)));
}

#[test]
fn a_checkpoint_that_is_changed_anywhere_is_refused() {
    // No signature is superfluous here, so that no change can hide in one that does not count.
    let policy = policy(&example().replace("2 X1", "all X1").replace("any Y1 Y2 Y3", "all Y1"));
    for forged in forgeries(&cosigned(&["x1", "x2", "x3", "y1"]).encode()) {
        assert!(policy.check(&forged, Some(ORIGIN)).is_err(), "{}", String::from_utf8_lossy(&forged));
    }
}

#[test]
fn the_time_of_a_cosignature_is_told_and_not_judged() {
    let policy = policy(&format!("log {}\nwitness x {}\nquorum x\n", log(ORIGIN, 1).key, w("x1").key));
    let mut signed = cosigned(&[]);
    let future = souspli_tlog::cosignature::MAX_TIMESTAMP;
    signed.add(cosign(signed.checkpoint(), future, &w("x1").key, &w("x1").secret).expect("cosigned")).expect("room");
    assert_eq!(policy.check(&signed.encode(), None).map(|v| v.cosigned), Ok(vec![("x1.example".into(), future)]));
}

#[test]
fn what_is_wrong_with_a_policy_is_named_with_its_line() {
    let (l, a, b) = (log(ORIGIN, 1).key, witness("a", 2).key, witness("b", 3).key);
    let two = format!("witness a {a}\nwitness b {b}\n");
    let key = |error| PolicyFault::Key(error);
    for (text, line, fault) in [
        (String::new(), 0, PolicyFault::Quorum),
        ("# quorum none\n".into(), 0, PolicyFault::Quorum),
        ("quorum none".into(), 1, PolicyFault::Unterminated),
        ("quorum none\r\n".into(), 1, PolicyFault::Control),
        ("quorum none\n\x7f\n".into(), 2, PolicyFault::Control),
        ("#\0\n".into(), 1, PolicyFault::Control),
        ("quorum none\nquorum none\n".into(), 2, PolicyFault::Quorum),
        ("quorum\n".into(), 1, PolicyFault::Items),
        ("quorum none none\n".into(), 1, PolicyFault::Items),
        ("quorum a\n".into(), 1, PolicyFault::Undefined),
        (format!("quorum a\n{two}"), 1, PolicyFault::Undefined),
        ("Quorum none\n".into(), 1, PolicyFault::Kind),
        ("quorum\u{a0}none\n".into(), 1, PolicyFault::Kind),
        ("quorum none # comment\n".into(), 1, PolicyFault::Items),
        ("log\n".into(), 1, PolicyFault::Items),
        (format!("log {l} url more\n"), 1, PolicyFault::Items),
        (format!("log {l}\nlog {l}\n"), 2, PolicyFault::DuplicateKey),
        (format!("log {l}\nlog {}\n", log("log.example/2", 1).key), 2, PolicyFault::DuplicateKey),
        (format!("log {a}\n"), 1, PolicyFault::KeyType),
        (format!("witness l {l}\n"), 1, PolicyFault::KeyType),
        ("witness a\n".into(), 1, PolicyFault::Items),
        ("witness a b\n".into(), 1, key(VkeyError::Shape)),
        (format!("witness none {a}\n"), 1, PolicyFault::Name),
        (format!("witness a {a}\nwitness a {b}\n"), 2, PolicyFault::Name),
        (format!("{two}group a all b\n"), 3, PolicyFault::Name),
        (format!("{two}group none all b\n"), 3, PolicyFault::Name),
        (format!("{two}group g\n"), 3, PolicyFault::Items),
        (format!("{two}group g all\n"), 3, PolicyFault::Items),
        (format!("{two}group g all c\n"), 3, PolicyFault::Undefined),
        (format!("{two}group g all g\n"), 3, PolicyFault::Undefined),
        (format!("{two}group g all none\n"), 3, PolicyFault::Undefined),
        (format!("{two}group g 1 a a\n"), 3, PolicyFault::Member),
        (format!("{two}group g any a\ngroup h any a b\n"), 4, PolicyFault::Member),
        (format!("{two}group g 0 a b\n"), 3, PolicyFault::Threshold),
        (format!("{two}group g 3 a b\n"), 3, PolicyFault::Threshold),
        (format!("{two}group g 01 a b\n"), 3, PolicyFault::Threshold),
        (format!("{two}group g +1 a b\n"), 3, PolicyFault::Threshold),
        (format!("{two}group g All a b\n"), 3, PolicyFault::Threshold),
        (format!("{two}group g 99999999999999999999 a b\n"), 3, PolicyFault::Threshold),
        ("\n".repeat(MAX_POLICY + 1), 0, PolicyFault::TooLong),
    ] {
        assert_eq!(Policy::parse(text.as_bytes()), Err(BadPolicy { line, fault }), "{text}");
    }
    assert_eq!(Policy::parse(b"log \xff\n"), Err(BadPolicy { line: 1, fault: key(VkeyError::Name) }));
}

#[test]
fn what_the_text_allows_is_read() {
    let (l, a, b) = (log(ORIGIN, 1).key, witness("a", 2).key, witness("b", 3).key);
    let text = format!(
        "\t # comment \u{e9}\n\n  witness\tall  {a}\thttps://w.example/\u{e9} \nwitness \u{212a} {b}\n\
         group any 2 all \u{212a}\ngroup 7 any any\nquorum 7\n \t \nlog {l} https://log.example/\n#"
    ) + "\n";
    let policy = policy(&text);
    assert_eq!(policy.logs()[0].url(), Some("https://log.example/"));
    assert_eq!(policy.witnesses()[0].url(), Some("https://w.example/\u{e9}"));
    assert_eq!(policy.witnesses()[0].name(), b"all");
    assert_eq!((policy.witnesses()[1].name(), policy.witnesses()[1].url()), ("\u{212a}".as_bytes(), None));
    let printed = format!(
        "log {l} https://log.example/\nwitness all {a} https://w.example/\u{e9}\nwitness \u{212a} {b}\n\
         group any all all \u{212a}\ngroup 7 all any\nquorum 7\n"
    );
    assert_eq!(String::from_utf8_lossy(&policy.encode()), printed);
    assert_eq!(Policy::parse(&policy.encode()), Ok(policy));
    // Names are bytes: K is not the Kelvin sign, and what is no UTF-8 is a name all the same.
    let kelvin = format!("witness K {a}\nwitness \u{212a} {b}\nquorum K\n");
    assert!(Policy::parse(kelvin.as_bytes()).is_ok());
    let opaque = [b"witness \xff\xfe ".as_slice(), a.to_string().as_bytes(), b" \xff\nquorum \xff\xfe\n"].concat();
    let opaque = Policy::parse(&opaque).expect("bytes");
    assert_eq!((opaque.witnesses()[0].name(), opaque.witnesses()[0].url()), (&b"\xff\xfe"[..], None));
    assert_eq!(Policy::parse(&opaque.encode()), Ok(opaque));
}

#[test]
fn a_policy_has_room_for_32_of_each_and_no_more() {
    let three =
        |n| format!("log {}\nwitness w{n} {}\ngroup g{n} any w{n}\n", log("l", n).key, witness("w", 100 + n).key);
    let text: String = (0..32).map(three).collect();
    assert!(Policy::parse(format!("{text}quorum g31\n").as_bytes()).is_ok());
    for more in [
        format!("log {}\n", log("l", 50).key),
        format!("witness w {}\n", witness("w", 50).key),
        "group g any g1\n".to_owned(),
    ] {
        let fault = BadPolicy { line: 97, fault: PolicyFault::TooLong };
        assert_eq!(Policy::parse(format!("{text}{more}quorum g31\n").as_bytes()), Err(fault), "{more}");
    }
}

#[test]
fn a_changed_policy_is_never_taken_for_the_same() {
    let honest = policy(&example());
    for forged in forgeries(&honest.encode()) {
        match Policy::parse(&forged) {
            // A blank for a tab or a newline more changes nothing; so little else does that it can be said here.
            Ok(read) if read == honest => assert_eq!(
                forged.iter().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>(),
                honest.encode().iter().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>(),
            ),
            Ok(read) => assert_eq!(Policy::parse(&read.encode()), Ok(read)),
            Err(_) => {}
        }
    }
}

proptest! {
    #[test]
    fn every_policy_prints_as_itself(thresholds in proptest::collection::vec(1_usize..4, 1..8), quorum in any::<u8>()) {
        let mut lines = vec![format!("log {}\n", log(ORIGIN, 1).key)];
        lines.extend((0..24_u8).map(|n| format!("witness w{n} {}\n", witness("w", 100 + n).key)));
        lines.extend(thresholds.iter().enumerate().map(|(g, k)| {
            let above = if g % 3 == 1 { format!(" g{}", g - 1) } else { String::new() };
            format!("group g{g} {k} w{} w{} w{}{above}\n", 3 * g, 3 * g + 1, 3 * g + 2)
        }));
        lines.push(format!("quorum g{}\n", usize::from(quorum) % thresholds.len()));
        let text = lines.concat();
        let policy = Policy::parse(text.as_bytes()).expect("policy");
        prop_assert_eq!(Policy::parse(&policy.encode()), Ok(policy));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "((log|witness|group|quorum|#|[a-c]|any|all|[0-3]| |\\t|\\n) ?){0,30}") {
        let _ = Policy::parse(&bytes);
        if let Ok(policy) = Policy::parse(text.as_bytes()) {
            prop_assert_eq!(Policy::parse(&policy.encode()), Ok(policy));
        }
    }
}
