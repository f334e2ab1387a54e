//! The pages and all that they load: the same for whoever asks, and of the release.

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding as _};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use souspli_attest::sha256;

use super::caller::{Asked, Caller};
use super::release::Manifest;
use crate::audit::Progress;
use crate::traffic::{Answer, Exchange, Header, Judge, Reference, references, unpacked};
use crate::{Check, Finding};

/// The pages.
pub(super) const PAGES: [&str; 3] = ["/", "/practice", "/check"];

/// Who asks: each is told by what a host could tell people apart by. The first one is what the others are compared with.
const ASKERS: &[(&str, &[(&str, &str)])] = &[
    ("nobody in particular", &[]),
    (
        "Firefox in French",
        &[
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            ("accept-language", "fr-FR,fr;q=0.9"),
            ("accept-encoding", "gzip, deflate, br, zstd"),
        ],
    ),
    (
        "Chrome on a telephone in German",
        &[
            (
                "user-agent",
                "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
            ),
            ("accept-language", "de-DE,de;q=0.9,en;q=0.7"),
            ("accept-encoding", "gzip"),
        ],
    ),
    (
        "Safari on an iPhone in English",
        &[
            (
                "user-agent",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            ),
            ("accept-language", "en-GB,en;q=0.9"),
            ("accept-encoding", "gzip, deflate, br"),
            ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ],
    ),
    ("a search engine", &[("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")]),
    ("somebody who comes back", &[("cache-control", "no-cache"), ("pragma", "no-cache")]),
];

/// Headers of an answer that may differ from one time to the next.
const DIFFER: &[&str] = &[
    "age",
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "etag",
    "keep-alive",
    "souspli-nonce",
    "transfer-encoding",
    "vary",
];

/// Asks for the pages and whatever they load, in several ways, and compares with the manifest.
pub(super) async fn examine(
    caller: &mut Caller,
    manifest: Option<&Manifest>,
    judge: &mut Judge<'_>,
    progress: &mut dyn Progress,
) {
    let mut wanted: BTreeSet<String> = PAGES.iter().map(|path| (*path).to_owned()).collect();
    wanted.extend(manifest.into_iter().flat_map(|manifest| manifest.files.keys()).cloned());
    let (mut done, mut asked) = (BTreeSet::new(), 0_u64);
    while let Some(path) = wanted.pop_first() {
        if !done.insert(path.clone()) {
            continue;
        }
        asked = asked.saturating_add(1);
        let all = u64::try_from(wanted.len()).unwrap_or_default().saturating_add(asked);
        progress.at("pages", asked, Some(all));
        let askers = if PAGES.contains(&path.as_str()) { ASKERS } else { ASKERS.get(..2).unwrap_or_default() };
        let Some((answer, bytes)) = fetch(caller, &path, askers, judge).await else { continue };
        compare(&path, &answer, &bytes, manifest, judge);
        let leads = led_to(&path, &answer, &bytes, judge);
        wanted.extend(leads.into_iter().filter(|path| !done.contains(path)));
    }
}

/// Asks for a path as each of the askers, and compares what they are given.
async fn fetch(
    caller: &mut Caller,
    path: &str,
    askers: &[(&str, &[(&str, &str)])],
    judge: &mut Judge<'_>,
) -> Option<(Answer, Vec<u8>)> {
    let place = judge.place().at(format!("asset {path}"));
    let mut first: Option<(Answer, Vec<u8>)> = None;
    for (who, headers) in askers {
        let asked = headers.iter().fold(Asked::get(path), |asked, (name, value)| asked.with(name, value));
        let exchange = match caller.ask(asked).await {
            Ok(exchange) => exchange,
            Err(error) => {
                judge.unchecked(place.clone(), crate::audit::Gap::Unreachable, &error.to_string());
                continue;
            }
        };
        judge.exchange(&exchange);
        let Exchange { answer: Some(answer), .. } = exchange else { continue };
        let bytes = unpacked(&answer.headers, &answer.body).into_owned();
        let Some((known, known_bytes)) = &first else {
            first = Some((answer, bytes));
            continue;
        };
        if (known.status, sha256(known_bytes)) != (answer.status, sha256(&bytes)) {
            let finding = Finding::new(Check::WrongAsset, place.clone()).fact("expected", sha256(known_bytes));
            judge.find(finding.fact("found", sha256(&bytes)).fact("text", format!("given to {who}")));
        }
        let (known, given) = (lasting(&known.headers), lasting(&answer.headers));
        for name in known.symmetric_difference(&given).map(|(name, _)| name).collect::<BTreeSet<_>>() {
            let finding = Finding::new(Check::Tracker, place.at(format!("header {name}")));
            judge.find(finding.fact("text", format!("another one for {who}")));
        }
    }
    first
}

fn lasting(headers: &[Header]) -> BTreeSet<(String, String)> {
    let stays = headers.iter().filter(|header| !DIFFER.contains(&header.name.as_str()));
    stays.map(|header| (header.name.clone(), header.value.clone())).collect()
}

/// Compares a file with the manifest.
fn compare(path: &str, answer: &Answer, bytes: &[u8], manifest: Option<&Manifest>, judge: &mut Judge<'_>) {
    let Some(manifest) = manifest else { return };
    let place = judge.place().at(format!("asset {path}"));
    let (hash, size) = (sha256(bytes), bytes.len());
    let finding = Finding::new(Check::WrongAsset, place);
    match manifest.files.get(path) {
        _ if answer.status == 404 && !manifest.files.contains_key(path) => {}
        None => judge.find(finding.fact("expected", "a file of the release").fact("found", hash).fact("size", size)),
        Some((expected, _)) if answer.status != 200 => {
            judge.find(finding.fact("expected", expected).fact("found", format!("status {}", answer.status)));
        }
        Some((expected, length)) if (expected, u64::try_from(size)) != (&hash, Ok(*length)) => {
            judge.find(finding.fact("expected", expected).fact("found", hash).fact("size", size));
        }
        Some(_) => {}
    }
}

/// What a file loads, of this host; a hash that a page asks for is compared, and one that is missing is said.
fn led_to(path: &str, answer: &Answer, bytes: &[u8], judge: &mut Judge<'_>) -> Vec<String> {
    let kind = answer.headers.iter().find(|header| header.name == "content-type").map_or("", |header| &*header.value);
    if answer.status != 200 {
        return Vec::new();
    }
    if kind.starts_with("text/html") {
        let found = references(bytes);
        for reference in found.iter().filter(|reference| is_script(reference) && reference.integrity.is_none()) {
            let place = judge.place().at(format!("asset {path}"));
            let finding = Finding::new(Check::WrongAsset, place).fact("expected", "a hash (integrity)");
            judge.find(finding.fact("file", &reference.url));
        }
        return found.iter().filter_map(|reference| own_path(path, &reference.url)).collect();
    }
    if kind.starts_with("text/css") {
        let urls = crate::traffic::of_style(&String::from_utf8_lossy(bytes));
        return urls.iter().filter_map(|url| own_path(path, url)).collect();
    }
    if kind.starts_with("text/javascript") { in_script(&String::from_utf8_lossy(bytes)) } else { Vec::new() }
}

fn is_script(reference: &Reference) -> bool {
    let preloads = reference.element == "link" && reference.rel.split(' ').any(|rel| rel == "modulepreload");
    (reference.element == "script" && reference.attribute == "src") || preloads
}

/// The path of a reference to this host.
fn own_path(page: &str, url: &str) -> Option<String> {
    let url = url.split(['#', '?']).next().unwrap_or_default();
    if url.is_empty() || url.contains(':') || url.starts_with("//") {
        return None;
    }
    if url.starts_with('/') {
        return Some(url.to_owned());
    }
    let (folder, _) = page.rsplit_once('/')?;
    Some(format!("{folder}/{}", url.trim_start_matches("./")))
}

/// Assets that a script names.
fn in_script(script: &str) -> Vec<String> {
    let named = script.split("assets/").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    });
    named.filter(|name| name.contains('.')).map(|name| format!("/assets/{}", name.trim_end_matches('.'))).collect()
}

/// Whether bytes have one of the hashes that a page asks for (SRI, the strongest of those that it names).
pub(super) fn has_integrity(integrity: &str, bytes: &[u8]) -> bool {
    let of = |name: &str| {
        let hashes = integrity.split_ascii_whitespace().filter_map(|hash| hash.strip_prefix(name)?.strip_prefix('-'));
        hashes.map(|hash| hash.split('?').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let computed: [(&str, Vec<u8>); 3] = [
        ("sha512", Sha512::digest(bytes).to_vec()),
        ("sha384", Sha384::digest(bytes).to_vec()),
        ("sha256", Sha256::digest(bytes).to_vec()),
    ];
    let strongest = computed.into_iter().find(|(name, _)| !of(name).is_empty());
    strongest.is_some_and(|(name, hash)| of(name).contains(&Base64::encode_string(&hash)))
}

/// Compares what a page's scripts and styles are with the hashes that the page asks for.
pub(super) async fn integrity(caller: &mut Caller, judge: &mut Judge<'_>) {
    for page in PAGES {
        let Ok(exchange) = caller.ask(Asked::get(page)).await else { continue };
        let Some(answer) = exchange.answer else { continue };
        for reference in references(&unpacked(&answer.headers, &answer.body)) {
            let (Some(integrity), Some(path)) = (&reference.integrity, own_path(page, &reference.url)) else {
                continue;
            };
            let Ok(exchange) = caller.ask(Asked::get(&path)).await else { continue };
            let Some(answer) = exchange.answer else { continue };
            let bytes = unpacked(&answer.headers, &answer.body);
            if !has_integrity(integrity, &bytes) {
                let place = judge.place().at(format!("asset {page}"));
                let finding = Finding::new(Check::WrongAsset, place).fact("file", &path);
                judge.find(finding.fact("expected", integrity).fact("found", sha256(&bytes)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_hash_that_a_page_names_counts() {
        let bytes = b"export const a = 1;";
        let of = |name: &str, hash: &[u8]| format!("{name}-{}", Base64::encode_string(hash));
        let (weak, strong) = (of("sha256", &Sha256::digest(bytes)), of("sha384", &Sha384::digest(bytes)));
        assert!(has_integrity(&weak, bytes) && has_integrity(&strong, bytes));
        assert!(has_integrity(&format!("{weak} {strong}"), bytes));
        assert!(!has_integrity(&format!("{weak} {}", of("sha384", &Sha384::digest(b"x"))), bytes));
        assert!(!has_integrity("", bytes) && !has_integrity("md5-x", bytes));
    }

    #[test]
    fn what_a_file_loads_is_found() {
        assert_eq!(own_path("/practice", "/assets/a.js").as_deref(), Some("/assets/a.js"));
        assert_eq!(own_path("/assets/a.css", "./b.woff2?x#y").as_deref(), Some("/assets/b.woff2"));
        for other in ["https://e.example/a.js", "//e.example/a", "data:,x", "#a", ""] {
            assert_eq!(own_path("/", other), None, "{other}");
        }
        let script =
            r#"import("./x.js");new Worker("/assets/sealed-worker-B3x_.js");const n="assets/n-1.wasm";"assets/""#;
        assert_eq!(in_script(script), ["/assets/sealed-worker-B3x_.js", "/assets/n-1.wasm"]);
    }
}
