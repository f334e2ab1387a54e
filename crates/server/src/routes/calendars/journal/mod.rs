//! The journal of reads.

mod proofs;
mod read;

use crate::routes::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![read::route(), proofs::route()]
}
