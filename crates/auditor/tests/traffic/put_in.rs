//! Each thing that an honest host does not do is named, with the place where it was put in.

use serde_json::{Value, json};
use souspli_auditor::Check;
use souspli_auditor::audit::Gap;
use souspli_auditor::http::{Address, Client};

use crate::scene::{NAME, Scene, judged, named, play};

/// What is put in, and where it must be named.
struct Leak {
    name: &'static str,
    /// Part of the address of the exchange that it is put into.
    into: &'static str,
    put: fn(&mut Value, &str),
    named: (Check, &'static str),
}

fn header(side: &mut Value, name: &str, value: &str) {
    let headers = side["headers"].as_array_mut().expect("headers");
    headers.retain(|header| header["name"] != name);
    headers.push(json!({ "name": name, "value": value }));
}

fn body(side: &mut Value, change: impl FnOnce(&mut Value)) {
    let mut json: Value = serde_json::from_str(side["text"].as_str().expect("text")).expect("JSON");
    change(&mut json);
    side["text"] = json!(json.to_string());
}

#[allow(clippy::too_many_lines)] // a table
fn leaks() -> Vec<Leak> {
    let leak = |name, into, put, named| Leak { name, into, put, named };
    vec![
        leak(
            "a cookie",
            "/times",
            |entry, _| header(&mut entry["response"], "set-cookie", "id=7"),
            (Check::Tracker, "route GET /v1/calendars/{calendar}/times › answer › header set-cookie"),
        ),
        leak(
            "a cookie that comes back, listed alone",
            "/times",
            |entry, _| entry["request"]["cookies"] = json!([{ "name": "id", "value": "7" }]),
            (Check::Tracker, "route GET /v1/calendars/{calendar}/times › header cookie"),
        ),
        leak(
            "a request to somebody else",
            "/times",
            |entry, _| entry["request"]["url"] = json!("https://stats.example/collect"),
            (Check::ThirdParty, "host https://stats.example"),
        ),
        leak(
            "another port of the host",
            "/times",
            |entry, _| entry["request"]["url"] = json!("http://127.0.0.1:9/v1/host"),
            (Check::ThirdParty, "host http://127.0.0.1:9"),
        ),
        leak(
            "an undeclared route",
            "/times",
            |entry, origin| entry["request"]["url"] = json!(format!("{origin}/v1/telemetry")),
            (Check::UndeclaredTraffic, ""),
        ),
        leak(
            "another method",
            "/times",
            |entry, _| entry["request"]["method"] = json!("PUT"),
            (Check::UndeclaredTraffic, ""),
        ),
        leak(
            "a query",
            "/times",
            |entry, _| {
                let url = format!("{}?utm_source=x", entry["request"]["url"].as_str().expect("text"));
                entry["request"]["url"] = json!(url);
            },
            (Check::UndeclaredTraffic, "route GET /v1/calendars/{calendar}/times › query"),
        ),
        leak(
            "a field",
            "/times",
            |entry, _| body(&mut entry["response"]["content"], |body| body["clinic"] = json!("x")),
            (Check::UndeclaredTraffic, "route GET /v1/calendars/{calendar}/times › answer › body › field clinic"),
        ),
        leak(
            "a field of a request",
            "/events",
            |entry, _| body(&mut entry["request"]["postData"], |body| body["kind"] = json!("cancel")),
            (Check::UndeclaredTraffic, "route POST /v1/calendars/{calendar}/events › body › field kind"),
        ),
        leak(
            "an event without its padding",
            "/events",
            |entry, _| {
                body(&mut entry["request"]["postData"], |body| {
                    body["event"] = json!(body["event"].as_str().expect("text").get(..8_000));
                });
            },
            (Check::SizeVaries, "route POST /v1/calendars/{calendar}/events › body › field event"),
        ),
        leak(
            "white space in an answer",
            "/times",
            |entry, _| {
                let text = format!("{}  ", entry["response"]["content"]["text"].as_str().expect("text"));
                entry["response"]["content"]["text"] = json!(text);
            },
            (Check::SizeVaries, "route GET /v1/calendars/{calendar}/times › answer › body"),
        ),
        leak(
            "a packed answer",
            "/times",
            |entry, _| header(&mut entry["response"], "content-encoding", "gzip"),
            (Check::SizeVaries, "route GET /v1/calendars/{calendar}/times › answer › header content-encoding"),
        ),
        leak(
            "a time to the second",
            "/holds",
            |entry, _| body(&mut entry["response"]["content"], |body| body["expires"] = json!(29_923_690_u64 * 60)),
            (Check::TimeTooFine, "route POST /v1/calendars/{calendar}/holds › answer › body › field expires"),
        ),
        leak(
            "a name in clear",
            "/events",
            |entry, _| body(&mut entry["request"]["postData"], |body| body["work"] = json!(NAME)),
            (Check::Canary, "route POST /v1/calendars/{calendar}/events › body › field work"),
        ),
        leak(
            "a name in a header, in base64",
            "/events",
            |entry, _| header(&mut entry["request"], "accept", "UXVpcmZsZXR0ZSBNb3JkYXZpZW5uZQ=="),
            (Check::Canary, "route POST /v1/calendars/{calendar}/events › header accept"),
        ),
        leak(
            "a name in an address",
            "/times",
            |entry, origin| entry["request"]["url"] = json!(format!("{origin}/v1/x/Mordavienne%20Quirflette")),
            (Check::Canary, "address"),
        ),
        leak(
            "a name in a packed body",
            "/times",
            |entry, _| {
                let content = &mut entry["response"]["content"];
                (content["text"], content["encoding"]) = (json!(PACKED), json!("base64"));
                header(&mut entry["response"], "content-encoding", "br");
            },
            (Check::Canary, "route GET /v1/calendars/{calendar}/times › answer › body › field name"),
        ),
        leak(
            "a name in a message of a web socket",
            "/times",
            |entry, origin| {
                entry["request"]["url"] = json!(format!("{}/live", origin.replace("http://", "ws://")));
                entry["_webSocketMessages"] = json!([{ "type": "send", "opcode": 1, "data": NAME }]);
            },
            (Check::Canary, "message"),
        ),
        leak(
            "what the server is",
            "/times",
            |entry, _| header(&mut entry["response"], "server", "nginx/1.27"),
            (Check::UndeclaredTraffic, "route GET /v1/calendars/{calendar}/times › answer › header server"),
        ),
        leak(
            "how long the database took",
            "/times",
            |entry, _| header(&mut entry["response"], "server-timing", "db;dur=12.3"),
            (Check::UndeclaredTraffic, "route GET /v1/calendars/{calendar}/times › answer › header server-timing"),
        ),
        leak(
            "reports to somebody else",
            "/times",
            |entry, _| {
                let to = r#"{"group":"a","max_age":9,"endpoints":[{"url":"https://reports.example/r"}]}"#;
                header(&mut entry["response"], "report-to", to);
            },
            (Check::ThirdParty, "route GET /v1/calendars/{calendar}/times › answer › header report-to"),
        ),
        leak(
            "a preload from elsewhere",
            "/practice",
            |entry, _| header(&mut entry["response"], "link", "<https://cdn.example/a.js>; rel=preload"),
            (Check::ThirdParty, "route GET /practice › answer › header link"),
        ),
        leak(
            "a redirect to elsewhere",
            "/practice",
            |entry, _| {
                entry["response"]["status"] = json!(302);
                header(&mut entry["response"], "location", "https://login.example/");
            },
            (Check::ThirdParty, "route GET /practice › answer › header location"),
        ),
        leak(
            "a security policy that lets somebody else in",
            "/practice",
            |entry, _| header(&mut entry["response"], "content-security-policy", "default-src https://cdn.example"),
            (Check::WrongHeader, "route GET /practice › answer › header content-security-policy"),
        ),
        leak(
            "a worker without its policy",
            "worker",
            |entry, _| {
                let headers = entry["response"]["headers"].as_array_mut().expect("headers");
                headers.retain(|header| header["name"] != "content-security-policy");
            },
            (Check::WrongHeader, "route GET /assets/* › answer › header content-security-policy"),
        ),
        leak(
            "a name that is looked up ahead",
            "/practice",
            |entry, _| {
                let text = "<link rel=dns-prefetch href=//lookup.example>";
                entry["response"]["content"]["text"] = json!(text);
            },
            (Check::ThirdParty, "route GET /practice › answer › body"),
        ),
        leak(
            "a script that is another one the second time",
            "/assets/a-1.js",
            |entry, _| entry["response"]["content"]["text"] = json!("export const a = 'for you';"),
            (Check::WrongAsset, "route GET /assets/* › answer › body"),
        ),
        leak(
            "a tag that is somebody's",
            "/assets/a-1.js",
            |entry, _| header(&mut entry["response"], "etag", "\"visitor-7\""),
            (Check::Tracker, "route GET /assets/* › answer › header etag"),
        ),
        leak(
            "a tag where nothing may be kept",
            "/times",
            |entry, _| header(&mut entry["response"], "etag", "\"7\""),
            (Check::Tracker, "route GET /v1/calendars/{calendar}/times › answer › header etag"),
        ),
        leak(
            "an error that says too much",
            "/times",
            |entry, _| {
                entry["response"]["status"] = json!(500);
                entry["response"]["content"]["text"] = json!("thread 'main' panicked at src/db.rs:7");
            },
            (Check::WrongShape, "route GET /v1/calendars/{calendar}/times › answer › body"),
        ),
        leak(
            "a page that came from somewhere",
            "/events",
            |entry, _| header(&mut entry["request"], "referer", "http://127.0.0.1/#secret"),
            (Check::UndeclaredTraffic, "route POST /v1/calendars/{calendar}/events › header referer"),
        ),
        leak(
            "a signature where nobody must sign",
            "/times",
            |entry, _| header(&mut entry["request"], "authorization", &format!("Souspli {}", "A".repeat(171))),
            (Check::Tracker, "route GET /v1/calendars/{calendar}/times › header authorization"),
        ),
        leak(
            "a beacon",
            "/times",
            |entry, _| entry["_resourceType"] = json!("ping"),
            (Check::Tracker, "route GET /v1/calendars/{calendar}/times"),
        ),
    ]
}

/// The name in JSON, packed with Brotli.
const PACKED: &str = "CxCAeyJuYW1lIjoiUXVpcmZsZXR0ZSBNb3JkYXZpZW5uZSJ9Aw==";

/// Parts of the addresses of the exchanges that something is put into.
const LEAKED: [&str; 6] = ["/times", "/events", "/holds", "/practice", "/assets/a-1.js", "worker"];

/// The last two exchanges of each kind: a whole recording for each leak would take long.
fn one_of_each(entries: &mut Vec<Value>) {
    let mut seen = std::collections::BTreeMap::new();
    let mut kept = Vec::new();
    for entry in entries.drain(..).rev() {
        let url = entry["request"]["url"].as_str().expect("text");
        let count: &mut u32 = seen.entry(url.to_owned()).or_default();
        *count += 1;
        let used = LEAKED.iter().any(|part| url.contains(part));
        if *count <= 2 && used {
            kept.push(entry);
        }
    }
    kept.reverse();
    *entries = kept;
}

#[tokio::test]
async fn each_is_named_where_it_is() {
    let mut scene = Scene::start().await;
    play(scene.proxy).await;
    let (client, address) = (Client::new(None).expect("a client"), format!("http://{}", scene.proxy));
    let address = Address::parse(&address).expect("an address");
    for path in ["/practice", "/assets/a-1.js", "/assets/sealed-worker-1.js", "/assets/a-1.js"] {
        client.get(&address, path, 1 << 20).await.expect(path);
    }
    let (mut har, _) = scene.stop().await;
    one_of_each(har["log"]["entries"].as_array_mut().expect("entries"));
    let file = scene.folder.path().join("put.har");
    let mut missed = Vec::new();
    for leak in leaks() {
        let mut har = har.clone();
        let entries = har["log"]["entries"].as_array_mut().expect("entries");
        let url = |entry: &Value| entry["request"]["url"].as_str().expect("text").to_owned();
        let fits = |entry: &&mut Value| {
            let status = entry["response"]["status"].as_u64().expect("a status");
            url(entry).contains(leak.into) && (200..300).contains(&status)
        };
        let entry = entries.iter_mut().rev().find(fits).expect(leak.into);
        (leak.put)(entry, &scene.origin);
        std::fs::write(&file, har.to_string()).expect("written");
        let found = named(&judged(&file, Some(&scene.origin)));
        let is_it = |(check, place): &(Check, String)| *check == leak.named.0 && place.ends_with(leak.named.1);
        if !found.iter().any(is_it) {
            missed.push(format!("{}: {:?} is not in {found:?}", leak.name, leak.named));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test]
async fn bodies_that_were_not_recorded_make_the_audit_incomplete() {
    let mut scene = Scene::start().await;
    play(scene.proxy).await;
    let (mut har, _) = scene.stop().await;
    for entry in har["log"]["entries"].as_array_mut().expect("entries") {
        entry["response"]["content"].as_object_mut().expect("content").remove("text");
    }
    let file = scene.folder.path().join("put.har");
    std::fs::write(&file, har.to_string()).expect("written");
    let report = judged(&file, Some(&scene.origin));
    assert_eq!(named(&report), []);
    assert!(!report.complete && report.unchecked.iter().any(|left| left.gap == Gap::NotRecorded));
}
