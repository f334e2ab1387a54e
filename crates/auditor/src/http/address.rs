//! Where something is read from.

use std::net::IpAddr;

use http::Uri;

/// A text that is not an address that may be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Not `https://host[:port][/path]`.
    #[error("{0} is not an address such as https://host.example or http://127.0.0.1:8080")]
    Shape(String),
    /// Plain http to another machine.
    #[error("{0} is another machine: over a network it is reached through https")]
    Insecure(String),
}

/// `https://host[:port][/path]`, or `http://` on this machine; without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Reads an address. Nothing but scheme, host, port and path is taken: no user, no query, no fragment.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress::Shape(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| bad())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(bad()) };
        // `Uri` drops a fragment without a word.
        if uri.query().is_some() || authority.as_str().contains('@') || text.contains('#') {
            return Err(bad());
        }
        match scheme {
            "https" => {}
            "http" if is_this_machine(authority.host()) => {}
            "http" => return Err(BadAddress::Insecure(text.to_owned())),
            _ => return Err(bad()),
        }
        Ok(Self(format!("{scheme}://{authority}{}", uri.path().trim_end_matches('/'))))
    }

    /// The URL of a path below it.
    pub fn below(&self, path: &str) -> String {
        format!("{}/{}", self.0, path.trim_start_matches('/'))
    }

    /// Whether it is reached through TLS.
    pub fn is_encrypted(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Name or number of the machine, and the port where one is given.
    pub fn authority(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    /// The address of a path below it.
    pub fn join(&self, path: &str) -> Self {
        Self(self.below(path))
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for (text, address) in [
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://[::1]:80/log/", "http://[::1]:80/log"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://log.example/a/b", "https://log.example/a/b"),
        ] {
            assert_eq!(Address::parse(text).map(|address| address.to_string()).as_deref(), Ok(address));
        }
        for text in ["http://host.example", "http://192.168.1.2:8080", "http://127.0.0.1.example", "http://10.0.0.1"] {
            assert!(matches!(Address::parse(text), Err(BadAddress::Insecure(_))), "{text}");
        }
        for text in [
            "",
            "host.example",
            "/a/path",
            "ftp://127.0.0.1",
            "https://host.example/?q",
            "https://user@host.example",
            "https://host.example/#f",
            "http://",
            "file:///etc",
        ] {
            assert!(matches!(Address::parse(text), Err(BadAddress::Shape(_))), "{text}");
        }
    }

    #[test]
    fn a_path_lies_below_with_one_slash() {
        let address = Address::parse("https://host.example/log/").expect("an address");
        assert_eq!(address.below("/checkpoint"), "https://host.example/log/checkpoint");
        assert_eq!(address.join("a").below("b"), "https://host.example/log/a/b");
    }
}
