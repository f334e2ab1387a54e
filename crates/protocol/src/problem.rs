//! Problem documents and their codes (`docs/spec/http.md` §5, RFC 9457).

use serde::{Deserialize, Serialize};

use crate::json::{Fields, FromJson, Json};

macro_rules! codes {
    ($($name:ident $status:literal $code:literal $title:literal,)*) => {
        /// Why the host did not do what was asked. One code, one status, one title.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $(#[doc = $title] #[error($code)] $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Its HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Its sentence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    BadJson 400 "bad_json" "The body is not the JSON that this route takes.",
    BadBase64 400 "bad_base64" "A field is not base64url of the right length.",
    WrongSize 400 "wrong_size" "An object does not have the size of its kind.",
    BadShape 400 "bad_shape" "An object does not have the shape of its kind.",
    UnknownSuite 400 "unknown_suite" "The object has a suite or version that this host does not know.",
    WrongContext 400 "wrong_context" "The object names another practice or calendar.",
    BadClaims 400 "bad_claims" "The claim ids are not 24, sorted, distinct and those of the digest.",
    BadWindow 400 "bad_window" "The window is not one of the seven that are open.",
    BadEpoch 400 "bad_epoch" "The event was made for keys that are not the current ones.",
    NotLost 400 "not_lost" "The receipts are not this host's for these bytes, of places that a restore has lost.",
    BadAuthorization 401 "bad_authorization" "The request is not signed as this route needs it.",
    BadNonce 401 "bad_nonce" "The nonce is unknown, used or too old; take a new one.",
    BadSignature 401 "bad_signature" "A signature does not verify.",
    NotInAcl 403 "not_in_acl" "This key is not in the practice's access list.",
    LinkRevoked 403 "link_revoked" "This booking link is no longer valid.",
    LinkExpired 403 "link_expired" "This booking link has expired.",
    TokenNeeded 403 "token_needed" "This booking link needs an invitation.",
    WrongAuthor 403 "wrong_author" "This key may not write to this record.",
    RegistrationClosed 403 "registration_closed" "This host takes no new practices.",
    NoRoute 404 "no_route" "There is nothing at this address.",
    NoCalendar 404 "no_calendar" "This host does not know the calendar.",
    NoRecord 404 "no_record" "This host does not hold the record.",
    NoVault 404 "no_vault" "This host holds no vault there.",
    NoPublication 404 "no_publication" "The practice has not published this.",
    NoHold 404 "no_hold" "This session holds no time.",
    WrongMethod 405 "wrong_method" "This address does not take that method.",
    TooSlow 408 "too_slow" "The request did not arrive in time.",
    SlotTaken 409 "slot_taken" "The time has been taken.",
    RevisionConflict 409 "revision_conflict" "The record has changed meanwhile; read it again.",
    RecordExists 409 "record_exists" "The record exists with other bytes.",
    RecordReleased 409 "record_released" "The record was cancelled and can take no time again.",
    RecordLive 409 "record_live" "The record still takes time; cancel it first.",
    HoldExtended 409 "hold_extended" "The hold has been extended once already.",
    AlreadyRegistered 409 "already_registered" "The calendar is registered already.",
    VaultExists 409 "vault_exists" "There is a vault there already.",
    VaultConflict 409 "vault_conflict" "The vault has changed meanwhile; read it again.",
    HoldExpired 410 "hold_expired" "The hold has run out.",
    EventExpired 410 "event_expired" "The event was made too long ago; make it again.",
    RecordErased 410 "record_erased" "The record was erased.",
    StaleVersion 412 "stale_version" "The practice has published something new; fetch it first.",
    TooLarge 413 "too_large" "The body is larger than this route takes.",
    WrongContentType 415 "wrong_content_type" "The body must be application/json.",
    WorkRequired 429 "work_required" "Many bookings arrive through this link; a proof of work is needed.",
    SlowDown 429 "slow_down" "Too many requests from this network; try again in a moment.",
    Internal 500 "internal" "The host failed.",
    Busy 503 "busy" "The host cannot take this now; try again.",
    UnknownOutcome 503 "unknown_outcome" "The host does not know whether this was kept; send the same bytes again.",
}

/// The body of an answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// `urn:souspli:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code's sentence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: Code,
    /// Leading zero bits that a proof of work needs; only for `work_required`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub difficulty: Option<u8>,
}

impl FromJson for Code {
    fn read(json: Json) -> Option<Self> {
        let code = String::read(json)?;
        Self::ALL.iter().copied().find(|known| known.as_str() == code)
    }
}

impl FromJson for Problem {
    fn read(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json)?;
        let problem = Self {
            kind: fields.take("type")?,
            title: fields.take("title")?,
            status: fields.take("status")?,
            code: fields.take("code")?,
            difficulty: fields.take("difficulty")?,
        };
        fields.finish()?;
        Some(problem)
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self {
            kind: format!("urn:souspli:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            difficulty: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn the_text_lists_every_code_under_its_status() {
        let text = include_str!("../../../docs/spec/http.md");
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with("| 4") || line.starts_with("| 5")).collect();
        for code in Code::ALL {
            let row = table.iter().find(|row| row.contains(&format!("`{}`", code.as_str())));
            let row = row.unwrap_or_else(|| panic!("{} is not in the text", code.as_str()));
            assert!(row.split('|').nth(1).unwrap_or("").contains(&code.status().to_string()), "{row}");
            assert_eq!(serde_json::to_string(code).ok(), Some(format!("\"{}\"", code.as_str())));
        }
        let named = table.iter().map(|row| row.matches('`').count() / 2).sum::<usize>();
        assert_eq!(named, Code::ALL.len(), "the text names a code that does not exist");
    }
}
