//! The contract's values as JSON texts, for the patient's page; serde writes the same ones for the practice's.

use souspli_protocol::json::{ToJson, Writer};
use souspli_protocol::{from_json, to_json};

use super::views::{
    AnswerView, AppointmentView, BookingView, ConsentsView, FileView, FormView, FreeDayView, FreeDaysView,
    FreeTimeView, LimitsView, PracticeView, PractitionerView, ReceiptView, VisitTypeView,
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
    receipts,
    voucher,
    told,
});
to_json!(ReceiptView { what, minute, receipt });
from_json!(ConsentsView { email, sms });
from_json!(AnswerView { question, text });
from_json!(FormView { name, email, phone, language, reason, answers, consents });

impl ToJson for FileView {
    fn write(&self, writer: &mut Writer) {
        let Self { name, media_type, text } = self;
        writer.object(&[("name", name), ("type", media_type), ("text", text)]);
    }
}

/// Serde writes these values where they stand inside the practice's; both must say the same.
#[cfg(all(test, feature = "practice"))]
mod tests {
    use souspli_booking::catalogue::{Catalogue, Colour, Confirm, Practitioner, Question, QuestionKind, VisitType};
    use souspli_protocol::wire::Blob;
    use souspli_protocol::{ItemId, RecordId, json};

    use super::*;

    fn same(value: &(impl ToJson + serde::Serialize)) {
        assert_eq!(json::to_string(value), serde_json::to_string(value).expect("json"));
    }

    fn question(kind: QuestionKind) -> Question {
        Question { id: ItemId([3; 8]), text: "Since\twhen?".into(), kind, options: vec!["é".into()], required: true }
    }

    fn catalogue(confirm: Confirm) -> Catalogue {
        let colour = Colour::new(0x00_0a_ff).expect("colour");
        let text = || "\"Cabinet\"\n\\".to_owned();
        let practitioner = Practitioner {
            id: ItemId([1; 8]),
            name: text(),
            title: text(),
            specialty: text(),
            languages: vec![text()],
            colour,
            clinical: 1,
        };
        let visit_type = VisitType {
            id: ItemId([2; 8]),
            name: text(),
            duration: 30,
            buffer: 5,
            step: None,
            instructions: text(),
            colour,
            practitioners: vec![ItemId([1; 8])],
            rooms: Vec::new(),
            questions: [QuestionKind::Free, QuestionKind::YesNo, QuestionKind::Choice].map(question).into(),
            public: true,
        };
        Catalogue {
            name: text(),
            address: vec![text(), text()],
            phone: text(),
            website: text(),
            languages: Vec::new(),
            zone: text(),
            vtimezone: text(),
            introduction: text(),
            response_time: 60,
            confirm,
            minimum_notice: 0,
            cancel_deadline: 0,
            horizon_days: 7,
            practitioners: vec![practitioner],
            rooms: Vec::new(),
            visit_types: vec![visit_type],
        }
    }

    fn form() -> FormView {
        FormView {
            name: "Zoé".into(),
            email: String::new(),
            phone: "\u{1}".into(),
            language: "fr".into(),
            reason: "a\nb".into(),
            answers: vec![AnswerView { question: ItemId([4; 8]), text: "yes".into() }],
            consents: ConsentsView { email: true, sms: false },
        }
    }

    #[test]
    fn a_practice_and_its_times() {
        same(&PracticeView::from(&catalogue(Confirm::Manual)));
        same(&PracticeView::from(&catalogue(Confirm::Automatic)));
        same(&LimitsView::VERSION_1);
        let time = FreeTimeView {
            start: 7,
            date: "2026-12-01".into(),
            time: "09:30".into(),
            minute: 35,
            practitioners: vec![ItemId([1; 8])],
        };
        let full = FreeDayView { date: "2026-12-02".into(), times: Vec::new() };
        let day = FreeDayView { date: "2026-12-01".into(), times: vec![time.clone(), time] };
        same(&FreeDaysView { zone: "Europe/Paris".into(), today: "2026-12-01".into(), days: vec![day, full] });
    }

    #[test]
    fn a_booking_and_its_form() {
        let appointment = AppointmentView {
            start: 1,
            minute: 2,
            date: "2026-12-01".into(),
            time: "09:30".into(),
            end_time: "10:00".into(),
            duration: 30,
            visit_type: ItemId([5; 8]),
            visit_type_name: "First".into(),
            practitioner: ItemId([6; 8]),
            practitioner_name: "Dr".into(),
            room_name: String::new(),
        };
        let file = |name: &str| FileView { name: name.into(), media_type: "text/x".into(), text: "a\r\nb".into() };
        let mut booking = BookingView {
            record: RecordId([7; 16]),
            state: "no-show",
            appointment,
            answer_by: 9,
            form: form(),
            text: String::new(),
            moves: 1,
            may_move: true,
            may_cancel: false,
            manage_link: None,
            calendar_file: file("a.ics"),
            receipts: vec![ReceiptView { what: "booking", minute: 7, receipt: Blob(vec![1, 2]) }],
            voucher: Blob(vec![3]),
            told: 8,
        };
        same(&booking);
        booking.manage_link = Some("1r.x".into());
        same(&booking);
    }

    #[test]
    fn a_form_is_read_as_strictly() {
        let text = json::to_string(&form());
        assert_eq!(json::from_str(&text), Some(form()));
        for (from, to) in [
            ("\"reason\"", "\"reasons\""),
            ("true", "1"),
            ("{\"name\"", "{\"more\":0,\"name\""),
            ("\"email\":true,", ""),
            ("\"text\":\"yes\"", "\"text\":null"),
        ] {
            let bad = text.replacen(from, to, 1);
            assert_ne!(bad, text);
            assert_eq!(json::from_str::<FormView>(&bad), None, "{bad}");
            assert!(serde_json::from_str::<FormView>(&bad).is_err(), "{bad}");
        }
    }
}
