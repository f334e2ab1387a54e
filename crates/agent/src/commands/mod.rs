//! The commands, one a file.

mod agenda;
mod breach;
mod dates;
mod decide;
mod evidence;
mod journal;
mod manual;
mod moving;
mod publish;
mod resent;
mod show;
mod watch;
mod words;

use self::decide::Decision;
use crate::cli::{Command, Souspli};
use crate::demo;
use crate::exit::Stop;
use crate::language::Language;
use crate::print::print_line;

/// Does what the command line says.
pub async fn run(souspli: &Souspli, language: Language) -> Result<(), Stop> {
    match &souspli.command {
        Command::Agenda(agenda) => agenda::run(agenda, language).await,
        Command::Show(show) => show::run(show, language).await,
        Command::Confirm(decide) => decide::run(Decision::Confirm, decide, language).await,
        Command::Decline(decide) => decide::run(Decision::Decline, decide, language).await,
        Command::Cancel(decide) => decide::run(Decision::Cancel, decide, language).await,
        Command::Move(wanted) => moving::run(wanted, language).await,
        Command::Evidence(wanted) => evidence::run(wanted, language).await,
        Command::Journal(journal) => journal::run(journal, language).await,
        Command::BreachReport(wanted) => breach::run(wanted, language).await,
        Command::Publish(publish) => publish::run(publish, language).await,
        Command::Watch(watch) => watch::run(watch, language).await,
        Command::Demo(demo) => demo::run(demo, language).await,
        Command::Completions { shell } => {
            manual::completions(*shell);
            Ok(())
        }
        Command::Man { folder } => manual::pages(folder.as_deref()),
    }
}

/// A text inside a JSON value, empty where there is none.
fn text<'a>(value: &'a serde_json::Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// Prints JSON.
fn print_json(value: &serde_json::Value) {
    print_line(&format!("{value:#}"));
}
