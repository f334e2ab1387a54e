//! The closed list of checks. A check's code is stable: reports, baselines and `docs/auditing.md` name it.

use serde::{Deserialize, Serialize};

use crate::Severity;

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// Tables, columns and values.
    Database,
    /// Files beside and under the database, backups, logs.
    Files,
    /// Requests and answers.
    Traffic,
    /// The running host.
    Live,
    /// The public log.
    Log,
    /// A receipt or other evidence against the host.
    Evidence,
    /// What must be gone by now.
    Retention,
}

impl Area {
    /// Every area, in the order of the report.
    pub const ALL: &[Self] =
        &[Self::Database, Self::Files, Self::Traffic, Self::Live, Self::Log, Self::Evidence, Self::Retention];
}

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $area:ident, $severity:ident;)*) => {
        /// A check, by its stable code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Check {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Check {
            /// Every check, in the order of the report.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it looks at.
            pub const fn area(self) -> Area {
                match self { $(Self::$name => Area::$area,)* }
            }

            /// How much a finding of it weighs.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }
        }
    };
}

checks! {
    /// A canary's word, number or address stands in clear or in an encoding.
    Canary = "canary", Files, Breach;
    /// A common hash of a canary's phone or address, or one keyed with a key that was found beside it.
    CanaryHash = "canary_hash", Files, Breach;
    /// A table, column, schema, trigger, function, view, comment, index or large object that the policy does not declare.
    UndeclaredObject = "undeclared_object", Database, Warning;
    /// Something that the policy declares is not there.
    MissingObject = "missing_object", Database, Warning;
    /// A value has another size or shape than declared.
    WrongShape = "wrong_shape", Database, Breach;
    /// Values that must look random do not, alone or taken together.
    NotRandom = "not_random", Database, Breach;
    /// A run of readable text in a value that must look random.
    ClearRun = "clear_run", Database, Breach;
    /// A nonce, an encapsulation, a body or a key that may occur once occurs again.
    Repeated = "repeated", Database, Breach;
    /// A column follows the canaries' plaintext by length, order or equality.
    Correlated = "correlated", Database, Breach;
    /// A time is finer than declared.
    TimeTooFine = "time_too_fine", Database, Breach;
    /// A secret key lies beside the data.
    KeyBeside = "key_beside", Files, Breach;
    /// A file that the policy does not declare.
    UndeclaredFile = "undeclared_file", Files, Warning;
    /// A core dump, swap or temporary file with a process's memory.
    MemoryDump = "memory_dump", Files, Breach;
    /// Deleted rows are still in free pages, the write-ahead log or a backup.
    Remains = "remains", Files, Breach;
    /// A log line has a field, a value or a form that the policy does not declare.
    UndeclaredLogField = "undeclared_log_field", Files, Breach;
    /// A request or answer uses a route, field or header that the policy does not declare.
    UndeclaredTraffic = "undeclared_traffic", Traffic, Warning;
    /// A request goes to another host.
    ThirdParty = "third_party", Traffic, Breach;
    /// Bodies of one route differ in length.
    SizeVaries = "size_varies", Traffic, Breach;
    /// A cookie, a persistent identifier or a fingerprint.
    Tracker = "tracker", Traffic, Breach;
    /// A response lacks a header of the policy, or has another one.
    WrongHeader = "wrong_header", Live, Breach;
    /// An asset is not the one of the release manifest.
    WrongAsset = "wrong_asset", Live, Breach;
    /// A metric or a label that the policy does not declare.
    UndeclaredMetric = "undeclared_metric", Live, Warning;
    /// The way to the host is not protected as it must be: an old TLS, or pages without it.
    WeakTransport = "weak_transport", Live, Breach;
    /// The host's clock is not that of the auditor.
    WrongClock = "wrong_clock", Live, Warning;
    /// The host serves a release that its public log does not hold.
    UnloggedRelease = "unlogged_release", Live, Warning;
    /// A checkpoint does not verify.
    BadCheckpoint = "bad_checkpoint", Log, Breach;
    /// A checkpoint is not consistent with an earlier one.
    LogForked = "log_forked", Log, Breach;
    /// The log shows a smaller tree here than one that it has signed: it went back, or shows others another one.
    SmallerTree = "smaller_tree", Log, Breach;
    /// Tiles or entries do not make the signed root.
    BadTile = "bad_tile", Log, Breach;
    /// Fewer witnesses have cosigned than the policy asks for.
    NoQuorum = "no_quorum", Log, Breach;
    /// The newest checkpoint is too old.
    LogStale = "log_stale", Log, Warning;
    /// Something in the database is not in the log though its time is over.
    NotInLog = "not_in_log", Log, Breach;
    /// Something in the chain is not in the database and was not purged.
    NotInDatabase = "not_in_database", Log, Breach;
    /// The chain of a calendar does not hold together.
    BrokenChain = "broken_chain", Log, Breach;
    /// A receipt does not verify.
    BadReceipt = "bad_receipt", Evidence, Breach;
    /// A receipt's leaf is not in the log though its time is over.
    BrokenPromise = "broken_promise", Evidence, Breach;
    /// The same place of a chain was signed twice.
    SignedTwice = "signed_twice", Evidence, Breach;
    /// Two events took the same time, and no release lies between.
    DoubleClaim = "double_claim", Evidence, Breach;
    /// A signed claim set contradicts the chain.
    FalseClaimSet = "false_claim_set", Evidence, Breach;
    /// Sealed bytes of a window that had to be purged are still there.
    NotPurged = "not_purged", Retention, Breach;
    /// The skeleton of what was purged is gone as well.
    SkeletonGone = "skeleton_gone", Retention, Breach;
    /// Something could not be looked at.
    Unreadable = "unreadable", Files, Warning;
}

impl std::fmt::Display for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_differ_and_are_what_serde_writes() {
        let codes: BTreeSet<&str> = Check::ALL.iter().map(|check| check.code()).collect();
        assert_eq!(codes.len(), Check::ALL.len());
        assert_eq!(serde_json::to_string(&Check::KeyBeside).expect("json"), "\"key_beside\"");
    }
}
