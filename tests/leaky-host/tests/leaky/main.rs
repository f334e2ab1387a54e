//! The auditor against hosts that leak: each leak is named where it is, and nothing else is; the honest hosts give no alarm.

mod count;
mod honest;
mod judge;
mod running;
mod worlds;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use souspli_leaky_host::switches;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let leaks = switches().into_iter().map(|switch| Trial::test(switch.name, move || judge::judge(&switch)));
    let conclusion = libtest_mimic::run(&arguments, honest::trials().into_iter().chain(leaks).collect());
    if !arguments.list {
        println!("{}", count::line());
    }
    conclusion.exit_code()
}
