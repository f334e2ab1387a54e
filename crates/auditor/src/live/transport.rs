//! The way to the host: TLS of today, nothing older, and no page without it.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use super::caller::{Asked, Caller};
use crate::audit::Gap;
use crate::http::{Address, Client};
use crate::traffic::{Judge, Origin};
use crate::{Check, Finding};

/// For each step of a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// Versions that nobody may speak any more, as a record and a hello name them.
const OLD: &[(&str, [u8; 2])] = &[("SSL 3.0", [3, 0]), ("TLS 1.0", [3, 1]), ("TLS 1.1", [3, 2])];

/// Looks at the way to a host that is reached through TLS; of one on this machine there is none.
pub(super) async fn examine(caller: &Caller, client: &Client, judge: &mut Judge<'_>) {
    let address = caller.address.clone();
    if !address.is_encrypted() {
        let place = judge.place().at("transport");
        return judge.unchecked(place, Gap::LeftOut, "the host is on this machine, and is not reached through TLS");
    }
    for (name, version) in OLD {
        let (authority, version) = (with_port(&address, 443), *version);
        let answered = tokio::task::spawn_blocking(move || accepts(&authority, version)).await;
        match answered {
            Ok(Ok(true)) => {
                let finding = Finding::new(Check::WeakTransport, judge.place().at("transport"));
                judge.find(finding.fact("expected", "TLS 1.2 or 1.3").fact("found", *name));
            }
            Ok(Ok(false)) => {}
            Ok(Err(_)) | Err(_) => judge.unchecked(judge.place().at("transport"), Gap::Unreachable, name),
        }
    }
    without(&address, client, judge).await;
}

/// Over plain HTTP there is nobody, or somebody who only sends on to the encrypted address.
async fn without(address: &Address, client: &Client, judge: &mut Judge<'_>) {
    let host = address.authority();
    // Where a port is given, plain HTTP has no port that belongs to it.
    if host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())) {
        return;
    }
    let Ok(request) = http::Request::get(format!("http://{host}/")).body(hyper::body::Bytes::new()) else { return };
    let Ok(answer) = client.ask(request, 1 << 20).await else { return };
    let to = answer.headers.get("location").and_then(|to| to.to_str().ok()).and_then(Origin::of);
    let own = Origin::of(&address.to_string());
    if matches!(answer.status.as_u16(), 301 | 302 | 307 | 308) && to.is_some() && to == own {
        return;
    }
    let finding = Finding::new(Check::WeakTransport, judge.place().at("transport"));
    let found = format!("status {} over plain HTTP", answer.status.as_u16());
    judge.find(finding.fact("expected", "sent on to https").fact("found", found));
}

fn with_port(address: &Address, port: u16) -> String {
    let authority = address.authority();
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    if has_port { authority.to_owned() } else { format!("{authority}:{port}") }
}

/// Whether a server goes on with a handshake in an old version: it answers such a hello with one of its own.
fn accepts(authority: &str, version: [u8; 2]) -> std::io::Result<bool> {
    let none = || std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
    let at = authority.to_socket_addrs()?.next().ok_or_else(none)?;
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let name = authority.rsplit_once(':').map_or(authority, |(name, _)| name);
    stream.write_all(&hello(version, name))?;
    let mut head = [0; 11];
    // Whoever closes the connection, or answers with an alert, does not go on.
    if stream.read_exact(&mut head).is_err() {
        return Ok(false);
    }
    let [record, _, _, _, _, message, _, _, _, major, minor] = head;
    Ok(record == 22 && message == 2 && [major, minor] == version)
}

/// A ClientHello (RFC 5246 §7.4.1.2) that offers one version and the suites of its time.
fn hello(version: [u8; 2], name: &str) -> Vec<u8> {
    const SUITES: [[u8; 2]; 10] = [
        [0xc0, 0x14],
        [0xc0, 0x13],
        [0xc0, 0x0a],
        [0xc0, 0x09],
        [0, 0x39],
        [0, 0x33],
        [0, 0x35],
        [0, 0x2f],
        [0, 0x0a],
        [0, 0x05],
    ];
    let long = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes()[..], bytes].concat();
    let server_name = [&[0][..], &long(name.as_bytes())].concat();
    let extensions = [
        [&[0, 0][..], &long(&long(&server_name))].concat(),
        // The curves P-256 and P-384, uncompressed.
        [&[0, 10][..], &long(&long(&[0, 23, 0, 24]))].concat(),
        [&[0, 11][..], &long(&[1, 0])].concat(),
    ];
    let suites = SUITES.concat();
    let body = [
        &version[..],
        // No secret comes of this hello, so its random bytes need not be random.
        &[0x5a; 32],
        &[0],
        &long(&suites),
        &[1, 0],
        &long(&extensions.concat()),
    ]
    .concat();
    let length = u32::try_from(body.len()).unwrap_or_default().to_be_bytes();
    let message = [&[1][..], length.get(1..).unwrap_or_default(), &body].concat();
    [&[22][..], &version, &long(&message)].concat()
}

/// Whether the host's clock is that of the auditor: the nonces that it gives say its minute.
pub(super) async fn clock(caller: &mut Caller, now: u32, judge: &mut Judge<'_>) {
    /// Minutes by which two clocks may differ.
    const MAY_DIFFER: u32 = 5;
    let Ok(exchange) = caller.ask(Asked::post("/v1/nonces", "{}")).await else { return };
    judge.exchange(&exchange);
    let nonce = exchange.answer.iter().flat_map(|answer| &answer.headers).find(|header| header.name == "souspli-nonce");
    let nonce = nonce.and_then(|header| souspli_protocol::from_base64url(&header.value).ok());
    let Some(minute) = nonce.as_deref().and_then(<[u8]>::first_chunk::<4>) else { return };
    let minute = u32::from_be_bytes(*minute);
    if minute.abs_diff(now) > MAY_DIFFER {
        let finding = Finding::new(Check::WrongClock, judge.place().at("header souspli-nonce"));
        judge.find(finding.fact("found", format!("{} minutes off", minute.abs_diff(now))));
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that answers each connection with these bytes; what it was sent comes back.
    fn server(answer: &'static [u8]) -> (String, thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("an address");
        let at = listener.local_addr().expect("an address").to_string();
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut head = [0; 5];
            stream.read_exact(&mut head).expect("a record");
            let mut message = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
            stream.read_exact(&mut message).expect("a message");
            stream.write_all(answer).expect("answered");
            message
        });
        (at, served)
    }

    #[test]
    fn an_old_version_that_is_spoken_is_seen_and_one_that_is_refused_is_not() {
        let (at, served) = server(&[22, 3, 1, 0, 50, 2, 0, 0, 46, 3, 1, 0, 0, 0]);
        assert!(accepts(&at, [3, 1]).expect("asked"));
        let message = served.join().expect("served");
        assert_eq!(&message[..6], &[1, 0, 0, u8::try_from(message.len() - 4).expect("short"), 3, 1]);
        let (at, _served) = server(&[21, 3, 1, 0, 2, 2, 70]);
        assert!(!accepts(&at, [3, 1]).expect("asked"), "an alert");
        let (at, _served) = server(&[22, 3, 3, 0, 50, 2, 0, 0, 46, 3, 3, 0, 0, 0]);
        assert!(!accepts(&at, [3, 2]).expect("asked"), "another version");
    }
}
