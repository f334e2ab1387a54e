//! The second reader (`tests/second-reader`, in Python, written from the texts alone) and this crate judge each other's
//! files, honest and forged, and must agree on every one.
#![allow(clippy::cast_possible_truncation)]

#[path = "../texts/definition.rs"]
mod definition;
#[path = "../texts/keys.rs"]
mod keys;
#[path = "../texts/shelf.rs"]
mod shelf;

mod by_chance;
mod cases;
mod folder;
mod forged;
mod judge;
mod made;
mod python;
mod vectors;
mod world;
