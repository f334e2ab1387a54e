//! Evidence as an adversary would make it: of hosts that lie, of hosts that do not, and of files that are damaged.

mod bits;
pub(crate) mod calendar;
mod honest;
mod lies;
mod logs;
mod mixed;

use souspli_attest::SigningKey;
use souspli_protocol::VerifyingKey;

use super::{Doubt, Judgement, Verdict, judge};
use crate::log::fixture::Log;
use crate::receipt::HostKeys;
use calendar::Calendar;

/// The keys of a host whose log is another test's.
fn keys_of(receipt: VerifyingKey, log: &Log) -> HostKeys {
    HostKeys { receipt, policy: log.policy(&[], 0) }
}

/// The keys of a calendar's host.
fn keys(calendar: &Calendar) -> HostKeys {
    keys_of(calendar.key.verifying_key(), &Log::new(1))
}

/// The keys of another host.
fn other_keys() -> HostKeys {
    keys_of(SigningKey::from_seed(&[99; 32]).verifying_key(), &Log::new(2))
}

fn doubt(judgement: &Judgement) -> Option<Doubt> {
    match judgement.verdict {
        Verdict::NotShown(doubt) => Some(doubt),
        _ => None,
    }
}

/// That a file convicts under these keys, and under no others.
#[track_caller]
fn convicts(file: &[u8], keys: &HostKeys) -> Judgement {
    let judgement = judge(file, keys);
    assert!(judgement.is_guilty(), "{judgement}");
    let elsewhere = judge(file, &other_keys());
    assert_eq!(elsewhere.code(), "not_shown", "{elsewhere}");
    judgement
}

/// That a file shows nothing, and why.
#[track_caller]
fn shows_nothing(file: &[u8], keys: &HostKeys, why: Doubt) {
    let judgement = judge(file, keys);
    assert_eq!(doubt(&judgement), Some(why), "{judgement}");
}
