//! Finds phone numbers by their digits alone, however they are grouped.
//!
//! Digits belong together while no more than [`GAP`] separators stand between two of them. A zero byte counts as a
//! separator, so UTF-16 and UTF-32 are read too.

use std::collections::HashMap;
use std::ops::Range;

/// Separators between two digits at most: three in UTF-16 with the zeros around them, one in UTF-32.
const GAP: usize = 7;
/// Digits of the longest number (15 of E.164, two zeros and one more).
const LONGEST: usize = 18;
/// Bytes from a number's first digit to behind its last, at most.
pub(crate) const SPAN: usize = LONGEST * (GAP + 1);

/// Bytes whose digits are counted together.
const BLOCK: usize = 64;

/// What people and character sets put between digits: no-break spaces and hyphens in UTF-8 too.
const SEPARATORS: &[u8] = b" .-/()_'\t\0\xc2\xa0\xe2\x80\xaf\x89\x90\x91";

/// What a byte does to the count of digits that belong together: what is kept of it, and what is added. As numbers,
/// so that the count needs no branch: what comes next in random data cannot be foreseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Effect {
    keep: u32,
    add: u32,
}

const END: Effect = Effect { keep: 0, add: 0 };
const SEPARATOR: Effect = Effect { keep: u32::MAX, add: 0 };
const DIGIT: Effect = Effect { keep: u32::MAX, add: 1 };

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static EFFECTS: [Effect; 256] = {
    let mut effects = [END; 256];
    let mut place = 0;
    while place < SEPARATORS.len() {
        effects[SEPARATORS[place] as usize] = SEPARATOR;
        place += 1;
    }
    let mut digit = b'0';
    while digit <= b'9' {
        effects[digit as usize] = DIGIT;
        digit += 1;
    }
    effects
};

#[allow(clippy::indexing_slicing, reason = "there is one for every byte")]
fn effect(byte: u8) -> Effect {
    EFFECTS[usize::from(byte)]
}

/// Numbers to look for.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// By how many digits, and their value: which canary, and the form.
    rows: HashMap<(usize, u64), Vec<(u32, String)>>,
    /// A bit for each value of the last three digits: most rows of digits can be left at once.
    tails: [u64; 16],
    /// Digits of the shortest.
    shortest: u32,
    /// A bit for each length that there is.
    lengths: u32,
}

impl Numbers {
    /// Adds a row of digits; nothing else may be in it.
    pub(crate) fn add(&mut self, digits: &str, canary: u32, form: String) {
        let Some(value) = digits.parse().ok().filter(|_| digits.len() <= LONGEST) else { return };
        self.lengths |= 1 << digits.len();
        self.shortest = self.lengths.trailing_zeros();
        let (word, bit) = tail(value);
        if let Some(word) = self.tails.get_mut(word) {
            *word |= bit;
        }
        self.rows.entry((digits.len(), value)).or_default().push((canary, form));
    }

    /// Reports canary, form, begin and end of every number whose first digit is in `starts` and that no digit touches.
    pub(crate) fn search(&self, hay: &[u8], starts: Range<usize>, found: &mut dyn FnMut(u32, &str, Range<usize>)) {
        if self.rows.is_empty() {
            return;
        }
        let end = starts.end.saturating_add(SPAN).min(hay.len());
        for part in self.dense(hay.get(starts.start..end).unwrap_or_default()) {
            self.search_part(hay, starts.start + part.start..starts.start + part.end, &starts, found);
        }
    }

    /// The parts that have enough digits. A number that lies in two blocks has half of its digits in one of them, and
    /// one that goes through a block has a digit at every eighth byte of it. So the blocks that have as many are looked
    /// at, and those before and behind them.
    fn dense(&self, hay: &[u8]) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let enough = self.shortest.div_ceil(2).min(8);
        for (number, block) in hay.chunks(BLOCK).enumerate() {
            let digits = block.iter().fold(0_u8, |digits, byte| digits + u8::from(byte.is_ascii_digit()));
            if u32::from(digits) >= enough {
                let (start, end) = (number.saturating_sub(1) * BLOCK, hay.len().min((number + 2) * BLOCK));
                match parts.last_mut() {
                    Some(last) if last.end >= start => last.end = end,
                    _ => parts.push(start..end),
                }
            }
        }
        parts
    }

    fn search_part(
        &self,
        hay: &[u8],
        part: Range<usize>,
        starts: &Range<usize>,
        found: &mut dyn FnMut(u32, &str, Range<usize>),
    ) {
        let mut run = 0;
        let mut from = part.start;
        while let Some(bytes) = hay.get(from..part.end) {
            let Some(last) = enough(bytes, &mut run, self.shortest) else { return };
            if is_digit(bytes.get(last)) && !is_digit(hay.get(from + last + 1)) {
                self.back_from(hay, from + last, starts, found);
            }
            from += last + 1;
        }
    }

    /// Walks back from a last digit, and looks up every row of digits on the way.
    fn back_from(
        &self,
        hay: &[u8],
        last: usize,
        starts: &Range<usize>,
        found: &mut dyn FnMut(u32, &str, Range<usize>),
    ) {
        let (mut count, mut gap, mut value, mut factor) = (0, 0, 0_u64, 1_u64);
        let before = hay.get(..=last).unwrap_or_default();
        for (place, &byte) in before.iter().enumerate().rev().take(SPAN) {
            match effect(byte) {
                DIGIT => {
                    value += u64::from(byte - b'0') * factor;
                    (count, gap) = (count + 1, 0);
                }
                SEPARATOR if gap < GAP => {
                    gap += 1;
                    continue;
                }
                _ => return,
            }
            if count == 3 && !self.may_end(value) {
                return;
            }
            let touched = place.checked_sub(1).is_some_and(|before| is_digit(hay.get(before)));
            let is_length = self.lengths >> count & 1 == 1;
            let rows = if is_length { self.rows.get(&(count, value)) } else { None };
            if let Some(rows) = rows.filter(|_| !touched && starts.contains(&place)) {
                for (canary, form) in rows {
                    found(*canary, form, place..last + 1);
                }
            }
            if count == LONGEST {
                return;
            }
            factor *= 10;
        }
    }

    fn may_end(&self, digits: u64) -> bool {
        let (word, bit) = tail(digits);
        self.tails.get(word).is_some_and(|word| word & bit != 0)
    }

    /// The chance that random bytes hold one of the numbers at one place.
    pub(crate) fn chance(&self) -> f64 {
        // 21 of 256 bytes are separators: up to seven of them between two digits make a digit 1.09 times as likely.
        self.rows
            .iter()
            .map(|((digits, _), rows)| {
                let digits = i32::try_from(*digits).unwrap_or(i32::MAX);
                let rows = f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX));
                rows * 256.0_f64.powi(-digits) * 1.09_f64.powi(digits - 1)
            })
            .sum()
    }
}

/// The next byte up to which there are enough digits; it may be a separator. The loop has nothing but registers.
#[inline(never)]
fn enough(bytes: &[u8], run: &mut u32, least: u32) -> Option<usize> {
    let mut count = *run;
    let found = bytes.iter().position(|&byte| {
        let Effect { keep, add } = effect(byte);
        count = (count & keep) + add;
        count >= least
    });
    *run = count;
    found
}

/// Where the last three digits of a number have their bit.
fn tail(value: u64) -> (usize, u64) {
    let digits = value % 1_000;
    (usize::try_from(digits / 64).unwrap_or_default(), 1 << (digits % 64))
}

fn is_digit(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(hay: &[u8]) -> Vec<Range<usize>> {
        let mut numbers = Numbers::default();
        numbers.add("0639981234", 0, "digits/national".to_owned());
        numbers.add("33639981234", 0, "digits/international".to_owned());
        let mut places = Vec::new();
        numbers.search(hay, 0..hay.len(), &mut |_, _, place| places.push(place));
        places
    }

    #[test]
    fn a_number_is_found_however_it_is_grouped() {
        for text in [
            "0639981234",
            "06 39 98 12 34",
            "06.39.98.12.34",
            "06-39-98-12-34",
            "06/39/98/12/34",
            "(06) 39 98 - 12 34",
            "0639 981 234",
            "06\u{a0}39\u{202f}98\u{2011}12\u{2009}34",
            "+33 6 39 98 12 34",
            "+33639981234",
        ] {
            let hay = format!("tel {text}; 17");
            let places = found(hay.as_bytes());
            assert_eq!(places.len(), 1, "{text}");
            let digits = text.trim_start_matches(['+', '(']);
            assert_eq!(&hay[places[0].clone()], digits, "{text}");
            for order in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
                let wide: Vec<u8> = hay.encode_utf16().flat_map(order).collect();
                // Characters beyond Latin-1 have bytes of their own in UTF-16.
                assert!(found(&wide).len() == 1 || text.contains('\u{2009}'), "{text} in UTF-16");
            }
        }
        let wide: Vec<u8> = "tel 06 39 98 12 34;".chars().flat_map(|digit| u32::from(digit).to_be_bytes()).collect();
        assert_eq!(found(&wide).len(), 1, "UTF-32");
    }

    #[test]
    fn a_part_of_a_longer_row_of_digits_is_none() {
        for hay in
            ["10639981234", "06399812345", "0639981235", "06 39 98 12", "06 39 98, 12 34", "06 39 98        12 34"]
        {
            assert!(found(hay.as_bytes()).is_empty(), "{hay}");
        }
        assert_eq!(found(b"12 0639981234 5").len(), 1);
    }

    #[test]
    fn each_number_is_reported_where_it_begins_and_nowhere_else() {
        let hay = b"0639981234 0639981234";
        let mut numbers = Numbers::default();
        numbers.add("0639981234", 0, "digits/national".to_owned());
        for cut in 0..=hay.len() {
            let mut places = Vec::new();
            numbers.search(hay, 0..cut, &mut |_, _, place| places.push(place.start));
            numbers.search(hay, cut..hay.len(), &mut |_, _, place| places.push(place.start));
            assert_eq!(places, [0, 11], "cut at {cut}");
        }
    }
}
