//! Runs other programs: each in its own process group, none with our standard input.

use std::env;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::failure::{Failure, OrSay, Outcome};
use crate::{interrupt, network};

/// What a program printed, and whether it succeeded.
pub(crate) struct Printed {
    /// Whether it ended with status 0.
    pub(crate) success: bool,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard error; empty where that went to the terminal.
    pub(crate) stderr: String,
}

/// `cargo` as it was called for this build script, in `root`.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // `cargo run` describes this package to us in these; build scripts that watch them would run again.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// The first file called `name` in PATH.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Starts `command` in its own process group.
pub(crate) fn spawn(command: &mut Command) -> Outcome<Child> {
    interrupt::check()?;
    command.stdin(Stdio::null()).process_group(0).spawn().or_say(format!("Cannot run `{}`", shown(command)))
}

/// Runs `command`, its output going to the terminal; an error if it fails.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let mut child = spawn(command)?;
    let status = wait(&mut child)?;
    if status.success() { Ok(()) } else { Err(failed(command, status)) }
}

/// Runs `command`, printing its standard output line by line and keeping it.
pub(crate) fn tee(command: &mut Command) -> Outcome<Printed> {
    read_stdout(command, |line| println!("{line}"))
}

/// Runs `command`, keeping its standard output; its standard error goes to the terminal.
pub(crate) fn keep_stdout(command: &mut Command) -> Outcome<Printed> {
    read_stdout(command, |_| ())
}

fn read_stdout(command: &mut Command, each: impl Fn(&str)) -> Outcome<Printed> {
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let passed = interrupt::Passed::to(&child);
    let mut stdout = String::new();
    if let Some(pipe) = child.stdout.take() {
        for line in BufReader::new(pipe).split(b'\n') {
            let line = line.or_say("Cannot read a program's output")?;
            let line = String::from_utf8_lossy(&line);
            each(&line);
            stdout.push_str(&line);
            stdout.push('\n');
        }
    }
    drop(passed);
    let status = wait(&mut child)?;
    Ok(Printed { success: status.success(), stdout, stderr: String::new() })
}

/// Runs `command` and keeps what it prints.
pub(crate) fn capture(command: &mut Command) -> Outcome<Printed> {
    let child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let passed = interrupt::Passed::to(&child);
    let output = child.wait_with_output().or_say(format!("Cannot wait for `{}`", shown(command)))?;
    drop(passed);
    interrupt::check()?;
    Ok(Printed {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Runs `command` and gives its standard output; an error with all that it printed if it fails.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let printed = capture(command)?;
    if printed.success {
        return Ok(printed.stdout);
    }
    Err(Failure::Sentence(format!("{}{}`{}` failed.", printed.stdout, printed.stderr, shown(command))))
}

/// Runs `command`, which downloads `what`, and shows its output only if it fails.
pub(crate) fn download(command: &mut Command, what: &str) -> Outcome {
    let printed = capture(command)?;
    if printed.success {
        return Ok(());
    }
    eprint!("{}{}", printed.stdout, printed.stderr);
    if network::is_missing(&printed.stderr) || network::is_missing(&printed.stdout) {
        return Err(Failure::Sentence(format!(
            "The network cannot be reached, and {what} must be downloaded. Check the connection and run the same \
             command again: what has been downloaded is kept."
        )));
    }
    Err(Failure::Sentence(format!("`{}` failed; its output is above.", shown(command))))
}

/// Waits for `child`, passing signals on to it; an error if we were asked to end meanwhile.
fn wait(child: &mut Child) -> Outcome<ExitStatus> {
    let passed = interrupt::Passed::to(child);
    let status = child.wait().or_say("Cannot wait for a program")?;
    drop(passed);
    interrupt::check()?;
    Ok(status)
}

fn failed(command: &Command, status: ExitStatus) -> Failure {
    Failure::Sentence(format!("`{}` failed ({status}); its output is above.", shown(command)))
}

/// The command line as a person would type it; environment left out.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_prints_is_kept_and_its_failure_is_told() {
        let printed = capture(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert_eq!((printed.success, printed.stdout.as_str(), printed.stderr.as_str()), (false, "out\n", "err\n"));
        assert!(run(Command::new("sh").args(["-c", "exit 3"])).is_err());
        assert!(run(&mut Command::new("true")).is_ok());
    }

    #[test]
    fn a_program_leads_its_own_process_group() {
        assert!(run(Command::new("sh").args(["-c", "kill -s 0 -- -$$"])).is_ok(), "its number is that of a group");
    }

    #[test]
    fn a_missing_program_is_named() {
        let Err(Failure::Sentence(sentence)) = run(Command::new("/nowhere/no-such-program").arg("--flag")) else {
            panic!("it ran")
        };
        assert!(sentence.contains("no-such-program --flag"), "{sentence}");
    }
}
