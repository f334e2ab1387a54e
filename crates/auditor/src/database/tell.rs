//! What an audit of a database came to, as a report takes it.

use super::{Outcome, Unchecked};
use crate::audit::{self, Audit, Gap};
use crate::{Area, Check, Finding, Place};

/// What a database is looked at for.
pub const CHECKS: &[Check] = &[
    Check::UndeclaredObject,
    Check::MissingObject,
    Check::WrongShape,
    Check::NotRandom,
    Check::ClearRun,
    Check::Repeated,
    Check::TimeTooFine,
    Check::KeyBeside,
    Check::NotInLog,
    Check::NotInDatabase,
    Check::BrokenChain,
    Check::BadReceipt,
];

impl Outcome {
    /// The same, about something that is called otherwise.
    #[must_use]
    pub fn called(mut self, artefact: &str) -> Self {
        let places = self.findings.iter_mut().map(|finding| &mut finding.place);
        let places = places.chain(self.looked.iter_mut().map(|looked| &mut looked.place));
        for place in places.chain(self.unchecked.iter_mut().map(|unchecked| &mut unchecked.place)) {
            artefact.clone_into(&mut place.artefact);
        }
        self
    }

    /// Tells a report all of it. `checks` are what was looked for besides [`CHECKS`].
    pub fn tell(self, checks: &[Check], seconds: u64, audit: &mut Audit) {
        let unread: Vec<Place> = self.unchecked.iter().map(|unchecked| unchecked.place.clone()).collect();
        self.findings.into_iter().for_each(|finding| audit.find(finding));
        for Unchecked { place, gap, why } in self.unchecked {
            audit.unchecked(audit::Unchecked::new(Area::Database, place, gap).fact("why", why));
        }
        for looked in self.looked.into_iter().filter(|looked| !unread.contains(&looked.place)) {
            audit.looked(audit::Looked {
                area: Area::Database,
                place: looked.place,
                checks: CHECKS.iter().chain(checks).copied().collect(),
                rows: looked.rows,
                bytes: looked.bytes,
                seconds,
            });
        }
    }

    /// What else was found in the same database.
    #[must_use]
    pub fn and(mut self, more: Vec<Finding>) -> Self {
        self.findings.extend(more);
        self
    }

    /// Hashes that were made with a key.
    pub fn keyed(self) -> Vec<Finding> {
        let is_keyed =
            |finding: &Finding| finding.facts.iter().any(|fact| fact.name == "form" && is_keyed(&fact.value));
        self.findings.into_iter().filter(is_keyed).collect()
    }
}

/// As [`crate::scan`] names the form of such a hash.
fn is_keyed(form: &str) -> bool {
    form.contains("(key ")
}

impl super::AuditError {
    /// What it means for a report that there is no outcome.
    pub fn gap(&self) -> Gap {
        match self {
            Self::Unreadable(_) => Gap::Unreadable,
            Self::Foreign(_) => Gap::Damaged,
            Self::Scratch(_) => Gap::Stopped,
        }
    }
}
