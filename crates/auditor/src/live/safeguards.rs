//! The headers that protect who reads an answer: one set for pages, one for scripts that run in workers
//! (`docs/architecture.md`).

use crate::policy::{Direction, Holds, Policy};
use crate::traffic::Header;

/// Headers that every answer carries, whatever it answers.
const EVERYWHERE: &[&str] = &[
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "integrity-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
];
/// The one that makes browsers come back encrypted.
const ENCRYPTED: &str = "strict-transport-security";

/// A safeguard that is missing or another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) name: &'static str,
    pub(crate) expected: String,
    pub(crate) found: String,
}

/// Compares the safeguards of an answer with those that the policy declares.
pub(crate) fn of(policy: &Policy, path: &str, headers: &[Header], encrypted: bool) -> Vec<Missing> {
    let names = EVERYWHERE.iter().copied().chain(encrypted.then_some(ENCRYPTED));
    names.filter_map(|name| one(policy, name, path, headers)).collect()
}

fn one(policy: &Policy, name: &'static str, path: &str, headers: &[Header]) -> Option<Missing> {
    let declared = policy.header(Direction::Answer, name)?;
    let Holds::Word { of } = &declared.holds else { return None };
    let fits = |word: &&String| name != "content-security-policy" || is_for_workers(word) == is_worker(path);
    let allowed: Vec<&str> = of.iter().filter(fits).map(String::as_str).collect();
    let mut given = headers.iter().filter(|header| header.name == name).map(|header| header.value.as_str());
    let (first, more) = (given.next(), given.next());
    if first.is_some_and(|value| allowed.contains(&value)) && more.is_none() {
        return None;
    }
    let found = match (first, more) {
        (None, _) => "none".to_owned(),
        (Some(_), Some(_)) => "more than one".to_owned(),
        (Some(value), None) => value.to_owned(),
    };
    Some(Missing { name, expected: allowed.join(" · "), found })
}

/// The set for workers is the one under which WebAssembly may be compiled.
fn is_for_workers(policy: &str) -> bool {
    policy.contains("'wasm-unsafe-eval'")
}

/// Whether a path is that of a script that runs in a worker, by its name.
fn is_worker(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let Some(stem) = name.strip_suffix(".js").or_else(|| name.strip_suffix(".mjs")) else { return false };
    stem.to_ascii_lowercase().contains("worker") || stem.split(['-', '_', '.']).any(|part| part == "sw")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(policy: &Policy, worker: bool) -> Vec<Header> {
        let value = |name: &str| match &policy.header(Direction::Answer, name).expect("declared").holds {
            Holds::Word { of } => of.iter().find(|word| worker == is_for_workers(word)).or(of.first()).cloned(),
            _ => None,
        };
        let names = EVERYWHERE.iter().chain([&ENCRYPTED]);
        names.map(|name| Header { name: (*name).to_owned(), value: value(name).expect("words") }).collect()
    }

    #[test]
    fn each_set_is_for_its_own_and_whole() {
        let policy = Policy::embedded().expect("policy");
        let (page, worker) = (headers(&policy, false), headers(&policy, true));
        assert_eq!(of(&policy, "/", &page, true), []);
        assert_eq!(of(&policy, "/assets/sealed-worker-a.js", &worker, true), []);
        for (path, set) in [("/", &worker), ("/assets/sealed-worker-a.js", &page), ("/sw.js", &page)] {
            let wrong = of(&policy, path, set, false);
            assert_eq!(wrong.iter().map(|wrong| wrong.name).collect::<Vec<_>>(), ["content-security-policy"], "{path}");
        }
        for without in 0..page.len() {
            let mut less = page.clone();
            let gone = less.remove(without).name;
            assert_eq!(of(&policy, "/", &less, true).iter().map(|wrong| wrong.name).collect::<Vec<_>>(), [gone]);
        }
        let twice: Vec<Header> = page.iter().chain(&page).cloned().collect();
        assert_eq!(of(&policy, "/", &twice, true).len(), page.len());
        assert_eq!(of(&policy, "/", &page[..page.len() - 1], false), [], "over plain HTTP it means nothing");
    }
}
