//! One route of the document.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Value, json};
use souspli_protocol::problem::Code;
use utoipa::openapi::content::{Content as Media, ContentBuilder};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Ref, Required, SecurityRequirement};

use crate::openapi::schemas;
use crate::routes::{Content, Doc, Route};

/// Name of the security scheme of signed requests.
pub(super) const SIGNED: &str = "signed";
/// What every route may answer.
const EVERYWHERE: [Code; 2] = [Code::SlowDown, Code::Internal];

/// What the document says about a route.
pub(super) fn of(route: &Route) -> Operation {
    let doc = &route.doc;
    let mut operation = OperationBuilder::new().operation_id(Some(doc.id)).summary(Some(doc.summary));
    if let Some(text) = description(doc) {
        operation = operation.description(Some(text));
    }
    for (name, schema) in [("calendar", "CalendarId"), ("epoch", "Epoch"), ("tile", "Tile")] {
        if document_path(route.path).contains(&format!("{{{name}}}")) {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(Ref::from_schema_name(schema)));
            operation = operation.parameter(parameter);
        }
    }
    if let Some(schema) = doc.body {
        let body = RequestBodyBuilder::new().content("application/json", media(schema)).required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    if doc.signed_by.is_some() {
        operation = operation.security(SecurityRequirement::new(SIGNED, Vec::<String>::new()));
    }
    for (status, content) in &doc.answers {
        operation = operation.response(status.to_string(), answer(route, *status, *content));
    }
    for (status, codes) in by_status(route) {
        operation = operation.response(status.to_string(), problem(&codes));
    }
    operation.build()
}

/// A path as the document writes it: it has no word for a rest of several parts.
pub(super) fn document_path(path: &str) -> String {
    path.replace("{*", "{")
}

fn description(doc: &Doc) -> Option<String> {
    let signed = doc.signed_by.map(|key| format!("Signed by {key}."));
    let notes = (!doc.notes.is_empty()).then(|| doc.notes.to_owned());
    let sentences: Vec<String> = notes.into_iter().chain(signed).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn answer(route: &Route, status: u16, content: Content) -> Response {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let response = ResponseBuilder::new().description(reason);
    let response = if route.path.starts_with("/v1/") {
        response.header("souspli-nonce", Header::new(schemas::bytes(32, "A nonce for one signed request.")))
    } else {
        response
    };
    match content {
        Content::Json(schema) => response.content("application/json", media(schema)),
        Content::Lines(schema) => response.content("application/x-ndjson", media(schema)),
        Content::Text => {
            let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["ok"]));
            response.content("text/plain; charset=utf-8", ContentBuilder::new().schema(Some(text)).build())
        }
        Content::Note => {
            let text = ObjectBuilder::new().schema_type(Type::String);
            response.content("text/plain; charset=utf-8", ContentBuilder::new().schema(Some(text)).build())
        }
        Content::Bytes => response.content("application/octet-stream", ContentBuilder::new().build()),
        Content::Document => {
            let any = ObjectBuilder::new().schema_type(Type::Object);
            response.content("application/json", ContentBuilder::new().schema(Some(any)).build())
        }
    }
    .build()
}

fn media(schema: &str) -> Media {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build()
}

/// The problems of a route: its own, those of what it touches, and those of every route.
fn by_status(route: &Route) -> BTreeMap<u16, Vec<Code>> {
    let mut codes = route.doc.codes.clone();
    codes.extend(EVERYWHERE);
    if route.path.contains("{calendar}") {
        codes.push(Code::NoCalendar);
    }
    if route.path.starts_with("/v1/") {
        codes.push(Code::Busy);
    }
    if matches!(route.path, "/healthz" | "/readyz") {
        codes.retain(|code| *code != Code::SlowDown);
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in Code::ALL.iter().filter(|code| codes.contains(code)) {
        by_status.entry(code.status()).or_default().push(*code);
    }
    by_status
}

fn problem(codes: &[Code]) -> Response {
    let sentences: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.title())).collect();
    let names: Value = codes.iter().map(|code| json!(code.as_str())).collect();
    let mut response =
        ResponseBuilder::new().description(sentences.join(" ")).content("application/problem+json", media("Problem"));
    if codes.contains(&Code::SlowDown) {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).description(Some("Seconds; with `slow_down`."));
        response = response.header("retry-after", Header::new(seconds));
    }
    response.extensions(Some(Extensions::from_iter([("x-codes", names)]))).build()
}
