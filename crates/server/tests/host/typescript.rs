//! The types that the web client has of the host's bodies are those of the document.

#[path = "../../examples/typescript/generate.rs"]
mod generate;

#[test]
fn the_committed_types_are_those_of_the_document() {
    let committed = include_str!("../../../../web-client/src/sealed/host-api.ts");
    let made = generate::types(&souspli_server::openapi::document()).expect("understood");
    assert!(
        committed == made,
        "run: cargo run -p souspli-server --example typescript > web-client/src/sealed/host-api.ts"
    );
}

#[test]
fn what_is_not_understood_is_said() {
    let strange =
        r#"{"components": {"schemas": {"A": {"type": "object", "properties": {"b": {"oneOf": []}}}}}, "paths": {}}"#;
    assert!(generate::types(strange).is_err());
}
