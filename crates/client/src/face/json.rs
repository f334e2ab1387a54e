//! The contract's values as JSON texts, for the patient's page; serde writes the same ones for the practice's.

use souspli_protocol::json::{ToJson, Writer};
use souspli_protocol::{from_json, to_json};

use super::views::{
    AnswerView, AppointmentView, BookingView, ConsentsView, FileView, FormView, FreeDayView, FreeDaysView,
    FreeTimeView, LimitsView, PracticeView, PractitionerView, VisitTypeView,
};

to_json!(PractitionerView { id, name, title, specialty, languages, colour });
to_json!(VisitTypeView { id, name, duration, instructions, colour, practitioners, questions });
to_json!(PracticeView {
    name,
    address,
    phone,
    website,
    introduction,
    languages,
    zone,
    response_time,
    confirms,
    practitioners,
    visit_types,
});
to_json!(FreeTimeView { start, date, time, minute, practitioners });
to_json!(FreeDayView { date, times });
to_json!(FreeDaysView { zone, today, days });
to_json!(ConsentsView { email, sms });
to_json!(AnswerView { question, text });
to_json!(FormView { name, email, phone, language, reason, answers, consents });
to_json!(LimitsView { name, email, phone, reason, answers, text, note });
to_json!(AppointmentView {
    start,
    minute,
    date,
    time,
    end_time,
    duration,
    visit_type,
    visit_type_name,
    practitioner,
    practitioner_name,
    room_name,
});
to_json!(BookingView {
    record,
    state,
    appointment,
    answer_by,
    form,
    text,
    moves,
    may_move,
    may_cancel,
    manage_link,
    calendar_file,
    receipt_file,
});
from_json!(ConsentsView { email, sms });
from_json!(AnswerView { question, text });
from_json!(FormView { name, email, phone, language, reason, answers, consents });

impl ToJson for FileView {
    fn write(&self, writer: &mut Writer) {
        let Self { name, media_type, text } = self;
        writer.object(&[("name", name), ("type", media_type), ("text", text)]);
    }
}
