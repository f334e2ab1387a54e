//! Every switch, family by family.

mod beside;
mod chain;
mod derived;
mod encodings;
mod forms;
mod kept;
mod lines;
mod live;
mod objects;
mod postgres;
mod published;
mod sealed;
mod traffic;

use souspli_auditor::Check;

use crate::{Leak, Named, Switch};

/// All of them; those that are audited in a moment come first.
pub fn switches() -> Vec<Switch> {
    [
        live::SWITCHES,
        traffic::SWITCHES,
        lines::SWITCHES,
        beside::SWITCHES,
        published::SWITCHES,
        chain::SWITCHES,
        kept::SWITCHES,
        forms::SWITCHES,
        derived::SWITCHES,
        sealed::SWITCHES,
        objects::SWITCHES,
        postgres::SWITCHES,
    ]
    .concat()
}

/// A switch that has no consequences elsewhere.
const fn one(name: &'static str, says: &'static str, named: &'static [Named], leak: Leak) -> Switch {
    Switch { name, says, named, also: &[], later: 0, leak }
}

/// A finding at a place.
const fn at(check: Check, at: &'static [&'static str]) -> Named {
    Named { check, at }
}
