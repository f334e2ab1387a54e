//! What a search reports.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::{Check, Finding, Place};

/// One member on the way to a hit, and where it begins in what holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member {
    /// `gzip`, `zlib`, `zip`, `zstd`, `hex`, `base32`, `base64`.
    pub kind: &'static str,
    /// Of its first byte, in the stream or member that holds it.
    pub offset: u64,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.kind, self.offset)
    }
}

/// A canary that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// The canary's id.
    pub canary: String,
    /// The form in which it lies there: what was done to the bytes, which part of the value it is, and how that is
    /// spelled, as far as each is not plain: `utf8`, `utf16le/word 2`, `base64@1/plain-lower`,
    /// `digits/international`, `sha256/lower/hex[..16]`.
    pub form: String,
    /// Of the first byte in the outermost stream; of the outermost member's first byte for a hit inside one.
    pub offset: u64,
    /// Members that it lies in, from the outermost to the innermost.
    pub inside: Vec<Member>,
    /// Of the first byte in the innermost member; the same as `offset` where there is none.
    pub at: u64,
    /// Whether it is a hash of the canary and not the canary itself.
    pub hashed: bool,
}

impl Hit {
    /// The finding that it is.
    pub fn finding(&self, place: &Place) -> Finding {
        let check = if self.hashed { Check::CanaryHash } else { Check::Canary };
        let finding = Finding::new(check, place.clone())
            .fact("canary", &self.canary)
            .fact("form", &self.form)
            .fact("offset", self.offset);
        if self.inside.is_empty() {
            finding
        } else {
            finding.fact("inside", way(&self.inside)).fact("offset_inside", self.at)
        }
    }
}

/// Why something was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// More members within each other than are followed.
    TooDeep,
    /// More would have been unpacked than a search may.
    TooMuch,
    /// More members were open at the same time than are followed.
    TooMany,
    /// It is a format that is recognised and not read: bzip2, xz, lz4, 7-Zip, a ZIP entry packed in another way.
    Format(&'static str),
    /// It is encrypted.
    Encrypted,
    /// Unpacking needs a dictionary that is not here.
    Dictionary,
    /// Unpacking needs more memory than is given to it.
    Window,
    /// It is damaged, or it ends too early; what came before was searched.
    Damaged,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep => f.write_str("too many members within each other"),
            Self::TooMuch => f.write_str("more would be unpacked than is allowed"),
            Self::TooMany => f.write_str("too many members open at the same time"),
            Self::Format(format) => write!(f, "{format} is not read"),
            Self::Encrypted => f.write_str("encrypted"),
            Self::Dictionary => f.write_str("needs a dictionary"),
            Self::Window => f.write_str("needs too much memory"),
            Self::Damaged => f.write_str("damaged, or cut off"),
        }
    }
}

/// A member that was not looked at, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Skipped {
    /// The way to it, itself as the last one.
    pub inside: Vec<Member>,
    /// Why.
    pub reason: Reason,
}

impl Skipped {
    /// The finding that it is.
    pub fn finding(&self, place: &Place) -> Finding {
        Finding::new(Check::Unreadable, place.clone()).fact("inside", way(&self.inside)).fact("reason", self.reason)
    }
}

fn way(members: &[Member]) -> String {
    members.iter().map(Member::to_string).collect::<Vec<_>>().join(" › ")
}

/// What a search of a stream came to, beside its hits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Bytes read.
    pub bytes: u64,
    /// Packed members that were read to a valid end.
    pub members: u64,
    /// Bytes unpacked from them.
    pub unpacked: u64,
    /// What was not looked at, the first [`Scanned::LISTED`] of it.
    pub skipped: Vec<Skipped>,
    /// How many more were not looked at.
    pub unlisted: u64,
}

impl Scanned {
    /// How many skipped members are listed one by one.
    pub const LISTED: usize = 256;
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub done: u64,
    /// Bytes in all, if that is known.
    pub total: Option<u64>,
}

impl Progress {
    /// How long the rest takes if it takes as long as what is done, which took `spent`.
    pub fn left(&self, spent: Duration) -> Option<Duration> {
        let rest = u128::from(self.total?.saturating_sub(self.done));
        let nanos = spent.as_nanos().checked_mul(rest)?.checked_div(u128::from(self.done))?;
        u64::try_from(nanos).ok().map(Duration::from_nanos)
    }
}

/// Takes what a search reports.
pub trait Sink {
    /// A canary was found. A value can be found in several forms at one place, and a form many times.
    fn hit(&mut self, place: &Place, hit: Hit);

    /// What is searched, unpacked members included, for whoever looks for something else in it: `bytes` begin at `offset`
    /// of the stream or member, those at `new` come for the first time, and what is around them comes once more.
    fn bytes(&mut self, inside: &[Member], offset: u64, bytes: &[u8], new: Range<usize>) {
        let _ = (inside, offset, bytes, new);
    }

    /// So far it has come; called every [`super::Options::CHUNK`] bytes and at the end.
    fn progress(&mut self, progress: Progress) {
        let _ = progress;
    }
}

impl Sink for Vec<Hit> {
    fn hit(&mut self, _: &Place, hit: Hit) {
        self.push(hit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit() -> Hit {
        let inside = vec![Member { kind: "gzip", offset: 100 }, Member { kind: "zlib", offset: 7 }];
        Hit { canary: "canary 3, phone".into(), form: "utf8".into(), offset: 100, inside, at: 9, hashed: false }
    }

    #[test]
    fn a_hit_is_a_finding_with_the_way_to_it() {
        let finding = hit().finding(&Place::of("file host.log"));
        assert_eq!(finding.check, Check::Canary);
        let facts: Vec<String> = finding.facts.iter().map(|fact| format!("{}={}", fact.name, fact.value)).collect();
        assert_eq!(
            facts,
            ["canary=canary 3, phone", "form=utf8", "offset=100", "inside=gzip@100 › zlib@7", "offset_inside=9"]
        );
        assert_eq!(Hit { hashed: true, ..hit() }.finding(&Place::of("x")).check, Check::CanaryHash);
    }

    #[test]
    fn the_rest_takes_as_long_as_what_is_done() {
        let progress = |done, total| Progress { done, total };
        assert_eq!(progress(25, Some(100)).left(Duration::from_secs(2)), Some(Duration::from_secs(6)));
        assert_eq!(progress(0, Some(100)).left(Duration::from_secs(2)), None);
        assert_eq!(progress(25, None).left(Duration::from_secs(2)), None);
        assert_eq!(progress(120, Some(100)).left(Duration::from_secs(2)), Some(Duration::ZERO));
    }
}
