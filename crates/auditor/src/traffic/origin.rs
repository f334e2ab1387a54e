//! Whom a request goes to.

/// Scheme, name and port of an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// `http` or `https`; of a web socket the one that it runs over.
    pub scheme: String,
    /// The name and, where it is not the scheme's own, the port.
    pub host: String,
}

/// An address in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    pub(crate) origin: Origin,
    pub(crate) path: &'a str,
    /// What stands behind the question mark, where there is one.
    pub(crate) query: Option<&'a str>,
}

impl Origin {
    /// The origin of an address such as `https://host.example/path`.
    pub fn of(url: &str) -> Option<Self> {
        Url::parse(url).map(|url| url.origin)
    }

    /// Whether another one is the same host by the other scheme.
    pub(crate) fn is_unencrypted_form_of(&self, other: &Self) -> bool {
        self.scheme == "http" && other.scheme == "https" && bare(&self.host) == bare(&other.host)
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

impl<'a> Url<'a> {
    /// Reads an address of the web. The fragment never leaves a browser, and is left out.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (scheme, port) = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => ("http", ":80"),
            "https" | "wss" => ("https", ":443"),
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end)?;
        let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        let host = host.strip_suffix(port).unwrap_or(&host).trim_end_matches('.').replace(".:", ":");
        if host.is_empty() {
            return None;
        }
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let path = if path.is_empty() { "/" } else { path };
        Some(Self { origin: Origin { scheme: scheme.to_owned(), host }, path, query })
    }
}

/// Whether an address never leaves the browser.
pub(crate) fn stays_inside(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        scheme.as_str(),
        "data" | "blob" | "about" | "chrome" | "chrome-extension" | "moz-extension" | "devtools" | "resource"
    )
}

/// The origin that a reference leads to, where that is not the page's own: `https://…`, `wss://…` or `//…`.
pub(crate) fn elsewhere(reference: &str, own: &Origin) -> Option<Origin> {
    let reference: String = reference.trim().chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let reference = reference.replace('\\', "/");
    let whole = if reference.starts_with("//") { format!("{}:{reference}", own.scheme) } else { reference };
    Origin::of(&whole).filter(|origin| origin != own && !origin.is_unencrypted_form_of(own))
}

fn bare(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Option<String> {
        Origin::of(url).map(|origin| origin.to_string())
    }

    #[test]
    fn an_origin_has_one_way_to_be_written() {
        for (url, origin) in [
            ("https://Host.Example/a?b#c", "https://host.example"),
            ("https://host.example:443", "https://host.example"),
            ("https://host.example.:8443/", "https://host.example:8443"),
            ("wss://host.example/x", "https://host.example"),
            ("http://user@127.0.0.1:80?x", "http://127.0.0.1"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ] {
            assert_eq!(of(url).as_deref(), Some(origin), "{url}");
        }
        for none in ["", "host.example", "/a", "data:text/plain,x", "https://", "ftp://host.example", "//host.example"]
        {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn path_and_query_are_told_apart_and_the_fragment_stays_at_home() {
        let url = Url::parse("https://h.example/a/b?c=d#secret").expect("an address");
        assert_eq!((url.path, url.query), ("/a/b", Some("c=d")));
        let url = Url::parse("https://h.example#secret?x").expect("an address");
        assert_eq!((url.path, url.query), ("/", None));
        assert!(Url::parse("https://h.example/?").expect("an address").query.is_some(), "an empty one is one");
    }

    #[test]
    fn a_reference_elsewhere_is_told_however_it_is_written() {
        let own = Origin::of("https://h.example").expect("an origin");
        for (text, to) in [
            ("https://e.example/x.js", "https://e.example"),
            ("//e.example/x.js", "https://e.example"),
            ("\\\\e.example/x", "https://e.example"),
            (" ht\ntps://e.example", "https://e.example"),
            ("https://h.example:8443/x", "https://h.example:8443"),
            ("http://e.example", "http://e.example"),
        ] {
            assert_eq!(elsewhere(text, &own).map(|origin| origin.to_string()).as_deref(), Some(to), "{text}");
        }
        for text in ["/x.js", "x.js", "https://h.example/x", "http://h.example/", "#a", "data:,x", "//h.example/x"] {
            assert_eq!(elsewhere(text, &own), None, "{text}");
        }
    }
}
