//! Boxes, seals, envelopes, publications.

use serde_json::{Value, json};
use souspli_protocol::Context;
use souspli_protocol::publication::PublicationKind;

use super::{case, context, repeated, with};

/// A ciphertext that Poly1305 lets pass under two keys; salt and commitments are those of the keys `a1…` and `b2…`.
const TWO_KEYS: &str = concat!(
    "7bb59845cd1b42eded0c181fd07d0ac4c5dc7e8b1b38133d868cd3d18056da44f9f005f3bf5bd867048cc96b5d6094d7",
    "02730bb52e9ff4f4321ec13eedd1f176186829585af0328332bad35ac8b688e4"
);
const COMMITMENT_A: &str = "923686e8e26b79cba080821bde6a34754f3e6abab2d258084cf9d12b1a63adc0";
const COMMITMENT_B: &str = "c3daeab5efd0d306dd0d87339d3675bebef4dd0a820e144737dd6e9ef1181eec";
const AEAD_KEY_A: &str = "fbc2add4836d94231a24da7a549f9229fae2d2cf4c0e53a7e2f2630237ee3232";
const AEAD_KEY_B: &str = "41bc6b7425ea5068f0909690467c2982fd04eaf48a13e7328635aedd4a1cde79";

pub fn boxes() -> Vec<Value> {
    let place = json!({ "label": "souspli/v1/seal/outbox", "fields": ["6e616d65"] });
    let base = with(&with(&context(), &place), &json!({ "key": repeated(0x33, 32) }));
    let seal = with(&base, &json!({ "rng": "00", "plain": repeated(0x61, 40) }));
    let mut cases =
        vec![case("box-seal", "box", &seal), case("box-seal", "box of nothing", &with(&seal, &json!({ "plain": "" })))];
    let open = with(&base, &json!({ "sealed": "@box.sealed" }));
    let changes = [
        ("as it is", json!({})),
        ("another key", json!({ "key": repeated(0x34, 32) })),
        ("another label", json!({ "label": "souspli/v1/seal/local-index" })),
        ("another calendar", json!({ "calendar": repeated(0xcb, 16) })),
        ("another field", json!({ "fields": ["6e616d66"] })),
        ("a field more", json!({ "fields": ["6e616d65", ""] })),
        ("salt changed", json!({ "flip_at": 0 })),
        ("commitment changed", json!({ "flip_at": 32 })),
        ("ciphertext changed", json!({ "flip_at": 64 })),
        ("tag changed", json!({ "flip_at": 119 })),
        ("cut", json!({ "cut_to": 119 })),
        ("without a tag", json!({ "cut_to": 64 })),
        ("cut in the salt", json!({ "cut_to": 31 })),
        ("longer", json!({ "more": "00" })),
    ];
    for (name, change) in changes {
        cases.push(case("box-open", format!("box, {name}"), &with(&open, &change)));
    }
    cases.extend(two_keys());
    cases.extend(hpke());
    cases
}

fn two_keys() -> Vec<Value> {
    let place = json!({ "label": "souspli/v1/slot/wrap", "fields": [repeated(7, 16), "0000"] });
    let mut cases = vec![case(
        "box-seal",
        "the place",
        &with(&place, &json!({ "key": repeated(0xa1, 32), "rng": "00", "plain": "" })),
    )];
    for (name, key) in [("first", AEAD_KEY_A), ("second", AEAD_KEY_B)] {
        let input = json!({ "key": key, "aad": "@the place.bound", "sealed": TWO_KEYS });
        cases.push(case("aead-open", format!("two keys: without a commitment the {name} opens it"), &input));
    }
    for (sealed_for, commitment) in [("first", COMMITMENT_A), ("second", COMMITMENT_B)] {
        for (name, key) in [("first", 0xa1), ("second", 0xb2)] {
            let sealed = format!("{}{commitment}{TWO_KEYS}", repeated(0x5a, 32));
            let input = with(&place, &json!({ "key": repeated(key, 32), "sealed": sealed }));
            cases.push(case(
                "box-open",
                format!("two keys: committed to the {sealed_for}, opened with the {name}"),
                &input,
            ));
        }
    }
    cases
}

fn hpke() -> Vec<Value> {
    let place = json!({ "label": "souspli/v1/handover", "fields": ["01"], "aad": "616164" });
    let base = with(&with(&context(), &place), &json!({ "seed": repeated(0x44, 32) }));
    let seal = with(&base, &json!({ "rng": "01", "plain": repeated(0x62, 32) }));
    let mut cases = vec![case("hpke-seal", "seal", &seal)];
    let open = with(&base, &json!({ "sealed": "@seal.sealed" }));
    let changes = [
        ("as it is", json!({})),
        ("another key", json!({ "seed": repeated(0x45, 32) })),
        ("another label", json!({ "label": "souspli/v1/vault/key" })),
        ("another field", json!({ "fields": ["02"] })),
        ("another aad", json!({ "aad": "616165" })),
        ("ML-KEM part changed", json!({ "flip_at": 0 })),
        ("X25519 part changed", json!({ "flip_at": 1_100 })),
        ("ciphertext changed", json!({ "flip_at": 1_120 })),
        ("cut", json!({ "cut_to": 1_167 })),
        ("cut in the encapsulation", json!({ "cut_to": 1_119 })),
        ("longer", json!({ "more": "00" })),
    ];
    for (name, change) in changes {
        cases.push(case("hpke-open", format!("seal, {name}"), &with(&open, &change)));
    }
    cases
}

pub fn envelope() -> Vec<Value> {
    let plain = json!({ "practice": "01", "d": "77686f20616e64207768656e", "c": "776879" });
    let event = json!({ "event": "@booked.event" });
    let desk = with(&event, &json!({ "seed": "@booked.desk_seed" }));
    let clinical = with(&event, &json!({ "seed": "@booked.clinical_seed" }));
    let patient = with(&event, &json!({ "seed": "@booked.patient_seed" }));
    let verify = with(&event, &json!({ "fp": "@booked.fp", "calendar": "@booked.calendar" }));
    let note = json!({ "event": "@note.event", "seed": "@booked.desk_seed" });
    let mut cases = vec![
        case("event-booked", "booked", &plain),
        case("event-booked", "body d is too long", &with(&plain, &json!({ "d": repeated(1, 2_045) }))),
        case("event-booked", "body c is too long", &with(&plain, &json!({ "c": repeated(1, 1_756) }))),
        case("event-note", "note", &json!({ "practice": "01", "d": "6e6f7465" })),
        case("event-open-desk", "desk", &desk),
        case("event-open-clinical", "clinical", &clinical),
        case("event-open-patient", "patient", &patient),
        case(
            "event-open-clinical",
            "the desk's key reads no reason",
            &with(&clinical, &json!({ "seed": "@booked.desk_seed" })),
        ),
        case("event-open-desk", "another key", &with(&desk, &json!({ "seed": repeated(9, 32) }))),
        case("event-open-desk", "note, desk", &note),
        case("event-open-clinical", "note, clinical", &with(&note, &json!({ "seed": "@booked.clinical_seed" }))),
        case("event-open-patient", "note, patient", &with(&note, &json!({ "seed": "@booked.patient_seed" }))),
        case("event-verify", "verified", &verify),
        case("event-verify", "note, verified", &with(&verify, &json!({ "event": "@note.event" }))),
        case("event-verify", "another FP", &with(&verify, &json!({ "fp": repeated(0, 32) }))),
        case("event-verify", "another calendar", &with(&verify, &json!({ "calendar": repeated(0, 16) }))),
    ];
    for (name, change) in [
        ("magic", json!({ "flip_at": 6 })),
        ("suite", json!({ "flip_at": 26 })),
        ("FP", json!({ "flip_at": 40 })),
        ("record", json!({ "flip_at": 90 })),
        ("commitment", json!({ "flip_at": 616 })),
        ("desk wrap", json!({ "flip_at": 617 })),
        ("body c", json!({ "flip_at": 8_000 })),
        ("author's signature", json!({ "flip_at": 8_127 })),
        ("manage signature", json!({ "flip_at": 8_191 })),
        ("cut", json!({ "cut_to": 8_191 })),
        ("longer", json!({ "more": "00" })),
    ] {
        cases.push(case("event-verify", format!("changed: {name}"), &with(&verify, &change)));
    }
    for (name, at) in [("desk wrap", 617), ("header", 300), ("body d", 4_300)] {
        cases.push(case("event-open-desk", format!("desk, changed: {name}"), &with(&desk, &json!({ "flip_at": at }))));
        cases.push(case(
            "event-open-patient",
            format!("patient, changed: {name}"),
            &with(&patient, &json!({ "flip_at": at })),
        ));
    }
    cases
}

pub fn publications() -> Vec<Value> {
    let practice = json!({ "practice": "02" });
    let plain = json!({ "plain": repeated(0x70, 100) });
    let mut cases = Vec::new();
    for kind in ["registration", "acl", "links", "identity", "catalogue", "hours", "grants", "rules"] {
        let mut base = with(&practice, &json!({ "kind": kind }));
        if ["catalogue", "hours", "rules"].contains(&kind) {
            base = with(&base, &plain);
        }
        let small = ["registration", "acl", "links", "hours"].contains(&kind);
        let made = if small { with(&base, &json!({ "whole": 1 })) } else { base.clone() };
        cases.push(case("publication", kind, &made));
        let context = json!({ "fp": format!("@{kind}.fp"), "calendar": format!("@{kind}.calendar") });
        let verify = with(&base, &context);
        cases.push(case("publication-verify", format!("{kind}, verified"), &verify));
        let changes = [
            ("label", json!({ "flip_at": 12 })),
            ("version", json!({ "flip_at": version_at(kind) })),
            ("last byte of the payload", json!({ "flip_at": size(kind) - 65 })),
            ("signature", json!({ "flip_at": size(kind) - 1 })),
            ("cut", json!({ "cut_to": size(kind) - 1 })),
            ("another calendar", json!({ "calendar": repeated(0, 16) })),
            ("asked for as another kind", json!({})),
        ];
        for (name, change) in changes {
            let mut input = with(&verify, &change);
            if name == "asked for as another kind" {
                if !small {
                    continue;
                }
                let other = if kind == "acl" { "links" } else { "acl" };
                input = with(&context, &json!({ "kind": other, "publication": format!("@{kind}.publication") }));
            }
            cases.push(case("publication-verify", format!("{kind}: {name}"), &input));
        }
        cases.extend(opened(kind, &base));
    }
    let registration = json!({ "publication": "@registration.publication" });
    let context = json!({ "fp": "@registration.fp", "calendar": "@registration.calendar" });
    let verify = with(&registration, &context);
    cases.push(case("registration-verify", "registration of the link", &verify));
    cases.push(case(
        "registration-verify",
        "registration of another root",
        &with(&verify, &json!({ "fp": repeated(1, 32) })),
    ));
    let elsewhere = json!({ "calendar": repeated(1, 16) });
    cases.push(case("registration-verify", "registration of another calendar", &with(&verify, &elsewhere)));
    let nonce = json!({ "flip_at": size("registration") - 64 - 64 });
    cases.push(case("registration-verify", "registration with another nonce", &with(&verify, &nonce)));
    cases
}

/// The cases that open what a kind holds.
fn opened(kind: &str, base: &Value) -> Vec<Value> {
    let secret = |name: &str, value: String| with(base, &json!({ name: value }));
    let (family, field) = match kind {
        "identity" | "catalogue" | "hours" => ("publication-open", "access"),
        "rules" => ("publication-open", "k_staff"),
        "links" => ("link-row-open", "link_secret"),
        "grants" => ("grant-open", "member_seed"),
        _ => return Vec::new(),
    };
    let right = secret(field, format!("@{kind}.{field}"));
    let mut cases = vec![case(family, format!("{kind}, opened"), &right)];
    if family == "publication-open" {
        let changed = with(&right, &json!({ "flip_at": version_at(kind) }));
        cases.push(case(family, format!("{kind}, opened with another version"), &changed));
    }
    let wrong = match field {
        "access" => {
            let other = secret(field, format!("00000002000002df{}", repeated(3, 32)));
            cases.push(case(family, format!("{kind}, with a key of another generation"), &other));
            let later = secret(field, format!("00000001000002e0{}", repeated(3, 32)));
            cases.push(case(family, format!("{kind}, with a key of a later window"), &later));
            format!("00000001000002df{}", repeated(3, 32))
        }
        _ => repeated(3, 32),
    };
    cases.push(case(family, format!("{kind}, with another key"), &secret(field, wrong)));
    cases
}

/// Bytes of a publication.
fn size(kind: &str) -> usize {
    named(kind).size()
}

/// Last byte of the version in its statement: behind label, suite, FP and calendar.
fn version_at(kind: &str) -> usize {
    Context::prefix_len(named(kind).label()) + 5 + 7
}

fn named(kind: &str) -> PublicationKind {
    PublicationKind::ALL
        .into_iter()
        .find(|known| known.label().as_str().ends_with(&format!("/{kind}")))
        .expect("a kind of publication")
}
