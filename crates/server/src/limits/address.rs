//! What each network prefix may ask for. Addresses are neither logged nor stored: the table is keyed by a hash under a
//! key that is made at start and kept in memory.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;
use tokio::time::Instant;

use crate::limits::bucket::{Buckets, Rate};
use crate::limits::network::{Network, counted_as};

const MOST: usize = 1 << 16;

/// Who sends a request, in its extensions: the hash of a network prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Sender([u8; 16]);

/// The buckets of all network prefixes.
pub(crate) struct AddressLimit {
    key: Hmac<Sha256>,
    trusted: Vec<Network>,
    buckets: Option<Mutex<Buckets<Sender>>>,
    rate: Rate,
}

impl AddressLimit {
    /// Buckets under a key of this process; a burst of 0 switches them off.
    pub(crate) fn new(key: &[u8; 32], trusted: Vec<Network>, burst: u32, per_second: u32) -> Option<Self> {
        let rate = Rate { burst: f64::from(burst), per_second: f64::from(per_second.max(1)) };
        let buckets = (burst > 0).then(|| Mutex::new(Buckets::new(rate, MOST)));
        Some(Self { key: Hmac::new_from_slice(key).ok()?, trusted, buckets, rate })
    }

    /// Who sends, as the table knows it.
    pub(crate) fn sender(&self, peer: IpAddr, headers: &HeaderMap) -> Sender {
        let prefix = match counted_as(self.address(peer, headers)) {
            IpAddr::V4(address) => u128::from(address.to_bits()) | 1 << 127,
            IpAddr::V6(address) => address.to_bits() >> 1,
        };
        let hash = self.key.clone().chain_update(prefix.to_be_bytes()).finalize().into_bytes();
        Sender(hash.first_chunk::<16>().copied().unwrap_or_default())
    }

    /// Takes `cost` tokens, or all that a bucket can hold where it cannot hold so many; otherwise says after how many
    /// seconds they will be there.
    pub(crate) fn take(&self, sender: Sender, cost: u32, now: Instant) -> Result<(), u32> {
        let Some(mut buckets) = self.buckets() else { return Ok(()) };
        let bucket = buckets.of(sender, now);
        let cost = f64::from(cost).min(self.rate.burst);
        let missing = cost - bucket.tokens();
        if missing <= 0.0 {
            bucket.take(cost, 0.0);
            return Ok(());
        }
        Err(seconds(missing / self.rate.per_second))
    }

    /// Counts what is known only when it has been done; what is not there is owed, up to a whole bucket.
    pub(crate) fn charge(&self, sender: Sender, cost: u32, now: Instant) {
        if cost > 0
            && let Some(mut buckets) = self.buckets()
        {
            buckets.of(sender, now).take(f64::from(cost), -self.rate.burst);
        }
    }

    /// Whether a peer is a proxy that speaks for others.
    pub(crate) fn is_trusted(&self, peer: &IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(peer))
    }

    /// The peer's address, or the one that the trusted proxies name, from the right.
    fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.is_trusted(&peer) {
            return peer;
        }
        let values: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
        let mut sender = peer;
        for text in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            let Ok(address) = text.trim().parse() else { break };
            sender = address;
            if !self.is_trusted(&address) {
                break;
            }
        }
        sender
    }

    fn buckets(&self) -> Option<MutexGuard<'_, Buckets<Sender>>> {
        Some(self.buckets.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn seconds(wait: f64) -> u32 {
    // At least one second, at most a minute; both fit.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    {
        wait.ceil().clamp(1.0, 60.0) as u32
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    fn limit(trusted: &[&str]) -> AddressLimit {
        let trusted = trusted.iter().map(|text| text.parse().expect("network")).collect();
        AddressLimit::new(&[1; 32], trusted, 3, 1).expect("key")
    }

    #[test]
    fn each_prefix_has_its_own_bucket() {
        let limit = limit(&[]);
        let now = Instant::now();
        let take = |text, cost, now| limit.take(limit.sender(ip(text), &HeaderMap::new()), cost, now);
        for _ in 0..3 {
            assert_eq!(take("127.0.0.1", 1, now), Ok(()));
        }
        assert_eq!(take("127.0.0.1", 1, now), Err(1));
        assert_eq!(take("127.0.0.1", 3, now), Err(3));
        assert_eq!(take("127.0.0.2", 3, now), Ok(()), "a neighbour");
        assert_eq!(take("::ffff:127.0.0.2", 1, now), Err(1), "the same, mapped");
        assert_eq!(take("2001:db8:0:1::1", 3, now), Ok(()));
        assert_eq!(take("2001:db8:0:2::1", 1, now), Err(1), "the same /56");
        assert_eq!(take("2001:db8:1::1", 1, now), Ok(()));
        assert_eq!(take("127.0.0.1", 1, now + Duration::from_secs(1)), Ok(()));
    }

    #[test]
    fn what_is_larger_than_a_bucket_takes_all_of_it() {
        let limit = limit(&[]);
        let now = Instant::now();
        let sender = limit.sender(ip("127.0.0.1"), &HeaderMap::new());
        assert_eq!(limit.take(sender, 1_000, now), Ok(()));
        assert_eq!(limit.take(sender, 1_000, now), Err(3));
    }

    #[test]
    fn what_is_charged_later_is_owed() {
        let limit = limit(&[]);
        let now = Instant::now();
        let sender = limit.sender(ip("127.0.0.1"), &HeaderMap::new());
        limit.charge(sender, 5, now);
        assert_eq!(limit.take(sender, 1, now), Err(3), "two are owed");
        limit.charge(sender, 1_000, now);
        assert_eq!(limit.take(sender, 1, now + Duration::from_secs(4)), Ok(()), "a whole bucket is owed at most");
    }

    #[test]
    fn a_forwarded_address_counts_only_behind_a_trusted_proxy() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "9.9.9.9, 203.0.113.7".parse().expect("value"));
        headers.append("x-forwarded-for", "10.0.0.2".parse().expect("value"));
        let limit = limit(&["10.0.0.0/8"]);
        assert_eq!(limit.address(ip("10.0.0.1"), &headers), ip("203.0.113.7"), "the nearest that is not a proxy");
        assert_eq!(limit.address(ip("198.51.100.1"), &headers), ip("198.51.100.1"), "not a proxy of ours");
        headers.append("x-forwarded-for", "unknown".parse().expect("value"));
        assert_eq!(limit.address(ip("10.0.0.1"), &headers), ip("10.0.0.1"));
    }
}
