//! From an OpenAPI document to types: as much of it as the document uses, and an error for anything else.

use std::fmt::Write as _;

use serde_json::Value;

const HEAD: &str = "\
// Made from docs/openapi.json: cargo run -p souspli-server --example typescript > web-client/src/sealed/host-api.ts
// The sealed side makes and reads these bodies; pages need their names and codes. A test holds this file to the document.
";

/// A type for each schema and one for all routes, or what is not understood.
pub(crate) fn types(document: &str) -> Result<String, String> {
    let document: Value = serde_json::from_str(document).map_err(|error| error.to_string())?;
    let mut text = HEAD.to_owned();
    let schemas = document["components"]["schemas"].as_object().ok_or("no schemas")?;
    for (name, schema) in schemas {
        text.push('\n');
        about(&mut text, "", schema);
        let shape = if schema["type"] == "object" { object(schema)? } else { of(schema)? };
        let _ = writeln!(text, "export type {name} ={shape};");
    }
    text.push_str("\n/** Every route: method and template. */\nexport type Route =");
    for (path, item) in document["paths"].as_object().ok_or("no paths")? {
        for method in item.as_object().ok_or("a path without methods")?.keys() {
            let _ = write!(text, "\n  | '{} {path}'", method.to_uppercase());
        }
    }
    text.push_str(";\n");
    Ok(text)
}

fn about(text: &mut String, indent: &str, schema: &Value) {
    if let Some(description) = schema["description"].as_str() {
        let _ = writeln!(text, "{indent}/** {description} */");
    }
}

/// The fields of an object, those that may be missing with a question mark.
fn object(schema: &Value) -> Result<String, String> {
    let Some(fields) = schema["properties"].as_object().filter(|fields| !fields.is_empty()) else {
        return Ok(" Readonly<Record<string, never>>".to_owned());
    };
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut text = " {\n".to_owned();
    for (name, field) in fields {
        about(&mut text, "  ", field);
        let mark = if required.contains(&name.as_str()) { "" } else { "?" };
        let _ = writeln!(text, "  readonly {name}{mark}:{};", of(field)?);
    }
    text.push('}');
    Ok(text)
}

/// A type, with the space before it; a union of words has a line for each.
fn of(schema: &Value) -> Result<String, String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return Ok(format!(" {}", reference.rsplit('/').next().unwrap_or_default()));
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words.iter().filter_map(Value::as_str).map(|word| format!("'{word}'")).collect();
        let many = words.len() > 4;
        return Ok(if many { format!("\n  | {}", words.join("\n  | ")) } else { format!(" {}", words.join(" | ")) });
    }
    match &schema["type"] {
        Value::String(one) if one == "array" => Ok(format!(" readonly{}[]", bracketed(&of(&schema["items"])?))),
        Value::String(one) => Ok(format!(" {}", plain(one)?)),
        Value::Array(several) => {
            let several: Result<Vec<_>, _> =
                several.iter().map(|one| plain(one.as_str().unwrap_or_default())).collect();
            Ok(format!(" {}", several?.join(" | ")))
        }
        other => Err(format!("type {other}")),
    }
}

fn bracketed(item: &str) -> String {
    let item = item.trim();
    if item.contains(' ') { format!(" ({item})") } else { format!(" {item}") }
}

fn plain(name: &str) -> Result<&'static str, String> {
    match name {
        "string" => Ok("string"),
        "integer" => Ok("number"),
        "boolean" => Ok("boolean"),
        "null" => Ok("null"),
        other => Err(format!("type {other:?}")),
    }
}
