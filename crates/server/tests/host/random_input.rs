//! Random requests to every route of the document, from nonsense to well-signed objects with numbers at their edges.
//! Whatever comes, it is answered by a success or by a problem of the document, with all headers, and never by a 5xx:
//! the client in `support` looks at each answer. A failure names its seed.

use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Map, Value, json};
use souspli_protocol::claims::HoldStatement;
use souspli_protocol::event::{AuthorKind, Header, Operation};
use souspli_protocol::publication::{PublicationKind, PublicationStatement};
use souspli_protocol::wire::{Blob, Held, Hold, Publish};
use souspli_protocol::{CalendarId, Context, Digest, Fingerprint, Nonce, VerifyingKey, Work, to_base64url};

use crate::support::TestHost;
use crate::support::booking::Booking;
use crate::support::client::{Client, authorization};
use crate::support::noise::Noise;
use crate::support::practice::Practice;

const SEEDS: [u64; 4] = [1, 2, 3, 4];
const REQUESTS: usize = 800;

/// A route of the document.
#[derive(Clone)]
struct Asked {
    method: Method,
    path: String,
    body: Option<String>,
    signed: bool,
}

fn operations(document: &Value) -> Vec<Asked> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("item") {
            let schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
            operations.push(Asked {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).expect("method"),
                path: path.clone(),
                body: schema.map(|name| name.rsplit('/').next().expect("name").to_owned()),
                signed: operation["security"].is_array(),
            });
        }
    }
    assert!(operations.len() >= 19, "the document names every route");
    operations
}

/// A value that has a schema's shape.
fn shaped(schemas: &Value, schema: &Value, noise: &mut Noise) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return shaped(schemas, &schemas[name], noise);
    }
    let size = |name: &str| usize::try_from(schema[name].as_u64().unwrap_or(0)).expect("small");
    match schema["type"].as_str() {
        Some("string") => {
            let length = if noise.once_in(2) { size("minLength") } else { size("maxLength") };
            json!(to_base64url(&noise.bytes(length * 3 / 4)))
        }
        Some("array") => {
            let count = size("minItems") + noise.below(3).min(size("maxItems") - size("minItems"));
            (0..count).map(|_| shaped(schemas, &schema["items"], noise)).collect()
        }
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::Object(
                fields.map(|(name, field)| (name.clone(), shaped(schemas, field, noise))).collect::<Map<_, _>>(),
            )
        }
        _ => json!(noise.edge(7) >> noise.below(64)),
    }
}

/// A value that fits nowhere.
fn odd(noise: &mut Noise) -> Value {
    let numbers = [json!(-1), json!(1e300), json!(0.5), json!(u64::MAX)];
    match noise.below(8) {
        0 => Value::Null,
        1 => json!(true),
        2 => noise.pick(&numbers),
        3 => json!(["a", {"b": []}]),
        4 => (0..100).fold(json!(1), |inner, _| json!([inner])),
        5 => json!("\u{0}é\u{202e}\u{10ffff}=+/ "),
        6 => json!("A".repeat(noise.below(9_000))),
        _ => json!({}),
    }
}

/// Spoils a body somewhere; most of them in one place only.
fn spoil(mut body: Value, noise: &mut Noise) -> Vec<u8> {
    if let Some(fields) = body.as_object_mut() {
        let names: Vec<String> = fields.keys().cloned().collect();
        if !names.is_empty() && noise.once_in(2) {
            let name = noise.pick(&names);
            match noise.below(3) {
                0 => fields.remove(&name),
                1 => fields.insert(name, odd(noise)),
                _ => fields.insert("more".to_owned(), odd(noise)),
            };
        }
    }
    let mut bytes = body.to_string().into_bytes();
    match noise.below(8) {
        0 => bytes.truncate(noise.below(bytes.len() + 1)),
        1 => {
            let place = noise.below(bytes.len());
            bytes[place] = noise.next().to_be_bytes()[0];
        }
        2 => bytes.extend(noise.bytes(3)),
        3 => bytes = noise.bytes(64),
        _ => {}
    }
    bytes
}

fn path(template: &str, practice: &Practice, noise: &mut Noise) -> String {
    let known = practice.context.calendar.to_string();
    let odd = ["", "x", "%00", "%2e%2e", "%ff", "..;", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "é%20"];
    let calendar = if noise.once_in(6) { noise.pick(&odd).replace('é', "%c3%a9") } else { known };
    let epoch = noise.edge(practice.epoch().into()).to_string();
    let query = noise.pick(&["", "", "", "?", "?a=b", "?calendar=x&%00"]);
    template.replace("{calendar}", &calendar).replace("{epoch}", &epoch) + query
}

fn header(noise: &mut Noise, nonce: Option<Nonce>, practice: &Practice, path: &str, body: &[u8]) -> Option<String> {
    let nonce = nonce.filter(|_| !noise.once_in(4)).unwrap_or(Nonce(noise.bytes(32).try_into().expect("32")));
    let key = noise.pick(&[&practice.member, &practice.root, &practice.link]);
    let path = path.split('?').next().expect("path");
    match noise.below(8) {
        0 => None,
        1 => Some("Souspli AAAA".to_owned()),
        2 => Some(format!("Basic {}", "A".repeat(noise.below(3_000)))),
        3 => Some(format!("Souspli {}", to_base64url(&noise.bytes(128)))),
        _ => Some(authorization(key, &practice.context, path, body, nonce)),
    }
}

/// One request of no particular sense; what comes back was looked at by the client.
async fn nonsense(client: &mut Client, practice: &Practice, document: &Value, all: &[Asked], noise: &mut Noise) {
    let operation = noise.pick(all);
    let path = path(&operation.path, practice, noise);
    let schemas = &document["components"]["schemas"];
    let body = operation.body.as_ref().map(|name| shaped(schemas, &schemas[name], noise));
    let body = if let Some(body) = body { spoil(body, noise) } else { noise.bytes(5) };
    let methods = [Method::GET, Method::POST, Method::PUT, Method::HEAD, Method::OPTIONS, Method::TRACE];
    let method = if noise.once_in(8) { noise.pick(&methods) } else { operation.method };
    let kinds = ["application/json", "application/json", "application/json", "text/plain", "", "application/json;;"];
    let mut request = Request::builder().method(method.clone()).uri(&path).header("content-type", noise.pick(&kinds));
    if noise.once_in(8) {
        let odd = [("content-encoding", "gzip"), ("te", "trailers"), ("accept", "\u{e9}"), ("x-forwarded-for", "x")];
        let (name, value) = noise.pick(&odd);
        request = request.header(name, value.as_bytes());
    }
    if operation.signed {
        let nonce = client.known_nonce();
        if let Some(value) = header(noise, nonce, practice, &path, &body) {
            request = request.header("authorization", value);
        }
    }
    let body = if matches!(method, Method::GET | Method::HEAD | Method::TRACE) { Vec::new() } else { body };
    let request = request.body(Full::new(body.into())).expect("request");
    if operation.path.ends_with("/stream") {
        // A stream that is opened has no end.
        let status = client.begin(request).await.expect("answer").status();
        assert!(status.as_u16() < 500, "{status}");
        *client = client.anew();
        return;
    }
    let answer = client.send(request).await.expect("answer");
    assert!(answer.status < 500, "{method} {path}: {}", answer.status);
}

/// A booking of numbers at their edges, signed by whom it should be.
async fn signed_event(client: &mut Client, practice: &Practice, noise: &mut Noise) {
    let booking = Booking::new();
    let right = booking.header(practice);
    let narrow = |number: u64| u32::try_from(number & u64::from(u32::MAX)).expect("narrow");
    let mut header = Header { window: narrow(noise.edge(right.window.into())), ..right };
    if noise.once_in(2) {
        header.version = noise.edge(right.version);
    }
    if noise.once_in(2) {
        header.epoch = narrow(noise.edge(right.epoch.into()));
    }
    if noise.once_in(2) {
        header.not_after = narrow(noise.edge(right.not_after.into()));
    }
    if noise.once_in(3) {
        let revision = narrow(noise.edge(1)).max(1);
        header = Header { revision, previous: Digest([1; 32]), operation: Operation::Append, ..header };
        header.claims = if noise.once_in(2) { Digest::ZERO } else { header.claims };
        header.release = header.claims.is_zero() && noise.once_in(2);
        header.author_kind = noise.pick(&[AuthorKind::Manage, AuthorKind::Member]);
        let member = header.author_kind == AuthorKind::Member;
        header.author = if member { practice.member.verifying_key() } else { header.manage };
    }
    let body = booking.body(practice, &booking.event(practice, &header), noise.once_in(3));
    let answer = booking.send(client, practice, &body).await;
    assert!(answer.status < 500, "{header:?}: {}", answer.status);
}

async fn signed_hold(client: &mut Client, practice: &Practice, noise: &mut Noise) {
    let booking = Booking::new();
    let right = booking.hold_request(practice).statement;
    let window = u32::try_from(noise.edge(right.window.into()) & u64::from(u32::MAX)).expect("narrow");
    let statement = HoldStatement { window, version: noise.edge(right.version), ..right };
    let hold = Hold { hold: Blob(booking.sign_hold(practice, statement).encode()), work: Work::ZERO };
    let answer = client.post(&practice.path("holds"), &hold).await;
    assert!(answer.status < 500, "{statement:?}: {}", answer.status);
}

/// Publications of numbers at their edges, some of another practice under this one's calendar.
async fn signed_batch(client: &mut Client, practice: &Practice, noise: &mut Noise) {
    let mut publications = Vec::new();
    for n in 0..=noise.below(3) {
        let kind = noise.pick(&PublicationKind::ALL);
        let payload = noise.bytes(kind.payload_len());
        let right = practice.statement(kind, 0, &payload);
        let narrow = |number: u64| u32::try_from(number & u64::from(u32::MAX)).expect("narrow");
        let context = match noise.below(6) {
            0 => Context { fp: Fingerprint([7; 32]), ..right.context },
            1 => Context { calendar: CalendarId([7; 16]), ..right.context },
            _ => right.context,
        };
        let statement = PublicationStatement {
            context,
            version: noise.edge(right.version + n as u64),
            slot: narrow(noise.edge(practice.window().into())),
            not_before: narrow(noise.edge(right.not_before.into())),
            not_after: narrow(noise.edge(right.not_after.into())),
            signer: if noise.once_in(6) { VerifyingKey([0; 32]) } else { right.signer },
            ..right
        };
        publications.push(Blob(practice.sign(statement, &payload).bytes().to_vec()));
    }
    let answer = client.post(&practice.path("publications"), &Publish { publications }).await;
    assert!(answer.status < 500, "{}", answer.status);
}

#[tokio::test]
async fn whatever_comes_is_answered() {
    let document: Value = serde_json::from_str(&souspli_server::openapi::document()).expect("json");
    let all = operations(&document);
    let host = TestHost::start_with(|config| {
        config.limits.address_burst = 0;
        config.limits.link_burst = 0;
    })
    .await;
    for seed in SEEDS {
        println!("seed {seed}");
        let mut noise = Noise::new(seed);
        let mut client = host.client();
        let practice = Practice::registered(&mut client).await;
        for _ in 0..REQUESTS {
            match noise.below(8) {
                0 => signed_event(&mut client, &practice, &mut noise).await,
                1 => signed_hold(&mut client, &practice, &mut noise).await,
                2 => signed_batch(&mut client, &practice, &mut noise).await,
                _ => nonsense(&mut client, &practice, &document, &all, &mut noise).await,
            }
        }
        // The host is as well as before.
        let mut client = host.client();
        assert_eq!(client.get("/readyz").await.status, 200);
        let practice = Practice::registered(&mut client).await;
        Booking::new().hold(&mut client, &practice).await.json::<Held>(201);
    }
}
