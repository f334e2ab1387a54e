//! What pages and command line show: plain values, as JSON (`web-client/src/sealed/contract.ts`).

mod views;

pub use views::{
    AnswerView, AppointmentView, BookingView, ConsentsView, FileView, FormView, FreeDayView, FreeDaysView,
    FreeTimeView, LimitsView, PracticeView, PractitionerView, VisitTypeView, local_date, local_time,
};
