//! Files that may hold a secret key of what lies in the database: each proves itself by the public key, or the
//! commitment, that stands there.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use souspli_protocol::Context;

use crate::database::publics;
use crate::scan::secrets_in;
use crate::{Check, Finding, Place};

/// Values that are tried, and practices that they are tried for.
const TRIED: usize = 512;
pub(super) const PRACTICES: u32 = 16;
/// Bytes of a public key that are looked for; the beginning of a long one is enough.
const LONGEST: usize = 64;

/// Values of 32 bytes in small files.
#[derive(Debug, Default)]
pub(super) struct Values {
    values: BTreeSet<([u8; 32], String)>,
}

impl Values {
    /// Takes a small file.
    pub(super) fn add(&mut self, name: &str, file: &[u8]) {
        for secret in secrets_in(file) {
            let seed = match secret.len() {
                32 | 64 => secret.first_chunk::<32>(),
                _ => None,
            };
            if let Some(seed) = seed.filter(|_| self.values.len() < TRIED) {
                self.values.insert((*seed, name.to_owned()));
            }
        }
    }
}

/// What would stand in the database if a file held a key.
pub(super) struct Suspects {
    search: Option<AhoCorasick>,
    /// For each pattern, the file and what the key would do.
    owners: Vec<(String, &'static str)>,
    /// By file: what its key does, and where that is seen.
    proven: BTreeMap<String, (&'static str, String)>,
}

impl Suspects {
    pub(super) fn new(values: &Values, contexts: &[Context]) -> Self {
        let (mut patterns, mut owners) = (Vec::new(), Vec::new());
        for (seed, name) in &values.values {
            for (mut public, does) in publics(seed, contexts) {
                public.truncate(LONGEST);
                patterns.push(public);
                owners.push((name.clone(), does));
            }
        }
        let search = if patterns.is_empty() { None } else { AhoCorasick::new(patterns).ok() };
        Self { search, owners, proven: BTreeMap::new() }
    }

    /// Looks through bytes of a file.
    pub(super) fn look(&mut self, bytes: &[u8], file: &str) {
        let Some(search) = &self.search else { return };
        for hit in search.find_iter(bytes) {
            // A key may lie beside its own public half.
            if let Some((name, does)) = self.owners.get(hit.pattern().as_usize()).filter(|(name, _)| name != file) {
                self.proven.entry(name.clone()).or_insert_with(|| (does, file.to_owned()));
            }
        }
    }

    /// Those that were proven.
    pub(super) fn findings(&self, place: &Place) -> Vec<Finding> {
        let finding = |(name, (does, file)): (&String, &(&str, String))| {
            let finding = Finding::new(Check::KeyBeside, place.at(format!("file {name}")));
            finding.fact("opens", does).fact("file", file)
        };
        self.proven.iter().map(finding).collect()
    }
}
