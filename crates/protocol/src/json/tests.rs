//! The texts are those that serde writes, and what it refuses is refused.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::{FromJson, from_str, object, parse, to_string};
use crate::ItemId;
use crate::problem::{Code, Problem};
use crate::wire::{Append, Blob, Counter, Empty, Held, Times};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Shape {
    id: ItemId,
    long_field_name: String,
    texts: Vec<String>,
    pair: [bool; 2],
    nobody: Option<u16>,
    somebody: Option<u32>,
    number: u64,
}

crate::to_json!(Shape { id, long_field_name, texts, pair, nobody, somebody, number });
crate::from_json!(Shape { id, long_field_name, texts, pair, nobody, somebody, number });

fn shape(text: &str) -> Shape {
    Shape {
        id: ItemId([7; 8]),
        long_field_name: text.to_owned(),
        texts: vec![text.to_owned(), String::new()],
        pair: [true, false],
        nobody: None,
        somebody: Some(u32::MAX),
        number: u64::MAX,
    }
}

/// That both readers give the same value, or refuse.
fn same<'a, T: FromJson + Deserialize<'a> + PartialEq + core::fmt::Debug>(text: &'a str) -> bool {
    let read = from_str::<T>(text);
    assert_eq!(read, serde_json::from_str(text).ok(), "{text}");
    read.is_some()
}

#[test]
fn what_serde_reads_is_read_and_nothing_else() {
    let good = [r#"{"expires":0}"#, " {\n\t\"expires\" :\r 4294967295 } ", r#"{"\u0065xpires":1}"#];
    for good in good {
        assert!(same::<Held>(good), "{good}");
    }
    let bad = [
        "",
        "{",
        "{}",
        "7",
        "null",
        "[1]",
        "[]]",
        r#"{"expires":4294967296}"#,
        r#"{"expires":-1}"#,
        r#"{"expires":1.0}"#,
        r#"{"expires":1e1}"#,
        r#"{"expires":01}"#,
        r#"{"expires":"1"}"#,
        r#"{"expires":null}"#,
        r#"{"expires":1,}"#,
        r#"{"expires":1,"expires":1}"#,
        r#"{"expires":1,"more":1}"#,
        r#"{"expires":1}x"#,
        "{expires:1}",
        r#"{"expires" 1}"#,
        r#"{,"expires":1}"#,
        r#"{"expires":1 "a":2}"#,
        r#"{"expires":tru}"#,
    ];
    for bad in bad {
        assert!(bad == "[1]" || !same::<Held>(bad), "{bad}");
    }
    // Serde takes the values of an object as a list; here that is another value.
    assert_eq!(from_str::<Held>("[1]"), None);
    assert!(parse(b"{\"expires\":\"\xff\"}").is_none());
    assert!(parse("[".repeat(100_000).as_bytes()).is_none());
}

#[test]
fn strings_are_those_of_serde() {
    for good in [r#""""#, r#""\"\\\/\b\f\n\r\t""#, r#""\u00e9é\ud83d\ude00😀""#, "\"\u{7f}\""] {
        assert!(same::<String>(good), "{good}");
    }
    for bad in [
        r#"""#,
        r#""\"#,
        r#""\x""#,
        r#""\u12""#,
        r#""\ud83d""#,
        r#""\ud83dx""#,
        r#""\ud83d\u0041""#,
        r#""\ude00""#,
        "\"\n\"",
        "\"\0\"",
    ] {
        assert!(!same::<String>(bad), "{bad}");
    }
}

#[test]
fn an_absent_option_is_none_and_null() {
    let problem = r#"{"type":"t","title":"","status":429,"code":"work_required"}"#;
    assert!(same::<Problem>(problem));
    assert!(same::<Problem>(&problem.replace('}', r#","difficulty":20}"#)));
    assert!(same::<Problem>(&problem.replace('}', r#","difficulty":null}"#)));
    assert!(!same::<Problem>(&problem.replace("work_required", "no_code")));
    assert!(!same::<Problem>(&problem.replace("429", "65536")));
    for code in Code::ALL {
        assert!(same::<Code>(&format!("\"{}\"", code.as_str())));
    }
    let mut text = to_string(&shape(""));
    assert!(same::<Shape>(&text));
    text = text.replace(r#""nobody":null,"#, "");
    assert!(same::<Shape>(&text));
    assert!(!same::<Shape>(&text.replace("[true,false]", "[true]")));
    assert!(!same::<Shape>(&text.replace("BwcHBwcHBwc", "BwcHBwcHBw")));
}

#[test]
fn bodies_are_written_and_read_as_the_host_does() {
    let append = Append {
        event: Blob(vec![1; 100]),
        claims: Blob::default(),
        session: crate::VerifyingKey([2; 32]),
        session_signature: crate::Signature([3; 64]),
        work: crate::Work([4; 8]),
    };
    let text = to_string(&append);
    assert_eq!(text, serde_json::to_string(&append).expect("json"));
    assert!(same::<Append>(&text));
    assert!(!same::<Append>(&text.replace("sessionSignature", "session_signature")));
    let hours = [None, Some(Blob(vec![5])), None, None, None, None, None];
    let times = Times { version: Counter(9), hours, claim_set: Blob(vec![6]), statement: Blob(vec![7]) };
    assert_eq!(to_string(&times), serde_json::to_string(&times).expect("json"));
    assert!(same::<Times>(&to_string(&times)));
    assert_eq!(to_string(&Empty {}), "{}");
    assert!(same::<Empty>("{}") && same::<Empty>("{ }") && !same::<Empty>(r#"{"a":1}"#));
    assert_eq!(object(&[("a_b", &1_u8), ("c", &"d")]), r#"{"aB":1,"c":"d"}"#);
}

proptest! {
    #[test]
    fn any_text_comes_through(text in any::<String>()) {
        let shape = shape(&text);
        let json = to_string(&shape);
        prop_assert_eq!(&json, &serde_json::to_string(&shape).expect("json"));
        prop_assert_eq!(from_str::<Shape>(&json), Some(shape));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn near_misses_are_judged_as_serde_does(place in 0_usize..150, byte in 0x20_u8..0x7f) {
        let mut text = to_string(&shape("a\\\"é")).into_bytes();
        if let Some(there) = text.get_mut(place) {
            *there = byte;
        }
        if let Ok(text) = String::from_utf8(text) {
            same::<Shape>(&text);
        }
    }
}
