//! A host as `souspli-server` is one, but for its clock: that is set by lines on standard input, each a minute.
//!
//! `clocked-host <port> <metrics port> <minute> <data> [<database url>]`; says `ready`, and `set` after each line.

use std::io::BufRead as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use souspli_server::config::{LogFormat, Secret};
use souspli_server::{Config, Host, ManualClock, start_logging};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("an argument is missing");
    let (port, metrics, minute, data) = (next()?.parse()?, next()?.parse()?, next()?.parse()?, next()?.into());
    let config = Config {
        port,
        data,
        metrics_listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, metrics))),
        database_url: arguments.next().map(Secret::new),
        log: LogFormat::Json,
        ..Config::default()
    };
    start_logging(&config)?;
    let clock = Arc::new(ManualClock::at(minute));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let host = runtime.block_on(Host::start(config, clock.clone())).map_err(|error| error.to_string())?;
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        clock.set(line?.parse()?);
        println!("set");
    }
    runtime.block_on(host.shutdown());
    Ok(())
}
