//! `/v1/calendars/{calendar}/holds…`: a time is kept for ten minutes while its form is filled in (`claims.md` §4).

mod create;
mod extend;
mod release;

use souspli_protocol::problem::Code;
use souspli_store::HoldError;

use crate::rejection::Rejection;
use crate::routes::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![create::route(), extend::route(), release::route()]
}

impl From<HoldError> for Rejection {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Taken => Code::SlotTaken.into(),
            HoldError::NoHold => Code::NoHold.into(),
            HoldError::Expired => Code::HoldExpired.into(),
            HoldError::Extended => Code::HoldExtended.into(),
            HoldError::NoCalendar => Code::NoCalendar.into(),
            HoldError::Store(error) => error.into(),
        }
    }
}
