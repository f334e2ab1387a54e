//! What people see and type: account key, recovery code, private links.

use serde_json::Value;
use souspli_protocol::private_link::{Opens, PrivateLink};

use super::input::{Failure, Found, Input, Output, hex, named, wrong};
use crate::keys::{AccountKey, RecoveryCode};

pub(super) fn family(name: &str, input: &Input) -> Found {
    match name {
        "account-key" => Some(account_key(input)),
        "account-key-read" => Some(account_key_read(input)),
        "recovery-code" => Some(recovery_code(input)),
        "recovery-code-read" => Some(recovery_code_read(input)),
        "private-link" => Some(private_link(input)),
        "private-link-read" => Some(private_link_read(input)),
        _ => None,
    }
}

fn account_key(input: &Input) -> Result<Output, Failure> {
    let key = AccountKey::new(input.secret("bits")?);
    Ok(vec![("text", Value::String(key.expose_text().to_string())), ("locator", hex(key.locator().0))])
}

fn account_key_read(input: &Input) -> Result<Output, Failure> {
    let key = AccountKey::parse(input.text("text")?).map_err(|error| named(error.code()))?;
    Ok(vec![("bits", hex(key.expose_secret()))])
}

fn recovery_code(input: &Input) -> Result<Output, Failure> {
    let code = RecoveryCode::new(input.secret("bits")?);
    Ok(vec![("text", Value::String(code.expose_text().to_string())), ("locator", hex(code.locator().0))])
}

fn recovery_code_read(input: &Input) -> Result<Output, Failure> {
    let code = RecoveryCode::parse(input.text("text")?).map_err(|error| named(error.code()))?;
    Ok(vec![("bits", hex(code.expose_secret()))])
}

fn private_link(input: &Input) -> Result<Output, Failure> {
    let secret = input.array("secret")?;
    let record = || input.array("record").map(souspli_protocol::RecordId);
    let opens = match input.text("form")? {
        "1" if input.has("token") => Opens::Book { secret, token: Some(input.array("token")?) },
        "1" => Opens::Book { secret, token: None },
        "1r" => Opens::Manage { record: record()?, cap_seed: secret },
        "1v" => Opens::View { record: record()?, view_seed: secret },
        _ => return Err(wrong("form")),
    };
    Ok(vec![("text", Value::String(PrivateLink { context: input.context()?, opens }.encode()))])
}

fn private_link_read(input: &Input) -> Result<Output, Failure> {
    let link = PrivateLink::parse(input.text("text")?).map_err(|_| named("bad_link"))?;
    let mut output = vec![("fp", hex(link.context.fp.0)), ("calendar", hex(link.context.calendar.0))];
    match &link.opens {
        Opens::Book { secret, token } => {
            output.extend([("form", "1".into()), ("secret", hex(secret))]);
            output.extend(token.iter().map(|token| ("token", hex(token))));
        }
        Opens::Manage { record, cap_seed } => {
            output.extend([("form", "1r".into()), ("record", hex(record.0)), ("secret", hex(cap_seed))]);
        }
        Opens::View { record, view_seed } => {
            output.extend([("form", "1v".into()), ("record", hex(record.0)), ("secret", hex(view_seed))]);
        }
    }
    Ok(output)
}
