//! A network prefix, as the configuration names trusted proxies.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An address with a prefix length, such as `10.0.0.0/8`; a bare address is itself alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether an address lies in it.
    pub fn contains(&self, address: &IpAddr) -> bool {
        let (ours, theirs, bits) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let shift = bits - self.prefix.min(bits);
        ours.checked_shr(shift).unwrap_or(0) == theirs.checked_shr(shift).unwrap_or(0)
    }
}

/// Bits of an IPv6 address that one customer is given.
const CUSTOMER: u32 = 56;

/// Whom an address counts as: one of IPv4 is itself, one of IPv6 is its customer's network.
pub(crate) fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let bits = address.to_bits() >> (128 - CUSTOMER) << (128 - CUSTOMER);
            Ipv6Addr::from_bits(bits).into()
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an address or a network such as 10.0.0.0/8");
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if prefix > most { Err(wrong()) } else { Ok(Self { address, prefix }) }
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/{}", self.address, self.prefix))
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_counts_once() {
        let counted = |text: &str| counted_as(text.parse().expect(text));
        assert_eq!(counted("2001:db8:0:1::1"), counted("2001:db8:0:ff::2"));
        assert_ne!(counted("2001:db8:0:1::1"), counted("2001:db8:0:101::1"));
        assert_eq!(counted("::ffff:127.0.0.1"), counted("127.0.0.1"));
        assert_ne!(counted("127.0.0.1"), counted("127.0.0.2"));
    }

    #[test]
    fn prefixes() {
        let network = |text: &str| text.parse::<Network>().expect(text);
        let address = |text: &str| text.parse::<IpAddr>().expect(text);
        assert!(network("10.0.0.0/8").contains(&address("10.255.0.1")));
        assert!(!network("10.0.0.0/8").contains(&address("11.0.0.1")));
        assert!(network("10.0.0.0/8").contains(&address("::ffff:10.0.0.1")), "mapped");
        assert!(network("127.0.0.1").contains(&address("127.0.0.1")));
        assert!(!network("127.0.0.1").contains(&address("127.0.0.2")));
        assert!(network("fd00::/8").contains(&address("fd12::1")));
        assert!(network("0.0.0.0/0").contains(&address("9.9.9.9")));
        assert!(!network("0.0.0.0/0").contains(&address("2001:db8::1")));
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "a/8", "::/129"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
