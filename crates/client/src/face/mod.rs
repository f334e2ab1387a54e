//! What pages and command line show: plain values, as JSON (`web-client/src/sealed/contract.ts`).

mod json;
mod views;

pub use views::{
    AnswerView, AppointmentView, BookingView, ConsentsView, FileView, FormView, FreeDayView, FreeDaysView,
    FreeTimeView, LimitsView, PracticeView, PractitionerView, ReceiptView, VisitTypeView, local_date, local_time,
};

/// A value as JSON, for the practice's side.
#[cfg(feature = "practice")]
pub(crate) fn value(value: &impl serde::Serialize) -> Result<serde_json::Value, crate::failure::Failure> {
    serde_json::to_value(value).map_err(|_| crate::failure::Failure::new("internal"))
}
