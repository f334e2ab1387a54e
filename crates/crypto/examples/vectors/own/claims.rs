//! Claim ids and claimed-id sets.

use serde_json::{Value, json};

use super::{case, context, repeated, with};

pub fn claims() -> Vec<Value> {
    let mut cases = ids();
    cases.extend(sets());
    cases
}

fn ids() -> Vec<Value> {
    let (doctor, room) = (repeated(0xd0, 8), repeated(0xa0, 8));
    let base = with(&context(), &json!({ "k_gid": repeated(0x91, 32), "window": 735 }));
    let granules = |count: u32| (0..count).map(|n| json!([doctor, 5_927_040 + n])).collect::<Vec<_>>();
    let visits = [
        ("one granule", granules(1)),
        (
            "twenty minutes with a room",
            [0, 1, 2, 3].iter().flat_map(|n| [json!([doctor, n]), json!([room, n])]).collect(),
        ),
        (
            "the same in another order",
            [3, 1, 0, 2].iter().flat_map(|n| [json!([room, n]), json!([doctor, n])]).collect(),
        ),
        ("exactly 24", granules(24)),
        ("25", granules(25)),
        ("none", Vec::new()),
        ("the same twice", vec![json!([doctor, 7]), json!([doctor, 7])]),
    ];
    let mut cases: Vec<Value> = visits
        .into_iter()
        .map(|(name, real)| case("claim-ids", name, &with(&base, &json!({ "real": real }))))
        .collect();
    let elsewhere = json!({ "calendar": repeated(0xcb, 16), "real": granules(1) });
    cases.push(case("claim-ids", "one granule of another calendar", &with(&base, &elsewhere)));
    cases
}

fn sets() -> Vec<Value> {
    let ids = |from: u8, to: u8| (from..to).map(|n| repeated(n, 16)).collect::<Vec<_>>();
    let base = json!({ "seed": repeated(0x5e, 16), "claimed": ids(0, 48), "held": ids(100, 102) });
    let mut cases = vec![
        case("claim-set", "set", &base),
        case("claim-set", "empty set", &with(&base, &json!({ "claimed": [], "held": [] }))),
        // From 61 ids on there is less room than 18 bits an id.
        case("claim-set", "large set", &with(&base, &json!({ "claimed": ids(0, 240), "held": [] }))),
    ];
    let read =
        json!({ "set": "@set.set", "ask": [repeated(0, 16), repeated(47, 16), repeated(101, 16), repeated(200, 16)] });
    let changes = [
        ("as it is", json!({})),
        ("cut", json!({ "cut_to": 131 })),
        ("longer", json!({ "more": "00" })),
        ("a higher count", json!({ "flip_at": 19 })),
        ("far too high a count", json!({ "flip_at": 16 })),
        ("filter not padded with zeros", json!({ "flip_at": 127 })),
    ];
    for (name, change) in changes {
        cases.push(case("claim-set-read", format!("set, {name}"), &with(&read, &change)));
    }
    let empty = json!({ "set": "@empty set.set", "ask": [repeated(0, 16)] });
    cases.push(case("claim-set-read", "empty set, read", &empty));
    let large = json!({ "set": "@large set.set", "ask": [repeated(239, 16), repeated(240, 16)] });
    cases.push(case("claim-set-read", "large set, read", &large));
    cases.push(case("claim-set-read", "large set, shorter", &with(&large, &json!({ "cut_to": 554 }))));
    cases
}
