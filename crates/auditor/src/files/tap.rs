//! One file while it is read: canaries, sealed events and lines in it and in what is packed in it.

use std::ops::Range;

use super::Common;
use super::kind::{self, HEAD, Kind};
use super::lines::Lines;
use super::sealed::{Fate, Finder, Said, Sealed};
use super::suspects::Suspects;
use crate::audit::Progress;
use crate::database::Live;
use crate::scan::{Hit, Member, Progress as Searched, Sink, Tally};
use crate::{Check, Finding, Place, Severity};

/// Events that are named of one file; the rest are counted.
const NAMED: u64 = 8;

/// What is looked for besides words.
pub(super) struct Tap<'a> {
    pub(super) tally: Tally,
    pub(super) lines: Option<Lines<'a>>,
    finder: &'a Finder,
    live: Option<&'a Live>,
    /// How a server's own files are judged: they are written anew only in time.
    of_server: bool,
    said: Said,
    found: Vec<(Sealed, Fate, u64, Option<&'static str>)>,
    more: u64,
    /// A copy of a program's memory that is packed in the file.
    pub(super) memory: Option<&'static str>,
    /// Bytes of the file that came before this part of it.
    pub(super) base: u64,
    /// Lines stand in what is packed, not in the packed bytes.
    is_packed: bool,
    suspects: &'a mut Suspects,
    name: &'a str,
    shown: Shown<'a>,
}

/// Where progress is said.
pub(super) struct Shown<'a> {
    pub(super) progress: &'a mut dyn Progress,
    pub(super) work: &'a str,
    /// Bytes of the files before this one, and of all.
    pub(super) before: u64,
    pub(super) total: u64,
}

impl<'a> Tap<'a> {
    pub(super) fn new(
        lines: Option<Lines<'a>>,
        is_packed: bool,
        of_server: bool,
        common: &'a mut Common<'_>,
        name: &'a str,
        shown: Shown<'a>,
    ) -> Self {
        let (tally, said, found) = Default::default();
        let Common { finder, live, suspects, .. } = common;
        let live = live.as_ref();
        let (more, memory, base) = (0, None, 0);
        Self {
            tally,
            lines,
            finder,
            live,
            of_server,
            said,
            found,
            more,
            memory,
            base,
            is_packed,
            suspects,
            name,
            shown,
        }
    }

    fn sealed(&mut self, sealed: Sealed, at: u64, inside: Option<&'static str>) {
        let Some(live) = self.live else { return };
        let fate = Fate::of(&sealed, live);
        let is_left = match fate {
            Fate::There | Fate::Foreign => false,
            // A server keeps what it refused until its pages are written anew.
            Fate::Unknown => !self.of_server,
            Fate::Erased | Fate::Deleted => true,
        };
        if !is_left || !self.said.is_new(&sealed) {
            return;
        }
        if u64::try_from(self.found.len()).is_ok_and(|found| found < NAMED) {
            self.found.push((sealed, fate, at, inside));
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// What was found in all.
    pub(super) fn findings(self, place: &Place, where_at: &dyn Fn(u64) -> Vec<String>) -> Vec<Finding> {
        let mut findings = self.tally.findings();
        findings.extend(self.lines.into_iter().flat_map(|lines| lines.finish(place)));
        for (number, (sealed, fate, at, inside)) in self.found.into_iter().enumerate() {
            let path = if inside.is_none() { where_at(at) } else { vec![format!("byte {at}")] };
            let at_place = path.iter().fold(place.clone(), |place, step| place.at(step));
            let mut finding = Finding::new(Check::Remains, at_place).fact("found", "a sealed event");
            if self.of_server && fate == Fate::Erased {
                finding.severity = Severity::Warning;
            }
            finding = finding.fact("verdict", fate.name()).fact("record", souspli_protocol::RecordId(sealed.record));
            finding = finding.fact("revision", sealed.revision);
            if let Some(kind) = inside {
                finding = finding.fact("inside", kind);
            }
            if number == 0 && self.more > 0 {
                finding = finding.fact("more", self.more);
            }
            findings.push(finding);
        }
        findings
    }
}

impl Sink for Tap<'_> {
    fn hit(&mut self, place: &Place, mut hit: Hit) {
        hit.offset = hit.offset.saturating_add(self.base);
        self.tally.hit(place, hit);
    }

    fn bytes(&mut self, inside: &[Member], offset: u64, bytes: &[u8], new: Range<usize>) {
        let packed = inside.first().map(|member| member.kind);
        let mut events = Vec::new();
        self.finder.find(bytes, new.clone(), &mut |at, sealed| events.push((at, sealed)));
        for (at, sealed) in events {
            let at = offset.saturating_add(u64::try_from(at).unwrap_or_default());
            let (at, packed) = match inside.first() {
                Some(member) => (member.offset, packed),
                None => (at, None),
            };
            self.sealed(sealed, self.base.saturating_add(at), packed);
        }
        self.suspects.look(bytes, self.name);
        let is_begin = !inside.is_empty() && offset == 0 && new.start == 0;
        if is_begin && let Kind::Memory(form) = kind::of(bytes.get(..HEAD).unwrap_or(bytes)) {
            self.memory.get_or_insert(form);
        }
        // A log that was packed as a whole is one all the same.
        let is_text = match inside {
            [] => !self.is_packed,
            [member] => self.is_packed && ["gzip", "zstd"].contains(&member.kind),
            _ => false,
        };
        if is_text && let Some(lines) = &mut self.lines {
            lines.feed(bytes.get(new).unwrap_or_default());
        }
    }

    fn progress(&mut self, searched: Searched) {
        let Shown { progress, work, before, total } = &mut self.shown;
        let done = before.saturating_add(self.base).saturating_add(searched.done);
        progress.at(work, done, Some(*total));
    }
}
