//! The OpenAPI 3.1 document, made from the same list of routes as the router. `docs/openapi.json` is its copy.

mod operation;
mod schemas;
#[cfg(test)]
mod tests;

use utoipa::openapi::path::{HttpMethod, PathsBuilder};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{InfoBuilder, License, OpenApi, OpenApiBuilder, PathItem};

use crate::routes;

const ABOUT: &str = "The HTTP interface of a Souspli host: `docs/spec/http.md` in the sources. Everything that it takes and \
    gives is sealed or signed by its clients. Byte strings are base64url without padding; unknown fields are refused. \
    Answers that are not a success are problem documents (RFC 9457) with a stable `code`.";

/// The document, as JSON.
pub fn document() -> String {
    build().to_pretty_json().unwrap_or_default()
}

fn build() -> OpenApi {
    let mut paths = PathsBuilder::new();
    for route in routes::all() {
        let method = if route.method == http::Method::GET { HttpMethod::Get } else { HttpMethod::Post };
        paths = paths.path(operation::document_path(route.path), PathItem::new(method, operation::of(&route)));
    }
    let info = InfoBuilder::new()
        .title("Souspli host")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(License::new(env!("CARGO_PKG_LICENSE"))))
        .build();
    let scheme = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "authorization",
        "`Souspli ` and base64url of key (32), nonce (32) and signature (64): docs/spec/http.md §3.",
    )));
    let components = schemas::all().security_scheme(operation::SIGNED, scheme).build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(components)).build()
}
