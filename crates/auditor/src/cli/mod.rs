//! The command line. One file a command.
//!
//! To add one: write its file here, with a struct of its arguments (whose doc comment is what `--help` says: what it does,
//! what it needs) and an implementation of `Run`, and add a line to `commands!` below. A command that examines takes
//! `ReportOptions` in with `#[command(flatten)]`, says `endings!()` at the end of its help, and is one call of `audited`
//! (both in `output.rs`); so that `all` runs it too, it also has a function of [`Config`](crate::config::Config), which
//! takes the place of a `None` in `all.rs`. `docs/auditing.md` §1 lists what is there, and a test compares.

mod all;
mod beside;
mod canaries;
mod config;
mod database;
mod evidence;
mod files;
mod folder;
mod keep;
mod key;
mod live;
mod log;
mod logged;
mod manual;
mod online;
mod output;
mod policy;
mod policed;
mod print;
mod progress;
mod promise;
mod receipt;
mod retention;
mod schema;
mod show;
mod stop;
mod summary;
mod traffic;
mod verify;
mod witness;

use std::io::Write as _;

use clap::{Parser, Subcommand};

use crate::audit::Minute;
use crate::report::Language;

pub use stop::{Exit, Stop};

const AFTER: &str = "\
To begin:
  souspli-audit config example > audit.toml     say what to examine
  souspli-audit key new auditor.key             make the key that signs your reports
  souspli-audit all --config audit.toml         examine, and write the report
  souspli-audit verify reports/REPORT.json      check a report's signature

Exit codes:
  0   nothing was found, or notes only; or what was asked for is done
  1   warnings: something is not as declared
  2   the command line is wrong
  3   a breach: the host holds, sends or hides what it must not
  4   no breach in what was looked at, but something could not be looked at
  5   the configuration cannot be used
  6   a file cannot be read or written
  7   a report, a receipt, an evidence file, a signature or a key does not hold

Reports, results and reasons are in the language of --language; this help is in English.";

/// The auditor of Souspli: shows that a host holds nothing but what it may hold
///
/// Souspli is a booking system for health practices whose host keeps sealed bytes that it cannot read. This program looks
/// for anything that contradicts that, and writes a report: a page for people, JSON for programs, and a signature over
/// both. It says as plainly what it has not looked at, and what no audit can show. It changes nothing at the host.
#[derive(Debug, Parser)]
#[command(name = "souspli-audit", version, arg_required_else_help = true, after_help = AFTER, max_term_width = 110)]
pub struct Cli {
    /// Language of the report and of what is printed [default: that of LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE")]
    pub language: Option<Language>,
    /// Print no results and no progress, only what went wrong
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Does what a command says.
trait Run {
    /// Does it. `Err` is for what ends the command without its result.
    fn run(&self, session: &mut Session) -> Result<Exit, Stop>;
}

macro_rules! commands {
    ($($(#[$meta:meta])* $name:ident($arguments:ty),)*) => {
        /// What to do.
        #[derive(Debug, Subcommand)]
        #[allow(missing_docs)] // each is described where its arguments are
        pub enum Command {
            $($(#[$meta])* $name($arguments),)*
        }

        impl Command {
            fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
                match self { $(Self::$name(command) => command.run(session),)* }
            }
        }
    };
}

commands! {
    All(all::All),
    Database(database::Database),
    Files(folder::Files),
    Retention(retention::Retention),
    Canaries(canaries::CanariesCommand),
    Traffic(traffic::Traffic),
    Live(live::Live),
    Log(log::Log),
    Receipt(receipt::Receipt),
    Evidence(evidence::Evidence),
    Witness(witness::Witness),
    Show(show::Show),
    Verify(verify::Verify),
    Key(key::Key),
    Config(config::Config),
    Policy(policy::PolicyCommand),
    Schema(schema::Schema),
    Completions(manual::Completions),
    #[command(name = "man")]
    Manual(manual::Manual),
}

/// What a command needs from around it.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings {
    /// Seconds since 1970.
    pub seconds: fn() -> u64,
    /// 32 random bytes, or none.
    pub random: fn() -> Option<[u8; 32]>,
    /// The language, where nobody names one.
    pub language: Language,
}

/// What a command works with.
#[derive(Debug)]
struct Session {
    surroundings: Surroundings,
    language: Language,
    named: bool,
    quiet: bool,
    progress: progress::Shown,
}

impl Session {
    fn minute(&self) -> Minute {
        Minute::new(u32::try_from((self.surroundings.seconds)() / 60).unwrap_or(u32::MAX))
    }

    /// Takes another language, unless the command line names one.
    fn prefer(&mut self, language: Option<Language>) {
        if let (false, Some(language)) = (self.named, language) {
            self.language = language;
            self.progress = progress::Shown::new(self.quiet, language);
        }
    }
}

/// Does what a command line says; what goes wrong is said on standard error.
pub fn run(cli: &Cli, surroundings: Surroundings) -> Exit {
    let language = cli.language.unwrap_or(surroundings.language);
    let progress = progress::Shown::new(cli.quiet, language);
    let named = cli.language.is_some();
    let mut session = Session { surroundings, language, named, quiet: cli.quiet, progress };
    match cli.command.run(&mut session) {
        Ok(exit) => exit,
        Err(stop) => {
            session.progress.clear();
            let _ = writeln!(std::io::stderr(), "souspli-audit: {}", stop.sentence(session.language));
            stop.exit()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does() {
        fn look(command: &clap::Command) {
            assert!(command.get_about().is_some_and(|about| about.to_string().len() > 10), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
            command.get_subcommands().for_each(look);
        }
        look(&Cli::command());
    }
}
