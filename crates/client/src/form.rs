//! What a patient, or the desk for one, has typed: checked before anything is sealed.

use souspli_booking::catalogue::{Catalogue, Question, QuestionKind};
use souspli_protocol::ItemId;

use crate::body::{fits, limits};
use crate::face::FormView;
use crate::failure::Failure;

/// Checks a form against its limits and the visit type's questions; the failure names the field.
pub fn check_form(form: &FormView, catalogue: &Catalogue, visit_type: ItemId) -> Result<(), Failure> {
    fits("name", &form.name, limits::NAME)?;
    fits("email", &form.email, limits::EMAIL)?;
    fits("phone", &form.phone, limits::PHONE)?;
    fits("reason", &form.reason, limits::REASON)?;
    fits("language", &form.language, limits::LANGUAGE)?;
    if form.name.trim().is_empty() {
        return Err(Failure::new("missing").in_field("name"));
    }
    if form.email.trim().is_empty() && form.phone.trim().is_empty() {
        return Err(Failure::new("missing_contact").in_field("phone"));
    }
    if !form.email.is_empty() && !is_email(&form.email) {
        return Err(Failure::new("bad_email").in_field("email"));
    }
    if !form.phone.is_empty() && form.phone.chars().filter(char::is_ascii_digit).count() < 5 {
        return Err(Failure::new("bad_phone").in_field("phone"));
    }
    if form.consents.email && form.email.is_empty() {
        return Err(Failure::new("missing").in_field("email"));
    }
    if form.consents.sms && form.phone.is_empty() {
        return Err(Failure::new("missing").in_field("phone"));
    }
    check_answers(form, catalogue, visit_type)
}

fn check_answers(form: &FormView, catalogue: &Catalogue, visit_type: ItemId) -> Result<(), Failure> {
    let (_, visit_type) = catalogue.visit_type(visit_type).ok_or_else(|| Failure::new("no_visit_type"))?;
    let total: usize = form.answers.iter().map(|answer| answer.text.len()).sum();
    if total > limits::ANSWERS {
        return Err(Failure::too_long("answers", total, limits::ANSWERS));
    }
    for question in &visit_type.questions {
        let field = format!("answers.{}", question.id);
        let mut given = form.answers.iter().filter(|answer| answer.question == question.id);
        let answer = given.next().map_or("", |answer| answer.text.as_str());
        if given.next().is_some() {
            return Err(Failure::new("bad_answer").in_field(field));
        }
        if question.required && answer.trim().is_empty() {
            return Err(Failure::new("missing").in_field(field));
        }
        if !answer.is_empty() && !is_answer(question, answer) {
            return Err(Failure::new("bad_answer").in_field(field));
        }
    }
    let known = |id: ItemId| visit_type.questions.iter().any(|question| question.id == id);
    if form.answers.iter().all(|answer| known(answer.question)) { Ok(()) } else { Err(Failure::new("bad_answer")) }
}

fn is_answer(question: &Question, answer: &str) -> bool {
    match question.kind {
        QuestionKind::Free => true,
        QuestionKind::YesNo => matches!(answer, "yes" | "no"),
        QuestionKind::Choice => question.options.iter().any(|option| option == answer),
    }
}

/// As much of an address as can be told without sending to it: something, one `@`, a host with a dot.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    let host_is_one = host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains('@');
    !local.is_empty() && host_is_one && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses() {
        for good in ["a@b.fr", "first.last+tag@mail.example.org", "zoé@exemple.fr"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b.fr", "a@b", "a@.fr", "a@b.", "a b@c.fr", "a@b@c.fr"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
