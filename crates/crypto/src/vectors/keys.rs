//! Every derivation of `docs/spec/keys.md` §1 to §5.

use super::input::{Failure, Found, Input, Output, hex, named};
use crate::derive;
use crate::keys::{CalendarKey, LinkKeys, MemberKeys, RecordKeys, RootKey};

pub(super) fn family(name: &str, input: &Input) -> Found {
    match name {
        "derive" => Some(derived(input)),
        "root" => Some(root(input)),
        "member" => Some(member(input)),
        "calendar-key" => Some(calendar(input)),
        "link" => Some(link(input)),
        "record" => Some(record(input)),
        _ => None,
    }
}

fn derived(input: &Input) -> Result<Output, Failure> {
    let fields = input.hex_list("fields")?;
    let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
    let okm = derive(&input.secret::<32>("key")?, input.label()?, &input.context()?, &fields);
    Ok(vec![("okm", hex(okm.expose_secret()))])
}

fn root(input: &Input) -> Result<Output, Failure> {
    let root = RootKey::from_seed(input.secret("seed")?);
    let context = root.context(&input.array("nonce")?);
    Ok(vec![("root_pk", hex(root.verifying_key().0)), ("fp", hex(context.fp.0)), ("calendar", hex(context.calendar.0))])
}

fn member(input: &Input) -> Result<Output, Failure> {
    let keys = MemberKeys::derive(&input.context()?, &input.secret("seed")?);
    Ok(vec![("sign_pk", hex(keys.verifying_key().0)), ("seal_pk_sha256", hex(keys.sealing().public().hash().0))])
}

fn calendar(input: &Input) -> Result<Output, Failure> {
    let context = input.context()?;
    let key = CalendarKey::new(input.u32("generation")?, input.u32("window")?, input.secret("key")?);
    let key = key.advance_to(&context, input.u32("to")?).map_err(|error| named(error.code()))?;
    Ok(vec![
        ("access", hex(key.expose_access().expose_secret())),
        ("k_hours", hex(key.k_hours(&context).expose().expose_secret())),
        ("k_gid", hex(key.k_gid(&context).expose().expose_secret())),
        ("k_profile", hex(key.k_profile(&context).expose().expose_secret())),
    ])
}

fn link(input: &Input) -> Result<Output, Failure> {
    let keys = LinkKeys::derive(&input.context()?, &input.secret("secret")?);
    Ok(vec![("link_pk", hex(keys.verifying_key().0)), ("k_link", hex(keys.k_link().expose().expose_secret()))])
}

fn record(input: &Input) -> Result<Output, Failure> {
    let keys = RecordKeys::derive(&input.context()?, &input.secret("cap_seed")?);
    Ok(vec![
        ("manage_pk", hex(keys.manage().verifying_key().0)),
        ("view_seed", hex(keys.view().seed().expose_secret())),
        ("view_pk", hex(keys.view().verifying_key().0)),
        ("view_seal_pk_sha256", hex(keys.view().sealing().public().hash().0)),
        ("record", hex(keys.record().0)),
    ])
}
