//! The inputs of the project's own vectors; what they give is computed.
#![allow(unreachable_pub, missing_docs)]

mod claims;
mod keys;
mod sealed;
mod text;
mod vault;

use serde_json::{Value, json};

/// File names and their cases, without what they give.
pub fn files() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("keys.json", keys::keys()),
        ("codes.json", text::codes()),
        ("links.json", text::links()),
        ("claims.json", claims::claims()),
        ("boxes.json", sealed::boxes()),
        ("envelope.json", sealed::envelope()),
        ("publications.json", sealed::publications()),
        ("vault.json", vault::vault()),
        ("vault-passphrase.json", vault::passphrase()),
    ]
}

fn case(family: &str, name: impl Into<String>, input: &Value) -> Value {
    json!({ "name": name.into(), "family": family, "input": input })
}

/// One input with fields added or replaced.
fn with(base: &Value, more: &Value) -> Value {
    let mut merged = base.clone();
    if let (Value::Object(merged), Value::Object(more)) = (&mut merged, more) {
        merged.extend(more.clone());
    }
    merged
}

fn repeated(byte: u8, count: usize) -> String {
    format!("{byte:02x}").repeat(count)
}

fn context() -> Value {
    json!({ "fp": repeated(0xf0, 32), "calendar": repeated(0xca, 16) })
}
