//! The only build script: `cargo xtask start`, `test`, `bench` and `vectors`.
//!
//! One file per command, one file per stage of a command. A command that fails says why in a sentence; a command that is
//! interrupted leaves no process and no temporary database behind.

mod apt;
mod bench;
mod browser;
mod counts;
mod failure;
mod first_load;
mod interrupt;
mod network;
mod postgres;
mod process;
mod stamp;
mod start;
mod steps;
mod test;
mod toolchain;
mod vectors;
mod versions;
mod wasm;
mod web;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Builds, starts, tests and measures Souspli.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, arg_required_else_help = true)]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Start(start::Options),
    Test(test::Options),
    Bench(bench::Options),
    Vectors(vectors::Options),
}

fn main() -> ExitCode {
    let xtask = Xtask::parse();
    let outcome = interrupt::watch().and_then(|()| match xtask.command {
        Command::Start(options) => start::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Vectors(options) => vectors::run(&options),
    });
    match outcome {
        Ok(code) => code,
        Err(Failure::Sentence(sentence)) => {
            eprintln!("\n{sentence}");
            ExitCode::FAILURE
        }
        Err(Failure::Interrupted) => {
            eprintln!(
                "\nStopped. Nothing is lost: the steps that had ended are kept, and the same command goes on from there."
            );
            ExitCode::from(130)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Xtask::command().debug_assert();
    }
}
