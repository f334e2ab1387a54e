//! "Saved" compares what was read back with the form: a client that loses any field on the way is found out
//! (`docs/spec/events.md` §5).

use souspli_booking::appointment::Appointment;
use souspli_client::body::{BodyC, BodyD, Desk, Kind};
use souspli_client::face::{AnswerView, ConsentsView, FormView};
use souspli_client::record::{Said, State, Story};
use souspli_crypto::vectors::Practice;
use souspli_protocol::{Context, Digest, ItemId};

fn form() -> FormView {
    FormView {
        name: "Patient One".to_owned(),
        email: "patient@example.org".to_owned(),
        phone: "+33 6 00 00 00 00".to_owned(),
        language: "fr".to_owned(),
        reason: "A reason".to_owned(),
        answers: vec![AnswerView { question: ItemId([4; 8]), text: "An answer".to_owned() }],
        consents: ConsentsView { email: true, sms: false },
    }
}

/// What a booking of this form says, sealed as bytes and read again.
fn told(context: &Context, form: &FormView) -> Story {
    let appointment = Appointment::blocked(ItemId([1; 8]), 5_984_628, 6).expect("fits");
    let booked = Desk::Booked { appointment, contact: form.contact() };
    let d = BodyD { clinical: Some(0), view_key: Some(Box::new([7; 1_216])), content: booked }.encode(context);
    let answers = form.answers.iter().map(|answer| (answer.question, answer.text.clone())).collect();
    let c = BodyC { text: form.reason.clone(), answers }.encode(context, Kind::Booked);
    let said = Said::read(context, &d, Some(&c)).expect("reads");
    let Desk::Booked { appointment, contact } = said.d.content else { panic!("a booking") };
    let c = said.c.expect("both bodies");
    Story {
        state: State::Reserved,
        appointment,
        contact,
        reason: Some(c.text),
        answers: c.answers,
        view_key: said.d.view_key,
        clinical: said.d.clinical,
        claiming: Digest::ZERO,
        claimed_at: 0,
        moves: 0,
        history: Vec::new(),
    }
}

#[test]
fn every_field_that_is_lost_on_the_way_is_seen() {
    let context = Practice::new(b"compared").context;
    assert_eq!(FormView::of(&told(&context, &form())), form(), "nothing is lost");
    let lost: [fn(&mut FormView); 9] = [
        |form| form.name.clear(),
        |form| form.email.clear(),
        |form| form.phone.clear(),
        |form| form.language.clear(),
        |form| form.reason.clear(),
        |form| form.answers.clear(),
        |form| form.answers[0].text.clear(),
        |form| form.consents.email = false,
        |form| form.consents.sms = true,
    ];
    for (place, lose) in lost.iter().enumerate() {
        let mut kept = form();
        lose(&mut kept);
        assert_ne!(FormView::of(&told(&context, &kept)), form(), "field {place}");
    }
}
