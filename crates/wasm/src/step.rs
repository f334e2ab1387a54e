//! Steps, to JavaScript (`Step` of `web-client/src/sealed/contract.ts`).

use souspli_client::flow::{Effect, Step};
use souspli_client::http::Request;
use souspli_protocol::json;
use wasm_bindgen::prelude::JsValue;

use crate::js::{self, Bytes, List};

/// A step as a plain object; values come as JSON, which the browser's own reader takes apart faster than it could be
/// built from here. Fails only if the engine is broken.
pub(crate) fn write(step: Step<String>) -> Result<JsValue, JsValue> {
    Ok(match step {
        Step::Do(effect) => write_effect(&effect),
        Step::Done(Ok(value)) => object(&[("step", "done".into()), ("value", js::parse(&value)?)]),
        Step::Done(Err(failure)) => {
            object(&[("step", "failed".into()), ("failure", js::parse(&json::to_string(&failure))?)])
        }
    })
}

fn write_effect(effect: &Effect) -> JsValue {
    match effect {
        Effect::Send(request) => object(&[("step", "send".into()), ("request", write_request(request))]),
        Effect::SendAhead(request) => object(&[("step", "sendAhead".into()), ("request", write_request(request))]),
        Effect::Answer => object(&[("step", "answer".into())]),
        Effect::Keep { key, bytes } => {
            object(&[("step", "keep".into()), ("key", key.into()), ("bytes", copied(bytes))])
        }
        Effect::Cache { key, bytes } => {
            object(&[("step", "cache".into()), ("key", key.into()), ("bytes", copied(bytes))])
        }
        Effect::Load { prefix } => object(&[("step", "load".into()), ("prefix", prefix.into())]),
        Effect::Forget { key } => object(&[("step", "forget".into()), ("key", key.into())]),
        Effect::Pass { bytes } => object(&[("step", "pass".into()), ("bytes", copied(bytes))]),
        Effect::Look => object(&[("step", "look".into())]),
        Effect::Receive => object(&[("step", "receive".into())]),
        Effect::Progress { done, total } => {
            object(&[("step", "progress".into()), ("done", (*done).into()), ("total", (*total).into())])
        }
    }
}

fn write_request(request: &Request) -> JsValue {
    let headers = List::of(request.headers.iter().map(|(name, value)| List::of([(*name).into(), value.into()])));
    object(&[
        ("method", request.method.into()),
        ("path", (&request.path).into()),
        ("headers", headers),
        ("body", request.body.as_deref().map_or(JsValue::NULL, copied)),
    ])
}

fn copied(bytes: &[u8]) -> JsValue {
    Bytes::copy(bytes).into()
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = js::Object::new();
    for (name, value) in fields {
        object.set(name, value);
    }
    object.into()
}
