//! `souspli-audit completions` and `souspli-audit man`: what the command line says of itself, for shells and for `man`.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use super::print::print_text;
use super::stop::{Exit, Stop};
use super::{Cli, Run, Session};
use crate::report::{Language, reason};

/// Print what a shell completes commands and options with
///
/// For bash: souspli-audit completions bash > ~/.local/share/bash-completion/completions/souspli-audit
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// Print the manual page, or write one for each command
///
/// To read it: souspli-audit man | man -l -
#[derive(Debug, Args)]
pub struct Manual {
    /// Folder to write the pages to, such as ~/.local/share/man/man1
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

impl Run for Completions {
    fn run(&self, _: &mut Session) -> Result<Exit, Stop> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "souspli-audit", &mut script);
        print_text(&String::from_utf8_lossy(&script));
        Ok(Exit::Done)
    }
}

impl Run for Manual {
    fn run(&self, _: &mut Session) -> Result<Exit, Stop> {
        match &self.folder {
            None => {
                let mut page = Vec::new();
                Man::new(Cli::command()).render(&mut page).map_err(|error| unwritten(Path::new("-"), &error))?;
                print_text(&String::from_utf8_lossy(&page));
            }
            Some(folder) => {
                clap_mangen::generate_to(Cli::command(), folder).map_err(|error| unwritten(folder, &error))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn unwritten(place: &Path, error: &io::Error) -> Stop {
    let english = format!("It cannot be written to: {}.", reason(error, Language::English));
    let french = format!("L’écriture y a échoué : {}.", reason(error, Language::French));
    Stop::said(Exit::Files, english, french).about(place)
}
