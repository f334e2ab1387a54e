//! The crate against the texts that it implements, against other implementations of them, and under attack.
#![allow(clippy::cast_possible_truncation)]

mod checkpoints;
mod definition;
mod keys;
mod notes;
mod policies;
mod proofs;
mod reference;
mod shelf;
mod tiles;
mod tree;
mod witnesses;
