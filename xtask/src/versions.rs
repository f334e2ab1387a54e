//! Checks the versions of what must be installed beforehand, and says what to do.

use std::fmt;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::{interrupt, process};

/// `major.minor.patch`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Version(u32, u32, u32);

impl Version {
    /// The first `1.2` or `1.2.3` in `text`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
            let mut numbers = word.split('.').map(|number| number.parse().ok());
            let (major, minor) = (numbers.next()??, numbers.next()??);
            Some(Self(major, minor, numbers.next().flatten().unwrap_or(0)))
        })
    }

    /// The first number, such as 15 for PostgreSQL.
    pub(crate) fn major(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// A program that must be installed beforehand.
struct Needed {
    name: &'static str,
    program: &'static str,
    at_least: Version,
    advice: &'static str,
}

const NEEDED: [Needed; 5] = [
    Needed {
        name: "Rust",
        program: "rustc",
        at_least: Version(1, 94, 0),
        advice: "run `rustup update stable`, or install rustup from https://rustup.rs",
    },
    Needed {
        name: "Node",
        program: "node",
        at_least: Version(20, 19, 0),
        advice: "install a current Node from https://nodejs.org",
    },
    Needed {
        name: "npm",
        program: "npm",
        at_least: Version(0, 0, 0),
        advice: "it comes with Node from https://nodejs.org; on Debian also as `apt-get install npm`",
    },
    Needed {
        name: "A C compiler",
        program: "cc",
        at_least: Version(0, 0, 0),
        advice: "on Debian `apt-get install build-essential`, on macOS `xcode-select --install`",
    },
    Needed { name: "git", program: "git", at_least: Version(0, 0, 0), advice: "on Debian `apt-get install git`" },
];

/// Checks everything; gives the versions found, or one sentence for each thing that is missing or too old.
pub(crate) fn check() -> Outcome<String> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for needed in &NEEDED {
        match judge(needed, version_of(needed.program)) {
            Ok(version) => found.push(format!("{} {version}", needed.program)),
            Err(sentence) => wrong.push(sentence),
        }
    }
    interrupt::check()?;
    if wrong.is_empty() { Ok(found.join(", ")) } else { Err(Failure::Sentence(wrong.join("\n"))) }
}

/// What `program --version` says, if it runs.
pub(crate) fn version_of(program: &str) -> Option<Version> {
    let printed = process::capture(Command::new(program).arg("--version")).ok()?;
    printed.success.then(|| Version::find(&printed.stdout))?
}

fn judge(needed: &Needed, found: Option<Version>) -> Result<Version, String> {
    let Needed { name, program, at_least, advice } = needed;
    let least =
        if *at_least > Version(0, 0, 0) { format!(" {}.{} or newer", at_least.0, at_least.1) } else { String::new() };
    match found {
        Some(version) if version >= *at_least => Ok(version),
        Some(version) => Err(format!("{name}{least} is needed and `{program}` is {version}: {advice}.")),
        None => Err(format!("{name}{least} is needed and `{program}` was not found: {advice}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        assert_eq!(Version::find("rustc 1.95.0 (59807616e 2026-04-14)"), Some(Version(1, 95, 0)));
        assert_eq!(Version::find("v20.20.2\n"), Some(Version(20, 20, 2)));
        assert_eq!(Version::find("cc (Debian 12.2.0-14+deb12u1) 12.2.0"), Some(Version(12, 2, 0)));
        assert_eq!(Version::find("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), Some(Version(15, 14, 0)));
        assert_eq!(Version::find("rustc 1.97.0-nightly (abc 2026-07-01)"), Some(Version(1, 97, 0)));
        assert_eq!(Version::find("no number here 7"), None);
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(Version(20, 19, 0) > Version(20, 9, 9));
        assert!(Version(1, 100, 0) > Version(1, 94, 0));
        assert!(Version(22, 0, 0) > Version(20, 19, 0));
    }

    #[test]
    fn what_is_missing_or_too_old_comes_with_advice() {
        let node = &NEEDED[1];
        assert_eq!(judge(node, Some(Version(20, 19, 0))), Ok(Version(20, 19, 0)));
        let old = judge(node, Some(Version(18, 20, 4))).unwrap_err();
        assert_eq!(
            old,
            "Node 20.19 or newer is needed and `node` is 18.20.4: install a current Node from https://nodejs.org."
        );
        let missing = judge(&NEEDED[3], None).unwrap_err();
        assert!(missing.starts_with("A C compiler is needed and `cc` was not found: on Debian `apt-get"), "{missing}");
    }
}
