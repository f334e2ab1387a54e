//! Outcomes, from JavaScript (`Outcome` of `web-client/src/sealed/flow.ts`).

use js_sys::{Array, Reflect, Uint8Array};
use souspli_client::flow::Outcome;
use souspli_client::http::Response;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;

/// Reads an outcome; anything else is an error to throw.
pub(crate) fn read(outcome: &JsValue) -> Result<Outcome, JsValue> {
    Ok(match text(outcome, "kind")?.as_str() {
        "go" => Outcome::Go,
        "response" => Outcome::Response(Response {
            status: status(outcome)?,
            headers: list(outcome, "headers")?.iter().map(|pair| header(&pair)).collect::<Result<_, _>>()?,
            body: bytes(outcome, "body")?,
        }),
        "offline" => Outcome::Offline,
        "kept" => Outcome::Kept,
        "refused" => Outcome::Refused,
        "loaded" => {
            let entries = list(outcome, "entries")?;
            let entries = entries.iter().map(|entry| Ok((text(&entry, "key")?, bytes(&entry, "bytes")?)));
            Outcome::Loaded(entries.collect::<Result<_, JsValue>>()?)
        }
        "collected" => Outcome::Collected(bytes(outcome, "bytes")?),
        _ => return Err(wrong()),
    })
}

fn status(outcome: &JsValue) -> Result<u16, JsValue> {
    let number = field(outcome, "status")?.as_f64().filter(|number| (100.0..1000.0).contains(number));
    // In range, so nothing is lost but a fraction.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    number.map(|number| number as u16).ok_or_else(wrong)
}

fn header(pair: &JsValue) -> Result<(String, String), JsValue> {
    let pair: &Array = pair.dyn_ref().ok_or_else(wrong)?;
    Ok((pair.get(0).as_string().ok_or_else(wrong)?, pair.get(1).as_string().ok_or_else(wrong)?))
}

fn field(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into())
}

fn text(object: &JsValue, name: &str) -> Result<String, JsValue> {
    field(object, name)?.as_string().ok_or_else(wrong)
}

fn list(object: &JsValue, name: &str) -> Result<Array, JsValue> {
    field(object, name)?.dyn_into().map_err(|_| wrong())
}

fn bytes(object: &JsValue, name: &str) -> Result<Vec<u8>, JsValue> {
    field(object, name)?.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).map_err(|_| wrong())
}

fn wrong() -> JsValue {
    "not an outcome".into()
}
