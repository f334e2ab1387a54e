//! `souspli`: a practice's agenda from a shell.

use std::process::ExitCode;

use clap::Parser;
use souspli_agent::cli::Souspli;
use souspli_agent::{Exit, language_of_surroundings};

fn main() -> ExitCode {
    let souspli = Souspli::parse();
    let language = souspli.lang.unwrap_or_else(language_of_surroundings);
    // Flows stay on one thread.
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return Exit::NotDone.into();
    };
    match runtime.block_on(souspli_agent::run(&souspli, language)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("{}", stop.sentence(language));
            stop.exit().into()
        }
    }
}
