//! Pages of a SQLite file that hold nothing any more: with `secure_delete` they are zero.
//!
//! Format: <https://sqlite.org/fileformat2.html>, §1.5 (freelist) and §1.6 (pages of b-trees).

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use crate::{Check, Finding, Place};

/// Pages that are named.
const NAMED: u64 = 8;
/// Bytes of the file's header.
const HEADER: usize = 100;

/// What the file says of itself.
struct Shape {
    page: usize,
    /// Bytes at the end of each page that are not used.
    reserved: usize,
    first_trunk: u32,
    free: u32,
    pages: u32,
    /// Whether a map says what each page is.
    has_map: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Free {
    /// Free pages, and those that are not zero.
    pub(super) pages: u64,
    filled: u64,
    named: Vec<u32>,
}

/// Looks at every page of the freelist.
pub(super) fn free_pages(file: &mut File) -> io::Result<Free> {
    let mut free = Free::default();
    let Some(shape) = shape(file)? else { return Ok(free) };
    let (mut trunk, mut left) = (shape.first_trunk, shape.free);
    let (mut page, mut leaf) = (vec![0; shape.page], vec![0; shape.page]);
    while trunk != 0 && trunk <= shape.pages && left > 0 {
        read(file, &shape, trunk, &mut page)?;
        left = left.saturating_sub(1);
        free.pages = free.pages.saturating_add(1);
        let count = number(&page, 4);
        let room = shape.page.saturating_sub(shape.reserved).saturating_sub(8) / 4;
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(room);
        // Behind its list a trunk has numbers of pages that were taken off it, or nothing.
        let behind = (count..room).map(|place| number(&page, place.saturating_mul(4).saturating_add(8)));
        if behind.into_iter().any(|number| number > shape.pages) {
            free.add(trunk);
        }
        for place in 0..count {
            let at = number(&page, place.saturating_mul(4).saturating_add(8));
            if at == 0 || at > shape.pages || left == 0 {
                break;
            }
            left = left.saturating_sub(1);
            free.pages = free.pages.saturating_add(1);
            read(file, &shape, at, &mut leaf)?;
            if leaf.iter().any(|byte| *byte != 0) {
                free.add(at);
            }
        }
        trunk = number(&page, 0);
    }
    Ok(free)
}

impl Free {
    fn add(&mut self, page: u32) {
        self.filled = self.filled.saturating_add(1);
        if u64::try_from(self.named.len()).is_ok_and(|named| named < NAMED) {
            self.named.push(page);
        }
    }

    /// A finding where any of them still holds something.
    pub(super) fn finding(&self, place: &Place, what: &str) -> Option<Finding> {
        let first = self.named.first()?;
        let pages: Vec<String> = self.named.iter().map(u32::to_string).collect();
        let finding = Finding::new(Check::Remains, place.at(format!("page {first}")));
        let finding = finding.fact("found", what).fact("count", self.filled);
        Some(finding.fact("pages", pages.join(", ")))
    }
}

/// Looks at the room that was given back inside pages of b-trees, where the file says which pages those are: the pointer
/// map of files that can be made smaller (§1.8).
pub(super) fn freed_room(file: &mut File) -> io::Result<Free> {
    let mut free = Free::default();
    let Some(shape) = shape(file)?.filter(|shape| shape.has_map) else { return Ok(free) };
    let entries = u32::try_from(shape.page.saturating_sub(shape.reserved) / 5).unwrap_or_default();
    let (mut map, mut page) = (vec![0; shape.page], vec![0; shape.page]);
    let mut at = 2_u32;
    while at <= shape.pages && entries > 0 {
        read(file, &shape, at, &mut map)?;
        for entry in 0..entries.min(shape.pages.saturating_sub(at)) {
            let kind = usize::try_from(entry).ok().and_then(|entry| map.get(entry.saturating_mul(5)));
            if matches!(kind, Some(1 | 5)) {
                let number = at.saturating_add(entry).saturating_add(1);
                read(file, &shape, number, &mut page)?;
                free.pages = free.pages.saturating_add(1);
                if is_filled(&page, shape.reserved) {
                    free.add(number);
                }
            }
        }
        at = at.saturating_add(entries).saturating_add(1);
    }
    Ok(free)
}

/// Whether a free block of a page still holds something behind its header of four bytes.
fn is_filled(page: &[u8], reserved: usize) -> bool {
    let half = |at: usize| page.get(at..)?.first_chunk::<2>().map(|half| usize::from(u16::from_be_bytes(*half)));
    if !page.first().is_some_and(|kind| [2, 5, 10, 13].contains(kind)) {
        return false;
    }
    let end_of_page = page.len().saturating_sub(reserved);
    let mut at = half(1).unwrap_or_default();
    while at != 0 {
        let (Some(next), Some(size)) = (half(at), half(at.saturating_add(2))) else { return false };
        let end = at.saturating_add(size);
        if size < 4 || end > end_of_page || next != 0 && next < end {
            return false;
        }
        if page.get(at.saturating_add(4)..end).is_some_and(|inside| inside.iter().any(|byte| *byte != 0)) {
            return true;
        }
        at = next;
    }
    false
}

fn shape(file: &mut File) -> io::Result<Option<Shape>> {
    let mut header = [0; HEADER];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut header)?;
    let size = match header.get(16..18) {
        Some([0, 1]) => 65_536,
        Some([high, low]) => usize::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    };
    let length = file.metadata()?.len();
    let pages = u64::try_from(size).ok().filter(|size| *size >= 512).and_then(|size| length.checked_div(size));
    let Some(pages) = pages.and_then(|pages| u32::try_from(pages).ok()) else { return Ok(None) };
    let reserved = usize::from(header.get(20).copied().unwrap_or_default());
    let (first_trunk, free, has_map) = (number(&header, 32), number(&header, 36), number(&header, 52) != 0);
    Ok(Some(Shape { page: size, reserved, first_trunk, free, pages, has_map }))
}

fn read(file: &mut File, shape: &Shape, page: u32, into: &mut [u8]) -> io::Result<()> {
    let size = u64::try_from(shape.page).unwrap_or_default();
    file.seek(SeekFrom::Start(u64::from(page).saturating_sub(1).saturating_mul(size)))?;
    file.read_exact(into)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk::<4>).map_or(0, |number| u32::from_be_bytes(*number))
}
