//! `config show`: the table as it will be used, with where each value comes from and secrets masked.

use std::fmt::Write as _;

use figment::Figment;
use serde_json::Value;

use crate::config::Config;

/// TOML, one dotted key a line.
pub fn show(config: &Config, figment: &Figment) -> String {
    let mut lines = Vec::new();
    if let Ok(value) = serde_json::to_value(config) {
        flatten("", &value, &mut lines);
    }
    let mut text = String::new();
    for (key, value) in lines {
        let source = figment.find_metadata(&key).map_or("default", |metadata| metadata.name.as_ref());
        // A JSON scalar, or an array of them, is TOML too; what is not set has no TOML.
        let line = if value.is_null() { format!("# {key} is not set") } else { format!("{key} = {value}") };
        let _ = writeln!(text, "{line:<56} # {source}");
    }
    text
}

fn flatten(prefix: &str, value: &Value, lines: &mut Vec<(String, Value)>) {
    let Value::Object(table) = value else {
        lines.push((prefix.to_owned(), value.clone()));
        return;
    };
    for (key, value) in table {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        flatten(&key, value, lines);
    }
}

#[cfg(test)]
mod tests {
    use figment::providers::{Format as _, Toml};

    use super::*;
    use crate::config::Secret;

    #[test]
    fn shows_every_key_where_it_comes_from_and_no_secret() {
        let figment = Figment::from(Toml::string("port = 9"));
        let config =
            Config { port: 9, database_url: Some(Secret::new("postgres://u:hidden@h/d")), ..Config::default() };
        let text = show(&config, &figment);
        assert!(text.contains("port = 9"), "{text}");
        assert!(text.lines().any(|line| line.starts_with("port = 9") && line.contains("TOML")), "{text}");
        assert!(text.lines().any(|line| line.starts_with("limits.link_burst = 5000") && line.ends_with("# default")));
        assert!(text.contains("postgres://u:***@h/d") && !text.contains("hidden"), "{text}");
        assert!(text.contains("# web is not set"));
    }
}
