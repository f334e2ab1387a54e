//! What must not be there, and what must be refused without a word too many.

use http::Method;

use super::caller::{Asked, Caller};
use super::release::Manifest;
use crate::audit::{Gap, Progress};
use crate::traffic::Judge;
use crate::{Check, Finding};

/// Addresses under which hosts leave things lying about.
const NOT_THERE: &[&str] = &[
    "/.env",
    "/.git/HEAD",
    "/.git/config",
    "/.htaccess",
    "/.svn/entries",
    "/.DS_Store",
    "/.well-known/security.txt.bak",
    "/admin",
    "/admin/",
    "/api",
    "/api/v1/calendars",
    "/assets/",
    "/backup",
    "/backup.sql",
    "/backup.tar.gz",
    "/backups/",
    "/config",
    "/config.json",
    "/config.toml",
    "/console",
    "/data/",
    "/data/souspli.db",
    "/database.sql",
    "/db.sqlite",
    "/debug",
    "/debug/pprof/",
    "/debug/vars",
    "/dump.sql",
    "/env",
    "/graphql",
    "/health/details",
    "/host.key",
    "/index.html.map",
    "/info",
    "/internal",
    "/log",
    "/log/",
    "/log/staged",
    "/log/releases",
    "/logs",
    "/logs/souspli-server.log",
    "/manifest",
    "/metrics/",
    "/phpinfo.php",
    "/private",
    "/robots.txt.bak",
    "/rpc",
    "/server-info",
    "/server-status",
    "/setup",
    "/souspli.db",
    "/souspli.db-wal",
    "/static/",
    "/stats",
    "/status",
    "/swagger.json",
    "/telemetry",
    "/test",
    "/trace",
    "/tracing",
    "/v1",
    "/v1/",
    "/v1/admin",
    "/v1/calendars",
    "/v1/debug",
    "/v1/events",
    "/v1/practices",
    "/v1/records",
    "/v1/stats",
    "/v1/users",
    "/v2/host",
    "/version",
    "/ws",
    "/assets/../host.key",
    "/assets/%2e%2e/host.key",
    "//etc/passwd",
    "/practice.html",
    "/check.html",
    "/index.html",
];

/// Asks for what must not be there: nothing but "there is nothing at this address" may come.
pub(super) async fn examine(
    caller: &mut Caller,
    manifest: Option<&Manifest>,
    judge: &mut Judge<'_>,
    progress: &mut dyn Progress,
) {
    let scripts = manifest.into_iter().flat_map(|manifest| manifest.files.keys());
    let maps: Vec<String> = scripts
        .filter(|path| matches!(path.rsplit_once('.'), Some((_, "js"))))
        .map(|path| format!("{path}.map"))
        .collect();
    let all = NOT_THERE.iter().copied().chain(maps.iter().map(String::as_str));
    for (done, path) in (0_u64..).zip(all) {
        progress.at("undeclared addresses", done, None);
        ask(caller, Asked::get(path), judge).await;
    }
}

/// Requests that are wrong on purpose: each is refused with a problem of the closed list, and with nothing else.
pub(super) async fn wrong(caller: &mut Caller, judge: &mut Judge<'_>, progress: &mut dyn Progress) {
    let calendar = "/v1/calendars/AAAAAAAAAAAAAAAAAAAAAA";
    let events = format!("{calendar}/events");
    let (holds, sync, proofs) = (format!("{calendar}/holds"), format!("{calendar}/sync"), format!("{calendar}/proofs"));
    let (times, identity) = (format!("{calendar}/times"), format!("{calendar}/identities/99999999999999999999"));
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let long = format!("{{\"event\":\"{}\"}}", "A".repeat(100_000));
    let method = |method: Method, path| Asked { method, ..Asked::get(path) };
    let requests = vec![
        Asked::post(&events, "{"),
        Asked::post(&events, "null"),
        Asked::post(&events, "{\"event\":1,\"claims\":null}"),
        Asked::post(&events, [0xff, 0xfe, 0x00]),
        Asked::post(&events, deep),
        Asked::post(&events, long),
        Asked::post(&holds, "{\"hold\":\"'; DROP TABLE event; --\",\"work\":\"\"}"),
        Asked::post(&proofs, "{\"sequence\":\"__________8\",\"leaf\":\"\"}"),
        Asked::post("/v1/vaults/open", "{\"locator\":\"../../host.key\"}"),
        Asked::post("/v1/vaults/open", format!("{{\"locator\":\"{}\"}}", "A".repeat(43))),
        Asked::post("/v1/nonces", "{\"more\":true}"),
        Asked::post(&sync, "{}"),
        Asked::post(&sync, "{}").with("authorization", "Souspli AAAA"),
        Asked::post(&sync, "{}").with("authorization", &format!("Souspli {}", "A".repeat(171))),
        Asked { headers: vec![("content-type", "text/xml".to_owned())], ..Asked::post(&events, "<a/>") },
        Asked::post(&events, "{}").with("content-encoding", "gzip"),
        Asked::get(&times).with("x-forwarded-for", "203.0.113.7").with("x-original-url", "/admin"),
        Asked::get(&times).with("range", "bytes=0-3").with("if-none-match", "*"),
        Asked::get(&times).with("cookie", "session=1").with("accept", "text/html"),
        Asked::get(&identity),
        Asked::get("/v1/calendars/short/times"),
        Asked::get("/v1/calendars/%00/times"),
        Asked::get("/v1/host?debug=1"),
        method(Method::DELETE, &events),
        method(Method::PUT, "/v1/host"),
        method(Method::TRACE, "/"),
        method(Method::OPTIONS, &events),
    ];
    for (done, asked) in (0_u64..).zip(requests) {
        progress.at("wrong requests", done, None);
        ask(caller, asked, judge).await;
    }
}

async fn ask(caller: &mut Caller, asked: Asked<'_>, judge: &mut Judge<'_>) {
    let (path, options) = (asked.path.to_owned(), asked.method == Method::OPTIONS);
    let exchange = match caller.ask(asked).await {
        Ok(exchange) => exchange,
        // A path that no request can carry is refused before there is one.
        Err(error) => {
            return judge.unchecked(judge.place().at(format!("asset {path}")), Gap::Unreachable, &error.to_string());
        }
    };
    let status = exchange.answer.as_ref().map_or(0, |answer| answer.status);
    if options && matches!(status, 204 | 405) {
        return;
    }
    judge.answer(&exchange);
    if status >= 500 && status != 503 {
        let place = judge.place().at(format!("route {} {path}", exchange.request.method));
        let finding = Finding::new(Check::UndeclaredTraffic, place).fact("expected", "a refusal");
        judge.find(finding.fact("found", format!("status {status}")));
    }
}
