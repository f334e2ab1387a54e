//! The command line.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand};
use souspli_protocol::VerifyingKey;

use crate::language::Language;

const AFTER: &str = "\
To unlock:
  The account key comes from --account-key-file or from the variable SOUSPLI_ACCOUNT_KEY, the passphrase from
  --passphrase-file; what is missing is asked for on the terminal, without echo. Neither is ever an argument, since
  every user of a machine can read the arguments of its processes. A file holds the secret in its first line.

Records:
  RECORD is an id as `agenda` prints it, or its beginning, as long as it is the only one that begins so.

Exit codes:
  0   done
  1   it could not be done; the sentence says why
  2   the command line is wrong
  3   the vault does not open: account key, passphrase, or membership
  4   the host was not reached or cannot do it now; the same command may succeed later
  5   what the host sent does not verify: stop, and ask whoever runs it
  6   it is not known whether the host has it; the sealed bytes are kept, and the next command sends the same again
  130 interrupted

Try it:
  souspli demo --data demo
  souspli agenda --kit demo/demo.txt
  souspli watch --kit demo/demo.txt --verbose";

/// Souspli from a shell: a practice's agenda on a machine of its own
///
/// Appointments are opened here and nowhere else: the host keeps sealed bytes that it cannot read. Whatever it sends is
/// verified before it is shown, down from the key that the practice's links name.
#[derive(Debug, Parser)]
#[command(name = "souspli", version, arg_required_else_help = true, after_help = AFTER, max_term_width = 110)]
pub struct Souspli {
    /// Language of what is printed [default: that of LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_parser = crate::language::parser())]
    pub lang: Option<Language>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the appointments of some days
    ///
    /// Fetches what is new first. Where the practice confirms automatically, that includes confirming what is in order.
    Agenda(Agenda),
    /// Print one record: who, contact, visit, reason, answers, notes, what happened
    Show(Show),
    /// Confirm a booking
    ///
    /// Where the practice confirms automatically, what is in order is confirmed by every command that fetches the agenda.
    Confirm(Decide),
    /// Decline a booking; its time becomes free
    Decline(Decide),
    /// Cancel an appointment, confirmed or not; its time becomes free
    Cancel(Decide),
    /// Move an appointment to a free time of the practice
    ///
    /// With the same practitioner, unless --any is given. A time that is not free is told with the free ones of that day.
    Move(Move),
    /// Print who fetched what, and when: the journal of reads
    ///
    /// A line for each key and hour: a member by name, somebody who was one, or a key that no member ever had. It shows what
    /// an honest host has given through its interface; the rows are chained, logged and remembered here, so that they can be
    /// neither changed nor dropped later.
    Journal(Journal),
    /// Write what this device keeps to show that the host has lied
    ///
    /// `souspli watch` follows the host’s public log. Where that contradicts itself, or does not hold what the host has signed
    /// for, it keeps a file that `souspli-audit` judges, without the practice’s keys. A folder without files is good news.
    Evidence(Evidence),
    /// Report what was exposed to a member, a key, through a link or in a span of time, and whom to tell
    ///
    /// Computed here, from the journal of reads and the opened records: exactly which, since which hour, and what that key
    /// could read of each. Writes a sheet of numbers for the authority, the people to tell and all records as CSV, and a letter
    /// for each person in French or English; what the report cannot know is marked in them. A link opens no record: for one,
    /// the bookings that were made through it are listed.
    BreachReport(BreachReport),
    /// Publish the hours anew from the practice's rules, and sign keys ahead
    ///
    /// An owner publishes settings and hours as they stand, another member the hours that are missing or grow old.
    Publish(Publish),
    /// Stay: confirm as bookings come, sign keys ahead, publish hours
    ///
    /// One line for each thing done, with record ids and nothing personal. A host that is away is waited for. Ends with
    /// Ctrl-C or SIGTERM, or when what the host sends does not verify. Where the practice confirms by hand, bookings are
    /// only announced. Only a booking whose claims are not those of its time, or whose time was taken before, is declined;
    /// whatever else is odd waits for a person.
    Watch(Watch),
    /// Fill a host with a synthetic practice, to look around
    ///
    /// An owner, two practitioners, a desk member, rooms, visit types, weekly hours and two weeks of bookings, made
    /// through the booking link as patients make them. Everything is made up. Run again, it finds what is there.
    Demo(Demo),
    /// Print what a shell completes commands and options with
    ///
    /// For bash: souspli completions bash > ~/.local/share/bash-completion/completions/souspli
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command
    ///
    /// To read it: souspli man | man -l -
    Man {
        /// Folder to write the pages to, such as ~/.local/share/man/man1
        #[arg(value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}

/// Which host.
#[derive(Debug, Args)]
pub struct Where {
    /// Address of the host; plain http on this machine only
    #[arg(long, env = "SOUSPLI_HOST", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub host: String,
    /// Certificates (PEM) to trust instead of the web's, for a host with an authority of its own
    #[arg(long, env = "SOUSPLI_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

/// What unlocks.
#[derive(Debug, Args)]
#[command(next_help_heading = "To unlock")]
pub struct Keys {
    /// File with the account key
    #[arg(long, value_name = "FILE")]
    pub account_key_file: Option<PathBuf>,
    /// File with the passphrase
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// File with both, as `souspli demo` writes it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["account_key_file", "passphrase_file"])]
    pub kit: Option<PathBuf>,
    /// Folder for sealed bytes between two commands [default: $XDG_STATE_HOME/souspli or ~/.local/state/souspli]
    #[arg(long, env = "SOUSPLI_STATE", value_name = "FOLDER")]
    pub state: Option<PathBuf>,
}

/// Host and keys: what every command on a practice needs.
#[derive(Debug, Args)]
pub struct Access {
    /// Which host.
    #[command(flatten)]
    pub place: Where,
    /// What unlocks.
    #[command(flatten)]
    pub keys: Keys,
}

/// `agenda`.
#[derive(Debug, Args)]
pub struct Agenda {
    /// First day, such as 2026-11-30 [default: today at the practice]
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last day [default: two weeks from the first]
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
    /// Host and keys.
    #[command(flatten)]
    pub access: Access,
}

/// `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The record
    #[arg(value_name = "RECORD", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    pub record: String,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
    /// Host and keys.
    #[command(flatten)]
    pub access: Access,
}

/// `confirm`, `decline` and `cancel`.
#[derive(Debug, Args)]
pub struct Decide {
    /// The record
    #[arg(value_name = "RECORD", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    pub record: String,
    /// File with a few words for the patient; `-` reads them from standard input
    #[arg(long, value_name = "FILE")]
    pub text_file: Option<PathBuf>,
    /// Host and keys.
    #[command(flatten)]
    pub access: Access,
}

/// `move`.
#[derive(Debug, Args)]
pub struct Move {
    /// The record
    #[arg(value_name = "RECORD", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    pub record: String,
    /// The day, such as 2026-11-30
    #[arg(value_name = "DATE")]
    pub date: String,
    /// The time at the practice, such as 09:30
    #[arg(value_name = "TIME")]
    pub time: String,
    /// With any practitioner who offers the visit
    #[arg(long)]
    pub any: bool,
    /// Host and keys.
    #[command(flatten)]
    pub access: Access,
}

/// `journal`.
#[derive(Debug, Args)]
pub struct Journal {
    /// Since a day at the practice, such as 2026-11-30, or so many hours ago, such as 48h [default: 168h]
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Until a day, included, or so many hours ago [default: now]
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
    /// Host and keys.
    #[command(flatten)]
    pub access: Access,
}

/// `evidence`.
#[derive(Debug, Args)]
pub struct Evidence {
    /// Folder for the files: a new one, or one that is empty
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Host and keys.
    #[command(flatten)]
    pub access: Access,
}

/// `breach-report`.
#[derive(Debug, Args)]
pub struct BreachReport {
    /// What it is about.
    #[command(flatten)]
    pub about: About,
    /// Folder for the files: a new one, or one that is empty
    #[arg(long, value_name = "FOLDER", default_value = "breach-report")]
    pub out: PathBuf,
    /// Print JSON, for programs, and write nothing
    #[arg(long)]
    pub json: bool,
    /// Host and keys.
    #[command(flatten)]
    pub access: Access,
}

/// What a report is about: at least one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct About {
    /// A member, by name or id; names are known to owners. The agent's token is the key of the member that it was made for
    #[arg(long, value_name = "NAME", conflicts_with_all = ["key", "link"], value_parser = NonEmptyStringValueParser::new())]
    pub member: Option<String>,
    /// A key, as `journal` prints it
    #[arg(long, value_name = "KEY", conflicts_with = "link", allow_hyphen_values = true, value_parser = parse_key)]
    pub key: Option<VerifyingKey>,
    /// A booking link, by the name that the practice gave it
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub link: Option<String>,
    /// Since a day at the practice, such as 2026-11-30, or so many hours ago, such as 48h
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Until a day, included, or so many hours ago
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
}

fn parse_key(text: &str) -> Result<VerifyingKey, String> {
    text.parse().map_err(|_| "a key has 43 letters, digits, hyphens and underscores".to_owned())
}

/// `publish`.
#[derive(Debug, Args)]
pub struct Publish {
    /// Host and keys.
    #[command(flatten)]
    pub access: Access,
}

/// `watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// Print names and times too; on a terminal only, so that they end up in no log
    #[arg(long)]
    pub verbose: bool,
    /// Host and keys.
    #[command(flatten)]
    pub access: Access,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Which host.
    #[command(flatten)]
    pub place: Where,
    /// Folder for demo.txt, which holds all that unlocks the practice
    #[arg(long, default_value = "./data", value_name = "FOLDER")]
    pub data: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Command, Souspli};

    #[test]
    fn the_command_line_is_well_formed() {
        Souspli::command().debug_assert();
    }

    #[test]
    fn a_report_is_about_something_and_about_one_key_at_most() {
        let parse = |arguments: &[&str]| Souspli::try_parse_from([&["souspli", "breach-report"], arguments].concat());
        let key = format!("{}A", "-".repeat(42));
        for good in [&["--member", "One"][..], &["--key", &key], &["--since", "48h"], &["--link", "1", "--until", "1h"]]
        {
            assert!(parse(good).is_ok(), "{good:?}");
        }
        for bad in
            [&[][..], &["--member", "One", "--link", "1"], &["--member", "One", "--key", &key], &["--key", "AAAA"]]
        {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_record_may_begin_with_a_hyphen() {
        let parsed = Souspli::try_parse_from(["souspli", "confirm", "-a1B_", "--host", "http://127.0.0.1"]);
        let Ok(Souspli { command: Command::Confirm(decide), .. }) = parsed else { panic!("{parsed:?}") };
        assert_eq!((decide.record.as_str(), decide.access.place.host.as_str()), ("-a1B_", "http://127.0.0.1"));
    }
}
