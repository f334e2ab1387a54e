//! A value that is never shown.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// An address of a database, which may hold a password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a text into keeping.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to be handed to what connects with it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text with its user's password, or all that could be one, masked.
    fn masked(&self) -> String {
        let Some((scheme, rest)) = self.0.split_once("://") else { return "***".to_owned() };
        let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
        let database = path.split('?').next().unwrap_or_default();
        match authority.rsplit_once('@') {
            Some((user, host)) => {
                let name = user.split(':').next().unwrap_or_default();
                let mask = if user.contains(':') { ":***" } else { "" };
                format!("{scheme}://{name}{mask}@{host}/{database}")
            }
            None => format!("{scheme}://{authority}/{database}"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_the_password() {
        for (text, shown) in [
            ("postgres://user:s3cret@host:5432/souspli?sslmode=require", "postgres://user:***@host:5432/souspli"),
            ("postgres://user@host/souspli", "postgres://user@host/souspli"),
            ("postgres://host/souspli?password=s3cret", "postgres://host/souspli"),
            ("postgres://user:p@ss@host/x", "postgres://user:***@host/x"),
            ("s3cret", "***"),
        ] {
            let secret = Secret::new(text);
            assert_eq!(format!("{secret:?}"), shown);
            assert_eq!(serde_json::to_string(&secret).expect("json"), format!("\"{shown}\""));
            assert_eq!(secret.expose(), text);
        }
    }
}
