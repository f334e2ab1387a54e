//! Every switch, family by family.

mod beside;
mod chain;
mod derived;
mod encodings;
mod forms;
mod lines;
mod live;
mod objects;
mod postgres;
mod published;
mod sealed;
mod traffic;

use souspli_auditor::Check;

use crate::{Leak, Named, Switch};

/// All of them.
pub fn switches() -> Vec<Switch> {
    [
        forms::SWITCHES,
        derived::SWITCHES,
        sealed::SWITCHES,
        objects::SWITCHES,
        postgres::SWITCHES,
        chain::SWITCHES,
        beside::SWITCHES,
        lines::SWITCHES,
        published::SWITCHES,
        traffic::SWITCHES,
        live::SWITCHES,
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
