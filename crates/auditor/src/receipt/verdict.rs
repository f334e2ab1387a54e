//! What a judge of receipts says, with stable codes.

use souspli_protocol::receipt::Receipt;
use souspli_tlog::checkpoint::{Checkpoint, SignedCheckpoint};

use super::read::BadReceipt;
use crate::{Check, Finding, Place, Severity};

/// Why a receipt is not one that this host's word stands behind: the check that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bytes hold no receipt.
    #[error(transparent)]
    Shape(#[from] BadReceipt),
    /// The host's receipt key has not signed it.
    #[error("it is not signed with the host's receipt key")]
    Signature,
    /// It allows another time than 1,440 minutes (`docs/spec/events.md` §6).
    #[error("it allows {0} minutes for merging, and not 1,440")]
    Mmd(u32),
    /// It is for other bytes than those that were given.
    #[error("it is not for the event that was given")]
    Event,
    /// Its minute lies more than a day ahead.
    #[error("its minute, {0}, lies in the future")]
    Future(u32),
}

impl Reason {
    /// The stable name of this check.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Shape(_) => "shape",
            Self::Signature => "signature",
            Self::Mmd(_) => "mmd",
            Self::Event => "event",
            Self::Future(_) => "future",
        }
    }
}

/// What shows that a promise is broken, the strongest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownBy {
    /// A later receipt whose leaf is in the log: the host's own minutes. A third party can check it.
    LaterReceipt(Box<Receipt>),
    /// A quorum that cosigned after the time was over: the host owes an answer. A third party can check it.
    Witnesses,
    /// The log as it is shown here, and the clock here.
    OwnClock,
}

impl ShownBy {
    /// `later_receipt`, `witnesses` or `own_clock`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LaterReceipt(_) => "later_receipt",
            Self::Witnesses => "witnesses",
            Self::OwnClock => "own_clock",
        }
    }
}

/// What a receipt comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The log holds the leaf, and a quorum has witnessed the log.
    Included {
        /// The checkpoint.
        checkpoint: Checkpoint,
        /// Index of the leaf.
        index: u64,
        /// Who cosigned, and when (seconds since 1970).
        cosigned: Vec<(String, u64)>,
    },
    /// The log holds the leaf, but fewer witnesses than the policy asks for have seen it.
    Unwitnessed {
        /// The checkpoint.
        checkpoint: Checkpoint,
        /// Index of the leaf.
        index: u64,
        /// Witnesses that are missing.
        missing: Vec<String>,
    },
    /// Signed; not shown to be in the log yet, and it need not be before this minute is over.
    Pending {
        /// The last minute of its time.
        until: u32,
    },
    /// Signed, and its time is over; what is at hand does not tell whether the log holds the leaf.
    Undecided {
        /// What would tell, or why it does not.
        why: String,
    },
    /// Signed, its time is over, and the log does not hold the leaf.
    BrokenPromise {
        /// What shows it.
        shown_by: ShownBy,
        /// The checkpoint of the log that was read from its first entry to its last.
        checkpoint: Box<SignedCheckpoint>,
    },
    /// No receipt of this host.
    NotOurs(Reason),
}

impl Verdict {
    /// The stable name of the verdict.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Included { .. } => "included",
            Self::Unwitnessed { .. } => "unwitnessed",
            Self::Pending { .. } => "pending",
            Self::Undecided { .. } => "undecided",
            Self::BrokenPromise { .. } => "broken_promise",
            Self::NotOurs(_) => "not_a_receipt",
        }
    }
}

/// A verdict, and what else came to light.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What the receipt comes to.
    pub verdict: Verdict,
    /// The receipt, where there is one.
    pub receipt: Option<Receipt>,
    /// Why the proof file around it does not hold. Anybody could have written one, so it accuses nobody.
    pub proof: Option<Finding>,
    /// What is wrong besides: an answer that proves nothing, a log that cannot be read.
    pub besides: Vec<Finding>,
}

impl Judgement {
    /// Everything that is not as it must be. A receipt of another host, or one that nobody can decide, is no finding.
    ///
    /// A broken promise is a breach however strongly others can be convinced of it: the whole log was read here.
    pub fn findings(&self, place: &Place) -> Vec<Finding> {
        let found = |check| Finding::new(check, place.clone()).fact("verdict", self.verdict.code()).fact("says", self);
        let of_verdict = match &self.verdict {
            Verdict::Unwitnessed { .. } => Some(found(Check::NoQuorum)),
            Verdict::BrokenPromise { shown_by, .. } => {
                Some(found(Check::BrokenPromise).fact("shown_by", shown_by.code()))
            }
            Verdict::Included { .. } | Verdict::Pending { .. } | Verdict::Undecided { .. } | Verdict::NotOurs(_) => {
                None
            }
        };
        let of_proof = self.proof.clone().map(|finding| Finding {
            severity: Severity::Warning,
            place: place.at("proof"),
            ..finding
        });
        of_proof.into_iter().chain(self.besides.iter().cloned()).chain(of_verdict).collect()
    }
}

impl std::fmt::Display for Judgement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(receipt) = &self.receipt {
            let statement = &receipt.statement;
            let (link, minute) = (&statement.link, statement.minute);
            write!(f, "place {} of calendar {}, minute {minute}: ", link.sequence, link.context.calendar)?;
        }
        match &self.verdict {
            Verdict::Included { checkpoint, index, cosigned } => {
                write!(f, "entry {index} of the log {}, which has {} then", checkpoint.origin, checkpoint.size)?;
                cosigned.iter().try_for_each(|(name, time)| write!(f, "; cosigned by {name} at {time} s"))
            }
            Verdict::Unwitnessed { checkpoint, index, missing } => {
                let (origin, missing) = (&checkpoint.origin, missing.join(", "));
                write!(f, "entry {index} of the log {origin}, but too few witnesses have seen it; missing: {missing}")
            }
            Verdict::Pending { until } => write!(f, "signed by the host; the log has until minute {until}"),
            Verdict::Undecided { why } => write!(f, "signed by the host, and its time is over; {why}"),
            Verdict::BrokenPromise { shown_by, checkpoint } => {
                let size = checkpoint.checkpoint().size;
                write!(f, "the host broke its promise: none of the {size} entries of its log is this one")?;
                f.write_str(match shown_by {
                    ShownBy::LaterReceipt(_) => ", though a later one is, by the host's own minutes",
                    ShownBy::Witnesses => ", as far as a quorum of witnesses has seen after the time was over",
                    ShownBy::OwnClock => ", as it is shown here",
                })
            }
            Verdict::NotOurs(reason) => write!(f, "no receipt of this host: {reason} ({})", reason.code()),
        }
    }
}
