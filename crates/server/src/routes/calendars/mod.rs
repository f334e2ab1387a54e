//! `/v1/calendars/{calendar}/…`

mod erasures;
mod events;
mod holds;
mod identities;
mod journal;
mod notices;
mod profile;
mod proofs;
mod publications;
mod records;
mod resubmissions;
mod stream;
mod sync;
mod times;

use crate::routes::Route;

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![profile::route(), times::route(), identities::route(), sync::route(), stream::route()];
    routes.extend([proofs::route(), erasures::route(), notices::route(), resubmissions::route()]);
    routes.extend(journal::routes());
    routes.extend(publications::routes());
    routes.extend(holds::routes());
    routes.extend(events::routes());
    routes.extend(records::routes());
    routes
}
