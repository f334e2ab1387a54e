//! From rules to the hours that are published.

use souspli_protocol::{Digest, ItemId};

use super::{Exception, Rules, Stretch};
use crate::{
    catalogue::Catalogue,
    date::{DAY_MINUTES, Date, WallTime},
    hours::{Hours, HoursError, Opening},
    interval::Interval,
    window::{granule, granule_from},
    zone::Offsets,
};

/// Longer than any offset, so that a table cut to a window holds what decides its ends.
const MARGIN: u32 = 2 * DAY_MINUTES as u32;

impl Rules {
    /// The hours of one window.
    ///
    /// `catalogue_hash` is the publication hash of `catalogue`, `offsets` a table of the practice's zone that reaches
    /// over the window. A practitioner's stretches add up: where two overlap, what either allows may be booked. Ids
    /// that the catalogue does not hold have no effect.
    pub fn expand(
        &self,
        catalogue: &Catalogue,
        catalogue_hash: Digest,
        offsets: &Offsets,
        window: u32,
        valid_until: u32,
    ) -> Result<Hours, HoursError> {
        let bounds = offsets.window(window);
        let offsets = offsets.within(bounds.start.saturating_sub(MARGIN), bounds.end.saturating_add(MARGIN));
        let granules = bounds.granules().ok_or(HoursError::Window)?;
        let mut openings: Vec<Opening> = Vec::new();
        for (place, practitioner) in catalogue.practitioners.iter().enumerate() {
            let place = u8::try_from(place).map_err(|_| HoursError::Range { place })?;
            for date in bounds.dates() {
                let day = self.day(catalogue, practitioner.id, date, &offsets);
                let inside = day.into_iter().filter_map(|(open, mask)| Some((open.intersect(granules)?, mask)));
                for (interval, mask) in inside {
                    push(&mut openings, Opening { practitioner: place, interval, mask });
                }
            }
        }
        let (zone, masks, ranges) = (catalogue.zone.clone(), Vec::new(), Vec::new());
        let empty = Hours { window, zone, catalogue: catalogue_hash, valid_until, offsets, masks, ranges };
        Hours::from_openings(empty, &openings)
    }

    /// The hours of the seven windows from the current one on, as they are published together.
    #[cfg(feature = "tzdb")]
    pub fn expand_all(
        &self,
        catalogue: &Catalogue,
        catalogue_hash: Digest,
        zone: &crate::zone::Zone,
        now: u32,
        valid_until: u32,
    ) -> Result<Vec<Hours>, HoursError> {
        if zone.name() != catalogue.zone {
            return Err(HoursError::Window);
        }
        let offsets = zone.published_offsets(now);
        let windows = offsets.windows(now);
        let hours = |window: crate::window::Window| {
            self.expand(catalogue, catalogue_hash, &offsets, window.number, valid_until)
        };
        windows.into_iter().map(hours).collect()
    }

    /// Where one practitioner's date is open: rising, without overlap, each with its visit types.
    fn day(&self, catalogue: &Catalogue, practitioner: ItemId, date: Date, offsets: &Offsets) -> Vec<(Interval, u32)> {
        let offered = catalogue.offered_by(practitioner);
        let minute = |minute: u16| offsets.rule_minute(WallTime { date, minute });
        let open: Vec<(Interval, u32)> = self
            .stretches(practitioner, date)
            .into_iter()
            .filter_map(|stretch| {
                let mask = offered & mask(catalogue, &stretch.visit_types);
                let open = Interval::new(granule_from(minute(stretch.start)), granule(minute(stretch.end)))?;
                (mask != 0).then_some((open, mask))
            })
            .collect();
        let mut cuts: Vec<u32> = open.iter().flat_map(|(open, _)| [open.start(), open.end()]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let pieces = cuts.iter().zip(cuts.iter().skip(1)).filter_map(|(&start, &end)| Interval::new(start, end));
        let masked = pieces.map(|piece| {
            let over = open.iter().filter(|(open, _)| open.contains(piece.start()));
            (piece, over.fold(0, |mask, (_, more)| mask | more))
        });
        masked.filter(|(_, mask)| *mask != 0).collect()
    }

    /// The stretches that hold on a date: exceptions of the practitioner, else of the practice, else weekly rules.
    fn stretches(&self, practitioner: ItemId, date: Date) -> Vec<&Stretch> {
        for of in [Some(practitioner), None] {
            let holds = |exception: &&Exception| {
                exception.practitioner == of && exception.first <= date && date <= exception.last
            };
            let mut exceptions = self.exceptions.iter().filter(holds).peekable();
            if exceptions.peek().is_some() {
                let exceptions: Vec<&Exception> = exceptions.collect();
                let closed = exceptions.iter().any(|exception| exception.open.is_empty());
                let open = exceptions.into_iter().flat_map(|exception| &exception.open);
                return if closed { Vec::new() } else { open.collect() };
            }
        }
        let weekday = date.weekday();
        let rules = self.weekly.iter().filter(|rule| {
            rule.practitioner == practitioner
                && rule.weekday == weekday
                && rule.first.is_none_or(|first| first <= date)
                && rule.last.is_none_or(|last| date <= last)
        });
        rules.map(|rule| &rule.hours).collect()
    }
}

/// The mask of visit types by id; none means all.
fn mask(catalogue: &Catalogue, visit_types: &[ItemId]) -> u32 {
    if visit_types.is_empty() {
        return u32::MAX;
    }
    let places = visit_types.iter().filter_map(|&id| catalogue.visit_type(id)).map(|(place, _)| place);
    places
        .fold(0, |mask, place| mask | u32::try_from(place).ok().and_then(|place| 1_u32.checked_shl(place)).unwrap_or(0))
}

/// Adds an opening, or makes the last one longer when it goes on without a gap.
fn push(openings: &mut Vec<Opening>, next: Opening) {
    if let Some(last) = openings.last_mut()
        && (last.practitioner, last.mask, last.interval.end()) == (next.practitioner, next.mask, next.interval.start())
        && let Some(both) = Interval::new(last.interval.start(), next.interval.end())
    {
        last.interval = both;
    } else {
        openings.push(next);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        catalogue::tests::{ALICE, BOB, INNER, LONG, SHORT, practice},
        date::Weekday,
        hours::tests::WINDOW,
        rules::{
            WeeklyRule,
            tests::{exception, stretch, weekly},
        },
        window::{self, first_date},
    };

    const HASH: Digest = Digest([0xca; 32]);

    fn winter() -> Offsets {
        Offsets::fixed(60).expect("offset")
    }

    fn expand(rules: &Rules) -> Hours {
        rules.expand(&practice(), HASH, &winter(), WINDOW, 30_000_000).expect("expands")
    }

    /// Open times of (practitioner, visit type) as `day HH:MM-HH:MM` of the window's local days.
    fn shown(hours: &Hours, practitioner: usize, visit_type: usize) -> Vec<String> {
        let set = hours.open(practitioner, visit_type);
        let clock = |granule: u32| hours.offsets.wall_time(window::minute(granule));
        let day = |granule: u32| clock(granule).date.days() - first_date(hours.window).days();
        let time = |granule: u32| format!("{:02}:{:02}", clock(granule).minute / 60, clock(granule).minute % 60);
        let show = |open: &Interval| format!("{} {}-{}", day(open.start()), time(open.start()), time(open.end()));
        set.intervals().iter().map(show).collect()
    }

    #[test]
    fn a_week_four_times() {
        let rules = Rules { weekly: vec![weekly(ALICE, Weekday::Monday, 540, 720)], exceptions: vec![] };
        let hours = expand(&rules);
        assert_eq!(shown(&hours, 0, 0), ["0 09:00-12:00", "7 09:00-12:00", "14 09:00-12:00", "21 09:00-12:00"]);
        assert_eq!((hours.masks.as_slice(), hours.ranges.len()), ([0b111].as_slice(), 4));
        assert_eq!(shown(&hours, 1, 0), Vec::<String>::new());
        assert_eq!(Hours::decode(&hours.encode().expect("fits")), Ok(hours));
    }

    #[test]
    fn overlapping_stretches_add_up() {
        let only = |id, start, end| WeeklyRule {
            hours: Stretch { visit_types: vec![id], ..stretch(start, end) },
            ..weekly(ALICE, Weekday::Tuesday, 0, 0)
        };
        let rules = Rules {
            weekly: vec![only(SHORT, 540, 660), only(LONG, 600, 720), only(ItemId([9; 8]), 0, 1440)],
            exceptions: vec![],
        };
        let hours = expand(&rules);
        assert_eq!(shown(&hours, 0, 0)[0], "1 09:00-11:00");
        assert_eq!(shown(&hours, 0, 1)[0], "1 10:00-12:00");
        assert_eq!(shown(&hours, 0, 2).len(), 0, "an unknown visit type opens nothing");
        assert_eq!((hours.masks.as_slice(), hours.ranges.len()), ([0b01, 0b10, 0b11].as_slice(), 12));
    }

    #[test]
    fn only_what_the_practitioner_offers() {
        let mut rules = Rules { weekly: vec![weekly(BOB, Weekday::Monday, 540, 600)], exceptions: vec![] };
        assert_eq!(expand(&rules).masks, [0b011]);
        rules.weekly[0].hours.visit_types = vec![INNER];
        assert_eq!(expand(&rules).ranges, []);
    }

    #[test]
    fn exceptions_go_before_rules() {
        let every_day = Weekday::ALL.into_iter().flat_map(|day| [ALICE, BOB].map(|id| weekly(id, day, 540, 600)));
        let mut rules = Rules { weekly: every_day.collect(), exceptions: vec![] };
        rules.exceptions = vec![
            exception(None, "2026-11-24", vec![]),
            exception(Some(BOB), "2026-11-24", vec![stretch(600, 660)]),
            exception(Some(ALICE), "2026-11-25", vec![stretch(480, 500), stretch(700, 720)]),
            exception(Some(ALICE), "2026-11-26", vec![stretch(480, 500)]),
            exception(Some(ALICE), "2026-11-26", vec![]),
            Exception { last: "2026-12-18".parse().expect("date"), ..exception(Some(ALICE), "2026-11-28", vec![]) },
        ];
        let hours = expand(&rules);
        let alice =
            ["0 09:00-10:00", "2 08:00-08:20", "2 11:40-12:00", "4 09:00-10:00", "26 09:00-10:00", "27 09:00-10:00"];
        assert_eq!(shown(&hours, 0, 0), alice);
        assert_eq!(shown(&hours, 1, 0)[..3], ["0 09:00-10:00", "1 10:00-11:00", "2 09:00-10:00"]);
    }

    #[test]
    fn rules_hold_between_their_dates() {
        let mut rule = weekly(ALICE, Weekday::Monday, 540, 600);
        rule.first = "2026-11-30".parse().ok();
        rule.last = "2026-12-07".parse().ok();
        let hours = expand(&Rules { weekly: vec![rule], exceptions: vec![] });
        assert_eq!(shown(&hours, 0, 0), ["7 09:00-10:00", "14 09:00-10:00"]);
    }

    #[test]
    fn midnight_joins_and_windows_cut() {
        let always: Vec<WeeklyRule> = Weekday::ALL.into_iter().map(|day| weekly(ALICE, day, 0, 1440)).collect();
        let hours = expand(&Rules { weekly: always, exceptions: vec![] });
        assert_eq!(hours.ranges.len(), 1);
        assert_eq!((hours.ranges[0].start, hours.ranges[0].length), (0, 8_064));
    }

    #[test]
    fn wall_times_hold_over_a_change_of_clocks() {
        // Paris, 2027-03-28: clocks go from 02:00 to 03:00 at 01:00Z (minute 30_103_260).
        let offsets = Offsets::new(vec![(0, 60), (30_103_260, 120)]).expect("offsets");
        let window = window::window_of_date("2027-03-28".parse().expect("date"));
        let sunday = |start, end| weekly(ALICE, Weekday::Sunday, start, end);
        let expanded = |rules: Vec<WeeklyRule>| {
            let rules = Rules { weekly: rules, exceptions: vec![] };
            rules.expand(&practice(), HASH, &offsets, window, 31_000_000).expect("expands")
        };
        let second = |hours: &Hours| shown(hours, 0, 0).get(1).cloned().unwrap_or_default();
        assert_eq!(second(&expanded(vec![sunday(540, 600)])), "13 09:00-10:00");
        let night = expanded(vec![sunday(60, 240)]);
        assert_eq!(second(&night), "13 01:00-04:00");
        let lengths: Vec<u16> = night.ranges.iter().map(|range| range.length).collect();
        assert_eq!(lengths, [36, 24, 36, 36], "three hours by the clock last two");
        assert_eq!(second(&expanded(vec![sunday(150, 240)])), "13 03:00-04:00", "moved out of the gap");
        assert_eq!(second(&expanded(vec![sunday(120, 180)])), "20 02:00-03:00", "all of it in the gap");
    }

    #[cfg(feature = "tzdb")]
    #[test]
    fn seven_windows_of_a_zone() {
        let zone = crate::zone::Zone::new("Europe/Paris").expect("zone");
        let rules = Rules { weekly: vec![weekly(ALICE, Weekday::Monday, 540, 720)], exceptions: vec![] };
        let seven = rules.expand_all(&practice(), HASH, &zone, 29_933_792, 29_950_000).expect("expands");
        assert_eq!(seven.iter().map(|hours| hours.window).collect::<Vec<_>>(), (742..749).collect::<Vec<_>>());
        for hours in &seven {
            assert_eq!(shown(hours, 0, 0), ["0 09:00-12:00", "7 09:00-12:00", "14 09:00-12:00", "21 09:00-12:00"]);
            assert_eq!(Hours::decode(&hours.encode().expect("fits")).as_ref(), Ok(hours));
            assert_eq!(hours.belong_to(&practice(), &HASH), Ok(()));
        }
        let elsewhere = crate::zone::Zone::new("Europe/Berlin").expect("zone");
        let refused = rules.expand_all(&practice(), HASH, &elsewhere, 29_933_792, 29_950_000);
        assert_eq!(refused, Err(HoursError::Window));
    }

    fn any_rule() -> impl Strategy<Value = WeeklyRule> {
        let ids = proptest::sample::subsequence(vec![SHORT, LONG, INNER], 0..=3);
        (proptest::sample::select(vec![ALICE, BOB]), 0..7_usize, 0..287_u16, 1..60_u16, ids).prop_map(
            |(id, day, start, length, visit_types)| {
                let (start, end) = (start * 5, (start + length).min(288) * 5);
                let hours = Stretch { start, end, visit_types };
                WeeklyRule { hours, ..weekly(id, Weekday::ALL[day], 0, 0) }
            },
        )
    }

    proptest! {
        #[test]
        fn every_granule_is_open_as_its_wall_time_says(
            rules in proptest::collection::vec(any_rule(), 0..12),
            change in 0_u32..8_064,
            shift in proptest::sample::select(vec![-60_i16, -30, 30, 60]),
        ) {
            let start = winter().window(WINDOW).start;
            let offsets = Offsets::new(vec![(0, 60), (start + change * 5, 60 + shift)]).expect("offsets");
            let practice = practice();
            let rules = Rules { weekly: rules, exceptions: vec![] };
            let hours = rules.expand(&practice, HASH, &offsets, WINDOW, 30_000_000).expect("expands");
            prop_assert_eq!(&Hours::decode(&hours.encode().expect("fits")).expect("reads"), &hours);
            let bounds = hours.bounds().granules().expect("window");
            // Away from the change itself, where a wall time is shown twice and only its first showing counts.
            let near = |granule: u32| granule.abs_diff(start / 5 + change) <= 12;
            for (place, practitioner) in practice.practitioners.iter().enumerate() {
                for (bit, visit_type) in practice.visit_types.iter().enumerate() {
                    let open = hours.open(place, bit);
                    for granule in (bounds.start()..bounds.end()).step_by(3).filter(|&granule| !near(granule)) {
                        let wall = offsets.wall_time(granule * 5);
                        let expected = visit_type.practitioners.contains(&practitioner.id)
                            && rules.weekly.iter().any(|rule| {
                                let hours = &rule.hours;
                                rule.practitioner == practitioner.id
                                    && rule.weekday == wall.date.weekday()
                                    && (hours.start..hours.end).contains(&wall.minute)
                                    && (hours.visit_types.is_empty() || hours.visit_types.contains(&visit_type.id))
                            });
                        prop_assert_eq!(open.contains(granule), expected, "{} {:?}", granule, wall);
                    }
                }
            }
        }
    }
}
