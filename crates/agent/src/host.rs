//! The connection to a host: requests as the client made them, nothing added, nothing kept.

use std::error::Error;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Uri;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use souspli_client::flow::Outcome;
use souspli_client::http::{Request, Response};
use tokio::time::timeout;

use crate::exit::{Exit, Stop};

const CONNECT: Duration = Duration::from_secs(10);
/// From the first byte sent to the last one read.
const WHOLE: Duration = Duration::from_secs(45);
/// A stream says something every 20 seconds.
const SILENCE: Duration = Duration::from_secs(50);
/// Above the largest answer that there is.
const LARGEST: usize = 8 << 20;
/// Above the longest line of a stream.
const LONGEST_LINE: usize = 1 << 10;

/// A host.
#[derive(Debug, Clone)]
pub struct Host {
    origin: String,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    /// Whether the last connection ended with its certificate.
    untrusted: Arc<AtomicBool>,
}

impl Host {
    /// The host at an address such as `https://host.example`; plain `http` on this machine only. `ca` is a file of
    /// certificates (PEM) to trust instead of the web's.
    pub fn at(address: &str, ca: Option<&Path>) -> Result<Self, Stop> {
        let origin = origin_of(address)?;
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let builder = HttpsConnectorBuilder::new();
        let builder = match ca {
            Some(file) => builder.with_tls_config(trusting(file)?),
            None => builder.with_webpki_roots(),
        };
        let connector = builder.https_or_http().enable_all_versions().wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { origin, client, untrusted: Arc::default() })
    }

    /// `https://host.example`, without a slash at its end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether what answers there showed a certificate that is not trusted: then it was not asked anything.
    pub fn is_untrusted(&self) -> bool {
        self.untrusted.load(Ordering::Relaxed)
    }

    /// Sends a request and reads the whole answer. Whatever keeps it from being read to its end is [`Outcome::Offline`]:
    /// nobody knows then what the host did.
    pub async fn send(&self, request: &Request) -> Outcome {
        let answer = timeout(WHOLE, async {
            let answer = self.open(request).await?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, LARGEST).collect().await.ok()?.to_bytes().to_vec();
            let headers = head
                .headers
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
            Some(Response { status: head.status.as_u16(), headers: headers.collect(), body })
        });
        answer.await.ok().flatten().map_or(Outcome::Offline, Outcome::Response)
    }

    /// Opens a stream of lines; `None` when the host is away or does not want to.
    pub async fn stream(&self, request: &Request) -> Option<Lines> {
        let answer = timeout(WHOLE, self.open(request)).await.ok()??;
        answer.status().is_success().then(|| Lines { body: answer.into_body(), read: Vec::new() })
    }

    async fn open(&self, request: &Request) -> Option<http::Response<Incoming>> {
        let mut sent = http::Request::builder().method(request.method).uri(format!("{}{}", self.origin, request.path));
        for (name, value) in &request.headers {
            sent = sent.header(*name, value);
        }
        let body = Full::new(Bytes::from(request.body.clone().unwrap_or_default()));
        let answer = self.client.request(sent.body(body).ok()?).await;
        self.untrusted.store(answer.as_ref().is_err_and(|error| is_of_tls(error)), Ordering::Relaxed);
        answer.ok()
    }
}

/// The lines of a stream.
#[derive(Debug)]
pub struct Lines {
    body: Incoming,
    read: Vec<u8>,
}

impl Lines {
    /// The next line; `None` at the end, or when the stream says nothing for too long.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let rest = self.read.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.read, rest);
                line.pop();
                return Some(line);
            }
            if self.read.len() > LONGEST_LINE {
                return None;
            }
            let frame = timeout(SILENCE, self.body.frame()).await.ok()??.ok()?;
            self.read.extend_from_slice(frame.data_ref()?);
        }
    }
}

/// Whether TLS is what an error came of. An I/O error is passed over by `source`: what it holds is looked at.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || held.is_some_and(|held| is_of_tls(held)) || error.source().is_some_and(is_of_tls)
}

/// An address as `scheme://host[:port]`.
fn origin_of(address: &str) -> Result<String, Stop> {
    let bad = || {
        Stop::said(
            Exit::Usage,
            format!(
                "{address} is not the address of a host. It looks like https://host.example or http://127.0.0.1:8080."
            ),
            format!(
                "{address} n’est pas l’adresse d’un hébergeur. Exemples : https://hebergeur.example ou http://127.0.0.1:8080."
            ),
        )
    };
    let uri: Uri = address.parse().map_err(|_| bad())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(bad()) };
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !authority.as_str().contains('@');
    match scheme {
        "https" if bare => {}
        "http" if bare && is_this_machine(authority.host()) => {}
        "http" if bare => {
            return Err(Stop::said(
                Exit::Usage,
                "Over a network the host is reached through https. Plain http is for this machine alone.",
                "À travers un réseau, l’hébergeur se joint en https. Le simple http ne vaut que pour cette machine.",
            ));
        }
        _ => return Err(bad()),
    }
    Ok(format!("{scheme}://{authority}"))
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn trusting(file: &Path) -> Result<ClientConfig, Stop> {
    let unreadable = || {
        Stop::said(
            Exit::Usage,
            format!("{} holds no certificate that can be read (PEM).", file.display()),
            format!("{} ne contient pas de certificat lisible (PEM).", file.display()),
        )
    };
    let pem = fs::read(file).map_err(|_| unreadable())?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.map_err(|_| unreadable())?).map_err(|_| unreadable())?;
    }
    if roots.is_empty() {
        return Err(unreadable());
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{is_of_tls, origin_of};

    #[test]
    fn a_certificate_is_told_from_a_host_that_is_away() {
        let tls = io::Error::new(io::ErrorKind::InvalidData, rustls::Error::NoCertificatesPresented);
        let wrapped = io::Error::other(Box::<dyn std::error::Error + Send + Sync>::from(tls));
        assert!(is_of_tls(&rustls::Error::DecryptError));
        assert!(is_of_tls(&io::Error::new(io::ErrorKind::InvalidData, rustls::Error::DecryptError)));
        assert!(is_of_tls(&wrapped));
        assert!(!is_of_tls(&io::Error::from(io::ErrorKind::ConnectionRefused)));
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for (address, origin) in [
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://127.9.9.9", "http://127.9.9.9"),
            ("http://[::1]:80", "http://[::1]:80"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://host.example", "https://host.example"),
            ("https://host.example:8443/", "https://host.example:8443"),
        ] {
            assert_eq!(origin_of(address).ok().as_deref(), Some(origin));
        }
        for address in [
            "host.example",
            "http://host.example",
            "http://192.168.1.2:8080",
            "http://127.0.0.1.example",
            "ftp://127.0.0.1",
            "https://host.example/path",
            "https://host.example/?q",
            "https://user@host.example",
            "http://",
            "",
        ] {
            assert!(origin_of(address).is_err(), "{address}");
        }
    }
}
