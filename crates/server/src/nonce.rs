//! Nonces: made without memory, taken once (`docs/spec/http.md` §3).

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use souspli_protocol::Nonce;
use souspli_protocol::problem::Code;
use souspli_protocol::request::nonce_input;

use crate::random::random;

/// Minutes for which a nonce is good.
const LIFE: u32 = 5;
/// Most nonces that are remembered as used. Beyond, all that were given are void and all that were used forgotten: who
/// has one takes the fresh one that the refusal brings. So nobody can fill the table to keep others out.
const MAX_USED: usize = 1 << 20;

/// Gives and takes nonces.
pub(crate) struct Nonces {
    mac: Hmac<Sha256>,
    /// Those given for an earlier minute are void. May be a minute ahead of the clock.
    from: AtomicU32,
    most: usize,
    used: Mutex<Used>,
}

/// What was used, in two spans of `LIFE` minutes: the older is forgotten when no nonce in it can be good any more.
#[derive(Default)]
struct Used {
    since: u32,
    young: HashSet<[u8; 16]>,
    old: HashSet<[u8; 16]>,
}

impl Nonces {
    /// Nonces under a key that every process of the host has. Those given before `minute` are refused: whether they
    /// were used is not known.
    pub(crate) fn new(key: &[u8; 32], minute: u32) -> Option<Self> {
        let mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        let used = Mutex::new(Used { since: minute, ..Used::default() });
        Some(Self { mac, from: AtomicU32::new(minute), most: MAX_USED, used })
    }

    /// A fresh nonce.
    pub(crate) fn give(&self, minute: u32) -> Option<Nonce> {
        let minute = minute.max(self.from.load(Ordering::SeqCst));
        let random = random::<12>()?;
        let tag = self.mac_of(minute, &random).finalize().into_bytes();
        let mut nonce = [0; 32];
        let (head, rest) = nonce.split_at_mut(4);
        head.copy_from_slice(&minute.to_be_bytes());
        let (middle, end) = rest.split_at_mut(12);
        middle.copy_from_slice(&random);
        end.copy_from_slice(tag.get(..16)?);
        Some(Nonce(nonce))
    }

    /// Whether a nonce is this host's and not too old; whether it was used is seen by [`Self::take`].
    pub(crate) fn check(&self, nonce: &Nonce, minute: u32) -> Result<(), Code> {
        let (given, random, tag) = parts(nonce).ok_or(Code::BadNonce)?;
        self.mac_of(given, &random).verify_truncated_left(&tag).map_err(|_| Code::BadNonce)?;
        self.is_good(given, minute)
    }

    /// Uses a checked nonce up.
    pub(crate) fn take(&self, nonce: &Nonce, minute: u32) -> Result<(), Code> {
        let (given, _, tag) = parts(nonce).ok_or(Code::BadNonce)?;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_good(given, minute)?;
        if minute.saturating_sub(used.since) > LIFE {
            let idle = minute.saturating_sub(used.since) > 2 * LIFE;
            used.old = std::mem::take(&mut used.young);
            if idle {
                used.old.clear();
            }
            used.since = minute;
        }
        if used.young.len() + used.old.len() >= self.most {
            self.from.store(minute.max(self.from.load(Ordering::SeqCst)).saturating_add(1), Ordering::SeqCst);
            *used = Used { since: minute, ..Used::default() };
            return Err(Code::BadNonce);
        }
        let fresh = !used.old.contains(&tag) && used.young.insert(tag);
        if fresh { Ok(()) } else { Err(Code::BadNonce) }
    }

    fn is_good(&self, given: u32, minute: u32) -> Result<(), Code> {
        let from = self.from.load(Ordering::SeqCst);
        let now = minute.max(from);
        let good = given >= from && given <= now && now - given <= LIFE;
        if good { Ok(()) } else { Err(Code::BadNonce) }
    }

    fn mac_of(&self, minute: u32, random: &[u8; 12]) -> Hmac<Sha256> {
        self.mac.clone().chain_update(nonce_input(minute, random))
    }
}

fn parts(nonce: &Nonce) -> Option<(u32, [u8; 12], [u8; 16])> {
    let (minute, rest) = nonce.0.split_first_chunk::<4>()?;
    let (random, tag) = rest.split_first_chunk::<12>()?;
    Some((u32::from_be_bytes(*minute), *random, tag.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_once_and_for_five_minutes() {
        let nonces = Nonces::new(&[7; 32], 100).expect("key");
        let nonce = nonces.give(100).expect("random");
        for minute in 100..=105 {
            assert_eq!(nonces.check(&nonce, minute), Ok(()));
        }
        assert_eq!(nonces.check(&nonce, 106), Err(Code::BadNonce), "too old");
        let later = nonces.give(101).expect("random");
        assert_eq!(nonces.check(&later, 100), Err(Code::BadNonce), "of the future");
        assert_eq!(nonces.take(&nonce, 101), Ok(()));
        for minute in 101..=105 {
            assert_eq!(nonces.take(&nonce, minute), Err(Code::BadNonce), "used");
        }
    }

    #[test]
    fn a_used_nonce_is_remembered_as_long_as_it_would_be_good() {
        let nonces = Nonces::new(&[7; 32], 100).expect("key");
        for given in 100..160 {
            let nonce = nonces.give(given).expect("random");
            assert_eq!(nonces.take(&nonce, given), Ok(()));
            for later in given..=given + LIFE {
                assert_eq!(nonces.take(&nonce, later), Err(Code::BadNonce), "given {given}, again at {later}");
            }
        }
        let used = nonces.used.lock().expect("lock");
        assert!(used.young.len() + used.old.len() <= 2 * (LIFE as usize + 1), "what cannot come again is forgotten");
    }

    #[test]
    fn a_full_table_voids_what_was_given_and_goes_on() {
        let nonces = Nonces { most: 3, ..Nonces::new(&[7; 32], 100).expect("key") };
        let give = |minute| nonces.give(minute).expect("random");
        let (used, kept) = (give(100), give(100));
        for nonce in [used, give(100), give(100)] {
            assert_eq!(nonces.take(&nonce, 100), Ok(()));
        }
        assert_eq!(nonces.take(&give(100), 100), Err(Code::BadNonce), "one too many");
        for void in [used, kept] {
            assert_eq!(nonces.check(&void, 100), Err(Code::BadNonce), "nobody knows whether it was used");
            assert_eq!(nonces.take(&void, 100), Err(Code::BadNonce));
        }
        let fresh = give(100);
        assert_eq!(nonces.check(&fresh, 100), Ok(()), "of the same minute");
        assert_eq!(nonces.take(&fresh, 100), Ok(()));
        assert_eq!(nonces.take(&fresh, 101), Err(Code::BadNonce), "once");
        assert_eq!(nonces.check(&give(101), 106), Ok(()));
    }

    #[test]
    fn other_hosts_nonces_and_changed_ones_are_refused() {
        let nonces = Nonces::new(&[7; 32], 100).expect("key");
        let other = Nonces::new(&[8; 32], 100).expect("key").give(100).expect("random");
        assert_eq!(nonces.check(&other, 100), Err(Code::BadNonce));
        let nonce = nonces.give(100).expect("random");
        for place in 0..32 {
            let mut changed = nonce;
            changed.0[place] ^= 1;
            assert_eq!(nonces.check(&changed, 100), Err(Code::BadNonce), "byte {place}");
        }
        let restarted = Nonces::new(&[7; 32], 101).expect("key");
        assert_eq!(restarted.check(&nonce, 101), Err(Code::BadNonce), "given before the start");
    }
}
