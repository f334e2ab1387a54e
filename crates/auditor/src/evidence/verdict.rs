//! What a judge says, with stable codes.

use souspli_protocol::receipt::Link;
use souspli_protocol::{CalendarId, RecordId};

use crate::{Check, Finding, Place};

/// What a file claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// §2: two chains.
    SignedTwice,
    /// §3: one time, two records.
    DoubleClaim,
    /// §4: a claim that the signed set does not have.
    HiddenClaim,
    /// §4: a signed set with claims too many or too few.
    WrongCount,
    /// §4: two sets of one sequence.
    TwoClaimSets,
    /// §6: a receipt whose leaf the log does not have in time.
    Unmerged,
    /// §7: two trees.
    LogFork,
    /// §8: a restore to a chain that the host had not signed.
    FalseNotice,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::SignedTwice,
        Self::DoubleClaim,
        Self::HiddenClaim,
        Self::WrongCount,
        Self::TwoClaimSets,
        Self::Unmerged,
        Self::LogFork,
        Self::FalseNotice,
    ];

    /// Its name in the first line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignedTwice => "signed-twice",
            Self::DoubleClaim => "double-claim",
            Self::HiddenClaim => "hidden-claim",
            Self::WrongCount => "wrong-count",
            Self::TwoClaimSets => "two-claim-sets",
            Self::Unmerged => "unmerged",
            Self::LogFork => "log-fork",
            Self::FalseNotice => "false-notice",
        }
    }

    /// The check that fails where a host is guilty of it.
    pub const fn check(self) -> Check {
        match self {
            Self::SignedTwice | Self::FalseNotice => Check::SignedTwice,
            Self::DoubleClaim => Check::DoubleClaim,
            Self::HiddenClaim | Self::WrongCount | Self::TwoClaimSets => Check::FalseClaimSet,
            Self::Unmerged => Check::BrokenPromise,
            Self::LogFork => Check::LogForked,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What follows from the host's own signatures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Guilt {
    /// One place of a chain was signed twice.
    #[error("the host has signed place {sequence} of calendar {calendar} twice, for two different {what}")]
    SignedTwice {
        /// Whose chain.
        calendar: CalendarId,
        /// Which place.
        sequence: u64,
        /// What differs: `leaves`, `heads before it` or `practices`.
        what: &'static str,
    },
    /// A receipt does not go on from the one before.
    #[error(
        "the host has signed two chains of calendar {calendar}: place {sequence} does not go on from the one before"
    )]
    TwoChains {
        /// Whose chain.
        calendar: CalendarId,
        /// The later place.
        sequence: u64,
    },
    /// Two records have the same time.
    #[error(
        "the host gave record {second} at place {second_sequence} the time that record {first} has had since place \
         {first_sequence}: {shared} of 24 claim ids are the same"
    )]
    DoubleClaim {
        /// Who had it.
        first: RecordId,
        /// Since when.
        first_sequence: u64,
        /// Who got it too.
        second: RecordId,
        /// When.
        second_sequence: u64,
        /// How many ids are the same.
        shared: usize,
    },
    /// A signed set lacks claims that stand.
    #[error("the signed claim set of place {sequence} lacks {missing} of the 24 ids that record {record} has then")]
    HiddenClaim {
        /// Of which place the set is.
        sequence: u64,
        /// Whose claims.
        record: RecordId,
        /// How many are missing.
        missing: usize,
    },
    /// A signed set has another number of claims than the chain.
    #[error("the signed claim set of place {sequence} counts {told} ids; by the chain there are {true_count}")]
    WrongCount {
        /// Of which place the set is.
        sequence: u64,
        /// What the host says.
        told: u32,
        /// What its chain says.
        true_count: u64,
    },
    /// Two signed sets of one place.
    #[error("the host has signed two claim sets of place {sequence} that have different {what}")]
    TwoClaimSets {
        /// Of which place they are.
        sequence: u64,
        /// What differs: `versions`, `counts` or `ids`.
        what: &'static str,
    },
    /// A leaf that is not in the log though a later one is, by the host's own minutes.
    #[error(
        "place {sequence} of minute {minute} is not in the log of {size} leaves, which holds place {later} of minute \
         {later_minute}: its time of {mmd} minutes was over"
    )]
    Unmerged {
        /// Which place was promised.
        sequence: u64,
        /// Since when.
        minute: u32,
        /// For how many minutes it may wait.
        mmd: u32,
        /// The later place that is there.
        later: u64,
        /// Its minute.
        later_minute: u32,
        /// Leaves of the log.
        size: u64,
    },
    /// A restore to a chain that the host had not signed.
    #[error(
        "the host says that it restored calendar {calendar} to a chain that is not the one it had signed: place {sequence}"
    )]
    FalseNotice {
        /// Whose chain.
        calendar: CalendarId,
        /// The place that it had signed.
        sequence: u64,
    },
    /// Two trees under one key.
    #[error("the log {origin} has signed two trees: one of {size} leaves, and one of {newer} that begins otherwise")]
    LogFork {
        /// Which log.
        origin: String,
        /// Leaves of the older one.
        size: u64,
        /// Leaves of the newer one.
        newer: u64,
    },
}

/// Why a file shows nothing: the check that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// No evidence file of this version.
    #[error("this is no evidence file of a known kind")]
    Kind,
    /// A line is not as it must be.
    #[error("line {line} is not as it must be")]
    Line {
        /// From 1.
        line: u64,
    },
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Unreadable,
    /// A receipt is not signed with the host's receipt key.
    #[error("a receipt is not signed by this host")]
    Receipt,
    /// A notice is not signed with the host's receipt key.
    #[error("a notice is not signed by this host")]
    Notice,
    /// A claim-set statement is not signed with the host's receipt key.
    #[error("a claim-set statement is not signed by this host")]
    Statement,
    /// A checkpoint is not signed by the log, or carries a signature too many.
    #[error("a checkpoint is not signed by this log alone")]
    Checkpoint,
    /// An event is not the one that its receipt is for.
    #[error("an event is not the one of its receipt")]
    Event,
    /// Claim ids are not those of the event's digest.
    #[error("claim ids are not those of their event")]
    Claims,
    /// A set is not the one of its statement.
    #[error("a claim set is not the one of its statement")]
    Set,
    /// Parts are of different practices, calendars or generations.
    #[error("the parts are of different calendars or generations")]
    Calendar,
    /// Parts stand in another order in the chain than they must.
    #[error("the parts do not follow each other")]
    Order,
    /// Both events are of one record.
    #[error("both events are of one record")]
    SameRecord,
    /// The events have no claim id in common.
    #[error("the events have no claim id in common")]
    NothingShared,
    /// Entries of the chain are missing.
    #[error("entries of the chain are missing")]
    Gap,
    /// Entries of the chain that are not shown may be events.
    #[error("entries that are not shown may be events")]
    MayBeEvents,
    /// The claims were given back or moved meanwhile.
    #[error("the claims were given back or moved meanwhile")]
    GivenBack,
    /// The window is not one of the set's.
    #[error("the window is not one of the set's")]
    Window,
    /// What is compared agrees.
    #[error("the parts do not contradict each other")]
    Agrees,
    /// The leaves are not those of the checkpoint.
    #[error("the leaves do not make the checkpoint's root")]
    Leaves,
    /// The leaf is in the log.
    #[error("the leaf is in the log")]
    Merged,
    /// The later receipt's leaf is not in the log, or its time is not late enough.
    #[error("the later receipt does not show that the time was over")]
    NotLater,
    /// No quorum of witnesses has cosigned after the time was over.
    #[error("no quorum of witnesses has cosigned after the time was over")]
    NotWitnessed,
    /// The path does not lead to the newer checkpoint.
    #[error("the path does not lead to the newer checkpoint")]
    Path,
}

impl Doubt {
    /// The stable name of this check.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Line { .. } => "line",
            Self::Unreadable => "unreadable",
            Self::Receipt => "receipt",
            Self::Notice => "notice",
            Self::Statement => "statement",
            Self::Checkpoint => "checkpoint",
            Self::Event => "event",
            Self::Claims => "claims",
            Self::Set => "set",
            Self::Calendar => "calendar",
            Self::Order => "order",
            Self::SameRecord => "same_record",
            Self::NothingShared => "nothing_shared",
            Self::Gap => "gap",
            Self::MayBeEvents => "may_be_events",
            Self::GivenBack => "given_back",
            Self::Window => "window",
            Self::Agrees => "agrees",
            Self::Leaves => "leaves",
            Self::Merged => "merged",
            Self::NotLater => "not_later",
            Self::NotWitnessed => "not_witnessed",
            Self::Path => "path",
        }
    }
}

/// What a judge says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The host's own signatures contradict each other or its promise.
    Guilty(Guilt),
    /// The host owes a proof file of this place: a quorum of witnesses has seen no tree that holds it up to the time
    /// (seconds since 1970) when it had to be there.
    Unanswered {
        /// The place that was promised.
        link: Link,
        /// When its time was over.
        over: u64,
    },
    /// The file shows nothing.
    NotShown(Doubt),
}

/// A file's kind and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// `None` where it is no evidence file.
    pub kind: Option<Kind>,
    /// What it shows.
    pub verdict: Verdict,
}

impl Judgement {
    /// Whether the host is guilty.
    pub fn is_guilty(&self) -> bool {
        matches!(self.verdict, Verdict::Guilty(_))
    }

    /// `guilty`, `unanswered` or `not_shown`.
    pub const fn code(&self) -> &'static str {
        match self.verdict {
            Verdict::Guilty(_) => "guilty",
            Verdict::Unanswered { .. } => "unanswered",
            Verdict::NotShown(_) => "not_shown",
        }
    }

    /// The finding that it is; none where nothing is shown. What is unanswered weighs less.
    pub fn finding(&self, place: Place) -> Option<Finding> {
        let check = self.kind?.check();
        let finding = Finding::new(check, place).fact("verdict", self.code()).fact("says", self);
        match self.verdict {
            Verdict::Guilty(_) => Some(finding),
            Verdict::Unanswered { .. } => Some(Finding { severity: crate::Severity::Warning, ..finding }),
            Verdict::NotShown(_) => None,
        }
    }
}

impl std::fmt::Display for Judgement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.verdict {
            Verdict::Guilty(guilt) => guilt.fmt(f),
            Verdict::Unanswered { link, over } => write!(
                f,
                "the host owes a proof of place {} of calendar {}: at {over} s its time was over, and no tree that a \
                 quorum of witnesses has seen holds it",
                link.sequence, link.context.calendar
            ),
            Verdict::NotShown(doubt) => write!(f, "nothing is shown: {doubt} ({})", doubt.code()),
        }
    }
}
