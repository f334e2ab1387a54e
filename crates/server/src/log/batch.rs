//! A batch: what waits, in random order, among random leaves (`docs/spec/log.md` §2); and its bytes while it is under way.

use souspli_attest::sha256;
use souspli_protocol::{CalendarId, Digest};
use souspli_store::{LeafId, Merged, Stream, Unmerged};
use souspli_tlog::entry::entry_of;

/// The sizes of batches.
pub(crate) const SIZES: [usize; 3] = [16, 256, 4_096];
/// Most leaves in one batch.
pub(crate) const MOST: u32 = 4_096;

/// Where random numbers come from: fills the slice, or says that there are none.
pub type Random<'a> = &'a dyn Fn(&mut [u8]) -> Option<()>;

/// A batch with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    /// Leaves of the log before it.
    pub(crate) start: u64,
    /// What each entry is of, and whose it is; `None` for a random one.
    pub(crate) entries: Vec<(Digest, Option<LeafId>)>,
}

const HEADER: &[u8] = b"souspli batch 1\n";
/// Object, calendar, stream (0 for a random one), sequence.
const ROW: usize = 32 + 16 + 1 + 8;

impl Batch {
    /// Mixes what waits with as many random objects as fill a batch; `None` where there is no randomness. An object that is
    /// nobody's takes the place of a random one, if there is one.
    pub(crate) fn mix(start: u64, waiting: &[Unmerged], also: Option<Digest>, random: Random<'_>) -> Option<Self> {
        let size = SIZES.into_iter().find(|size| *size >= waiting.len())?;
        let mut entries = Vec::with_capacity(size);
        for leaf in waiting {
            entries.push((leaf.object, Some(leaf.id)));
        }
        if let Some(object) = also.filter(|_| entries.len() < size) {
            entries.push((object, None));
        }
        while entries.len() < size {
            let mut object = Digest::ZERO;
            random(&mut object.0)?;
            entries.push((object, None));
        }
        // Fisher and Yates, from the end.
        for last in (1..entries.len()).rev() {
            entries.swap(last, below(last + 1, random)?);
        }
        Some(Self { start, entries })
    }

    /// Leaves of the log after it.
    pub(crate) fn end(&self) -> u64 {
        self.start.saturating_add(u64::try_from(self.entries.len()).unwrap_or(u64::MAX))
    }

    /// The entries as they are logged.
    pub(crate) fn logged(&self) -> Vec<Vec<u8>> {
        self.entries.iter().map(|(object, _)| entry_of(object)).collect()
    }

    /// Which leaf lies where.
    pub(crate) fn merged(&self) -> Vec<Merged> {
        let places = self.start..;
        places.zip(&self.entries).filter_map(|(place, (_, id))| id.map(|id| Merged { id, place })).collect()
    }

    /// The place of an object that is nobody's.
    pub(crate) fn place_of(&self, object: &Digest) -> Option<u64> {
        let mut places = (self.start..).zip(&self.entries);
        places.find(|(_, (found, id))| id.is_none() && found == object).map(|(place, _)| place)
    }

    /// As it is kept while it is under way: a header, where it begins, rows, and the SHA-256 of all before.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        bytes.extend_from_slice(&self.start.to_be_bytes());
        for (object, id) in &self.entries {
            let (calendar, stream, sequence) =
                id.map_or(([0; 16], 0, 0), |id| (id.calendar.0, id.stream.id(), id.sequence));
            bytes.extend_from_slice(&object.0);
            bytes.extend_from_slice(&calendar);
            bytes.push(stream);
            bytes.extend_from_slice(&sequence.to_be_bytes());
        }
        let hash = sha256(&bytes);
        bytes.extend_from_slice(&hash.0);
        bytes
    }

    /// Reads it back; `None` for anything else.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (rest, hash) = bytes.split_last_chunk::<32>()?;
        if sha256(rest).0 != *hash {
            return None;
        }
        let (start, rest) = rest.strip_prefix(HEADER)?.split_first_chunk::<8>()?;
        let (rows, left_over) = rest.as_chunks::<ROW>();
        if !left_over.is_empty() || !SIZES.contains(&rows.len()) {
            return None;
        }
        let entries = rows.iter().map(row).collect::<Option<_>>()?;
        Some(Self { start: u64::from_be_bytes(*start), entries })
    }
}

fn row(row: &[u8; ROW]) -> Option<(Digest, Option<LeafId>)> {
    let (object, rest) = row.split_first_chunk::<32>()?;
    let (calendar, rest) = rest.split_first_chunk::<16>()?;
    let (stream, sequence) = rest.split_first_chunk::<1>()?;
    let sequence = u64::from_be_bytes(sequence.try_into().ok()?);
    if *stream == [0] {
        return Some((Digest(*object), None));
    }
    let stream = Stream::of_id(stream[0])?;
    Some((Digest(*object), Some(LeafId { calendar: CalendarId(*calendar), stream, sequence })))
}

/// A number below `bound`, each as likely as the others: what would favour the small ones is drawn again.
fn below(bound: usize, random: Random<'_>) -> Option<usize> {
    let bound = u64::try_from(bound).ok()?;
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        let mut bytes = [0; 8];
        random(&mut bytes)?;
        let number = u64::from_be_bytes(bytes);
        if number < fair {
            return usize::try_from(number % bound).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_nobodys_takes_the_place_of_a_random_one() {
        let object = sha256(b"a release");
        let batch = |leaves| Batch::mix(32, &waiting(leaves), Some(object), &counted()).expect("random");
        for leaves in [0, 3, 15, 17, 255] {
            let batch = batch(leaves);
            assert!(SIZES.contains(&batch.entries.len()));
            let place = batch.place_of(&object).expect("it is there");
            assert_eq!(batch.entries[usize::try_from(place - 32).expect("small")], (object, None));
            assert_eq!(u64::try_from(batch.merged().len()), Ok(leaves), "the database is told of what waited");
            assert_eq!(Batch::decode(&batch.encode()), Some(batch));
        }
        for full in [16, 256] {
            let batch = batch(full);
            assert_eq!((u64::try_from(batch.entries.len()), batch.place_of(&object)), (Ok(full), None), "it waits");
        }
    }

    /// Numbers that look random and are the same each time.
    fn counted() -> impl Fn(&mut [u8]) -> Option<()> {
        let count = Cell::new(0_u64);
        move |bytes| {
            for chunk in bytes.chunks_mut(32) {
                count.set(count.get() + 1);
                chunk.copy_from_slice(&sha256(&count.get().to_be_bytes()).0[..chunk.len()]);
            }
            Some(())
        }
    }

    fn waiting(count: u64) -> Vec<Unmerged> {
        let id = |sequence| LeafId { calendar: CalendarId([7; 16]), stream: Stream::Chain, sequence };
        (0..count)
            .map(|n| Unmerged { id: id(n), object: sha256(&[&b"object"[..], &n.to_be_bytes()].concat()), minute: 0 })
            .collect()
    }

    #[test]
    fn a_batch_has_one_of_three_sizes_and_holds_all_that_waits() {
        let random = counted();
        for (count, size) in [(0, 16), (1, 16), (16, 16), (17, 256), (256, 256), (257, 4_096), (4_096, 4_096)] {
            let waiting = waiting(count);
            let batch = Batch::mix(100, &waiting, None, &random).expect("random");
            assert_eq!((batch.entries.len(), batch.end()), (size, 100 + size as u64), "{count}");
            let objects: BTreeSet<Digest> = batch.entries.iter().map(|(object, _)| *object).collect();
            assert_eq!(objects.len(), size, "each random object is another");
            let merged = batch.merged();
            assert_eq!(merged.len(), waiting.len());
            for leaf in waiting {
                let place = merged.iter().find(|merged| merged.id == leaf.id).expect("merged").place;
                let place = usize::try_from(place - 100).expect("small");
                assert_eq!(batch.logged()[place], entry_of(&leaf.object));
            }
        }
        assert!(Batch::mix(0, &waiting(4_097), None, &random).is_none());
        assert!(Batch::mix(0, &[], None, &|_| None).is_none(), "no randomness");
    }

    #[test]
    fn the_order_tells_nothing() {
        let random = counted();
        let places = |batch: &Batch| batch.merged().iter().map(|merged| merged.id.sequence).collect::<Vec<_>>();
        let one = Batch::mix(0, &waiting(200), None, &random).expect("random");
        let other = Batch::mix(0, &waiting(200), None, &random).expect("random");
        assert_ne!(places(&one), places(&other));
        assert_ne!(places(&one), (0..200).collect::<Vec<_>>());
        // Each of 16 places is about as often the one leaf's: 100 times in 1,600, with a deviation of 10.
        let mut counts = [0; 16];
        for _ in 0..1_600 {
            let place = Batch::mix(0, &waiting(1), None, &random).expect("random").merged()[0].place;
            counts[usize::try_from(place).expect("small")] += 1;
        }
        assert!(counts.iter().all(|count| (50..150).contains(count)), "{counts:?}");
    }

    #[test]
    fn what_is_under_way_is_read_back_or_refused() {
        let batch = Batch::mix(4_711, &waiting(3), None, &counted()).expect("random");
        let bytes = batch.encode();
        assert_eq!(Batch::decode(&bytes), Some(batch));
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Batch::decode(&changed), None, "bit {bit}");
        }
        for cut in 0..bytes.len() {
            assert_eq!(Batch::decode(&bytes[..cut]), None, "cut at {cut}");
        }
    }
}
