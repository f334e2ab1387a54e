//! Account keys, recovery codes, private links.

use serde_json::{Value, json};

use super::{case, context, repeated, with};

/// What people type instead of the account key of zeros, and as no code at all.
const TYPED: [(&str, &str); 11] = [
    ("as it is", "0000-0000-0000-0000-0000-0000-004M"),
    ("O for zero, spaces, lower case", " oooo oooo\u{2013}0000 0000 0000 0000 oo4m\n"),
    ("without hyphens", "000000000000000000000000004M"),
    ("empty", ""),
    ("eight characters", "0000-0000"),
    ("27 characters", "0000-0000-0000-0000-0000-0000-000"),
    ("29 characters", "0000-0000-0000-0000-0000-0000-0000-0"),
    ("a letter that no code has", "U000-0000-0000-0000-0000-0000-004M"),
    ("a letter with an accent", "\u{c4}000-0000-0000-0000-0000-0000-004M"),
    ("a wrong checksum", "0000-0000-0000-0000-0000-0000-0000"),
    ("a bit behind the 128th", "0000-0000-0000-0000-0000-0000-014M"),
];

pub fn codes() -> Vec<Value> {
    let mut cases = Vec::new();
    let counting = "000102030405060708090a0b0c0d0e0f".to_owned();
    for (name, bits) in [("zeros", repeated(0, 16)), ("ones", repeated(0xff, 16)), ("counting", counting)] {
        for kind in ["account-key", "recovery-code"] {
            cases.push(case(kind, format!("{kind} of {name}"), &json!({ "bits": bits })));
        }
        for (kind, other) in [("account-key", "recovery-code"), ("recovery-code", "account-key")] {
            let text = json!({ "text": format!("@{kind} of {name}.text") });
            cases.push(case(&format!("{kind}-read"), format!("{kind} of {name}, read"), &text));
            let text = json!({ "text": format!("@{other} of {name}.text") });
            cases.push(case(&format!("{kind}-read"), format!("{other} of {name}, read as {kind}"), &text));
        }
    }
    for (name, text) in TYPED {
        cases.push(case("account-key-read", format!("typed: {name}"), &json!({ "text": text })));
    }
    cases
}

pub fn links() -> Vec<Value> {
    let mut cases = Vec::new();
    let secret = json!({ "secret": repeated(0x5e, 32) });
    let record = json!({ "record": repeated(0x0c, 16) });
    let forms = [
        ("book", json!({ "form": "1" })),
        ("book with a token", json!({ "form": "1", "token": repeated(0x70, 16) })),
        ("manage", with(&record, &json!({ "form": "1r" }))),
        ("view", with(&record, &json!({ "form": "1v" }))),
    ];
    for (name, form) in forms {
        cases.push(case("private-link", name, &with(&with(&context(), &secret), &form)));
        cases.push(case("private-link-read", format!("{name}, read"), &json!({ "text": format!("@{name}.text") })));
    }
    let (calendar, fp) = ("ysrKysrKysrKysrKysrKyg", "8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PA");
    let secret = "Xl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl4";
    let bad = [
        ("empty", String::new()),
        ("another version", format!("2.{calendar}.{fp}.{secret}")),
        ("the reserved form", format!("1b.{calendar}.{fp}.DAwMDAwMDAwMDAwMDAwMDA.{secret}")),
        ("without FP", format!("1.{calendar}.{secret}")),
        ("a part too many", format!("1.{calendar}.{fp}.{secret}.cHBwcHBwcHBwcHBwcHBwcA.AA")),
        ("a short secret", format!("1.{calendar}.{fp}.{}", &secret[..42])),
        ("padding", format!("1.{calendar}.{fp}.{secret}=")),
        ("the other base64", format!("1.{calendar}.{fp}.+{}", &secret[1..])),
        ("bits behind the last byte", format!("1.{calendar}.{fp}.{}5", &secret[..42])),
        ("calendar and FP exchanged", format!("1.{fp}.{calendar}.{secret}")),
        ("a space", format!("1.{calendar}.{fp}.{secret} ")),
    ];
    for (name, text) in bad {
        cases.push(case("private-link-read", format!("bad: {name}"), &json!({ "text": text })));
    }
    let text = json!({ "text": format!("#1.{calendar}.{fp}.{secret}") });
    cases.push(case("private-link-read", "with its hash sign", &text));
    cases
}
