//! When a practice is open in one window: the plaintext of published hours (`docs/spec/publications.md` §5).
//!
//! `tlv("souspli/v1/hours", 1: suite, 2: window (u32), 3: zone, 4: catalogue's publication hash (32), 5: valid until
//! (u32 minute), 6: offsets, 7: masks, 8: ranges)`, where 6 to 8 are lists of bare items: `from (u32 minute) ||
//! offset (i16 minutes)`, `mask (u32)` with bit i for the catalogue's visit type i, and `practitioner (u8) || start
//! (u16) || length (u16) || mask index (u8)` in granules since the window began.

use souspli_protocol::{
    Digest, Label,
    tlv::{Reader, TlvError, Writer},
};

use crate::{
    SUITE,
    catalogue::{Catalogue, limits},
    interval::{Interval, IntervalSet},
    read_suite,
    window::{LAST_WINDOW, Window},
    zone::{self, BadOffsets, Offsets, ZONE_NAME},
};

/// Bytes that hours are padded to before they are sealed (`docs/spec/publications.md` §1).
pub const HOURS_BYTES: usize = 4_016;
/// Entries of the table of offsets: a window holds at most two changes, with some room.
pub const OFFSETS: usize = 8;
/// Masks of one window.
pub const MASKS: usize = 256;

/// A stretch of time in which a practitioner may be booked for some visit types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpenRange {
    /// Place of the practitioner in the catalogue.
    pub practitioner: u8,
    /// First granule, counted from the window's beginning.
    pub start: u16,
    /// Granules.
    pub length: u16,
    /// Place in the table of masks.
    pub mask: u8,
}

/// One window's hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Number of the window.
    pub window: u32,
    /// Name of the practice's zone.
    pub zone: String,
    /// Publication hash of the catalogue that practitioners and visit types are counted in.
    pub catalogue: Digest,
    /// The UTC minute from which they must not be used any more.
    pub valid_until: u32,
    /// Offsets of the zone in this window.
    pub offsets: Offsets,
    /// Sets of visit types, rising.
    pub masks: Vec<u32>,
    /// Open ranges by practitioner and start, without overlap.
    pub ranges: Vec<OpenRange>,
}

/// Why hours cannot be written, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// The bytes are not those of hours.
    #[error("not hours: {0}")]
    Tlv(#[from] TlvError),
    /// Too many ranges for what is published: "the hours of this window are too finely cut".
    #[error("the hours are {by} bytes too large")]
    TooLarge {
        /// Bytes that must be taken away; a range has 6.
        by: usize,
    },
    /// The table of offsets is none.
    #[error("{0}")]
    Offsets(#[from] BadOffsets),
    /// The window is past the end of the calendar, or the zone's name is none.
    #[error("no such window or zone")]
    Window,
    /// Masks are zero, too many, or do not rise.
    #[error("the masks do not rise")]
    Masks,
    /// The range at this place is empty, out of order, outside the window, or names what is not there.
    #[error("range {place} is not allowed")]
    Range {
        /// Its place in the list.
        place: usize,
    },
    /// They were computed for another catalogue.
    #[error("the hours belong to another catalogue")]
    Catalogue,
}

/// An open range in absolute granules, with its visit types, before it is put into a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) practitioner: u8,
    pub(crate) interval: Interval,
    pub(crate) mask: u32,
}

impl Hours {
    /// The window that they are for.
    pub fn bounds(&self) -> Window {
        self.offsets.window(self.window)
    }

    /// When the practitioner at a place of the catalogue may be booked for the visit type at a place, in absolute
    /// granules.
    pub fn open(&self, practitioner: usize, visit_type: usize) -> IntervalSet {
        let Some(window) = self.bounds().granules() else { return IntervalSet::new() };
        let offers = |mask: u8| self.masks.get(usize::from(mask)).is_some_and(|mask| mask >> visit_type & 1 == 1);
        let ranges = self.ranges.iter().filter(|range| usize::from(range.practitioner) == practitioner);
        let open = ranges.filter(|range| offers(range.mask)).filter_map(|range| {
            let start = window.start().checked_add(range.start.into())?;
            Interval::new(start, start.checked_add(range.length.into())?)
        });
        if visit_type < limits::VISIT_TYPES { open.collect() } else { IntervalSet::new() }
    }

    /// Whether they may still be used.
    pub const fn is_valid(&self, now: u32) -> bool {
        now < self.valid_until
    }

    /// That they were computed for this catalogue, whose publication has this hash.
    pub fn belong_to(&self, catalogue: &Catalogue, hash: &Digest) -> Result<(), HoursError> {
        let practitioners = catalogue.practitioners.len();
        let place = self.ranges.iter().position(|range| usize::from(range.practitioner) >= practitioners);
        if let Some(place) = place {
            return Err(HoursError::Range { place });
        }
        let types = u32::try_from(catalogue.visit_types.len()).unwrap_or(u32::MAX);
        let beyond = self.masks.iter().any(|mask| mask.checked_shr(types).is_some_and(|rest| rest != 0));
        if beyond || self.catalogue != *hash || self.zone != catalogue.zone {
            return Err(HoursError::Catalogue);
        }
        Ok(())
    }

    /// Puts openings, sorted and inside the window, into tables.
    pub(crate) fn from_openings(empty: Self, openings: &[Opening]) -> Result<Self, HoursError> {
        let window = empty.bounds().granules().ok_or(HoursError::Window)?;
        let mut masks: Vec<u32> = openings.iter().map(|opening| opening.mask).collect();
        masks.sort_unstable();
        masks.dedup();
        let range = |(place, opening): (usize, &Opening)| {
            let bad = HoursError::Range { place };
            let start = opening.interval.start().checked_sub(window.start()).ok_or(bad)?;
            Ok(OpenRange {
                practitioner: opening.practitioner,
                start: u16::try_from(start).map_err(|_| bad)?,
                length: u16::try_from(opening.interval.granules()).map_err(|_| bad)?,
                mask: masks
                    .binary_search(&opening.mask)
                    .ok()
                    .and_then(|m| m.try_into().ok())
                    .ok_or(HoursError::Masks)?,
            })
        };
        let ranges = openings.iter().enumerate().map(range).collect::<Result<_, HoursError>>()?;
        Ok(Self { masks, ranges, ..empty })
    }

    fn check(&self) -> Result<(), HoursError> {
        if self.window > LAST_WINDOW || !zone::is_zone_name(&self.zone) {
            return Err(HoursError::Window);
        }
        let granules = self.bounds().granules().ok_or(HoursError::Window)?.granules();
        let rising = self.masks.iter().try_fold(0, |last, &mask| (mask > last).then_some(mask)).is_some();
        if !rising || self.masks.len() > MASKS {
            return Err(HoursError::Masks);
        }
        let mut earliest = (0, 0);
        for (place, range) in self.ranges.iter().enumerate() {
            let start = (range.practitioner, u32::from(range.start));
            let end = start.1 + u32::from(range.length);
            let known =
                usize::from(range.practitioner) < limits::PRACTITIONERS && usize::from(range.mask) < self.masks.len();
            if start < earliest || range.length == 0 || end > granules || !known {
                return Err(HoursError::Range { place });
            }
            earliest = (range.practitioner, end);
        }
        Ok(())
    }

    /// Its bytes, small enough to be padded to [`HOURS_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, HoursError> {
        self.check()?;
        let offsets: Vec<(u32, i16)> = self.offsets.entries().collect();
        if offsets.len() > OFFSETS {
            return Err(TlvError::Length { tag: 6 }.into());
        }
        let bytes = Writer::new(Label::Hours)
            .u8(1, SUITE)
            .u32(2, self.window)
            .text(3, &self.zone)
            .bytes(4, self.catalogue.as_bytes())
            .u32(5, self.valid_until)
            .bytes(6, &list(&offsets, |(from, offset)| [&from.to_be_bytes()[..], &offset.to_be_bytes()].concat()))
            .bytes(7, &list(&self.masks, |mask| mask.to_be_bytes().to_vec()))
            .bytes(8, &list(&self.ranges, |range| range.pack()))
            .finish();
        match (bytes.len() + 4).checked_sub(HOURS_BYTES) {
            None | Some(0) => Ok(bytes),
            Some(by) => Err(HoursError::TooLarge { by }),
        }
    }

    /// Reads and checks what [`Hours::encode`] wrote, without padding.
    pub fn decode(bytes: &[u8]) -> Result<Self, HoursError> {
        let mut reader = Reader::new(bytes, Label::Hours)?;
        read_suite(&mut reader)?;
        let hours = Self {
            window: reader.u32(2)?,
            zone: reader.text(3, ZONE_NAME)?.to_owned(),
            catalogue: Digest(reader.array(4)?),
            valid_until: reader.u32(5)?,
            offsets: Offsets::new(bare::<6, _>(&mut reader, 6, OFFSETS, |[a, b, c, d, e, f]| {
                (u32::from_be_bytes([a, b, c, d]), i16::from_be_bytes([e, f]))
            })?)?,
            masks: bare(&mut reader, 7, MASKS, u32::from_be_bytes)?,
            ranges: bare(&mut reader, 8, HOURS_BYTES, OpenRange::unpack)?,
        };
        reader.finish()?;
        hours.check()?;
        Ok(hours)
    }
}

impl OpenRange {
    fn pack(self) -> Vec<u8> {
        let [start_high, start_low] = self.start.to_be_bytes();
        let [length_high, length_low] = self.length.to_be_bytes();
        vec![self.practitioner, start_high, start_low, length_high, length_low, self.mask]
    }

    fn unpack([practitioner, a, b, c, d, mask]: [u8; 6]) -> Self {
        Self { practitioner, start: u16::from_be_bytes([a, b]), length: u16::from_be_bytes([c, d]), mask }
    }
}

/// A list of bare items (`docs/spec/encoding.md` §2). Longer lists than 65,535 never pass the size check.
fn list<T>(items: &[T], pack: impl Fn(&T) -> Vec<u8>) -> Vec<u8> {
    let mut value = u16::try_from(items.len()).unwrap_or(u16::MAX).to_be_bytes().to_vec();
    value.extend(items.iter().flat_map(pack));
    value
}

fn bare<const N: usize, T>(
    reader: &mut Reader<'_>,
    tag: u8,
    limit: usize,
    unpack: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, TlvError> {
    let wrong = TlvError::Length { tag };
    let (count, items) = reader.bytes(tag)?.split_first_chunk::<2>().ok_or(wrong)?;
    let count = usize::from(u16::from_be_bytes(*count));
    let (items, rest) = items.as_chunks::<N>();
    if count != items.len() || count > limit || !rest.is_empty() {
        return Err(wrong);
    }
    Ok(items.iter().copied().map(unpack).collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use souspli_protocol::tlv::pad;

    use super::*;
    use crate::catalogue::tests::practice;

    /// 2026-11-23 00:00 of Paris.
    pub(crate) const WINDOW: u32 = 742;

    pub(crate) fn empty(window: u32) -> Hours {
        Hours {
            window,
            zone: "Europe/Paris".into(),
            catalogue: Digest([0xca; 32]),
            valid_until: 30_000_000,
            offsets: Offsets::fixed(60).expect("offset"),
            masks: Vec::new(),
            ranges: Vec::new(),
        }
    }

    fn range(practitioner: u8, start: u16, length: u16, mask: u8) -> OpenRange {
        OpenRange { practitioner, start, length, mask }
    }

    fn hours() -> Hours {
        let ranges = vec![range(0, 108, 36, 1), range(0, 168, 48, 0), range(1, 96, 48, 0)];
        Hours { masks: vec![0b011, 0b111], ranges, ..empty(WINDOW) }
    }

    #[test]
    fn byte_by_byte() {
        let bytes = hours().encode().expect("valid");
        let expected = [
            b"\0\0\0\0\x10souspli/v1/hours".as_slice(),
            &[1, 0, 0, 0, 1, 1],             // suite
            &[2, 0, 0, 0, 4, 0, 0, 2, 0xe6], // window
            b"\x03\0\0\0\x0cEurope/Paris",   // zone
            &[4, 0, 0, 0, 32],               // catalogue
            &[0xca; 32],
            &[5, 0, 0, 0, 4, 1, 0xc9, 0xc3, 0x80],     // valid until
            &[6, 0, 0, 0, 8, 0, 1, 0, 0, 0, 0, 0, 60], // offsets: one hour, always
            &[7, 0, 0, 0, 10, 0, 2, 0, 0, 0, 3, 0, 0, 0, 7],
            &[8, 0, 0, 0, 20, 0, 3],
            &[0, 0, 108, 0, 36, 1],
            &[0, 0, 168, 0, 48, 0],
            &[1, 0, 96, 0, 48, 0],
        ]
        .concat();
        assert_eq!(bytes, expected);
        assert_eq!(Hours::decode(&bytes), Ok(hours()));
    }

    #[test]
    fn open_times_are_absolute() {
        let hours = hours();
        let start = 5_984_628;
        assert_eq!(hours.bounds().granules().expect("window").start(), start);
        let open = |practitioner, visit_type| -> Vec<(u32, u32)> {
            let set = hours.open(practitioner, visit_type);
            set.intervals().iter().map(|open| (open.start() - start, open.end() - start)).collect()
        };
        assert_eq!(open(0, 0), [(108, 144), (168, 216)]);
        assert_eq!(open(0, 2), [(108, 144)]);
        assert_eq!(open(1, 1), [(96, 144)]);
        assert_eq!((open(1, 2), open(2, 0), open(0, 32)), (vec![], vec![], vec![]));
    }

    #[test]
    fn the_reader_is_strict() {
        let whole = range(0, 0, 8_064, 0);
        let with = |ranges: Vec<OpenRange>| Hours { ranges, ..hours() }.check();
        assert_eq!(with(vec![whole]), Ok(()));
        assert_eq!(with(vec![range(0, 5, 5, 0), range(0, 10, 5, 0)]), Ok(()), "neighbours may touch");
        for (ranges, place) in [
            (vec![range(0, 1, 8_064, 0)], 0),
            (vec![range(0, 5, 0, 0)], 0),
            (vec![range(32, 5, 5, 0)], 0),
            (vec![range(0, 5, 5, 2)], 0),
            (vec![range(1, 5, 5, 0), range(0, 5, 5, 0)], 1),
            (vec![range(0, 5, 5, 0), range(0, 9, 5, 0)], 1),
            (vec![range(0, 5, 5, 0), range(0, 5, 5, 0)], 1),
        ] {
            assert_eq!(with(ranges), Err(HoursError::Range { place }));
        }
        for masks in [vec![0, 3], vec![7, 3], vec![3, 3]] {
            assert_eq!(Hours { masks, ..hours() }.check(), Err(HoursError::Masks));
        }
        let (window, zone) = (LAST_WINDOW + 1, "Europe/Paris\n".to_owned());
        assert_eq!(Hours { window, ..hours() }.check(), Err(HoursError::Window));
        assert_eq!(Hours { zone, ..hours() }.check(), Err(HoursError::Window));
    }

    #[test]
    fn too_large_says_by_how_much() {
        let fixed = empty(WINDOW).encode().expect("valid").len();
        let most = (HOURS_BYTES - 4 - fixed - 4) / 6;
        let many = |count: usize| {
            let places = (0..3).flat_map(|who| (0..300).map(move |place| range(who, place * 12, 6, 0)));
            Hours { masks: vec![1], ranges: places.take(count).collect(), ..empty(WINDOW) }
        };
        let bytes = many(most).encode().expect("fits");
        assert_eq!((most, bytes.len()), (647, 4_012), "what one window can hold");
        assert!(pad(&bytes, HOURS_BYTES).is_some());
        assert_eq!(many(most + 1).encode(), Err(HoursError::TooLarge { by: 6 }));
    }

    #[test]
    fn of_this_catalogue_only() {
        let practice = practice();
        let hash = Digest([0xca; 32]);
        assert_eq!(hours().belong_to(&practice, &hash), Ok(()));
        assert_eq!(hours().belong_to(&practice, &Digest([0xcb; 32])), Err(HoursError::Catalogue));
        let wider = Hours { masks: vec![1, 0b1000], ..hours() };
        assert_eq!(wider.belong_to(&practice, &hash), Err(HoursError::Catalogue));
        let elsewhere = Hours { zone: "Europe/Berlin".into(), ..hours() };
        assert_eq!(elsewhere.belong_to(&practice, &hash), Err(HoursError::Catalogue));
        let third = Hours { ranges: vec![range(0, 0, 5, 0), range(2, 0, 5, 0)], ..hours() };
        assert_eq!(third.belong_to(&practice, &hash), Err(HoursError::Range { place: 1 }));
    }

    proptest! {
        #[test]
        fn one_encoding_of_one_window(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = hours().encode().expect("valid");
            let place = place.index(bytes.len());
            bytes[place] = byte;
            if let Ok(read) = Hours::decode(&bytes) {
                prop_assert_eq!(read.encode().expect("valid"), bytes);
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
            let good = hours().encode().expect("valid");
            let cut = cut.index(good.len());
            prop_assert!(Hours::decode(&good[..cut]).is_err());
            if let Ok(read) = Hours::decode(&[&good[..cut], &bytes].concat()) {
                let _ = read.open(0, 0);
            }
        }
    }
}
