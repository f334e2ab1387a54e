//! `audit.toml`: what `souspli-audit all` examines.

mod example;
mod settings;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use souspli_protocol::VerifyingKey;
use toml::{Table, Value};

use crate::report::{Language, reason, visible};
use settings::{SETTINGS, nearest, setting};

pub use example::example;
pub use settings::Shape;

/// Bytes of the longest file that is read.
const LONGEST: u64 = 256 * 1024;
/// Things that one setting may list.
const MOST: usize = 1_000;

/// A file or folder, as the configuration writes it and where it is. A report calls it as it is written, so that two audits
/// call it the same wherever they run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// As it is written.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

impl std::fmt::Display for Located {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// Something that lies in a file or answers at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file or folder.
    File(Located),
    /// An address, without a password.
    Address(String),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(file) => file.fmt(f),
            Self::Address(address) => f.write_str(address),
        }
    }
}

/// What an audit is to examine, for whom, and where its reports go. Paths are ready to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The host, as the report names it.
    pub host: String,
    /// Who runs the audit.
    pub auditor: Option<String>,
    /// The file of the key that signs reports.
    pub key: Option<PathBuf>,
    /// The folder of reports.
    pub reports: Option<PathBuf>,
    /// The language of the report.
    pub language: Option<Language>,
    /// An earlier report.
    pub baseline: Option<PathBuf>,
    /// The key that signed the earlier report.
    pub baseline_key: Option<VerifyingKey>,
    /// The policy.
    pub policy: Option<Located>,
    /// The canaries.
    pub canaries: Option<Located>,
    /// Databases.
    pub databases: Vec<Source>,
    /// Folders with files and backups.
    pub folders: Vec<Located>,
    /// Files of the host's log.
    pub logs: Vec<Located>,
    /// Recorded traffic.
    pub traffic: Vec<Located>,
    /// The running host.
    pub live: Option<Source>,
    /// The manifest of the release that it should serve.
    pub manifest: Option<Located>,
    /// The public log.
    pub log: Option<Source>,
    /// The witnesses' policy.
    pub witnesses: Option<Located>,
    /// Receipts and other evidence.
    pub receipts: Vec<Located>,
}

/// Why a file is not a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is too long.
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    /// It is not TOML.
    #[error("line {line} is not TOML: {why}")]
    NotToml {
        /// Line, from 1.
        line: usize,
        /// What the parser says.
        why: String,
    },
    /// A key that is not a setting.
    #[error("there is no setting `{name}`")]
    Unknown {
        /// The key.
        name: String,
        /// What was meant, perhaps.
        nearest: Option<&'static str>,
    },
    /// A setting with a value of another shape.
    #[error("`{name}` must be something else: {}", shape.expected().0)]
    Wrong {
        /// The setting.
        name: &'static str,
        /// What it must be.
        shape: Shape,
    },
    /// A value that is no public key.
    #[error("`{name}` is not a public key")]
    NotAKey {
        /// The setting.
        name: &'static str,
    },
    /// A setting that must be there.
    #[error("`{name}` is missing")]
    Missing {
        /// The setting.
        name: &'static str,
    },
    /// Nothing is named that could be examined.
    #[error("nothing is named that could be examined")]
    Nothing,
}

impl ConfigError {
    /// Why, in a sentence.
    pub fn sentence(&self, language: Language) -> String {
        let (english, french) = match self {
            Self::Io(error) => (
                format!("It cannot be read: {}.", reason(error, language)),
                format!("Sa lecture a échoué : {}.", reason(error, language)),
            ),
            Self::TooLong => ("It is too long for a configuration.".into(), "Il est trop long pour une configuration.".into()),
            Self::NotToml { line, why } => (
                format!("Line {line} is not TOML: {why}."),
                format!("La ligne {line} n’est pas du TOML : {why}."),
            ),
            Self::Unknown { name, nearest: Some(nearest) } => (
                format!("There is no setting `{}`; `{nearest}` is perhaps what was meant. {}", visible(name), known(language)),
                format!("Il n’y a pas de réglage `{}` ; peut-être s’agit-il de `{nearest}`. {}", visible(name), known(language)),
            ),
            Self::Unknown { name, nearest: None } => (
                format!("There is no setting `{}`. {}", visible(name), known(language)),
                format!("Il n’y a pas de réglage `{}`. {}", visible(name), known(language)),
            ),
            Self::Wrong { name, shape } => {
                let (english, french) = shape.expected();
                (format!("`{name}` must be {english}."), format!("`{name}` doit être {french}."))
            }
            Self::NotAKey { name } => (
                format!("`{name}` is not a public key: it has 43 letters, digits, hyphens and underscores, as `souspli-audit key show` prints it."),
                format!("`{name}` n’est pas une clé publique : elle compte 43 lettres, chiffres, tirets et traits bas, telle que `souspli-audit key show` l’affiche."),
            ),
            Self::Missing { name } => {
                (format!("`{name}` is missing and must be set."), format!("`{name}` manque et doit être indiqué."))
            }
            Self::Nothing => (
                "It names nothing to examine: set at least one of databases, folders, logs, traffic, live, log, receipts.".into(),
                "Il ne nomme rien à examiner : indiquez au moins un réglage parmi databases, folders, logs, traffic, live, log, receipts.".into(),
            ),
        };
        language.of(&english, &french).to_owned()
    }
}

fn known(language: Language) -> String {
    let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    format!("{} {}.", language.of("The settings are:", "Les réglages sont :"), names.join(", "))
}

impl Config {
    /// Reads a file. Relative paths in it are relative to the folder that it lies in.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let mut text = String::new();
        let length = File::open(file)?.take(LONGEST.saturating_add(1)).read_to_string(&mut text)?;
        if u64::try_from(length).unwrap_or(u64::MAX) > LONGEST {
            return Err(ConfigError::TooLong);
        }
        Self::parse(&text, file.parent().unwrap_or(Path::new("")))
    }

    /// Reads a text whose relative paths are relative to a folder.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, ConfigError> {
        let table: Table = text.parse().map_err(|error| not_toml(text, &error))?;
        if let Some(name) = table.keys().find(|name| setting(name).is_none()) {
            return Err(ConfigError::Unknown { name: name.clone(), nearest: nearest(name) });
        }
        let mut read = Reader { table: table.into_iter().collect(), folder };
        let config = Self {
            host: read.text("host")?.ok_or(ConfigError::Missing { name: "host" })?,
            auditor: read.text("auditor")?,
            key: read.path("key")?,
            reports: read.path("reports")?,
            language: read.language("language")?,
            baseline: read.path("baseline")?,
            baseline_key: read.public_key("baseline_key")?,
            policy: read.located("policy")?,
            canaries: read.located("canaries")?,
            databases: read.sources("databases")?,
            folders: read.all_located("folders")?,
            logs: read.all_located("logs")?,
            traffic: read.all_located("traffic")?,
            live: read.source("live")?,
            manifest: read.located("manifest")?,
            log: read.source("log")?,
            witnesses: read.located("witnesses")?,
            receipts: read.all_located("receipts")?,
        };
        if config.names_nothing() { Err(ConfigError::Nothing) } else { Ok(config) }
    }

    fn names_nothing(&self) -> bool {
        let lists = [&self.folders, &self.logs, &self.traffic, &self.receipts];
        lists.iter().all(|list| list.is_empty())
            && self.databases.is_empty()
            && self.live.is_none()
            && self.log.is_none()
    }
}

/// Takes values out of a table, and says what is wrong with them.
struct Reader<'a> {
    table: BTreeMap<String, Value>,
    folder: &'a Path,
}

impl Reader<'_> {
    fn text(&mut self, name: &'static str) -> Result<Option<String>, ConfigError> {
        match self.table.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
            Some(_) => Err(wrong(name)),
        }
    }

    fn texts(&mut self, name: &'static str) -> Result<Vec<String>, ConfigError> {
        let Some(value) = self.table.remove(name) else { return Ok(Vec::new()) };
        let Value::Array(values) = value else { return Err(wrong(name)) };
        if values.len() > MOST {
            return Err(wrong(name));
        }
        let text = |value| match value {
            Value::String(text) if !text.trim().is_empty() => Ok(text),
            _ => Err(wrong(name)),
        };
        values.into_iter().map(text).collect()
    }

    fn language(&mut self, name: &'static str) -> Result<Option<Language>, ConfigError> {
        let code = self.text(name)?;
        code.map(|code| Language::of_code(&code).ok_or_else(|| wrong(name))).transpose()
    }

    fn public_key(&mut self, name: &'static str) -> Result<Option<VerifyingKey>, ConfigError> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|_| ConfigError::NotAKey { name })).transpose()
    }

    fn path(&mut self, name: &'static str) -> Result<Option<PathBuf>, ConfigError> {
        Ok(self.located(name)?.map(|located| located.path))
    }

    fn located(&mut self, name: &'static str) -> Result<Option<Located>, ConfigError> {
        Ok(self.text(name)?.map(|text| self.locate(text)))
    }

    fn all_located(&mut self, name: &'static str) -> Result<Vec<Located>, ConfigError> {
        Ok(self.texts(name)?.into_iter().map(|text| self.locate(text)).collect())
    }

    fn locate(&self, name: String) -> Located {
        Located { path: self.folder.join(&name), name }
    }

    fn source(&mut self, name: &'static str) -> Result<Option<Source>, ConfigError> {
        self.text(name)?.map(|text| self.source_of(name, text)).transpose()
    }

    fn sources(&mut self, name: &'static str) -> Result<Vec<Source>, ConfigError> {
        self.texts(name)?.into_iter().map(|text| self.source_of(name, text)).collect()
    }

    /// An address that carries a password is refused: it would stand in the report.
    fn source_of(&self, name: &'static str, text: String) -> Result<Source, ConfigError> {
        let Some((_, rest)) = text.split_once("://") else { return Ok(Source::File(self.locate(text))) };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        let secret = user.contains(':') || rest.to_ascii_lowercase().contains("password=");
        if secret { Err(wrong(name)) } else { Ok(Source::Address(text)) }
    }
}

fn not_toml(text: &str, error: &toml::de::Error) -> ConfigError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    // The parser quotes what it met, which may be anything.
    let why: String = error.message().lines().map(visible).collect::<Vec<_>>().join(", ");
    ConfigError::NotToml { line: before.matches('\n').count().saturating_add(1), why }
}

fn wrong(name: &'static str) -> ConfigError {
    ConfigError::Wrong { name, shape: setting(name).map_or(Shape::Text, |setting| setting.shape) }
}

#[cfg(test)]
mod tests;
