//! `demo.txt`: all that unlocks the synthetic practice, as lines of name and value.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::unwritable;
use crate::exit::{Exit, Stop};

const HEAD: &str = "\
# A synthetic practice, made by `souspli demo`. Nobody in it exists.
# Whoever has this file can open it: for a real practice such a kit is printed, and not kept on the host.
";

/// The kit.
#[derive(Default, Clone)]
pub(crate) struct Kit {
    pub(crate) account_key: Zeroizing<String>,
    pub(crate) passphrase: Zeroizing<String>,
    pub(super) recovery_code: Zeroizing<String>,
    /// Fragment of the booking link; empty before the first publishing.
    pub(super) link: String,
    /// Account key, passphrase and recovery code of the desk member; empty before there is one.
    pub(super) desk: [Zeroizing<String>; 3],
    /// Whether the bookings are made.
    pub(super) complete: bool,
    /// Whether the host has the practice.
    pub(super) known: bool,
}

impl Kit {
    /// The kit in a file, if there is one.
    pub(super) fn find(file: &Path) -> Result<Option<Self>, Stop> {
        match fs::read_to_string(file) {
            Ok(text) => Self::read(&text).map(Some).ok_or_else(|| strange(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unwritable(file, &error)),
        }
    }

    /// A kit of its text; `None` without account key and passphrase.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let value = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            found.map(str::trim).unwrap_or_default().to_owned()
        };
        let secret = |name: &str| Zeroizing::new(value(name));
        let kit = Self {
            account_key: secret("account-key"),
            passphrase: secret("passphrase"),
            recovery_code: secret("recovery-code"),
            link: value("booking-link"),
            desk: [secret("desk-account-key"), secret("desk-passphrase"), secret("desk-recovery-code")],
            complete: value("filled-in") == "yes",
            known: value("registered") == "yes",
        };
        (!kit.account_key.is_empty() && !kit.passphrase.is_empty()).then_some(kit)
    }

    /// Whether the host had taken the practice when the kit was written.
    pub(super) fn registered(&self) -> bool {
        self.known
    }

    /// Writes it for this user alone; a crash leaves the old file or the new one.
    pub(super) fn write(&self, file: &Path) -> Result<(), Stop> {
        let beside = file.with_extension("txt.new");
        let written = || -> io::Result<()> {
            let mut new = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
            new.write_all(self.text().as_bytes())?;
            new.sync_all()?;
            fs::rename(&beside, file)
        };
        written().map_err(|error| unwritable(file, &error))
    }

    fn text(&self) -> Zeroizing<String> {
        let answer = |yes: bool| if yes { "yes" } else { "no" };
        let [desk_account_key, desk_passphrase, desk_recovery_code] = &self.desk;
        let lines = [
            ("booking-link", self.link.as_str()),
            ("account-key", &self.account_key),
            ("passphrase", &self.passphrase),
            ("recovery-code", &self.recovery_code),
            ("desk-account-key", desk_account_key),
            ("desk-passphrase", desk_passphrase),
            ("desk-recovery-code", desk_recovery_code),
            ("registered", answer(self.known)),
            ("filled-in", answer(self.complete)),
        ];
        let mut text = Zeroizing::new(HEAD.to_owned());
        for (name, value) in lines {
            text.push_str(&[name, ": ", value, "\n"].concat());
        }
        text
    }
}

fn strange(file: &Path) -> Stop {
    let file = file.display();
    Stop::said(
        Exit::NotDone,
        format!("{file} is there and is not a kit. Move it away."),
        format!("{file} existe et n’est pas un trousseau. Déplacez-le."),
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_kit_is_read_as_it_was_written_and_is_its_users_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("demo.txt");
        assert!(Kit::find(&file).expect("nothing").is_none());
        let secret = |text: &str| Zeroizing::new(text.to_owned());
        let kit = Kit {
            account_key: secret("AAAA-BBBB"),
            passphrase: secret("with: a colon"),
            link: "1.a".to_owned(),
            known: true,
            ..Kit::default()
        };
        kit.write(&file).expect("written");
        let read = Kit::find(&file).expect("read").expect("a kit");
        assert_eq!((read.account_key.as_str(), read.passphrase.as_str()), ("AAAA-BBBB", "with: a colon"));
        assert!(read.registered() && !read.complete && read.desk[0].is_empty() && read.link == "1.a");
        assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn another_file_is_no_kit() {
        assert!(Kit::read("account-key: only\n").is_none());
        assert!(Kit::read("").is_none());
    }
}
