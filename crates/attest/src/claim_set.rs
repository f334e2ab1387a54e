//! The claimed-id set: a Golomb-Rice filter whose length depends on the count alone (`docs/spec/claims.md` §6).

use sha2::{Digest as _, Sha256};
use souspli_protocol::claims::ClaimSetStatement;
use souspli_protocol::tlv::Writer;
use souspli_protocol::{Digest, Gid, Label, SUITE};

use crate::sha256;

/// Bits of each remainder: a false match once in 2^16.
const P: u32 = 16;
/// Most ids that a reader takes.
const MAX_COUNT: u32 = 1 << 20;
/// Bytes of the seed.
pub const SEED: usize = 16;
/// Seeds that are tried. At every count four standard deviations of room are left, so that one in 30,000 sets needs a
/// second seed, and none a fourth.
const SEEDS: usize = 64;

/// A claimed-id set that is cut, too long, too large or not canonical, or that its statement does not cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the claimed-id set is malformed")]
pub struct BadClaimSet;

/// A claimed-id set, ready to be asked.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimSet {
    seed: [u8; SEED],
    count: u32,
    values: Vec<u64>,
    held: Vec<[u8; 8]>,
}

impl ClaimSet {
    /// Makes the set of these claimed and held ids; `seed` is random for each set, and the next one follows from it
    /// where the code of the values does not fit. `None` beyond 2^20 ids.
    pub fn build(seed: [u8; SEED], claimed: &[Gid], held: &[Gid]) -> Option<Self> {
        let count = u32::try_from(claimed.len()).ok().filter(|count| *count <= MAX_COUNT)?;
        let seeds = core::iter::successors(Some(seed), |seed| sha256(seed).0.first_chunk().copied()).take(SEEDS);
        let (seed, values) =
            seeds.map(|seed| (seed, values(&seed, claimed, count))).find(|(_, values)| bits(values) <= room(count))?;
        let mut held: Vec<[u8; 8]> = held.iter().map(short).collect();
        held.sort_unstable();
        u32::try_from(held.len()).ok().filter(|count| *count <= MAX_COUNT)?;
        Some(Self { seed, count, values, held })
    }

    /// Whether an id is claimed or held; wrong once in 65,536 times, and then it hides a free time.
    pub fn contains(&self, gid: &Gid) -> bool {
        let value = Place::new(&self.seed, self.count).of(gid);
        self.values.binary_search(&value).is_ok() || self.held.binary_search(&short(gid)).is_ok()
    }

    /// How many ids are claimed.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The bytes that travel.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.seed.to_vec();
        bytes.extend(self.count.to_be_bytes());
        bytes.extend(self.filter());
        bytes.extend(u32::try_from(self.held.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(self.held.iter().flatten());
        bytes
    }

    /// Reads bytes, strictly: one encoding of one set.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadClaimSet> {
        let (seed, rest) = bytes.split_first_chunk::<SEED>().ok_or(BadClaimSet)?;
        let (count, rest) = counted(rest)?;
        let (filter, rest) = rest.split_at_checked(filter_len(count)).ok_or(BadClaimSet)?;
        let (held_count, rest) = counted(rest)?;
        let held: Vec<[u8; 8]> = rest.as_chunks::<8>().0.to_vec();
        if rest.len() % 8 != 0 || u32::try_from(held.len()) != Ok(held_count) || !held.is_sorted() {
            return Err(BadClaimSet);
        }
        let values = read_filter(filter, count)?;
        Ok(Self { seed: *seed, count, values, held })
    }

    /// The two hashes of the statement that the host signs: of seed, count and filter; of the held ids.
    pub fn hashes(&self) -> (Digest, Digest) {
        let bytes = self.encode();
        let end = filter_len(self.count).saturating_add(SEED + 4);
        let (filter, held) = bytes.split_at_checked(end).unwrap_or_default();
        (sha256(filter), sha256(held))
    }

    /// Whether a statement is about this set.
    pub fn covered_by(&self, statement: &ClaimSetStatement) -> bool {
        self.hashes() == (statement.filter_hash, statement.held_hash)
    }

    fn filter(&self) -> Vec<u8> {
        let mut bits = BitWriter::with_len(filter_len(self.count));
        let mut last = 0;
        for value in &self.values {
            let delta = value.saturating_sub(last);
            for _ in 0..delta >> P {
                bits.push(true);
            }
            bits.push(false);
            for bit in (0..P).rev() {
                bits.push(delta >> bit & 1 == 1);
            }
            last = *value;
        }
        bits.bytes
    }
}

impl core::fmt::Debug for ClaimSet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ClaimSet({} claimed, {} held)", self.count, self.held.len())
    }
}

/// Bits of the code: 17 an id, and the quotients. Of `count` values these sum to 0.582 × count on average, with a
/// standard deviation of 0.28 × √count; never to more than count.
fn room(count: u32) -> u64 {
    let count = u64::from(count);
    let quotients = count.saturating_mul(19).div_ceil(32).saturating_add(24);
    count.saturating_mul(u64::from(P + 1)).saturating_add(quotients.min(count))
}

fn filter_len(count: u32) -> usize {
    usize::try_from(room(count).div_ceil(8)).unwrap_or(usize::MAX)
}

fn values(seed: &[u8; SEED], claimed: &[Gid], count: u32) -> Vec<u64> {
    let place = Place::new(seed, count);
    let mut values: Vec<u64> = claimed.iter().map(|gid| place.of(gid)).collect();
    values.sort_unstable();
    values
}

/// How many bits the code of sorted values takes.
fn bits(values: &[u64]) -> u64 {
    let mut last = 0;
    let quotients = values.iter().map(|value| value.saturating_sub(core::mem::replace(&mut last, *value)) >> P);
    quotients.fold(0, |sum: u64, quotient| sum.saturating_add(quotient).saturating_add(u64::from(P + 1)))
}

fn counted(bytes: &[u8]) -> Result<(u32, &[u8]), BadClaimSet> {
    let (count, rest) = bytes.split_first_chunk::<4>().ok_or(BadClaimSet)?;
    let count = u32::from_be_bytes(*count);
    if count > MAX_COUNT { Err(BadClaimSet) } else { Ok((count, rest)) }
}

fn short(gid: &Gid) -> [u8; 8] {
    let mut short = [0; 8];
    short.copy_from_slice(gid.0.split_at(8).0);
    short
}

/// Where an id lies in `[0, count × 2^16)`.
struct Place {
    prefix: Sha256,
    range: u64,
}

impl Place {
    fn new(seed: &[u8; SEED], count: u32) -> Self {
        let prefix = Writer::new(Label::ClaimSetFilter).u8(1, SUITE).bytes(4, seed).finish();
        Self { prefix: Sha256::new_with_prefix(prefix), range: u64::from(count) << P }
    }

    fn of(&self, gid: &Gid) -> u64 {
        // Field 5 of the message whose beginning is already hashed.
        let digest = self.prefix.clone().chain_update([5, 0, 0, 0, 16]).chain_update(gid.0).finalize();
        let mut first = [0; 8];
        first.copy_from_slice(digest.split_at(8).0);
        let scaled = u128::from(u64::from_be_bytes(first)).saturating_mul(u128::from(self.range)) >> 64;
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }
}

struct BitWriter {
    bytes: Vec<u8>,
    at: usize,
}

impl BitWriter {
    fn with_len(len: usize) -> Self {
        Self { bytes: vec![0; len], at: 0 }
    }

    fn push(&mut self, bit: bool) {
        if let Some(byte) = self.bytes.get_mut(self.at / 8) {
            *byte |= u8::from(bit) << (!self.at & 7);
        }
        self.at = self.at.saturating_add(1);
    }
}

struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl BitReader<'_> {
    fn next(&mut self) -> Option<bool> {
        let bit = self.bytes.get(self.at / 8)? >> (!self.at & 7) & 1 == 1;
        self.at = self.at.saturating_add(1);
        Some(bit)
    }
}

fn read_filter(filter: &[u8], count: u32) -> Result<Vec<u64>, BadClaimSet> {
    let mut bits = BitReader { bytes: filter, at: 0 };
    let range = u64::from(count) << P;
    let mut values = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    let mut last: u64 = 0;
    for _ in 0..count {
        let mut delta: u64 = 0;
        while bits.next().ok_or(BadClaimSet)? {
            delta = delta.saturating_add(1);
        }
        for _ in 0..P {
            delta = delta << 1 | u64::from(bits.next().ok_or(BadClaimSet)?);
        }
        last = last.checked_add(delta).filter(|value| *value < range).ok_or(BadClaimSet)?;
        values.push(last);
    }
    while let Some(bit) = bits.next() {
        if bit {
            return Err(BadClaimSet);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(range: std::ops::Range<u32>) -> Vec<Gid> {
        range
            .map(|n| {
                let mut id = [0; 16];
                id.copy_from_slice(&sha256(&n.to_be_bytes()).0[..16]);
                Gid(id)
            })
            .collect()
    }

    #[test]
    fn fifteen_hundred_bookings_take_79_kilobytes_and_hide_almost_nothing() {
        let set = ClaimSet::build([1; 16], &ids(0..36_000), &ids(90_000..90_024)).expect("count");
        let bytes = set.encode();
        assert_eq!(bytes.len(), 16 + 4 + 79_175 + 4 + 24 * 8);
        let read = ClaimSet::decode(&bytes).expect("back");
        assert!(ids(0..36_000).iter().chain(&ids(90_000..90_024)).all(|id| read.contains(id)));
        let hidden = ids(100_000..400_000).iter().filter(|id| read.contains(id)).count();
        assert!(hidden < 20, "{hidden} false matches of 300,000; 4.6 are expected");
    }

    #[test]
    fn length_depends_on_the_count_alone() {
        for (count, bytes) in [(0, 0), (1, 3), (2, 5), (24, 54), (59, 133), (60, 135), (240, 531), (1_000, 2_203)] {
            for seed in 1..20 {
                let claimed = ids(u32::from(seed) * 5_000..u32::from(seed) * 5_000 + count);
                let set = ClaimSet::build([seed; 16], &claimed, &[]).expect("a set");
                let encoded = set.encode();
                assert_eq!(encoded.len(), 16 + 4 + bytes + 4, "{count} ids");
                assert_eq!(ClaimSet::decode(&encoded).as_ref(), Ok(&set));
            }
        }
    }

    #[test]
    fn a_code_that_is_too_long_is_seen_before_it_is_cut() {
        // All values in one place, at the far end: the quotients sum to more than what is left for them.
        for count in [240_u32, 1_000] {
            let far = (u64::from(count) << P) - 1;
            assert!(bits(&vec![far; count as usize]) > room(count), "{count}");
            let even: Vec<u64> = (1..=u64::from(count)).map(|place| (place << P) - 1).collect();
            assert!(bits(&even) > room(count) && bits(&even) <= u64::from(count) * 18, "{count}");
        }
        assert!((0..=59).all(|count| room(count) == u64::from(count) * 18), "so few always fit");
    }

    #[test]
    fn a_changed_byte_is_refused_or_seen_by_the_statement() {
        let set = ClaimSet::build([3; 16], &ids(0..48), &ids(60..84)).expect("count");
        let bytes = set.encode();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(ClaimSet::decode(&changed).map_or(true, |read| read.hashes() != set.hashes()), "byte {place}");
        }
        assert_eq!(ClaimSet::decode(&bytes[..bytes.len() - 1]), Err(BadClaimSet));
        assert_eq!(ClaimSet::decode(&[&bytes[..], &[0; 8]].concat()), Err(BadClaimSet));
        assert_eq!(ClaimSet::decode(&[0xff; 64]), Err(BadClaimSet));
    }

    proptest! {
        #[test]
        fn sets_come_back(count in 0_u32..400, held in 0_u32..30, seed in any::<[u8; 16]>()) {
            let set = ClaimSet::build(seed, &ids(0..count), &ids(9_000..9_000 + held)).expect("count");
            prop_assert_eq!(ClaimSet::decode(&set.encode()), Ok(set));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = ClaimSet::decode(&bytes);
        }
    }
}
