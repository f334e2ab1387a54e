//! Pages whose events are being opened by two workers: whoever is free takes the next few, and a page is done once all
//! of its events are, in their order (`docs/spec/keys.md` §7).

use std::collections::VecDeque;

/// How many events the first worker opens before it looks whether the other has answered.
const OWN: usize = 4;
/// Most events of a part that is passed to the second worker.
const PART: usize = 8;
/// Fewer are not worth it.
const WORTH_IT: usize = 4;
/// Parts that the second worker has at most: so much that it is not without work while the first is busy otherwise.
const PARTS: usize = 3;

/// Pages `P` with events `E`, of which rows `R` are made.
pub(super) struct Queue<P, E, R> {
    sheets: VecDeque<Sheet<P, E, R>>,
    /// Number of the first of them.
    first: usize,
    /// What the second worker has, in the order in which it answers.
    passed: VecDeque<Part<E>>,
    /// There is no second worker.
    alone: bool,
}

/// A page, and what has become of its events.
struct Sheet<P, E, R> {
    page: P,
    waiting: VecDeque<E>,
    rows: Vec<Option<R>>,
}

/// Events of one page that follow each other.
pub(super) struct Part<E> {
    sheet: usize,
    row: usize,
    pub(super) events: Vec<E>,
}

impl<P, E, R> Default for Queue<P, E, R> {
    fn default() -> Self {
        Self { sheets: VecDeque::new(), first: 0, passed: VecDeque::new(), alone: false }
    }
}

impl<P, E, R> Queue<P, E, R> {
    pub(super) fn add(&mut self, page: P, events: Vec<E>) {
        let rows = events.iter().map(|_| None).collect();
        self.sheets.push_back(Sheet { page, waiting: events.into(), rows });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sheets.is_empty()
    }

    /// How many events nobody has begun with.
    pub(super) fn waiting(&self) -> usize {
        self.sheets.iter().map(|sheet| sheet.waiting.len()).sum()
    }

    /// What to pass to the second worker, if it is to get more: never more than is left for the first, so that both come
    /// to the end together.
    pub(super) fn next_to_pass(&mut self) -> Option<Part<E>> {
        if self.alone || self.passed.len() >= PARTS {
            return None;
        }
        let has: usize = self.passed.iter().map(|part| part.events.len()).sum();
        let most = PART.min(self.waiting().saturating_sub(has) / 2);
        if most < WORTH_IT { None } else { self.take(most) }
    }

    /// The second worker has taken a part.
    pub(super) fn passed(&mut self, part: Part<E>) {
        self.passed.push_back(part);
    }

    /// There is no second worker: nobody has begun with the part, and no other is passed.
    pub(super) fn refused(&mut self, part: Part<E>) {
        self.alone = true;
        if let Some(sheet) = self.sheet(part.sheet) {
            part.events.into_iter().rev().for_each(|event| sheet.waiting.push_front(event));
        }
    }

    /// What the first worker opens next.
    pub(super) fn next_own(&mut self) -> Option<Part<E>> {
        self.take(OWN)
    }

    /// The part that the second worker answers next.
    pub(super) fn next_answered(&mut self) -> Option<Part<E>> {
        self.passed.pop_front()
    }

    /// Whether the second worker has anything.
    pub(super) fn has_passed(&self) -> bool {
        !self.passed.is_empty()
    }

    /// By its number.
    fn sheet(&mut self, number: usize) -> Option<&mut Sheet<P, E, R>> {
        number.checked_sub(self.first).and_then(|place| self.sheets.get_mut(place))
    }

    fn take(&mut self, most: usize) -> Option<Part<E>> {
        let (number, sheet) = self.sheets.iter_mut().enumerate().find(|(_, sheet)| !sheet.waiting.is_empty())?;
        let row = sheet.rows.len() - sheet.waiting.len();
        let events = sheet.waiting.drain(..most.min(sheet.waiting.len())).collect();
        Some(Part { sheet: self.first + number, row, events })
    }

    /// Puts the rows of a part in their places.
    pub(super) fn put(&mut self, sheet: usize, row: usize, rows: Vec<R>) {
        let places = self.sheet(sheet).into_iter().flat_map(|sheet| sheet.rows.iter_mut().skip(row));
        for (place, row) in places.zip(rows) {
            *place = Some(row);
        }
    }

    /// The oldest page, once it is done.
    pub(super) fn next_done(&mut self) -> Option<(P, Vec<R>)> {
        if !self.sheets.front()?.rows.iter().all(Option::is_some) {
            return None;
        }
        self.first += 1;
        let sheet = self.sheets.pop_front()?;
        Some((sheet.page, sheet.rows.into_iter().flatten().collect()))
    }
}

impl<E> Part<E> {
    /// Where its rows go, and its events.
    pub(super) fn into_parts(self) -> (usize, usize, Vec<E>) {
        (self.sheet, self.row, self.events)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Numbers = Queue<usize, usize, usize>;

    fn open(queue: &mut Numbers, part: Option<Part<usize>>) {
        if let Some((sheet, row, events)) = part.map(Part::into_parts) {
            queue.put(sheet, row, events);
        }
    }

    proptest! {
        /// However fast the two are against each other and whenever pages come, each event is opened once and pages come
        /// out whole and in order.
        #[test]
        fn pages_come_out_whole_and_in_order(
            sizes in prop::collection::vec(0_usize..70, 1..6),
            turns in prop::collection::vec(0_u8..4, 400),
            alone in any::<bool>(),
        ) {
            let mut numbers = 0..;
            let pages: Vec<Vec<usize>> = sizes.iter().map(|size| numbers.by_ref().take(*size).collect()).collect();
            let (mut queue, mut coming, mut done) = (Numbers::default(), pages.iter().cloned().enumerate(), Vec::new());
            // After the turns that were drawn, all is brought to its end.
            for turn in turns.into_iter().chain([0, 1, 3].into_iter().cycle().take(600)) {
                match turn {
                    0 => {
                        if let Some((page, events)) = coming.next() {
                            queue.add(page, events);
                        }
                    }
                    1 => {
                        let part = queue.next_own();
                        open(&mut queue, part);
                    }
                    2 => {
                        while let Some(part) = queue.next_to_pass() {
                            if alone { queue.refused(part) } else { queue.passed(part) }
                        }
                    }
                    _ => {
                        let part = queue.next_answered();
                        open(&mut queue, part);
                    }
                }
                done.extend(std::iter::from_fn(|| queue.next_done()));
            }
            prop_assert!(queue.is_empty() && queue.waiting() == 0 && !queue.has_passed());
            prop_assert_eq!(done, pages.into_iter().enumerate().collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_second_worker_has_enough_and_never_more_than_is_left() {
        let mut queue = Numbers::default();
        queue.add(0, (0..64).collect());
        let mut sizes = Vec::new();
        while let Some(part) = queue.next_to_pass() {
            sizes.push(part.events.len());
            queue.passed(part);
        }
        assert_eq!((sizes, queue.waiting()), (vec![PART; PARTS], 40));
        while queue.waiting() > 24 {
            let _ = queue.next_own();
        }
        let _ = queue.next_answered();
        let part = queue.next_to_pass().map(|part| part.events.len());
        assert_eq!(part, Some(4), "16 are passed, 24 wait");
        let mut few = Numbers::default();
        few.add(0, (0..7).collect());
        assert!(few.next_to_pass().is_none(), "not worth it");
    }
}
