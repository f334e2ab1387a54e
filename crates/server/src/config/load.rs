//! Where the configuration comes from; what is named later wins: file, environment, command line.

use std::fs;
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::Serialize;

use crate::config::{Config, Secret};
use crate::failure::StartError;

const PREFIX: &str = "SOUSPLI_";
/// Variables with the same prefix that name the file itself, or belong to the tests and the other programs.
const NOT_OURS: [&str; 15] = [
    "config",
    "test_",
    "agent_",
    "audit_bin",
    "server_bin",
    "chromium",
    "advisory_db",
    "bench_",
    "limit_tools",
    "screenshots",
    "vectors",
    // `souspli --help` names these: whoever uses the agent may start a host in the same shell.
    "host",
    "ca_file",
    "state",
    "account_key",
];

/// Where to look, besides the environment.
#[derive(Debug, Clone, Default)]
pub struct Sources<Flags> {
    /// A TOML file, which must be there if it is named.
    pub file: Option<PathBuf>,
    /// What the command line says; absent flags are not serialised.
    pub flags: Flags,
}

/// Puts the table together.
pub fn load<Flags: Serialize>(sources: &Sources<Flags>) -> Result<(Config, Figment), StartError> {
    let mut figment = Figment::new();
    if let Some(file) = &sources.file {
        if !file.is_file() {
            return Err(StartError::Config(format!("{} is not a file", file.display())));
        }
        figment = figment.merge(Toml::file_exact(file));
    }
    let ours = |key: &figment::value::UncasedStr| {
        !NOT_OURS.iter().any(|prefix| key.as_str().to_lowercase().starts_with(prefix))
    };
    let environment = Env::prefixed(PREFIX).filter(ours).split("__");
    let figment = figment.merge(environment).merge(Serialized::defaults(&sources.flags));
    let mut config: Config = figment.extract().map_err(|error| StartError::Config(error.to_string()))?;
    config.database_url = secret(config.database_url, config.database_url_file.as_ref())?;
    check(&config)?;
    Ok((config, figment))
}

fn secret(value: Option<Secret>, file: Option<&PathBuf>) -> Result<Option<Secret>, StartError> {
    match (value, file) {
        (value, None) => Ok(value),
        (Some(_), Some(_)) => {
            Err(StartError::Config("database_url and database_url_file are both set; keep one".to_owned()))
        }
        (None, Some(file)) => {
            let text = fs::read_to_string(file)
                .map_err(|error| StartError::Config(format!("database_url_file {}: {error}", file.display())))?;
            Ok(Some(Secret::new(text.trim_end())))
        }
    }
}

fn check(config: &Config) -> Result<(), StartError> {
    let refuse = |sentence: &str| Err(StartError::Config(sentence.to_owned()));
    let timeouts = config.timeouts;
    if timeouts.header == 0 || timeouts.body == 0 || timeouts.write == 0 {
        return refuse("a timeout of 0 would refuse every request");
    }
    if config.postgres.connections == 0 {
        return refuse("postgres.connections is at least 1");
    }
    if config.limits.connections == 0
        || config.limits.connections_per_address == 0
        || config.limits.streams_per_key == 0
    {
        return refuse("limits of connections and streams are at least 1");
    }
    if config
        .metrics_listen
        .is_some_and(|address| address.port() != 0 && address.port() == config.port && address.ip() == config.listen)
    {
        return refuse("metrics_listen is the address that the host itself listens on; metrics need one of their own");
    }
    let origin = config.log_origin.as_deref().unwrap_or("x");
    if origin.is_empty() || origin.len() > 128 || !origin.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+') {
        return refuse("log_origin has 1 to 128 visible ASCII characters, without spaces and plus signs");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Serialize)]
    struct Flags {
        #[serde(skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
    }

    fn from(toml: &str, port: Option<u16>) -> Result<Config, StartError> {
        let file = tempfile::NamedTempFile::new().expect("file");
        fs::write(file.path(), toml).expect("write");
        load(&Sources { file: Some(file.path().to_owned()), flags: Flags { port } }).map(|(config, _)| config)
    }

    #[test]
    fn the_command_line_wins_over_the_file() {
        let config = from("port = 1\ndata = \"here\"\n[limits]\nlink_burst = 3\n", Some(2)).expect("config");
        assert_eq!(config.port, 2);
        assert_eq!(config.data, PathBuf::from("here"));
        assert_eq!(config.limits.link_burst, 3);
        assert_eq!(config.limits.connections, 8_192, "what is not set keeps its default");
    }

    #[test]
    fn what_is_unknown_or_senseless_is_refused() {
        for bad in [
            "prot = 1",
            "[limits]\nbookings = 3",
            "port = \"no\"",
            "registration = \"sometimes\"",
            "trusted_proxies = [\"10.0.0.0/99\"]",
            "metrics_listen = \"127.0.0.1:8080\"",
            "log_origin = \"two words\"",
            "database_url = \"postgres://a/b\"\ndatabase_url_file = \"/c\"",
            "database_url_file = \"/nowhere/at/all\"",
            "[timeouts]\nbody = 0",
            "not toml",
        ] {
            assert!(matches!(from(bad, None), Err(StartError::Config(_))), "{bad}");
        }
        let nowhere = Sources { file: Some(PathBuf::from("/nowhere/at/all.toml")), flags: Flags::default() };
        assert!(load(&nowhere).is_err());
    }

    #[test]
    fn a_secret_may_lie_in_a_file() {
        let secret = tempfile::NamedTempFile::new().expect("file");
        fs::write(secret.path(), "postgres://user:pass@host/db\n").expect("write");
        let config = from(&format!("database_url_file = {:?}", secret.path()), None).expect("config");
        assert_eq!(config.database_url.expect("url").expose(), "postgres://user:pass@host/db");
    }
}
