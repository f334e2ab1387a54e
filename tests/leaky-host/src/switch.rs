//! A switch: a leak, and what an audit must say of it.

use souspli_auditor::scan::CanaryPerson;
use souspli_auditor::{Check, Finding, Place};
use souspli_evil_host::Lie;

use crate::copy::{Copy, Postgres, Sqlite};
use crate::har::Har;
use crate::place::lies_at;

/// One leak.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    /// Its name: the family, and what leaks.
    pub name: &'static str,
    /// What the host does, in a sentence.
    pub says: &'static str,
    /// What must be found, each of them.
    pub named: &'static [Named],
    /// Other places at which findings follow from the leak.
    pub also: &'static [&'static [&'static str]],
    /// How many minutes after the host has stopped the audit is made.
    pub later: u32,
    /// Puts it in.
    pub leak: Leak,
}

impl Named {
    /// Whether it is this finding.
    pub fn is(&self, finding: &Finding) -> bool {
        finding.check == self.check && lies_at(&finding.place, self.at)
    }
}

impl Switch {
    /// Whether a finding at a place follows from the leak.
    pub fn explains(&self, place: &Place) -> bool {
        self.named.iter().map(|named| named.at).chain(self.also.iter().copied()).any(|at| lies_at(place, at))
    }

    /// With other places at which findings follow.
    pub(crate) const fn also(self, also: &'static [&'static [&'static str]]) -> Self {
        Self { also, ..self }
    }

    /// Audited so many minutes later.
    pub(crate) const fn later(self, later: u32) -> Self {
        Self { later, ..self }
    }
}

/// A finding that must be there.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// The check that names it.
    pub check: Check,
    /// Steps of its place, in order; others may lie between them. One that ends in `*` is the beginning of a step.
    pub at: &'static [&'static str],
}

/// How a leak is put in, and so what is audited.
#[derive(Debug, Clone, Copy)]
pub enum Leak {
    /// Into a SQLite file; its database is audited.
    Sqlite(fn(&Sqlite)),
    /// Into a PostgreSQL database, which is audited.
    Postgres(fn(&Postgres)),
    /// Into a PostgreSQL database, and from there into a file; its database and folder are audited.
    Dump(fn(&Postgres)),
    /// Into the files of a host, whose folder and logs are audited.
    Files(fn(&Copy)),
    /// Into the files and the database, which are audited together.
    Both(fn(&Copy)),
    /// Into the database or the public log, which are audited together.
    Log(fn(&Copy)),
    /// The same, for an auditor who has read the log before.
    LogAgain(fn(&Copy)),
    /// Into recorded traffic.
    Traffic(fn(&mut Har, &[CanaryPerson])),
    /// Into what a running host answers.
    Live(fn() -> Lie),
}
