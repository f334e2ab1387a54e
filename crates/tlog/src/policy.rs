//! Trust policies (C2SP tlog-policy): which logs, which witnesses, and which of them are enough.

mod parse;
mod print;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::{self, CosignatureError};
use crate::note::{Note, NoteError};
use crate::vkey::VerifierKey;

pub use parse::{BadPolicy, PolicyFault};

/// Most bytes of a policy that is read.
pub const MAX_POLICY: usize = 64 * 1024;
/// Most logs, most witnesses and most groups of a policy ("Implementation limits").
pub const MAX_LISTED: usize = 32;

/// A log whose checkpoints are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    key: VerifierKey,
    url: Option<Vec<u8>>,
}

impl Log {
    /// Its key, of type 0x01; the key's name is the log's origin.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Where it is, if the policy says so in UTF-8.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref().and_then(|url| core::str::from_utf8(url).ok())
    }
}

/// A witness whose cosignatures count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    name: Vec<u8>,
    key: VerifierKey,
    url: Option<Vec<u8>>,
}

impl Witness {
    /// Its name within the policy: any bytes but controls and spaces.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Its key, of type 0x04.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Its submission prefix, if the policy gives it in UTF-8.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref().and_then(|url| core::str::from_utf8(url).ok())
    }
}

/// What a group or the quorum is made of, by its place in the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// What a checkpoint needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quorum {
    /// No cosignature.
    None,
    /// That this witness or group has witnessed.
    Of(Member),
}

/// At least `threshold` of the members must have witnessed. Groups among the members stand before this one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    threshold: usize,
    members: Vec<Member>,
}

/// A policy: what its lines say, without their spacing and comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Quorum,
}

/// A checkpoint that a listed log has signed and a quorum has witnessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// Every listed witness that cosigned, in the policy's order: name of its key, and the latest time it signed with
    /// (seconds since 1970). A caller with a clock judges the times.
    pub cosigned: Vec<(String, u64)>,
}

/// Why a checkpoint is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The bytes are not a note; or a signature that names a listed log does not verify.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note's text is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A cosignature that names a listed witness does not verify.
    #[error(transparent)]
    Cosignature(#[from] CosignatureError),
    /// The checkpoint is of another log than the one that was asked for.
    #[error("the checkpoint is of {origin}")]
    OtherOrigin {
        /// The origin that it names.
        origin: String,
    },
    /// The policy lists no log of this origin.
    #[error("the policy lists no log {origin}")]
    UnknownLog {
        /// The origin that the checkpoint names.
        origin: String,
    },
    /// No listed key of this origin has signed.
    #[error("the checkpoint is not signed by the log {origin}")]
    Unsigned {
        /// The origin that the checkpoint names.
        origin: String,
    },
    /// Too few witnesses have cosigned.
    #[error("too few witnesses have cosigned; missing: {}", missing.join(", "))]
    Quorum {
        /// Key names of the witnesses that count towards the quorum and have not cosigned, in the policy's order.
        missing: Vec<String>,
    },
}

impl Policy {
    /// The logs, in their order.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses, in their order.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether a checkpoint needs any cosignature: not so with `quorum none`.
    pub fn needs_witnesses(&self) -> bool {
        self.quorum != Quorum::None
    }

    /// Verifies a checkpoint: signed by a listed log, of this origin where one is given, and cosigned by a quorum.
    ///
    /// Every signature that names a listed key must verify (signed-note, "Signatures"); each witness counts once.
    pub fn check(&self, note: &[u8], origin: Option<&str>) -> Result<Verified, PolicyError> {
        self.check_note(&Note::parse(note)?, origin)
    }

    /// [`Policy::check`] of a note that has been read.
    pub fn check_note(&self, note: &Note, origin: Option<&str>) -> Result<Verified, PolicyError> {
        let checkpoint = Checkpoint::parse(note.text())?;
        if origin.is_some_and(|origin| origin != checkpoint.origin) {
            return Err(PolicyError::OtherOrigin { origin: checkpoint.origin });
        }
        self.check_log(note, &checkpoint.origin)?;
        let times: Vec<Option<u64>> =
            self.witnesses.iter().map(|witness| cosignature::latest(note, &witness.key)).collect::<Result<_, _>>()?;
        if !self.is_met(|witness| times.get(witness).copied().flatten().is_some()) {
            return Err(PolicyError::Quorum { missing: self.missing(&times) });
        }
        let names = self.witnesses.iter().map(|witness| witness.key.name().to_owned());
        let cosigned = names.zip(times).filter_map(|(name, time)| Some((name, time?))).collect();
        Ok(Verified { checkpoint, cosigned })
    }

    fn check_log(&self, note: &Note, origin: &str) -> Result<(), PolicyError> {
        let (mut known, mut signed) = (false, false);
        for log in &self.logs {
            let by_this = note.is_signed_by(&log.key)?;
            known |= log.key.name() == origin;
            signed |= by_this && log.key.name() == origin;
        }
        match (known, signed) {
            (_, true) => Ok(()),
            (true, false) => Err(PolicyError::Unsigned { origin: origin.to_owned() }),
            (false, false) => Err(PolicyError::UnknownLog { origin: origin.to_owned() }),
        }
    }

    /// Whether these witnesses are a quorum.
    fn is_met(&self, cosigned: impl Fn(usize) -> bool) -> bool {
        let mut groups: Vec<bool> = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let witnessed = group.members.iter().filter(|member| has_witnessed(**member, &cosigned, &groups)).count();
            groups.push(witnessed >= group.threshold);
        }
        match self.quorum {
            Quorum::None => true,
            Quorum::Of(member) => has_witnessed(member, &cosigned, &groups),
        }
    }

    /// The witnesses that the quorum asks for and that have not cosigned.
    fn missing(&self, times: &[Option<u64>]) -> Vec<String> {
        let Quorum::Of(quorum) = self.quorum else { return Vec::new() };
        let mut asked = vec![quorum];
        let mut at = 0;
        while let Some(member) = asked.get(at).copied() {
            if let Member::Group(group) = member {
                asked.extend(self.groups.get(group).map(|group| group.members.as_slice()).unwrap_or_default());
            }
            at = at.saturating_add(1);
        }
        let missing = self
            .witnesses
            .iter()
            .zip(times)
            .enumerate()
            .filter(|(place, (_, time))| time.is_none() && asked.contains(&Member::Witness(*place)));
        missing.map(|(_, (witness, _))| witness.key.name().to_owned()).collect()
    }
}

/// Whether a witness has cosigned, or a group that stands before has been judged to have witnessed.
fn has_witnessed(member: Member, cosigned: impl Fn(usize) -> bool, groups: &[bool]) -> bool {
    match member {
        Member::Witness(witness) => cosigned(witness),
        Member::Group(group) => groups.get(group).copied().unwrap_or(false),
    }
}
