//! A set of canaries, ready to be looked for.

use std::collections::HashMap;
use std::io::{self, Read};

use super::collect;
use super::digits::Numbers;
use super::hit::{Hit, Progress, Scanned, Sink};
use super::index::Index;
use super::level::Level;
use super::magic::Magic;
use super::run::Run;
use super::whole::{self, WholeForm};
use super::{Canary, CanaryKind};
use crate::Place;

/// Why a set of canaries cannot be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NeedleError {
    /// Fewer than eight letters, digits or bytes.
    #[error("{canary}: too short to be searched without false alarms")]
    TooShort {
        /// The canary's id.
        canary: String,
    },
    /// Not of the form of its kind.
    #[error("{canary}: not a {}", match .kind {
        CanaryKind::Phone => "phone number",
        CanaryKind::Time => "time in RFC 3339 with an offset",
        CanaryKind::Secret => "secret in base64url or hex",
        CanaryKind::Name | CanaryKind::Email | CanaryKind::Text => "text",
    })]
    Form {
        /// The canary's id.
        canary: String,
        /// Its kind.
        kind: CanaryKind,
    },
    /// Two canaries have the same id.
    #[error("{canary}: two canaries have this id")]
    SameId {
        /// The id.
        canary: String,
    },
    /// More keys than are tried.
    #[error("{keys} keys; at most {} are tried", Needles::KEYS)]
    TooManyKeys {
        /// How many were given.
        keys: usize,
    },
    /// More canaries than are looked for.
    #[error("more canaries than can be looked for at once")]
    TooMany,
}

/// How a stream is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Bytes of the stream, if that is known; for the progress only.
    pub total: Option<u64>,
    /// How many members within each other are followed.
    pub depth: usize,
    /// Bytes that may be unpacked in all. What comes to no valid end counts sixteenfold.
    pub unpacked: u64,
    /// How many members may be open at the same time. Each takes up to 9 MiB.
    pub open: usize,
    /// Bytes that are read and searched at a time.
    pub chunk: usize,
}

impl Options {
    /// Bytes that are read and searched at a time, as they fit into the caches.
    pub const CHUNK: usize = 256 * 1024;
}

impl Default for Options {
    /// Four members deep, 16 GiB unpacked, 32 open.
    fn default() -> Self {
        Self { total: None, depth: 4, unpacked: 16 << 30, open: 32, chunk: Self::CHUNK }
    }
}

/// What is looked for: every form of every canary.
#[derive(Debug)]
pub struct Needles {
    ids: Vec<String>,
    pub(super) index: Index,
    pub(super) numbers: Numbers,
    pub(super) magic: Magic,
    whole: HashMap<Vec<u8>, WholeForm>,
    /// The chance of a false alarm at one place of random data, without short needles.
    chance: f64,
    /// The same for short needles, and how far into a stream they are looked for.
    short_chance: f64,
    short_reach: u64,
}

/// Half of the false alarms that a stream may give (10^-9) is for short needles.
const SHORT_ALARMS: f64 = 0.5e-9;

impl Needles {
    /// How many keys are tried.
    pub const KEYS: usize = 64;

    /// Every form of the canaries. `keys` are secrets found beside the data, with which values may have been hashed;
    /// each is tried as it is, so a key that lies there in hex is given decoded too.
    pub fn build(canaries: &[Canary], keys: &[Vec<u8>]) -> Result<Self, NeedleError> {
        if keys.len() > Self::KEYS {
            return Err(NeedleError::TooManyKeys { keys: keys.len() });
        }
        let mut ids: Vec<String> = Vec::with_capacity(canaries.len());
        let (mut needles, mut numbers, mut whole) = (Vec::new(), Numbers::default(), HashMap::new());
        for canary in canaries {
            if ids.contains(&canary.id) {
                return Err(NeedleError::SameId { canary: canary.id.clone() });
            }
            let number = u32::try_from(ids.len()).map_err(|_| NeedleError::TooMany)?;
            collect::needles(canary, number, keys, &mut needles, &mut numbers)?;
            for form in whole::forms(canary) {
                whole.entry(whole::folded(&form.value)).or_insert(form);
            }
            ids.push(canary.id.clone());
        }
        let chance = needles.iter().map(super::needle::Needle::chance).sum::<f64>() + numbers.chance();
        let short_chance = needles.iter().map(super::needle::Needle::early_chance).sum();
        let index = Index::new(needles).map_err(|_| NeedleError::TooMany)?;
        let magic = Magic::new().ok_or(NeedleError::TooMany)?;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates; neither can be negative"
        )]
        let short_reach = (SHORT_ALARMS / short_chance) as u64;
        Ok(Self { ids, index, numbers, magic, whole, chance, short_chance, short_reach })
    }

    /// Searches a stream to its end, and what is packed in it. Memory does not depend on its length.
    pub fn scan(&self, reader: impl Read, place: &Place, sink: &mut dyn Sink) -> io::Result<Scanned> {
        self.scan_with(reader, place, &Options::default(), sink)
    }

    /// [`Needles::scan`] with bounds of one's own.
    pub fn scan_with(
        &self,
        mut reader: impl Read,
        place: &Place,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> io::Result<Scanned> {
        let mut run = Run::new(self, options, place, sink, false);
        let mut level = Level::new(Vec::new());
        while level.read(&mut reader, &mut run)? {
            run.sink.progress(Progress { done: run.scanned.bytes, total: options.total });
        }
        level.finish(&mut run);
        Ok(run.scanned)
    }

    /// Searches one value, and what it holds if it is encoded as a whole. Besides what [`Needles::scan`] finds, a
    /// value may be a hash cut to 8 bytes, or begin with one.
    pub fn find(&self, value: &[u8]) -> Vec<Hit> {
        self.examine(value).0
    }

    /// [`Needles::find`], with what could not be looked at.
    pub fn examine(&self, value: &[u8]) -> (Vec<Hit>, Scanned) {
        let place = Place::of(String::new());
        let options = Options { unpacked: 64 << 20, ..Options::default() };
        let mut hits = Vec::new();
        let mut run = Run::new(self, &options, &place, &mut hits, true);
        let mut level = Level::new(Vec::new());
        level.feed(value, &mut run);
        level.finish(&mut run);
        let mut scanned = run.scanned;
        scanned.bytes = u64::try_from(value.len()).unwrap_or(u64::MAX);
        (hits, scanned)
    }

    /// Whether a value is, as a whole, something derived from a canary that is too short to be looked for inside
    /// others: a phonetic code, initials, a beginning, a date, minutes as an integer. One such value proves nothing;
    /// several in one column do.
    pub fn whole(&self, value: &[u8]) -> Option<Hit> {
        let form = self.whole.get(&whole::folded(value))?;
        let (canary, form) = (form.canary.clone(), form.form.clone());
        Some(Hit { canary, form, offset: 0, inside: Vec::new(), at: 0, hashed: false })
    }

    /// Everything that [`Needles::whole`] compares with.
    pub fn whole_value_forms(&self) -> impl Iterator<Item = &WholeForm> {
        self.whole.values()
    }

    /// How many false alarms are expected in so many random bytes; the same bytes written in hex, base32 or base64
    /// count as well. Within 10^-9 for 2 GiB and the canaries of a [`super::CanarySet`].
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn expected_false_alarms(&self, bytes: u64) -> f64 {
        self.chance * bytes as f64 + self.short_chance * bytes.min(self.short_reach) as f64
    }

    /// So far into a stream needles of 8 and 9 bytes are looked for that have no letters: cut hashes and binary times.
    /// Beyond they would give false alarms. In text and in values they are always looked for.
    pub fn short_reach(&self) -> u64 {
        self.short_reach
    }

    /// Every form that a stream is searched for, with the canary's id and the bytes; for tests and for leaks made on
    /// purpose. Phone numbers are found by their digits besides.
    pub fn forms(&self) -> impl Iterator<Item = (&str, &str, &[u8])> {
        let needles = self.index.needles().iter();
        needles.map(|needle| (self.canary(needle.canary), needle.form.as_str(), needle.bytes.as_slice()))
    }

    pub(super) fn canary(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|number| self.ids.get(number)).map_or("", String::as_str)
    }
}
