//! `/v1/calendars/{calendar}/publications…`

mod batch;
mod publish;
mod read;

use crate::routes::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![publish::route(), read::route()]
}
