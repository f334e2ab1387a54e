//! Outcomes, from JavaScript (`Outcome` of `web-client/src/sealed/flow.ts`).

use souspli_client::flow::Outcome;
use souspli_client::http::Response;
use wasm_bindgen::prelude::JsValue;

use crate::js::{Bytes, List, cast, field};

/// Reads an outcome; anything else is an error to throw.
pub(crate) fn read(outcome: &JsValue) -> Result<Outcome, JsValue> {
    Ok(match text(outcome, "kind")?.as_str() {
        "go" => Outcome::Go,
        "response" => Outcome::Response(Response {
            status: status(outcome)?,
            headers: list(outcome, "headers")?.items().map(header).collect::<Result<_, _>>()?,
            body: bytes(outcome, "body")?,
        }),
        "offline" => Outcome::Offline,
        "kept" => Outcome::Kept,
        "refused" => Outcome::Refused,
        "loaded" => {
            let entries = list(outcome, "entries")?;
            let entries = entries.items().map(|entry| Ok((text(&entry, "key")?, bytes(&entry, "bytes")?)));
            Outcome::Loaded(entries.collect::<Result<_, JsValue>>()?)
        }
        "received" => Outcome::Received(bytes(outcome, "bytes")?),
        _ => return Err(wrong()),
    })
}

fn status(outcome: &JsValue) -> Result<u16, JsValue> {
    let number = field(outcome, "status")?.as_f64().filter(|number| (100.0..1000.0).contains(number));
    // In range, so nothing is lost but a fraction.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    number.map(|number| number as u16).ok_or_else(wrong)
}

fn header(pair: JsValue) -> Result<(String, String), JsValue> {
    let pair: List = cast(pair, wrong)?;
    Ok((pair.get(0).as_string().ok_or_else(wrong)?, pair.get(1).as_string().ok_or_else(wrong)?))
}

fn text(object: &JsValue, name: &str) -> Result<String, JsValue> {
    field(object, name)?.as_string().ok_or_else(wrong)
}

fn list(object: &JsValue, name: &str) -> Result<List, JsValue> {
    cast(field(object, name)?, wrong)
}

fn bytes(object: &JsValue, name: &str) -> Result<Vec<u8>, JsValue> {
    cast(field(object, name)?, wrong).map(|bytes: Bytes| bytes.to_vec())
}

fn wrong() -> JsValue {
    "not an outcome".into()
}
