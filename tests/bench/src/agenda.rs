//! A practice with a full agenda at a running host, for a browser to open: the browser's program is given as arguments
//! and told in its environment where the practice is.

use std::path::PathBuf;

use clap::Args;
use souspli_journey::practice::PASSPHRASE;
use tokio::process::Command;

use crate::Outcome;
use crate::filled::fill;
use crate::host::Host;

/// Fill a practice's agenda and run a program that opens it
#[derive(Args)]
pub(crate) struct Options {
    /// The built souspli-server
    #[arg(long)]
    server: PathBuf,
    /// Bookings that the practice has
    #[arg(long, default_value_t = 1_000)]
    bookings: usize,
    /// The program that opens the agenda, and its arguments
    #[arg(last = true, required = true)]
    program: Vec<String>,
}

/// Runs the stage.
pub(crate) async fn run(options: &Options) -> Outcome {
    let host = Host::start(&options.server, None).await?;
    let published = fill(host.addr, options.bookings).await?;
    let (program, arguments) = options.program.split_first().ok_or("no program is given")?;
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    command.env("SOUSPLI_BENCH_HOST", format!("http://{}", host.addr));
    command.env("SOUSPLI_BENCH_BOOKINGS", options.bookings.to_string());
    command.env("SOUSPLI_BENCH_ACCOUNT_KEY", &published.account_key).env("SOUSPLI_BENCH_PASSPHRASE", PASSPHRASE);
    let status = command.status().await.map_err(|error| format!("cannot run {program}: {error}"))?;
    host.stop().await?;
    if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}").into()) }
}
