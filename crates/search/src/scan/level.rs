//! Searches a stream piece by piece, and what is packed in it in streams of their own.

use std::io::{self, Read};
use std::ops::Range;

use super::decode::{Decoder, Step};
use super::digits::SPAN;
use super::hit::{Hit, Member, Reason};
use super::index::Match;
use super::magic::{self, Candidate, Kind};
use super::needle::{Around, LONGEST, Needle};
use super::run::{Run, joined};

/// Bytes behind a place that tell what begins there.
pub const AHEAD: usize = 512;
/// Bytes that are kept of what was searched, for what must not stand before a needle.
const BEHIND: usize = 16;
/// What a member that comes to no valid end, or is refused, counts at least, since that takes time too.
const OPENING: u64 = 4 * 1024;
/// Of a member that breaks off, so much was unpacked that it was one.
const CONVINCING: u64 = 512;

const _: () = assert!(AHEAD > LONGEST && AHEAD > SPAN && AHEAD > magic::AHEAD);

/// A stream, or what comes out of a member.
pub(super) struct Level {
    /// The way to it; empty for the outermost.
    inside: Vec<Member>,
    /// The end of what was searched, and what comes behind it.
    buffer: Vec<u8>,
    /// Offset of the buffer's first byte.
    base: u64,
    /// How much of the buffer was searched.
    done: usize,
    is_begun: bool,
    open: Vec<Open>,
}

/// A member that is being read.
struct Open {
    decoder: Decoder,
    kind: Kind,
    /// It is text in which a packed member was seen, and is read only as long as that is.
    is_carrier: bool,
    /// Offset of the first byte that it has not got.
    next: u64,
    /// Members that had been read to their end when this one was opened.
    members: u64,
    /// Bytes that it took, and those that it gave.
    taken: u64,
    unpacked: u64,
    out: Vec<u8>,
    child: Level,
}

impl Level {
    pub(super) fn new(inside: Vec<Member>) -> Self {
        Self { inside, buffer: Vec::new(), base: 0, done: 0, is_begun: false, open: Vec::new() }
    }

    /// Reads and searches one piece; `false` at the end.
    pub(super) fn read(&mut self, reader: &mut impl Read, run: &mut Run) -> io::Result<bool> {
        let limit = u64::try_from(run.options.chunk.max(1)).unwrap_or(u64::MAX);
        let count = reader.by_ref().take(limit).read_to_end(&mut self.buffer)?;
        run.scanned.bytes += u64::try_from(count).unwrap_or_default();
        self.work(false, run);
        Ok(count > 0)
    }

    /// Takes bytes, and searches as soon as a piece is complete.
    pub(super) fn feed(&mut self, bytes: &[u8], run: &mut Run) {
        for piece in bytes.chunks(run.options.chunk.max(1)) {
            self.buffer.extend_from_slice(piece);
            if self.buffer.len() - self.done >= run.options.chunk.saturating_add(AHEAD) {
                self.work(false, run);
            }
        }
    }

    /// Searches the rest.
    pub(super) fn finish(&mut self, run: &mut Run) {
        self.work(true, run);
        for mut open in self.open.drain(..) {
            open.end(open.is_convincing().then_some(Reason::Damaged), run);
        }
    }

    /// Whether nothing is open in it, as far as it was searched.
    fn is_idle(&self) -> bool {
        self.is_begun && self.open.is_empty()
    }

    fn work(&mut self, is_last: bool, run: &mut Run) {
        let ready = if is_last { self.buffer.len() } else { self.buffer.len().saturating_sub(AHEAD) };
        if ready <= self.done && !is_last {
            return;
        }
        let starts = self.done..ready;
        self.search(starts.clone(), run);
        self.feed_open(run);
        self.open_members(starts, run);
        run.searched += u64::try_from(ready.saturating_sub(self.done)).unwrap_or_default();
        let old = ready.saturating_sub(BEHIND);
        self.buffer.drain(..old);
        self.base += u64::try_from(old).unwrap_or_default();
        self.done = ready - old;
    }

    fn offset(&self, at: usize) -> u64 {
        self.base + u64::try_from(at).unwrap_or_default()
    }

    fn search(&self, starts: Range<usize>, run: &mut Run) {
        let needles = run.needles;
        run.sink.bytes(&self.inside, self.base, &self.buffer, starts.clone());
        needles.index.search(&self.buffer, starts.clone(), &mut |found| {
            let Some(needle) = needles.index.needles().get(found.needle) else { return };
            let early = if run.is_value {
                self.offset(found.at) == 0
            } else {
                run.searched + u64::try_from(found.at - starts.start).unwrap_or_default() < needles.short_reach()
            };
            if self.stands(needle, found, early) {
                let cut =
                    if found.length < needle.bytes.len() { format!("[..{}]", found.length) } else { String::new() };
                self.report(needle.canary, format!("{}{cut}", needle.form), found.at, needle.hashed, run);
            }
        });
        needles.numbers.search(&self.buffer, starts, &mut |canary, form, found| {
            self.report(canary, form.to_owned(), found.start, false, run);
        });
    }

    /// Whether what is around a match is as it must be.
    fn stands(&self, needle: &Needle, found: Match, early: bool) -> bool {
        if found.length >= needle.sure {
            return true;
        }
        let before = found.at.checked_sub(1).and_then(|before| self.buffer.get(before));
        let neighbours = [before, self.buffer.get(found.at + found.length)];
        let none = |fits: fn(u8) -> bool| !neighbours.into_iter().flatten().any(|byte| fits(*byte));
        match needle.around {
            None => true,
            Some(Around::NoDigit) => none(|byte| byte.is_ascii_digit()),
            Some(Around::NoHex) => none(|byte| byte.is_ascii_hexdigit()),
            Some(Around::NoBase64) => none(magic::is_base64),
            Some(Around::Early) => early,
        }
    }

    fn report(&self, canary: u32, form: String, at: usize, hashed: bool, run: &mut Run) {
        let at = self.offset(at);
        let canary = run.needles.canary(canary).to_owned();
        let offset = self.inside.first().map_or(at, |member| member.offset);
        run.sink.hit(run.place, Hit { canary, form, offset, inside: self.inside.clone(), at, hashed });
    }

    /// Gives what is new to the members that are open.
    fn feed_open(&mut self, run: &mut Run) {
        let (base, buffer) = (self.base, self.buffer.as_slice());
        self.open.retain_mut(|open| {
            let from = usize::try_from(open.next.saturating_sub(base)).unwrap_or(usize::MAX);
            open.feed(buffer.get(from..).unwrap_or_default(), run)
        });
    }

    fn open_members(&mut self, starts: Range<usize>, run: &mut Run) {
        let mut whole = None;
        if !std::mem::replace(&mut self.is_begun, true) {
            whole = magic::encoding_of(&self.buffer);
            if let Some(candidate) = whole.filter(|_| self.inside.len() < run.options.depth) {
                self.open_member(candidate, false, run);
            }
        }
        for candidate in run.needles.magic.candidates(&self.buffer, starts) {
            if whole != Some(candidate) {
                self.open_member(candidate, !is_packed(candidate.kind), run);
            }
        }
    }

    fn open_member(&mut self, candidate: Candidate, is_carrier: bool, run: &mut Run) {
        let Candidate { at, kind } = candidate;
        let rest = self.buffer.get(at..).unwrap_or_default();
        let verdict = if kind == Kind::Zlib { run.is_deflated(rest) } else { Some(true) };
        let refused = match kind {
            _ if verdict == Some(false) => return,
            Kind::Closed(name) => Some(Reason::Format(name)),
            Kind::Encrypted => Some(Reason::Encrypted),
            _ if verdict.is_none() || run.is_exhausted() => Some(Reason::TooMuch),
            _ if self.inside.len() >= run.options.depth => Some(Reason::TooDeep),
            _ if run.open >= run.options.open => Some(Reason::TooMany),
            _ => None,
        };
        let member = Member { kind: kind.name(), offset: self.offset(at) };
        if let Some(reason) = refused {
            if matches!(reason, Reason::TooDeep | Reason::TooMany) {
                run.wasted = run.wasted.saturating_add(OPENING);
            }
            return run.skip(&self.inside, member, reason);
        }
        let Some(decoder) = Decoder::new(kind) else { return };
        run.open += 1;
        let child = Self::new(joined(&self.inside, member));
        let mut open = Open {
            decoder,
            kind,
            is_carrier,
            next: self.offset(at),
            members: run.scanned.members,
            taken: 0,
            unpacked: 0,
            out: Vec::new(),
            child,
        };
        if open.feed(rest, run) {
            self.open.push(open);
        }
    }
}

impl Open {
    /// Reads on; `false` when it is over.
    fn feed(&mut self, bytes: &[u8], run: &mut Run) -> bool {
        let mut input = bytes;
        loop {
            let before = input.len();
            let step = self.decoder.step(&mut input, &mut self.out);
            self.taken += u64::try_from(before - input.len()).unwrap_or_default();
            self.pass_on(run);
            let reason = match step {
                _ if self.is_carrier && self.child.is_idle() => None,
                Step::Going if run.is_exhausted() => Some(Reason::TooMuch),
                Step::Going => continue,
                Step::Hungry => {
                    self.next += u64::try_from(bytes.len()).unwrap_or_default();
                    return true;
                }
                Step::End => {
                    run.scanned.members += u64::from(is_packed(self.kind));
                    None
                }
                Step::Stop(Reason::Damaged) => self.is_convincing().then_some(Reason::Damaged),
                Step::Stop(reason) => Some(reason),
            };
            self.end(reason, run);
            return false;
        }
    }

    /// Has what came out searched.
    fn pass_on(&mut self, run: &mut Run) {
        let fresh = u64::try_from(self.out.len()).unwrap_or_default();
        self.unpacked += fresh;
        // A stream that is encoded as a whole only gets shorter by it.
        run.scanned.unpacked += if is_packed(self.kind) || self.is_carrier { fresh } else { 0 };
        self.child.feed(&self.out, run);
        self.out.clear();
        if self.is_carrier && !self.child.is_begun {
            self.child.work(false, run);
        }
    }

    fn end(&mut self, reason: Option<Reason>, run: &mut Run) {
        run.open = run.open.saturating_sub(1);
        self.child.finish(run);
        if run.scanned.members == self.members && (is_packed(self.kind) || self.is_carrier) {
            run.wasted = run.wasted.saturating_add(self.taken.max(self.unpacked).max(OPENING));
            if reason.is_none() {
                run.forget(&self.child.inside);
            }
        }
        if let (Some(reason), Some((member, outer))) = (reason, self.child.inside.split_last()) {
            run.skip(outer, *member, reason);
        }
    }

    /// Whether it was a member, though it breaks off. Of zlib that cannot be told: its sign is two bytes, and parts of
    /// it stand in other formats, such as PNG.
    fn is_convincing(&self) -> bool {
        self.kind != Kind::Zlib && is_packed(self.kind) && self.unpacked >= CONVINCING
    }
}

/// Whether it is packed, and so has an end that can be told from its middle.
fn is_packed(kind: Kind) -> bool {
    matches!(kind, Kind::Gzip | Kind::Zlib | Kind::Zip { .. } | Kind::Zstd)
}
