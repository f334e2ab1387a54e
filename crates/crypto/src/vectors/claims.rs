//! Claim ids and claimed-id sets (`docs/spec/claims.md` §2, §6).

use serde_json::Value;
use souspli_attest::claim_set::ClaimSet;
use souspli_attest::claims_digest;
use souspli_protocol::{Gid, ItemId};

use super::input::{Failure, Found, Input, Output, from_hex, hex, named, wrong};
use crate::claim_ids;
use crate::keys::GidKey;

pub(super) fn family(name: &str, input: &Input) -> Found {
    match name {
        "claim-ids" => Some(ids(input)),
        "claim-set" => Some(set(input)),
        "claim-set-read" => Some(set_read(input)),
        _ => None,
    }
}

/// `real` is a list of `[resource, granule]`.
fn ids(input: &Input) -> Result<Output, Failure> {
    let real: Vec<(ItemId, u32)> =
        input.list("real")?.iter().map(pair).collect::<Option<_>>().ok_or_else(|| wrong("real"))?;
    let context = input.context()?;
    let key = GidKey::new(input.secret("k_gid")?);
    let ids = claim_ids(&key, &context, &real).map_err(|error| named(error.code()))?;
    let digest = claims_digest(&context, input.u32("window")?, &ids);
    Ok(vec![("ids", Value::Array(ids.ids().iter().map(|id| hex(id.0)).collect())), ("digest", hex(digest.0))])
}

fn pair(value: &Value) -> Option<(ItemId, u32)> {
    let [resource, granule] = value.as_array()?.as_slice() else { return None };
    let resource = from_hex(resource.as_str()?)?.try_into().ok()?;
    Some((ItemId(resource), u32::try_from(granule.as_u64()?).ok()?))
}

fn gids(input: &Input, name: &str) -> Result<Vec<Gid>, Failure> {
    input.hex_list(name)?.iter().map(|id| Gid::try_from(id.as_slice()).map_err(|_| wrong(name))).collect()
}

fn set(input: &Input) -> Result<Output, Failure> {
    let set = ClaimSet::build(input.array("seed")?, &gids(input, "claimed")?, &gids(input, "held")?)
        .ok_or_else(|| wrong("claimed"))?;
    let (filter, held) = set.hashes();
    Ok(vec![("set", hex(set.encode())), ("filter_hash", hex(filter.0)), ("held_hash", hex(held.0))])
}

fn set_read(input: &Input) -> Result<Output, Failure> {
    let set = ClaimSet::decode(&input.changed("set")?).map_err(|_| named("bad_claim_set"))?;
    let taken = gids(input, "ask")?.iter().map(|id| Value::Bool(set.contains(id))).collect();
    Ok(vec![("count", set.count().into()), ("taken", Value::Array(taken))])
}
