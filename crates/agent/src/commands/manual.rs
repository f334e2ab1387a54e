//! `souspli completions` and `souspli man`: what the command line says of itself, for shells and for `man`.

use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::Souspli;
use crate::exit::{Exit, Stop};
use crate::print::print_text;

pub(super) fn completions(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Souspli::command(), "souspli", &mut script);
    print_text(&String::from_utf8_lossy(&script));
}

/// Prints the page of the whole, or writes that and one for each command.
pub(super) fn pages(folder: Option<&Path>) -> Result<(), Stop> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        Man::new(Souspli::command()).render(&mut page).map_err(|error| unwritten(Path::new("-"), &error))?;
        print_text(&String::from_utf8_lossy(&page));
        return Ok(());
    };
    clap_mangen::generate_to(Souspli::command(), folder).map_err(|error| unwritten(folder, &error))
}

fn unwritten(place: &Path, error: &io::Error) -> Stop {
    let place = place.display();
    Stop::said(
        Exit::NotDone,
        format!("{place} cannot be written to: {error}."),
        format!("{place} n’est pas accessible en écriture : {error}."),
    )
}
