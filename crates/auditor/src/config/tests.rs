//! What a configuration may say, and how it is refused.

use super::*;
use Language::{English, French};

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/audits/november"))
}

/// The example as it is when everything is switched on.
fn whole(language: Language) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
        _ => format!("{line}\n"),
    };
    example(language).lines().map(line).collect()
}

#[test]
fn the_example_names_every_setting_and_is_taken() {
    for language in Language::ALL {
        let config = parse(&whole(language)).expect("the whole example");
        assert_eq!(config.host, "https://rdv.example.org");
        assert_eq!(config.databases.len(), 2);
        assert!(config.baseline_key.is_some() && config.live.is_some() && config.log.is_some());
        assert_eq!(whole(language).parse::<Table>().expect("toml").len(), SETTINGS.len());
        assert!(example(language).lines().all(|line| line.chars().count() < 120));
    }
    assert_ne!(example(English), example(French));
    assert!(matches!(parse(&example(English)), Err(ConfigError::Nothing)), "as it is, it names nothing to examine");
}

#[test]
fn paths_are_relative_to_the_file_and_addresses_are_not_paths() {
    let config = parse(
        "host = \"h\"\nkey = \"k\"\nfolders = [\"/abs\", \"rel\"]\ndatabases = [\"a.db\", \"postgres://u@h/db\"]\n",
    )
    .expect("config");
    assert_eq!(config.key, Some(PathBuf::from("/audits/november/k")));
    let located = |name: &str, path: &str| Located { name: name.to_owned(), path: PathBuf::from(path) };
    assert_eq!(config.folders, [located("/abs", "/abs"), located("rel", "/audits/november/rel")]);
    let file = Source::File(located("a.db", "/audits/november/a.db"));
    assert_eq!(file.to_string(), "a.db", "a report calls it as it is written");
    assert_eq!(config.databases, [file, Source::Address("postgres://u@h/db".to_owned())]);
}

#[test]
fn an_unknown_key_is_named_with_what_was_expected() {
    let said = |text: &str, language| parse(text).expect_err("refused").sentence(language);
    let english = said("host = \"h\"\ndatabses = []\n", English);
    assert!(
        english.contains("`databses`") && english.contains("`databases`") && english.contains("folders"),
        "{english}"
    );
    let french = said("host = \"h\"\nhotes = []\n", French);
    assert!(french.contains("`hotes`") && french.contains("canaries"), "{french}");
    for far in ["x", "something_else", "databases.url"] {
        let error = parse(&format!("host = \"h\"\n\"{far}\" = 1\n")).expect_err("refused");
        assert!(matches!(error, ConfigError::Unknown { nearest: None, .. }), "{far}");
    }
}

#[test]
fn a_value_of_another_shape_is_refused_with_what_it_must_be() {
    for (text, name) in [
        ("host = 3", "host"),
        ("host = \"\"", "host"),
        ("host = \"h\"\nfolders = \"one\"", "folders"),
        ("host = \"h\"\nfolders = [1]", "folders"),
        ("host = \"h\"\nfolders = [\" \"]", "folders"),
        ("host = \"h\"\nlanguage = \"de\"", "language"),
        ("host = \"h\"\nlive = [\"a\"]", "live"),
        ("host = \"h\"\n[key]\npath = \"k\"", "key"),
    ] {
        let error = parse(text).expect_err(text);
        assert!(matches!(error, ConfigError::Wrong { name: wrong, .. } if wrong == name), "{text}: {error}");
        for language in Language::ALL {
            assert!(error.sentence(language).starts_with(&format!("`{name}` ")), "{text}");
        }
    }
    assert!(matches!(parse("folders = [\"a\"]"), Err(ConfigError::Missing { name: "host" })));
    assert!(matches!(parse("host = \"h\"\nbaseline_key = \"short\""), Err(ConfigError::NotAKey { .. })));
    assert!(matches!(parse("host = \"h\""), Err(ConfigError::Nothing)));
    assert!(matches!(parse("host = \"h"), Err(ConfigError::NotToml { line: 1, .. })));
    let many = format!("host = \"h\"\nfolders = [{}]", "\"a\",".repeat(MOST + 1));
    assert!(matches!(parse(&many), Err(ConfigError::Wrong { .. })));
}

#[test]
fn a_password_in_an_address_is_refused_and_not_repeated() {
    for secret in [
        "databases = [\"postgres://user:hunter2@host/db\"]",
        "databases = [\"postgres://host/db?user=u&password=hunter2\"]",
        "live = \"https://user:hunter2@host/\"",
    ] {
        let error = parse(&format!("host = \"h\"\n{secret}\n")).expect_err(secret);
        assert!(matches!(error, ConfigError::Wrong { .. }));
        assert!(Language::ALL.iter().all(|language| !error.sentence(*language).contains("hunter2")));
    }
    for plain in ["databases = [\"postgres://user@host:5432/db\"]", "live = \"http://127.0.0.1:8080/\""] {
        assert!(parse(&format!("host = \"h\"\n{plain}\n")).is_ok(), "{plain}");
    }
}

#[test]
fn a_file_is_read_up_to_a_bound() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("audit.toml");
    assert!(matches!(Config::load(&file), Err(ConfigError::Io(_))));
    std::fs::write(&file, "host = \"h\"\nlogs = [\"a.log\"]\n").expect("write");
    assert_eq!(Config::load(&file).expect("config").logs[0].path, folder.path().join("a.log"));
    std::fs::write(&file, "#".repeat(300_000)).expect("write");
    assert!(matches!(Config::load(&file), Err(ConfigError::TooLong)));
    std::fs::write(&file, [0xff, 0xfe]).expect("write");
    assert!(matches!(Config::load(&file), Err(ConfigError::Io(_))));
}
