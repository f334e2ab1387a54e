//! `/log/…`: the public log, as tiles (`docs/spec/log.md` §3).

mod checkpoint;
mod tile;

use crate::routes::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![checkpoint::route(), tile::route()]
}
