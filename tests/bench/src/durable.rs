//! Durable bookings a second through HTTP, beside the limit of the same disk in the same run: limit, ours, limit, ours.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use tokio::process::Command;

use crate::Outcome;
use crate::connection::Connection;
use crate::events::{Prepared, prepare};
use crate::figure::{Aim, figure, median, number, spread, whole};
use crate::host::Host;
use crate::limit::postgres::Cluster;
use crate::limit::{given, sqlite};
use crate::load::{self, Run};
use crate::practice::Practice;
use crate::proof::prove;

/// The host's part of the limit that is aimed at.
const AIM: f64 = 0.5;
/// As many as in the limit.
const PRACTICES: usize = 1_000;
/// How long each form of the limit is measured in a round.
const LIMIT_SECONDS: u64 = 2;

/// Durable bookings a second through HTTP beside the disk's own limit
#[derive(Args)]
pub(crate) struct Options {
    /// The built souspli-server
    #[arg(long)]
    server: PathBuf,
    /// Address of a PostgreSQL superuser; without it only SQLite is measured
    #[arg(long)]
    postgres: Option<String>,
    /// The folder of PostgreSQL's programs
    #[arg(long, default_value = "/usr/bin")]
    postgres_bin: PathBuf,
    /// Rounds of limit and ours
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Bookings in a round
    #[arg(long, default_value_t = 8_000)]
    bookings: usize,
    /// Connections, each from its own address
    #[arg(long, default_value_t = 64)]
    connections: usize,
}

/// What all rounds share.
struct Load {
    practices: Arc<Vec<Practice>>,
    prepared: Arc<Vec<Prepared>>,
    connections: usize,
}

/// The rates of the rounds of one database.
#[derive(Default)]
struct Rates {
    limit: Vec<f64>,
    given: Vec<f64>,
    ours: Vec<f64>,
}

/// Runs the stage.
pub(crate) async fn run(options: &Options) -> Outcome {
    let begin = Instant::now();
    let load = Load::prepare(options).await?;
    println!(
        "{} bookings sealed for {PRACTICES} practices in {:.1} s; {} connections, limits on",
        whole(number(options.bookings)),
        begin.elapsed().as_secs_f64(),
        options.connections,
    );
    let mut rates = Rates::default();
    for round in 1..=options.rounds {
        println!("SQLite, round {round}");
        write_out().await?;
        rates.limit.push(sqlite::measure(Duration::from_secs(LIMIT_SECONDS)).await?);
        rates.given.extend(given::sqlite(LIMIT_SECONDS).await?);
        write_out().await?;
        rates.ours.push(load.measure(options, None).await?);
    }
    rates.print("SQLite");
    let Some(url) = &options.postgres else { return Ok(()) };
    let cluster = Cluster { url: url.clone(), bin: options.postgres_bin.clone() };
    let mut rates = Rates::default();
    for round in 1..=options.rounds {
        println!("PostgreSQL, round {round}");
        rates.limit.push(cluster.limit(LIMIT_SECONDS).await?);
        rates.given.extend(given::postgres(&cluster, LIMIT_SECONDS).await?);
        let database = cluster.database().await?;
        let ours = load.measure(options, Some(&database)).await;
        cluster.remove(&database).await?;
        rates.ours.push(ours?);
    }
    rates.print("PostgreSQL");
    Ok(())
}

impl Load {
    async fn prepare(options: &Options) -> Outcome<Self> {
        let minute = u32::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / 60)?;
        let practices = (0..PRACTICES).map(|_| Practice::new(minute)).collect::<Outcome<Vec<_>>>()?;
        let practices = Arc::new(practices);
        let prepared = Arc::new(prepare(&practices, options.bookings).await?);
        Ok(Self { practices, prepared, connections: options.connections })
    }

    /// One round on a fresh host: bookings a second, every one of them acknowledged with a receipt and held.
    async fn measure(&self, options: &Options, database_url: Option<&str>) -> Outcome<f64> {
        let host = Host::start(&options.server, database_url).await?;
        self.register(host.addr).await?;
        let Run { elapsed, acknowledged, busy, mut waits } =
            load::run(host.addr, &self.prepared, self.connections).await?;
        let rate = number(acknowledged.len()) / elapsed.as_secs_f64();
        waits.sort_unstable();
        let held = prove(host.addr, &self.practices, &self.prepared, acknowledged).await?;
        host.stop().await?;
        let wait = |part: usize| waits.get(waits.len() * part / 100).map_or(0, Duration::as_millis);
        println!(
            "    ours, over HTTP       {rate:>8.0} bookings/s; half within {} ms, 99 of 100 within {} ms; busy {busy}; \
             {} held with receipts",
            wait(50),
            wait(99),
            whole(number(held)),
        );
        Ok(rate)
    }

    async fn register(&self, host: SocketAddr) -> Outcome {
        for (number, practices) in self.practices.chunks(50).enumerate() {
            let mut connection = Connection::open(host, load::address(20_000 + number)).await?;
            for practice in practices {
                practice.register(&mut connection).await?;
            }
        }
        Ok(())
    }
}

impl Rates {
    fn print(&self, database: &str) {
        println!("{database}: limit {} bookings/s, ours {}", spread(&self.limit), spread(&self.ours));
        let ours = median(&self.ours);
        if !self.given.is_empty() {
            let ratio = ours / median(&self.given);
            println!("{database}: limit as given {}, ours {ratio:.2} of it", spread(&self.given));
        }
        let ratio = ours / median(&self.limit);
        let words = format!("{ratio:.2} of the limit ({} of {}/s)", whole(ours), whole(median(&self.limit)));
        figure(&format!("durable bookings, {database}"), ratio, &words, Aim::AtLeast(AIM));
    }
}

/// What earlier rounds left to be written is written before a clock runs.
async fn write_out() -> Outcome {
    Command::new("sync").status().await?;
    Ok(())
}
