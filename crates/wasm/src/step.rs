//! Steps, to JavaScript (`Step` of `web-client/src/sealed/contract.ts`).

use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use souspli_client::flow::{Effect, Step};
use souspli_client::http::Request;
use souspli_protocol::json;
use wasm_bindgen::prelude::JsValue;

/// A step as a plain object; values come as JSON, which the browser's own reader takes apart faster than it could be
/// built from here. Fails only if the engine is broken.
pub(crate) fn write(step: Step<String>) -> Result<JsValue, JsValue> {
    match step {
        Step::Do(effect) => write_effect(&effect),
        Step::Done(Ok(value)) => object(&[("step", "done".into()), ("value", JSON::parse(&value)?)]),
        Step::Done(Err(failure)) => object(&[("step", "failed".into()), ("failure", JSON::parse(&json::to_string(&failure))?)]),
    }
}

fn write_effect(effect: &Effect) -> Result<JsValue, JsValue> {
    match effect {
        Effect::Send(request) => object(&[("step", "send".into()), ("request", write_request(request)?)]),
        Effect::Keep { key, bytes } => {
            object(&[("step", "keep".into()), ("key", key.into()), ("bytes", copied(bytes))])
        }
        Effect::Load { prefix } => object(&[("step", "load".into()), ("prefix", prefix.into())]),
        Effect::Forget { key } => object(&[("step", "forget".into()), ("key", key.into())]),
        Effect::Delegate { events } => {
            let events: Array = events.iter().map(|event| copied(event)).collect();
            object(&[("step", "delegate".into()), ("events", events.into())])
        }
        Effect::Collect => object(&[("step", "collect".into())]),
        Effect::Progress { done, total } => {
            object(&[("step", "progress".into()), ("done", (*done).into()), ("total", (*total).into())])
        }
    }
}

fn write_request(request: &Request) -> Result<JsValue, JsValue> {
    let headers: Array = request.headers.iter().map(|(name, value)| pair(name, value)).collect();
    object(&[
        ("method", request.method.into()),
        ("path", (&request.path).into()),
        ("headers", headers.into()),
        ("body", request.body.as_deref().map_or(JsValue::NULL, copied)),
    ])
}

fn pair(name: &str, value: &str) -> JsValue {
    Array::of2(&name.into(), &value.into()).into()
}

/// A copy: the worker may keep it while the wasm's memory grows and moves.
fn copied(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

fn object(fields: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object.into())
}
