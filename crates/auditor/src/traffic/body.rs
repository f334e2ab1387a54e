//! Bodies that are messages: JSON, field by field, in its one form.

use serde_json::Value;
use souspli_protocol::problem::Code;

use super::value::{self, Wrong, kind};
use crate::Check;
use crate::policy::{Field, Holds, Message, Policy};

/// Names and values of a body that are looked at; what is nested deeper is nothing of ours.
const DEEPEST: usize = 8;

/// Something in a body, and the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InBody {
    pub(crate) path: Vec<String>,
    pub(crate) wrong: Wrong,
}

/// Compares a body with its message.
pub(crate) fn compare(policy: &Policy, message: &Message, body: &[u8]) -> Vec<InBody> {
    let mut found = Found { policy, path: Vec::new(), all: Vec::new() };
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        found.wrong(Wrong::shape(format!("JSON of the message {}", message.name), format!("{} bytes", body.len())));
        return found.all;
    };
    found.one_form(&value, body);
    found.message(message, &value);
    if message.name == "Problem" {
        found.problem(&value);
    }
    found.all
}

struct Found<'a> {
    policy: &'a Policy,
    path: Vec<String>,
    all: Vec<InBody>,
}

impl Found<'_> {
    fn wrong(&mut self, wrong: Wrong) {
        self.all.push(InBody { path: self.path.clone(), wrong });
    }

    fn within(&mut self, step: String, look: impl FnOnce(&mut Self)) {
        self.path.push(step);
        look(self);
        self.path.pop();
    }

    /// White space, escapes and names that stand twice carry something, or make lengths differ.
    fn one_form(&mut self, value: &Value, body: &[u8]) {
        let length = serde_json::to_vec(value).map_or(0, |json| json.len());
        if length != body.len() {
            let check = Check::SizeVaries;
            let (expected, found) = (format!("{length} bytes"), format!("{} bytes", body.len()));
            self.wrong(Wrong { check, expected, found });
        }
    }

    fn message(&mut self, message: &Message, value: &Value) {
        let Some(fields) = value.as_object().filter(|_| self.path.len() <= DEEPEST) else {
            return self.wrong(Wrong::shape(format!("the message {}", message.name), kind(value)));
        };
        for (name, value) in fields {
            self.within(format!("field {name}"), |found| match message.field(name) {
                Some(field) => found.field(field, value),
                None => {
                    found
                        .wrong(Wrong { check: Check::UndeclaredTraffic, ..Wrong::shape("no such field", kind(value)) });
                }
            });
        }
        let missing = |field: &&Field| !field.may_be_absent && !fields.contains_key(&field.name);
        for field in message.fields.iter().filter(missing) {
            self.within(format!("field {}", field.name), |found| found.wrong(Wrong::shape("a value", "nothing")));
        }
    }

    fn field(&mut self, field: &Field, value: &Value) {
        if !field.list {
            return self.item(field, value);
        }
        let Some(items) = value.as_array() else {
            return self.wrong(Wrong::shape("a list", kind(value)));
        };
        for (number, item) in (1_u64..).zip(items) {
            self.within(format!("item {number}"), |found| found.item(field, item));
        }
    }

    fn item(&mut self, field: &Field, value: &Value) {
        let of = match &field.holds {
            Holds::Message { of } if !(value.is_null() && field.or_null) => of,
            _ => return value::check(field, value).unwrap_or_else(|wrong| self.wrong(wrong)),
        };
        if let Some(message) = self.policy.message(of) {
            self.message(message, value);
        }
    }

    /// A problem says one sentence for each code, and nothing of its own.
    fn problem(&mut self, value: &Value) {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let Some(code) = Code::ALL.iter().find(|code| text("code") == Some(code.as_str())) else { return };
        let said = [("type", format!("urn:souspli:problem:{code}")), ("title", code.title().to_owned())];
        for (name, expected) in said {
            if text(name) != Some(&expected) {
                self.within(format!("field {name}"), |found| found.wrong(Wrong::shape(expected, "another text")));
            }
        }
        if value.get("status").and_then(Value::as_u64) != Some(u64::from(code.status())) {
            let expected = code.status().to_string();
            self.within("field status".to_owned(), |found| found.wrong(Wrong::shape(expected, "another status")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(message: &str, body: &str) -> Vec<(String, Check)> {
        let policy = Policy::embedded().expect("policy");
        let message = policy.message(message).expect("a message").clone();
        let all = compare(&policy, &message, body.as_bytes());
        all.into_iter().map(|found| (found.path.join(" "), found.wrong.check)).collect()
    }

    fn one(path: &str, check: Check) -> Vec<(String, Check)> {
        vec![(path.to_owned(), check)]
    }

    #[test]
    fn a_message_is_compared_field_by_field() {
        assert_eq!(found("Held", r#"{"expires":29923680}"#), []);
        assert_eq!(found("Held", "{}"), one("field expires", Check::WrongShape));
        assert_eq!(found("Held", r#"{"expires":29923680,"name":"x"}"#), one("field name", Check::UndeclaredTraffic));
        assert_eq!(found("Empty", "{}"), []);
        assert_eq!(found("Empty", "[]"), one("", Check::WrongShape));
        assert_eq!(found("Empty", ""), one("", Check::WrongShape));
        let nested = r#"{"entries":[{"event":null,"receipt":"AA","erase":null,"erased":false,"day":7}],"more":false}"#;
        assert_eq!(
            found("SyncAnswer", nested),
            [
                ("field entries item 1 field day".to_owned(), Check::UndeclaredTraffic),
                ("field entries item 1 field receipt".to_owned(), Check::SizeVaries),
            ]
        );
    }

    #[test]
    fn json_has_one_form() {
        for body in ["{ }", "{}\n", r#"{"expires":29923680,"expires":29923680}"#, r#"{"\u0065xpires":29923680}"#] {
            let message = if body.contains("2992") { "Held" } else { "Empty" };
            assert_eq!(found(message, body), one("", Check::SizeVaries), "{body}");
        }
    }

    #[test]
    fn a_problem_says_its_own_sentence() {
        let body = |title: &str, status: u16| {
            format!(
                r#"{{"type":"urn:souspli:problem:internal","title":"{title}","status":{status},"code":"internal"}}"#
            )
        };
        assert_eq!(found("Problem", &body("The host failed.", 500)), []);
        assert_eq!(found("Problem", &body("at db.rs:7", 500)), one("field title", Check::WrongShape));
        assert_eq!(found("Problem", &body("The host failed.", 400)), one("field status", Check::WrongShape));
    }
}
