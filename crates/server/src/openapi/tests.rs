//! The document is committed, whole, and true of real bodies.

use serde::Serialize;
use serde_json::Value;
use souspli_protocol::claims::{ClaimIds, ClaimSetStatement, HoldRequest};
use souspli_protocol::erase::Erase;
use souspli_protocol::journal::{JournalStatement, ReadRow};
use souspli_protocol::problem::{Code, Problem};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::restore::Notice;
use souspli_protocol::sizes::{EVENT, VAULT};
use souspli_protocol::wire::{self, Blob, Counter};
use souspli_protocol::{Digest, Locator, Nonce, RecordId, Signature, VerifyingKey, Work};

use super::document;

fn json() -> Value {
    serde_json::from_str(&document()).expect("json")
}

#[test]
fn the_committed_copy_is_this_document() {
    let committed = include_str!("../../../../docs/openapi.json");
    let same = committed.trim_end() == document();
    assert!(same, "run: cargo run -p souspli-server -- openapi > docs/openapi.json");
}

#[test]
fn every_code_of_the_protocol_stands_somewhere() {
    let text = document();
    // Answered where there is no route to describe.
    let nowhere = [Code::NoRoute, Code::WrongMethod];
    for code in Code::ALL.iter().filter(|code| !nowhere.contains(code)) {
        assert!(text.contains(&format!("`{}`: {}", code.as_str(), code.title())), "{}", code.as_str());
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let json = json();
    let text = document();
    for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(json["components"]["schemas"][name].is_object(), "{name}");
    }
}

fn blob(size: usize) -> Blob {
    Blob(vec![0xa5; size])
}

fn check<T: Serialize>(schemas: &Value, name: &str, body: &T) {
    let value = serde_json::to_value(body).expect("json");
    if let Err(fault) = matches(schemas, &schemas[name], &value) {
        panic!("{name}: {fault}");
    }
}

#[test]
fn real_bodies_have_the_shapes_that_are_described() {
    let json = json();
    let schemas = &json["components"]["schemas"];
    let key = VerifyingKey([1; 32]);
    let receipt = || blob(Receipt::SIZE);
    let of = |kind: PublicationKind| blob(kind.size());
    check(schemas, "Empty", &wire::Empty {});
    let host = wire::HostInfo {
        receipt_key: key,
        log_key: key,
        log_origin: "x".to_owned(),
        witness_policy: "quorum none\n".to_owned(),
        suite: 1,
        registration: "open".to_owned(),
    };
    check(schemas, "HostInfo", &host);
    check(schemas, "NonceAnswer", &wire::NonceAnswer { nonce: Nonce([1; 32]) });
    check(schemas, "VaultBody", &wire::VaultBody { vault: blob(VAULT), locators: [Locator([1; 32]); 2] });
    check(schemas, "VaultOpen", &wire::VaultOpen { locator: Locator([1; 32]) });
    check(schemas, "VaultAnswer", &wire::VaultAnswer { vault: blob(VAULT) });
    check(schemas, "Publish", &wire::Publish { publications: PublicationKind::ALL.map(of).to_vec() });
    check(schemas, "Published", &wire::Published { receipts: vec![receipt()] });
    check(schemas, "PublicationRead", &wire::PublicationRead { kind: 8, slot: u32::MAX });
    let answer = wire::PublicationAnswer { publication: of(PublicationKind::Grants), receipt: receipt() };
    check(schemas, "PublicationAnswer", &answer);
    let mut profile = wire::Profile {
        version: Counter(7),
        registration: of(PublicationKind::Registration),
        links: of(PublicationKind::Links),
        identity: None,
        catalogue: None,
        notices: Vec::new(),
        countersignature: None,
    };
    check(schemas, "Profile", &profile);
    profile.identity = Some(of(PublicationKind::Identity));
    profile.catalogue = Some(of(PublicationKind::Catalogue));
    profile.notices = vec![blob(Notice::SIGNED); 3];
    profile.countersignature = Some(of(PublicationKind::Countersignature));
    check(schemas, "Profile", &profile);
    check(schemas, "IdentityAnswer", &wire::IdentityAnswer { identity: of(PublicationKind::Identity) });
    let times = wire::Times {
        version: Counter(7),
        hours: [Some(of(PublicationKind::Hours)), None, None, None, None, None, None],
        claim_set: blob(24),
        statement: blob(ClaimSetStatement::SIZE + Signature::SIZE),
    };
    check(schemas, "Times", &times);
    check(schemas, "Hold", &wire::Hold { hold: blob(HoldRequest::SIZE), work: Work::ZERO });
    check(schemas, "Held", &wire::Held { expires: 29_000_000 });
    let append = wire::Append {
        event: blob(EVENT),
        claims: blob(ClaimIds::SIZE),
        session: key,
        session_signature: Signature::ZERO,
        work: Work::ZERO,
    };
    check(schemas, "Append", &append);
    check(schemas, "Append", &wire::Append { claims: Blob(Vec::new()), ..append });
    check(schemas, "Appended", &wire::Appended { receipt: receipt() });
    check(schemas, "EraseBody", &wire::EraseBody { erase: blob(Erase::SIZE) });
    check(schemas, "RecordRead", &wire::RecordRead { record: RecordId([1; 16]) });
    let entries = vec![wire::RecordEntry { event: blob(EVENT), receipt: receipt(), earlier: receipt() }];
    check(schemas, "RecordAnswer", &wire::RecordAnswer { entries });
    check(schemas, "Sync", &wire::Sync { since: Counter(u64::MAX) });
    let entry = |event, erase, erased, earlier| wire::SyncEntry { event, erase, erased, receipt: receipt(), earlier };
    let entries = vec![
        entry(None, None, true, blob(0)),
        entry(None, Some(blob(Erase::SIZE)), false, blob(0)),
        entry(Some(blob(EVENT)), None, false, blob(2 * Receipt::SIZE)),
    ];
    check(schemas, "SyncAnswer", &wire::SyncAnswer { entries, more: true, generation: 3 });
    check(schemas, "ProofRead", &wire::ProofRead { sequence: Counter(7), leaf: Digest([1; 32]) });
    for proof in [None, Some(blob(1_000))] {
        check(schemas, "ProofAnswer", &wire::ProofAnswer { proof });
    }
    let resubmit = wire::Resubmit { event: blob(EVENT), claims: blob(0), earlier: receipt() };
    check(schemas, "Resubmit", &resubmit);
    check(schemas, "NoticeRead", &wire::NoticeRead { generation: 7 });
    for proof in [None, Some(blob(1_000))] {
        check(schemas, "NoticeAnswer", &wire::NoticeAnswer { notice: blob(Notice::SIGNED), proof });
    }
    check(schemas, "JournalRead", &wire::JournalRead { since: Counter(7) });
    let journal = wire::JournalAnswer {
        rows: vec![blob(ReadRow::SIZE); 64],
        open: vec![blob(ReadRow::SIZE); 100],
        more: true,
        statement: blob(JournalStatement::SIZE + Signature::SIZE),
    };
    check(schemas, "JournalAnswer", &journal);
    check(schemas, "StreamLine", &wire::StreamLine { sequence: Counter(7) });
    for code in Code::ALL {
        check(schemas, "Problem", &Problem::from(*code));
    }
    check(schemas, "Problem", &Problem { difficulty: Some(22), ..Problem::from(Code::WorkRequired) });
}

#[test]
fn other_shapes_are_seen() {
    let json = json();
    let schemas = &json["components"]["schemas"];
    let read = &schemas["RecordRead"];
    for bad in [
        serde_json::json!({}),
        serde_json::json!({"record": 7}),
        serde_json::json!({"record": "AAAA"}),
        serde_json::json!({"record": "AAAAAAAAAAAAAAAAAAAAA="}),
        serde_json::json!({"record": "AAAAAAAAAAAAAAAAAAAAAA", "more": 1}),
    ] {
        assert!(matches(schemas, read, &bad).is_err(), "{bad}");
    }
}

/// As much of JSON Schema as the document uses.
fn matches(schemas: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return matches(schemas, &schemas[name], value);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        other => return Err(format!("no type but {other}")),
    };
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.contains(&found) {
        return Err(format!("{found} is none of {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|values| !values.contains(value)) {
        return Err(format!("{value} is not one of the words"));
    }
    let within = |least: &str, most: &str, n: u64| {
        let above = schema[least].as_u64().is_none_or(|least| n >= least);
        let below = schema[most].as_u64().is_none_or(|most| n <= most);
        if above && below { Ok(()) } else { Err(format!("{n} is not within {least} and {most}")) }
    };
    match value {
        Value::Number(number) => within("minimum", "maximum", number.as_u64().ok_or("not a u64")?),
        Value::String(text) => {
            within("minLength", "maxLength", text.len() as u64)?;
            let base64 = schema["contentEncoding"] == "base64url";
            let fits = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            if base64 && !fits { Err("not base64url".to_owned()) } else { Ok(()) }
        }
        Value::Array(items) => {
            within("minItems", "maxItems", items.len() as u64)?;
            items.iter().try_for_each(|item| matches(schemas, &schema["items"], item))
        }
        Value::Object(fields) => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            if let Some(missing) = required.iter().filter_map(Value::as_str).find(|name| !fields.contains_key(*name)) {
                return Err(format!("{missing} is missing"));
            }
            fields.iter().try_for_each(|(name, field)| {
                let described = &schema["properties"][name];
                if described.is_null() {
                    Err(format!("{name} is not described"))
                } else {
                    matches(schemas, described, field)
                }
            })
        }
        _ => Ok(()),
    }
}
