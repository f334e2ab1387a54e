//! The measuring programs of `cargo xtask bench`, which builds and calls them: each starts a real `souspli-server`,
//! measures, and prints what it measured. Lines that begin with `figure` are those of the closing table.

mod agenda;
mod connection;
mod durable;
mod events;
mod figure;
mod filled;
mod free_times;
mod host;
mod limit;
mod load;
mod practice;
mod proof;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a step gives, or a sentence.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures a built `souspli-server`. Called by `cargo xtask bench`.
#[derive(Parser)]
#[command(name = "souspli-bench", arg_required_else_help = true)]
struct Bench {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Durable(durable::Options),
    FreeTimes(free_times::Options),
    Agenda(agenda::Options),
}

fn main() -> ExitCode {
    let bench = Bench::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Into::into);
    // Ctrl-C ends the measurement by dropping it, and with it what it has started and written.
    let outcome = outcome.and_then(|runtime| {
        runtime.block_on(async {
            tokio::select! {
                outcome = run(bench.command) => outcome,
                _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
            }
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Outcome {
    match command {
        Command::Durable(options) => durable::run(&options).await,
        Command::FreeTimes(options) => free_times::run(&options).await,
        Command::Agenda(options) => agenda::run(&options).await,
    }
}
