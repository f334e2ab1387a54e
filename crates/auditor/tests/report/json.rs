//! The report as JSON: its schema, its one form, and what is refused.

use std::collections::BTreeSet;

use serde_json::Value;
use souspli_auditor::audit::Gap;
use souspli_auditor::report::{FORMAT, ReadError, Report, SCHEMA};
use souspli_auditor::{Area, Check};

use crate::samples::{all, clean, end, full, hostile};

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("json")
}

#[test]
fn every_report_is_as_the_schema_says() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema()), "the schema is one");
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema()).expect("schema");
    for (name, report) in all() {
        let json: Value = serde_json::from_slice(&report.to_json()).expect("json");
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn the_schema_refuses_what_is_not_a_report() {
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema()).expect("schema");
    let good: Value = serde_json::from_slice(&end(full()).to_json()).expect("json");
    for (pointer, value) in [
        ("/format", Value::from("souspli/audit/report/2")),
        ("/verdict", Value::from("fine")),
        ("/begin", Value::from("yesterday")),
        ("/counts/breaches", Value::from(-1)),
        ("/counts/rows", Value::from(1.5)),
        ("/findings/0/check", Value::from("unheard_of")),
        ("/findings/0/place", Value::Null),
        ("/unchecked/0/gap", Value::from("tired")),
        ("/looked/0/area", Value::from("sky")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
    for object in ["", "/tool", "/counts", "/findings/0", "/findings/0/place", "/looked/0", "/unchecked/0", "/auditor"]
    {
        let mut more = good.clone();
        let fields = more.pointer_mut(object).and_then(Value::as_object_mut).expect(object);
        fields.insert("more".to_owned(), Value::Null);
        assert!(!validator.is_valid(&more), "{object} takes more");
        let mut less = good.clone();
        let fields = less.pointer_mut(object).and_then(Value::as_object_mut).expect(object);
        let first = fields.keys().next().cloned().expect("a field");
        fields.remove(&first);
        assert!(!validator.is_valid(&less), "{object} takes less");
    }
}

#[test]
fn the_schema_lists_every_code() {
    let schema = schema();
    let listed = |name: &str| -> Vec<String> {
        let codes = schema["$defs"][name]["enum"].as_array().expect(name);
        codes.iter().map(|code| code.as_str().expect("text").to_owned()).collect()
    };
    let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    assert_eq!(listed("check"), codes(&Check::ALL.iter().map(|check| check.code()).collect::<Vec<_>>()));
    assert_eq!(listed("gap"), codes(&Gap::ALL.iter().map(|gap| gap.code()).collect::<Vec<_>>()));
    let areas: Vec<Value> = Area::ALL.iter().map(|area| serde_json::to_value(area).expect("json")).collect();
    assert_eq!(schema["$defs"]["area"]["enum"], Value::from(areas));
    assert_eq!(schema["properties"]["format"]["const"], FORMAT);
}

#[test]
fn every_field_is_explained_or_explains_itself() {
    let schema = schema();
    let bare: BTreeSet<&str> = schema["properties"]
        .as_object()
        .expect("properties")
        .iter()
        .filter(|(_, field)| field["description"].as_str().is_none_or(str::is_empty))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(bare, BTreeSet::from(["format"]));
}

#[test]
fn what_is_written_is_read_again_and_is_the_same() {
    for (name, report) in all() {
        let json = report.to_json();
        assert_eq!(Report::from_json(&json).as_ref(), Ok(&report), "{name}");
        assert_eq!(report.to_json(), json, "{name}");
    }
}

#[test]
fn a_report_holds_no_character_that_cannot_be_seen() {
    let text = String::from_utf8(hostile().to_json()).expect("utf-8");
    for line in text.lines().map(str::trim) {
        let shown = souspli_auditor::report::visible(line);
        assert_eq!(shown.replace("\\\\", "\\"), line, "only backslashes are shown otherwise");
    }
    assert!(text.contains("\\u202e") && text.contains("\\u001b") && text.contains("\\udbff\\udfff"));
}

#[test]
fn a_report_that_says_of_itself_what_it_does_not_list_is_refused() {
    let text = String::from_utf8(end(full()).to_json()).expect("utf-8");
    for (from, to) in [
        ("\"verdict\": \"breach\"", "\"verdict\": \"nothing\""),
        ("\"complete\": false", "\"complete\": true"),
        ("\"breaches\": ", "\"breaches\": 9"),
        ("\"begin\": \"2026-11-30", "\"begin\": \"2026-12-30"),
        ("\"not_asked\": []", "\"not_asked\": [\n    \"log\"\n  ]"),
    ] {
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        assert_eq!(Report::from_json(changed.as_bytes()), Err(ReadError::Contradicts), "{to}");
    }
}

#[test]
fn another_way_to_write_the_same_report_is_refused() {
    let text = String::from_utf8(clean().to_json()).expect("utf-8");
    for changed in [
        text.replacen("\": ", "\":", 1),
        format!("{text}\n"),
        text.trim_end().to_owned(),
        text.replacen('{', "{\n  \"more\": 1,", 1),
        text.replacen("\"host\": \"h", "\"host\": \"\\u0068", 1),
        text.replacen("\"artefact\": ", "\"note\": \"unseen\",\n        \"artefact\": ", 1),
    ] {
        assert_ne!(changed, text);
        assert!(matches!(Report::from_json(changed.as_bytes()), Err(ReadError::NotCanonical)), "{changed}");
    }
}

#[test]
fn what_is_not_a_report_is_refused_and_nothing_panics() {
    for bytes in [&b""[..], b"{}", b"[]", b"null", b"\xff\xfe", b"{\"format\": 3}", "[".repeat(100_000).as_bytes()] {
        assert!(matches!(Report::from_json(bytes), Err(ReadError::NotAReport { .. })));
    }
    assert_eq!(Report::from_json(b"{\"format\": \"souspli/audit/report/2\"}"), Err(ReadError::OtherFormat));
    let json = clean().to_json();
    for length in 0..json.len() {
        assert!(Report::from_json(&json[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn no_bit_of_a_report_can_be_flipped_without_another_report_coming_out() {
    let (report, json) = (clean(), clean().to_json());
    for place in 0..json.len() {
        for bit in 0..8 {
            let mut flipped = json.clone();
            flipped[place] ^= 1 << bit;
            assert_ne!(Report::from_json(&flipped).as_ref(), Ok(&report), "byte {place}, bit {bit}");
        }
    }
}
