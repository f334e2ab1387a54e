//! `/v1/calendars/{calendar}/records/…`

mod read;

use crate::routes::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![read::route()]
}
