//! A host for tests that leaks where it is told to.

use std::io::BufRead as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use souspli_evil_host::Proxy;
use souspli_leaky_host::{Leak, MARK, Switch, switches};
use souspli_server::config::{LogFormat, Secret};
use souspli_server::{Config, Host, ManualClock, start_logging};

/// A host for tests: honest, or leaking where it is told to
///
/// It is a real host whose clock is set by lines on standard input, each a minute; it says `ready`, and `set` after each
/// line. Its end is the end of its input.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    host: Option<HostOptions>,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the switches
    List,
}

#[derive(clap::Args)]
struct HostOptions {
    /// The port to listen on
    port: u16,
    /// The port for the metrics
    metrics: u16,
    /// The minute at which it begins
    minute: u32,
    /// The folder of its keys and, without a database, of its data; the file <DATA>.policy names witnesses
    data: PathBuf,
    /// A PostgreSQL database
    database: Option<String>,
    /// What it leaks: the name of a switch that changes answers
    #[arg(long)]
    leak: Option<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    match (options.command, options.host) {
        (Some(Command::List), _) => list(),
        (None, Some(host)) => serve(host)?,
        (None, None) => return Err(MARK.into()),
    }
    Ok(())
}

fn list() {
    println!("{MARK}");
    for Switch { name, says, .. } in switches() {
        println!("{name:<36} {says}");
    }
}

fn serve(options: HostOptions) -> Result<(), Box<dyn std::error::Error>> {
    let lie = options.leak.as_deref().map(lie_of).transpose()?;
    let policy = options.data.with_extension("policy");
    let config = Config {
        // Behind the proxies that leak, where there are any.
        port: if lie.is_some() { 0 } else { options.port },
        data: options.data,
        metrics_listen: Some((Ipv4Addr::LOCALHOST, if lie.is_some() { 0 } else { options.metrics }).into()),
        database_url: options.database.map(Secret::new),
        witness_policy: policy.is_file().then_some(policy),
        log: LogFormat::Json,
        ..Config::default()
    };
    start_logging(&config)?;
    let clock = Arc::new(ManualClock::at(options.minute));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let host = runtime.block_on(Host::start(config, clock.clone()))?;
    let metrics = host.metrics_addr.expect("it was told where");
    let proxies = lie.map(Arc::new).map(|lie| {
        [(options.port, host.addr), (options.metrics, metrics)].map(|(port, host)| {
            let proxy = runtime.block_on(Proxy::at(port, host));
            proxy.tell(Arc::clone(&lie));
            proxy
        })
    });
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        clock.set(line?.parse()?);
        println!("set");
    }
    drop(proxies);
    runtime.block_on(host.shutdown());
    Ok(())
}

fn lie_of(name: &str) -> Result<souspli_evil_host::Lie, String> {
    let found = switches().into_iter().find(|switch| switch.name == name);
    match found.map(|switch| switch.leak) {
        Some(Leak::Live(lie)) => Ok(lie()),
        Some(_) => Err(format!("{name} changes no answer: it is put into what a host has left")),
        None => Err(format!("there is no switch {name}; `leaky-host list` names them")),
    }
}
