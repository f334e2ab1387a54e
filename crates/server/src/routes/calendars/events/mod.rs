//! `/v1/calendars/{calendar}/events`

mod append;
mod check;

use crate::routes::Route;

pub(crate) use append::append;
pub(crate) use check::{Submitted, claims, signatures};

pub(crate) fn routes() -> Vec<Route> {
    vec![append::route()]
}
