//! Whether a value of a message, a path or a header is what the policy declares. What is said of a wrong one is its kind and
//! its size, never what it says: it may be somebody's.

use serde_json::Value;
use souspli_protocol::claims::{ClaimIds, HoldRequest};
use souspli_protocol::from_base64url;
use souspli_protocol::sizes::{EPOCH_MINUTES, WINDOW_DAYS};
use souspli_tlog::policy::Policy as WitnessPolicy;
use souspli_tlog::proof::Proof;

use crate::Check;
use crate::database::is_point;
use crate::policy::{FIRST_MINUTE, Field, Holds, LAST_MINUTE};

/// Greater counters are none: a host would have to work for thousands of years.
const LARGEST_COUNTER: u64 = 1 << 40;
/// Characters of a fixed text of the program's.
const LONGEST_TEXT: usize = 512;

/// A value that is not what is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) check: Check,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Wrong {
    pub(crate) fn shape(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: Check::WrongShape, expected: expected.into(), found: found.into() }
    }

    fn size(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: Check::SizeVaries, ..Self::shape(expected, found) }
    }
}

type Checked = Result<(), Wrong>;

/// What a value is, without what it says.
pub(crate) fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "yes or no".to_owned(),
        Value::Number(number) => format!("a number of {} characters", number.to_string().len()),
        Value::String(text) => format!("text of {} characters", text.chars().count()),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(fields) => format!("an object with {} fields", fields.len()),
    }
}

/// Checks a value that is no message and no list.
pub(crate) fn check(field: &Field, value: &Value) -> Checked {
    if value.is_null() && field.or_null {
        return Ok(());
    }
    match &field.holds {
        Holds::Flag => value.as_bool().map(drop).ok_or_else(|| Wrong::shape("yes or no", kind(value))),
        holds if is_number(holds) => number(holds, value),
        holds => {
            let text = value.as_str().ok_or_else(|| Wrong::shape("text", kind(value)))?;
            self::text(holds, text, field.or_zero)
        }
    }
}

fn is_number(holds: &Holds) -> bool {
    matches!(
        holds,
        Holds::Window
            | Holds::Epoch
            | Holds::Minute { .. }
            | Holds::Hour
            | Holds::Counter { .. }
            | Holds::Generation
            | Holds::Number { .. }
            | Holds::PublicationKind
            | Holds::Slot
            | Holds::LogPlace
            | Holds::Zero
            | Holds::One
    )
}

fn number(holds: &Holds, value: &Value) -> Checked {
    let (least, most) = range(holds);
    let or_zero = matches!(holds, Holds::Minute { or_zero: true });
    match value.as_u64() {
        Some(number) if (least..=most).contains(&number) || (or_zero && number == 0) => Ok(()),
        Some(number) if matches!(holds, Holds::Minute { .. } | Holds::Hour) => Err(match finer(number) {
            Some(unit) => {
                Wrong { check: Check::TimeTooFine, ..Wrong::shape("a minute", format!("what would be {unit}")) }
            }
            None => Wrong::shape(format!("a number from {least} to {most}"), kind(value)),
        }),
        _ => Err(Wrong::shape(format!("a number from {least} to {most}"), kind(value))),
    }
}

fn range(holds: &Holds) -> (u64, u64) {
    let within = |unit: u32| {
        let of = |minute: u32| u64::from(minute.checked_div(unit).unwrap_or_default());
        (of(FIRST_MINUTE), of(LAST_MINUTE))
    };
    match holds {
        Holds::Minute { .. } => within(1),
        Holds::Hour => within(60),
        Holds::Window => within(WINDOW_DAYS.saturating_mul(1_440)),
        Holds::Epoch => within(EPOCH_MINUTES),
        Holds::Slot => (0, u64::from(LAST_MINUTE / EPOCH_MINUTES)),
        Holds::Counter { from } => (*from, LARGEST_COUNTER),
        Holds::LogPlace => (0, LARGEST_COUNTER),
        Holds::Number { from, to } => (*from, *to),
        Holds::PublicationKind => (1, 8),
        Holds::One => (1, 1),
        Holds::Zero => (0, 0),
        _ => (0, u64::MAX),
    }
}

/// The unit in which a number would be a time of these years, if it is finer than a minute.
fn finer(number: u64) -> Option<&'static str> {
    i64::try_from(number).ok().and_then(crate::database::finer_unit)
}

/// Checks a text: bytes in base64url, a word of a list, or a fixed text.
pub(crate) fn text(holds: &Holds, text: &str, or_zero: bool) -> Checked {
    match holds {
        Holds::Word { of } if of.iter().any(|word| word == text) => Ok(()),
        Holds::Word { .. } => {
            Err(Wrong::shape("a word of the list", format!("text of {} characters", text.chars().count())))
        }
        Holds::Epoch | Holds::Window | Holds::Slot | Holds::Number { .. } => {
            let plain = !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && (text == "0" || !text.starts_with('0'));
            let value = text.parse::<u64>().ok().filter(|_| plain).map_or(Value::Null, Value::from);
            number(holds, &value)
        }
        Holds::Authorization => {
            let bytes = text.strip_prefix("Souspli ").unwrap_or_default();
            self::bytes(holds, bytes, false)
        }
        Holds::ProgramText | Holds::SystemText if text.chars().count() <= LONGEST_TEXT => Ok(()),
        Holds::ProgramText | Holds::SystemText => {
            Err(Wrong::size(format!("at most {LONGEST_TEXT} characters"), format!("{}", text.chars().count())))
        }
        Holds::WitnessPolicy => WitnessPolicy::parse(text.as_bytes())
            .map(drop)
            .map_err(|_| Wrong::shape("a policy of witnesses", format!("text of {} bytes", text.len()))),
        Holds::Tile | Holds::Browser | Holds::Transport | Holds::Asset => Ok(()),
        holds => bytes(holds, text, or_zero),
    }
}

fn bytes(holds: &Holds, text: &str, or_zero: bool) -> Checked {
    let sizes = holds.sizes();
    let expected = || {
        let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
        format!("{} bytes", sizes.join(" or "))
    };
    let bytes = from_base64url(text).map_err(|_| {
        Wrong::shape("base64url without padding", format!("text of {} characters", text.chars().count()))
    })?;
    if !sizes.is_empty() && !sizes.contains(&bytes.len()) {
        return Err(Wrong::size(expected(), format!("{} bytes", bytes.len())));
    }
    if or_zero && bytes.iter().all(|byte| *byte == 0) {
        return Ok(());
    }
    let is_so = match holds {
        Holds::VerificationKey => is_point(&bytes),
        Holds::ClaimIds => bytes.is_empty() || ClaimIds::decode(&bytes).is_some(),
        Holds::HoldRequest => HoldRequest::decode(&bytes).is_ok(),
        Holds::LogProof => Proof::decode(&bytes).is_ok(),
        _ => true,
    };
    if is_so { Ok(()) } else { Err(Wrong::shape(&holds.explained().en, "bytes that are none")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use souspli_protocol::to_base64url;

    use super::*;
    use crate::policy::Policy;

    fn found(message: &str, field: &str, value: &Value) -> Option<Check> {
        let policy = Policy::embedded().expect("policy");
        let field = policy.message(message).and_then(|message| message.field(field)).expect("a field").clone();
        check(&field, value).err().map(|wrong| wrong.check)
    }

    fn zeros(bytes: usize) -> Value {
        json!(to_base64url(&vec![0; bytes]))
    }

    #[test]
    fn sizes_are_exact_and_zeros_stand_for_none_where_that_is_declared() {
        assert_eq!(found("Append", "event", &zeros(8_192)), None);
        assert_eq!(found("Append", "event", &zeros(8_191)), Some(Check::SizeVaries));
        assert_eq!(found("Append", "event", &json!("a name")), Some(Check::WrongShape));
        assert_eq!(found("Append", "event", &json!({"name": "a"})), Some(Check::WrongShape));
        assert_eq!(found("Append", "event", &Value::Null), Some(Check::WrongShape));
        assert_eq!(found("Append", "session", &zeros(32)), None);
        assert_eq!(found("HostInfo", "receiptKey", &zeros(32)), Some(Check::WrongShape), "no key");
        assert_eq!(found("Append", "claims", &json!("")), None);
        assert_eq!(found("Append", "claims", &zeros(384)), Some(Check::WrongShape), "not distinct");
        assert_eq!(found("Profile", "identity", &Value::Null), None);
        assert_eq!(found("Profile", "links", &Value::Null), Some(Check::WrongShape));
    }

    #[test]
    fn numbers_and_words_are_of_their_lists() {
        assert_eq!(found("Held", "expires", &json!(29_923_680)), None);
        assert_eq!(found("Held", "expires", &json!(29_923_680_u64 * 60 + 7)), Some(Check::TimeTooFine));
        assert_eq!(found("Held", "expires", &json!(29_923_680.5)), Some(Check::WrongShape));
        assert_eq!(found("HostInfo", "registration", &json!("open")), None);
        assert_eq!(found("HostInfo", "registration", &json!("open for you")), Some(Check::WrongShape));
        assert_eq!(found("SyncAnswer", "more", &json!(true)), None);
        assert_eq!(found("SyncAnswer", "more", &json!(1)), Some(Check::WrongShape));
        assert_eq!(found("Problem", "title", &json!("x".repeat(600))), Some(Check::SizeVaries));
        assert!(text(&Holds::Epoch, "1481", false).is_ok() && text(&Holds::Epoch, "01481", false).is_err());
        assert!(text(&Holds::Epoch, "1481 ", false).is_err() && text(&Holds::Epoch, "-1", false).is_err());
    }
}
