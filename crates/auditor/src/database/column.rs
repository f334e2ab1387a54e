//! One column while its rows go by.

use souspli_protocol::Gid;

use super::keys::Candidates;
use super::once::{self, Spot};
use super::report::{Report, at_row};
use super::samples::Samples;
use super::scratch::Scratch;
use super::search::{Wholes, report_hit};
use super::shape::{self, Wrong};
use super::times::Times;
use super::undeclared::Undeclared;
use super::value::Value;
use super::{AuditError, ValueSearch};
use crate::policy::{Column, Engine, Holds};
use crate::random::{Cut, Part};
use crate::{Check, Finding, Place};

/// What is known of a column, and what was seen of it.
pub(crate) struct ColumnAudit<'p> {
    pub(crate) place: Place,
    pub(crate) of_type: String,
    pub(crate) declared: Option<&'p Column>,
    /// `table.column`, where other columns refer to it.
    named: Option<String>,
    samples: Samples,
    times: Times,
    undeclared: Undeclared,
    wholes: Wholes,
}

/// What all columns share while rows are read.
pub(crate) struct Shared<'a> {
    pub(crate) scratch: &'a Scratch,
    pub(crate) report: &'a mut Report,
    pub(crate) search: Option<&'a dyn ValueSearch>,
    pub(crate) engine: Engine,
    /// Values that may be secret keys.
    pub(crate) candidates: Candidates,
}

impl<'p> ColumnAudit<'p> {
    pub(crate) fn new(place: Place, of_type: String, declared: Option<&'p Column>, named: Option<String>) -> Self {
        let (samples, times, undeclared, wholes) = Default::default();
        Self { place, of_type, declared, named, samples, times, undeclared, wholes }
    }

    /// Takes a value; what is wrong with it is added to `wrong`.
    pub(crate) fn add(
        &mut self,
        value: &Value,
        spot: Spot,
        shared: &mut Shared<'_>,
        wrong: &mut Vec<(Place, Wrong)>,
    ) -> Result<(), AuditError> {
        self.search(value, spot.row, shared);
        if let Value::Long { length, .. } = value {
            let finding = Finding::new(Check::Unreadable, at_row(&self.place, spot.row));
            shared.report.add("long", finding.fact("bytes", length));
        }
        let Some(declared) = self.declared else {
            self.undeclared.add(value);
            shared.candidates.add(value, spot);
            return Ok(());
        };
        if let Err(found) = shape::check(declared, value, shared.engine) {
            wrong.push((self.place.clone(), found));
            return Ok(());
        }
        self.sample(declared, value, spot.row);
        let Some(bytes) = fingerprinted(value) else { return Ok(()) };
        if declared.once {
            once::value(shared.scratch, &bytes, spot)?;
        }
        if let Some(name) = &self.named {
            once::named(shared.scratch, name, &bytes)?;
        }
        if !declared.same_as.is_empty() {
            once::referred(shared.scratch, &bytes, spot)?;
        }
        Ok(())
    }

    /// The ids, keys and hashes that stand here for the first time; elsewhere they are the same ones.
    fn sample(&mut self, declared: &Column, value: &Value, row: u64) {
        if let (Holds::Minute { .. }, Some(minute)) = (&declared.holds, value.number()) {
            self.times.add(minute);
        }
        let part = match &declared.holds {
            Holds::ClaimIds => Part::uniform("claim id", Gid::SIZE),
            Holds::Id { bytes } if declared.once => Part::uniform("id", *bytes),
            Holds::Hash { bytes } if declared.once => Part::uniform("hash", *bytes),
            Holds::VerificationKey if declared.once => Part::uniform("key", 32),
            _ => return,
        };
        let values = shape::ids(value).unwrap_or_default();
        for value in values.chunks_exact(part.bytes()) {
            self.samples.add(part, value, 0, row);
        }
    }

    /// Takes the sealed parts of an object.
    pub(crate) fn parts(
        &mut self,
        value: &[u8],
        cuts: &[Cut],
        spot: Spot,
        scratch: &Scratch,
    ) -> Result<(), AuditError> {
        for cut in cuts {
            let end = cut.at.saturating_add(cut.part.bytes());
            self.samples.add(cut.part, value.get(cut.at..end).unwrap_or_default(), cut.at, spot.row);
            for (block, range) in &cut.once {
                let Some(bytes) = value.get(range.clone()) else { continue };
                once::block(scratch, *block, bytes, Spot { at: range.start, ..spot })?;
            }
        }
        Ok(())
    }

    fn search(&mut self, value: &Value, row: u64, shared: &mut Shared<'_>) {
        let Some(search) = shared.search else { return };
        for searched in value.searched() {
            for hit in search.find(&searched) {
                let place = at_row(&self.place, row).at(format!("byte {}", hit.at));
                report_hit(&hit, place, shared.report);
            }
            // What is as declared is a number or an id by chance, if it is a short word at all.
            if self.declared.is_none()
                && let Some(hit) = search.whole(&searched)
            {
                self.wholes.add(hit);
            }
        }
    }

    /// Says what is wrong with all values together; `rows` is how many the table has.
    pub(crate) fn report(&self, table: usize, rows: u64, scratch: &Scratch, report: &mut Report) {
        if self.declared.is_none() {
            self.undeclared.report(&self.place, &self.of_type, rows, report);
            self.wholes.report(&self.place, self.undeclared.values(), report);
        }
        self.times.report(&self.place, report);
        self.samples.report(&self.place, table, scratch, report);
    }
}

/// What a value is told apart by; nothing of what is not there.
fn fingerprinted(value: &Value) -> Option<std::borrow::Cow<'_, [u8]>> {
    match value {
        Value::Bytes(bytes) => Some(bytes.into()),
        Value::Integer(number) => Some(number.to_be_bytes().to_vec().into()),
        _ => None,
    }
}
