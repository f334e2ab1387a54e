//! A first walk: how much there is, which databases lie there, and which small files may hold keys.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::kind;
use super::server::is_server;
use super::suspects::Values;
use super::walk::{What, walk};
use crate::policy::{FileKind, Policy};

/// Bytes of a file that may hold keys, and how many such files are read.
const SMALL: u64 = 64 * 1024;
const FILES: usize = 1_024;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Bytes that are stored.
    pub(super) bytes: u64,
    /// Databases under their declared name.
    pub(super) databases: Vec<PathBuf>,
    /// Folders of PostgreSQL servers, by their path from the folder on; empty for the folder itself.
    pub(super) servers: Vec<String>,
    pub(super) values: Values,
    /// The small files themselves: others may have been hashed with what they hold.
    pub(super) small: Vec<Vec<u8>>,
}

impl Survey {
    pub(super) fn of(root: &Path, policy: &Policy) -> Self {
        let mut survey = Self::default();
        if is_server(root) {
            survey.servers.push(String::new());
        }
        walk(root, &mut |entry| {
            let What::File(found) = &entry.what else { return };
            survey.bytes = survey.bytes.saturating_add(found.len().min(found.blocks().saturating_mul(512)));
            if entry.name.ends_with("PG_VERSION")
                && let Some((folder, _)) = entry.name.rsplit_once('/')
                && entry.path.parent().is_some_and(is_server)
            {
                survey.servers.push(format!("{folder}/"));
            }
            let declared = policy.file(&entry.full).map(|file| file.holds);
            if declared == Some(FileKind::Database) && entry.name.ends_with("souspli.db") {
                survey.databases.push(entry.path.clone());
            }
            let may_hold = matches!(declared, None | Some(FileKind::HostKey | FileKind::Settings));
            if found.len() > 0 && found.len() <= SMALL && may_hold && survey.within_server(&entry.name).is_none() {
                survey.small(&entry.path, &entry.name, declared == Some(FileKind::HostKey));
            }
        });
        survey
    }

    /// The path of a file that lies in the folder of a server, from there on.
    pub(super) fn within_server<'n>(&self, name: &'n str) -> Option<&'n str> {
        self.servers.iter().find_map(|server| name.strip_prefix(server.as_str()))
    }

    /// The host's own keys open nothing; but it may have hashed with them.
    fn small(&mut self, path: &Path, name: &str, is_own: bool) {
        if self.small.len() >= FILES {
            return;
        }
        let mut bytes = Vec::new();
        if File::open(path).and_then(|file| file.take(SMALL).read_to_end(&mut bytes)).is_err() {
            return;
        }
        // What a database or a program holds is no list of keys.
        if kind::of(&bytes) == kind::Kind::Sqlite {
            return;
        }
        if !is_own {
            self.values.add(name, &bytes);
        }
        self.small.push(bytes);
    }
}
