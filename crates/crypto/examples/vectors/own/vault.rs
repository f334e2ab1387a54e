//! Vaults.

use serde_json::{Value, json};
use souspli_protocol::vault::VaultStatement;

use super::{case, repeated, with};

/// Where slot 0 begins: behind the statement.
const SLOT_0: usize = VaultStatement::SIZE;

pub fn vault() -> Vec<Value> {
    let base = json!({ "practice": "03", "rng": "04" });
    let recovery = with(&base, &json!({ "recovery_code": "@vault.recovery_code" }));
    let member = with(&base, &json!({ "member_seed": "@vault.member_seed" }));
    let mut cases = vec![
        case("vault", "vault", &base),
        case("vault-open", "with the recovery code", &recovery),
        case("vault-open", "with the member's seed", &member),
        case("vault-open", "with the generation that was pinned", &with(&recovery, &json!({ "pinned": 1 }))),
        case("vault-open", "older than the pinned one", &with(&recovery, &json!({ "pinned": 2 }))),
        case("vault-open", "with another recovery code", &with(&base, &json!({ "recovery_code": repeated(1, 16) }))),
        case("vault-open", "with another member's seed", &with(&base, &json!({ "member_seed": repeated(1, 32) }))),
    ];
    let box_at = SLOT_0 + 8 * 4_096;
    let changes = [
        ("statement's label", json!({ "flip_at": 8 })),
        ("vault id", json!({ "flip_at": 100 })),
        ("generation", json!({ "flip_at": 118 })),
        ("vault key", json!({ "flip_at": 140 })),
        ("payload hash", json!({ "flip_at": SLOT_0 - 1 })),
        ("kind of slot 0", json!({ "flip_at": SLOT_0 })),
        ("profile of slot 0", json!({ "flip_at": SLOT_0 + 1 })),
        ("id of slot 0", json!({ "flip_at": SLOT_0 + 3 })),
        ("seal key of slot 0", json!({ "flip_at": SLOT_0 + 4 })),
        ("wrap of slot 0", json!({ "flip_at": SLOT_0 + 1_220 })),
        ("content key of slot 0", json!({ "flip_at": SLOT_0 + 1_364 })),
        ("filling of slot 0", json!({ "flip_at": SLOT_0 + 4_095 })),
        ("profile of slot 1", json!({ "flip_at": SLOT_0 + 4_097 })),
        ("kind of an empty slot", json!({ "flip_at": SLOT_0 + 7 * 4_096 })),
        ("box", json!({ "flip_at": box_at + 100 })),
        ("signature", json!({ "flip_at": 262_143 })),
        ("cut", json!({ "cut_to": 262_143 })),
        ("longer", json!({ "more": "00" })),
    ];
    for (name, change) in changes {
        cases.push(case("vault-open", format!("changed: {name}"), &with(&recovery, &change)));
    }
    cases
}

pub fn passphrase() -> Vec<Value> {
    let base = json!({ "practice": "03", "rng": "05", "passphrase": "correct horse battery" });
    vec![
        case("vault-passphrase", "the passphrase", &with(&base, &json!({ "typed": "correct horse battery" }))),
        case("vault-passphrase", "another passphrase", &with(&base, &json!({ "typed": "correct horse batterz" }))),
        case("vault-passphrase", "eleven characters", &with(&base, &json!({ "typed": "elevenchars" }))),
        case(
            "vault-passphrase",
            "twelve characters that are not it",
            &with(&base, &json!({ "typed": "zwölfzeichen" })),
        ),
    ]
}
