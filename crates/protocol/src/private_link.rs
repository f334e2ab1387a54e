//! Private links: what stands behind the `#` (`docs/spec/encoding.md` §6).

use crate::{CalendarId, Context, Fingerprint, RecordId, from_base64url, to_base64url};

/// A private link taken apart. It holds secrets: no `Debug` of them, no `Copy`, never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateLink {
    /// Calendar and FP: the trust anchor.
    pub context: Context,
    /// What it opens.
    pub opens: Opens,
}

/// What a private link opens, with its secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Opens {
    /// Booking: the link secret, and the token of a single-use invitation.
    Book {
        /// 32-byte link secret.
        secret: [u8; 32],
        /// 16-byte invitation token.
        token: Option<[u8; 16]>,
    },
    /// See, move, cancel.
    Manage {
        /// The record.
        record: RecordId,
        /// Its 32-byte cap_seed.
        cap_seed: [u8; 32],
    },
    /// See.
    View {
        /// The record.
        record: RecordId,
        /// Its 32-byte view_seed.
        view_seed: [u8; 32],
    },
}

/// The text is none of the forms of a private link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a complete Souspli link")]
pub struct BadLink;

impl PrivateLink {
    /// The fragment, without `#`.
    pub fn encode(&self) -> String {
        let anchor = format!("{}.{}", self.context.calendar, self.context.fp);
        match &self.opens {
            Opens::Book { secret, token: None } => format!("1.{anchor}.{}", to_base64url(secret)),
            Opens::Book { secret, token: Some(token) } => {
                format!("1.{anchor}.{}.{}", to_base64url(secret), to_base64url(token))
            }
            Opens::Manage { record, cap_seed } => format!("1r.{anchor}.{record}.{}", to_base64url(cap_seed)),
            Opens::View { record, view_seed } => format!("1v.{anchor}.{record}.{}", to_base64url(view_seed)),
        }
    }

    /// Reads a fragment, with or without `#`.
    pub fn parse(fragment: &str) -> Result<Self, BadLink> {
        let parts: Vec<&str> = fragment.strip_prefix('#').unwrap_or(fragment).split('.').collect();
        let (context, opens) = match parts.as_slice() {
            ["1", calendar, fp, secret] => (anchor(calendar, fp)?, Opens::Book { secret: bytes(secret)?, token: None }),
            ["1", calendar, fp, secret, token] => {
                (anchor(calendar, fp)?, Opens::Book { secret: bytes(secret)?, token: Some(bytes(token)?) })
            }
            ["1r", calendar, fp, record, secret] => {
                (anchor(calendar, fp)?, Opens::Manage { record: RecordId(bytes(record)?), cap_seed: bytes(secret)? })
            }
            ["1v", calendar, fp, record, secret] => {
                (anchor(calendar, fp)?, Opens::View { record: RecordId(bytes(record)?), view_seed: bytes(secret)? })
            }
            _ => return Err(BadLink),
        };
        Ok(Self { context, opens })
    }
}

impl core::fmt::Debug for PrivateLink {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("PrivateLink(…)")
    }
}

fn anchor(calendar: &str, fp: &str) -> Result<Context, BadLink> {
    Ok(Context { calendar: CalendarId(bytes(calendar)?), fp: Fingerprint(bytes(fp)?) })
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], BadLink> {
    from_base64url(text).map_err(|_| BadLink)?.try_into().map_err(|_| BadLink)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_comes_back_and_no_other_is_read() {
        let context = Context { calendar: CalendarId([1; 16]), fp: Fingerprint([2; 32]) };
        let forms = [
            Opens::Book { secret: [3; 32], token: None },
            Opens::Book { secret: [3; 32], token: Some([4; 16]) },
            Opens::Manage { record: RecordId([5; 16]), cap_seed: [6; 32] },
            Opens::View { record: RecordId([5; 16]), view_seed: [7; 32] },
        ];
        for opens in forms {
            let link = PrivateLink { context, opens };
            let text = link.encode();
            assert_eq!(PrivateLink::parse(&text), Ok(link.clone()));
            assert_eq!(PrivateLink::parse(&format!("#{text}")), Ok(link.clone()));
            for cut in 0..text.len() {
                assert_ne!(PrivateLink::parse(&text[..cut]), Ok(link.clone()), "cut at {cut}");
            }
            assert_eq!(PrivateLink::parse(&format!("{text}A")), Err(BadLink));
            assert_eq!(format!("{link:?}"), "PrivateLink(…)");
        }
        for bad in ["", "#", "2.a.b.c", "1", "1....", "1b.AAAA.AAAA.AAAA.AAAA"] {
            assert_eq!(PrivateLink::parse(bad), Err(BadLink), "{bad}");
        }
    }
}
