//! Half-open intervals of granules and sets of them.

use souspli_protocol::sorted;

/// From `start` up to, but without, `end`. Never empty: see [`Interval::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    start: u32,
    end: u32,
}

impl Interval {
    /// `None` when it would be empty or turned round.
    pub const fn new(start: u32, end: u32) -> Option<Self> {
        if start < end { Some(Self { start, end }) } else { None }
    }

    /// The first granule inside.
    pub const fn start(self) -> u32 {
        self.start
    }

    /// The first granule after it.
    pub const fn end(self) -> u32 {
        self.end
    }

    /// How many granules it holds.
    pub const fn granules(self) -> u32 {
        self.end - self.start
    }

    /// Whether a granule lies inside.
    pub const fn contains(self, granule: u32) -> bool {
        self.start <= granule && granule < self.end
    }

    /// What both have in common.
    pub fn intersect(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

/// A set of granules, held as sorted intervals that neither overlap nor touch: equal sets are equal values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntervalSet {
    parts: Vec<Interval>,
}

impl FromIterator<Interval> for IntervalSet {
    fn from_iter<I: IntoIterator<Item = Interval>>(intervals: I) -> Self {
        let mut parts: Vec<Interval> = Vec::new();
        for next in sorted(intervals.into_iter().collect()) {
            match parts.last_mut() {
                Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
                _ => parts.push(next),
            }
        }
        Self { parts }
    }
}

impl IntervalSet {
    /// The empty set.
    pub const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Whether nothing is inside.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The intervals, rising, with a gap of at least one granule between any two.
    pub fn intervals(&self) -> &[Interval] {
        &self.parts
    }

    /// How many granules are inside.
    pub fn granules(&self) -> u64 {
        self.parts.iter().map(|part| u64::from(part.granules())).sum()
    }

    /// What is in one or the other.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.parts.iter().chain(&other.parts).copied().collect()
    }

    /// What is in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.parts.iter().peekable(), other.parts.iter().peekable());
        let mut parts = Vec::new();
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            parts.extend(a.intersect(**b));
            if a.end <= b.end {
                left.next()
            } else {
                right.next()
            };
        }
        Self { parts }
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        let mut parts = Vec::new();
        for part in &self.parts {
            let mut start = part.start;
            let after = other.parts.partition_point(|taken| taken.end <= start);
            for taken in other.parts.iter().skip(after).take_while(|taken| taken.start < part.end) {
                parts.extend(Interval::new(start, taken.start));
                start = taken.end;
            }
            parts.extend(Interval::new(start, part.end));
        }
        Self { parts }
    }

    /// Whether a granule is inside.
    pub fn contains(&self, granule: u32) -> bool {
        self.holding(granule).is_some()
    }

    /// Whether every granule of an interval is inside.
    pub fn contains_all(&self, interval: Interval) -> bool {
        self.holding(interval.start).is_some_and(|part| interval.end <= part.end)
    }

    /// The interval that a granule lies in.
    pub fn holding(&self, granule: u32) -> Option<Interval> {
        let place = self.parts.partition_point(|part| part.end <= granule);
        self.parts.get(place).copied().filter(|part| part.contains(granule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The model: one bit for each of 96 granules.
    fn bits(set: &IntervalSet) -> u128 {
        set.intervals().iter().flat_map(|part| part.start..part.end).fold(0, |bits, granule| bits | 1 << granule)
    }

    fn interval() -> impl Strategy<Value = Interval> {
        (0_u32..95)
            .prop_flat_map(|start| (Just(start), start + 1..=96))
            .prop_map(|(start, end)| Interval { start, end })
    }

    fn intervals() -> impl Strategy<Value = Vec<Interval>> {
        proptest::collection::vec(interval(), 0..8)
    }

    fn is_canonical(set: &IntervalSet) -> bool {
        set.intervals().iter().all(|part| part.start < part.end)
            && set.intervals().windows(2).all(|pair| pair[0].end < pair[1].start)
    }

    #[test]
    fn half_open() {
        assert_eq!(Interval::new(5, 5), None);
        assert_eq!(Interval::new(6, 5), None);
        let morning = Interval::new(10, 20).expect("not empty");
        assert_eq!((morning.granules(), morning.contains(10), morning.contains(20)), (10, true, false));
        assert_eq!(morning.intersect(Interval { start: 20, end: 30 }), None);
        let touching: IntervalSet = [Interval { start: 20, end: 30 }, morning].into_iter().collect();
        assert_eq!(touching.intervals(), [Interval { start: 10, end: 30 }]);
    }

    proptest! {
        #[test]
        fn the_set_is_the_bitmap(a in intervals(), b in intervals()) {
            let model = |list: &[Interval]| {
                list.iter().flat_map(|part| part.start..part.end).fold(0_u128, |bits, granule| bits | 1 << granule)
            };
            let (x, y): (IntervalSet, IntervalSet) = (a.iter().copied().collect(), b.iter().copied().collect());
            prop_assert_eq!(bits(&x), model(&a));
            prop_assert_eq!(bits(&x.union(&y)), model(&a) | model(&b));
            prop_assert_eq!(bits(&x.intersect(&y)), model(&a) & model(&b));
            prop_assert_eq!(bits(&x.subtract(&y)), model(&a) & !model(&b));
            prop_assert_eq!(x.granules(), u64::from(model(&a).count_ones()));
            prop_assert_eq!(x.is_empty(), model(&a) == 0);
            for set in [&x, &x.union(&y), &x.intersect(&y), &x.subtract(&y)] {
                prop_assert!(is_canonical(set), "{set:?}");
            }
        }

        #[test]
        fn membership_is_the_bit(a in intervals(), probe in interval()) {
            let set: IntervalSet = a.into_iter().collect();
            let inside = |granule: u32| bits(&set) >> granule & 1 == 1;
            for granule in 0..97 {
                prop_assert_eq!(set.contains(granule), inside(granule));
            }
            prop_assert_eq!(set.contains_all(probe), (probe.start..probe.end).all(inside));
        }
    }
}
