//! Every derivation.

use serde_json::{Value, json};

use super::{case, context, repeated, with};

const DERIVED: [&str; 22] = [
    "key/next",
    "key/hours",
    "key/gid",
    "key/profile",
    "key/link-sign",
    "key/link-open",
    "key/manage",
    "key/view",
    "key/view-sign",
    "key/view-seal",
    "key/member-sign",
    "key/member-seal",
    "key/local-index",
    "key/outbox",
    "body/d",
    "body/c",
    "slot/kek-recovery",
    "slot/kek-member",
    "slot/salt",
    "locator/account",
    "locator/recovery",
    "locator/member",
];

pub fn keys() -> Vec<Value> {
    let mut cases = Vec::new();
    for label in DERIVED {
        let base = with(&context(), &json!({ "label": format!("souspli/v1/{label}"), "key": repeated(0x11, 32) }));
        cases.push(case("derive", format!("derive {label}"), &with(&base, &json!({ "fields": [] }))));
        let fields = json!({ "fields": ["00000001", "000002df"] });
        cases.push(case("derive", format!("derive {label} with two fields"), &with(&base, &fields)));
    }
    let none = json!({ "label": "souspli/v1/locator/member", "key": repeated(0x11, 32), "fields": [] });
    cases.push(case("derive", "derive without a practice", &none));
    cases.push(case("root", "root", &json!({ "seed": repeated(1, 32), "nonce": repeated(2, 32) })));
    cases.push(case("root", "root with another nonce", &json!({ "seed": repeated(1, 32), "nonce": repeated(3, 32) })));
    cases.push(case("member", "member", &with(&context(), &json!({ "seed": repeated(4, 32) }))));
    cases.push(case("link", "link", &with(&context(), &json!({ "secret": repeated(5, 32) }))));
    cases.push(case("record", "record", &with(&context(), &json!({ "cap_seed": repeated(6, 32) }))));
    let key = with(&context(), &json!({ "generation": 1, "window": 735, "key": repeated(7, 32) }));
    let windows: [(&str, u32); 7] = [
        ("same window", 735),
        ("next window", 736),
        ("in a year", 748),
        ("the last step", 2_040),
        ("a window before", 734),
        ("too far ahead", 2_041),
        ("as far as can be", u32::MAX),
    ];
    for (name, to) in windows {
        cases.push(case("calendar-key", format!("calendar key, {name}"), &with(&key, &json!({ "to": to }))));
    }
    cases
}
