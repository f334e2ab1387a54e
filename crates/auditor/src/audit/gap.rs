//! Why something was not looked at: a closed list, so that every reason can be said in each language.

use serde::{Deserialize, Serialize};

macro_rules! gaps {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $choice:literal;)*) => {
        /// Why something was not looked at, by its stable code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Gap {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Gap {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Whether the person who ran the audit chose so. A choice is reported, and leaves the audit complete.
            pub const fn is_choice(self) -> bool {
                match self { $(Self::$name => $choice,)* }
            }
        }
    };
}

gaps! {
    /// It is not there, or not where it was said to be.
    NotThere = "not_there", false;
    /// It may not be read, or reading failed.
    Unreadable = "unreadable", false;
    /// Its bytes are not what its kind must be: cut, damaged, or of another kind.
    Damaged = "damaged", false;
    /// Its form or version is one that this release does not know.
    UnknownForm = "unknown_form", false;
    /// It is larger than what is looked at.
    TooLarge = "too_large", false;
    /// It changed while it was looked at.
    Changed = "changed", false;
    /// It could not be reached over the network.
    Unreachable = "unreachable", false;
    /// The host or the database refused.
    Refused = "refused", false;
    /// It was stopped before its end.
    Stopped = "stopped", false;
    /// This release has no examination for it yet.
    NotBuilt = "not_built", false;
    /// The recording does not hold it, though it was there.
    NotRecorded = "not_recorded", false;
    /// No canaries were named, so nothing was searched for them.
    NoCanaries = "no_canaries", true;
    /// No policy was named that says what it should be.
    NoPolicy = "no_policy", true;
    /// What it was judged by is what the host says itself: whether it was right to choose that, nobody looked at.
    OwnWord = "own_word", true;
    /// The recording was made at one place on the way; what took another way is not in it.
    OneSide = "one_side", true;
    /// Whoever ran the audit left it out.
    LeftOut = "left_out", true;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Gap;

    #[test]
    fn codes_differ_and_are_what_serde_writes() {
        let codes: BTreeSet<&str> = Gap::ALL.iter().map(|gap| gap.code()).collect();
        assert_eq!(codes.len(), Gap::ALL.len());
        for gap in Gap::ALL {
            assert_eq!(serde_json::to_string(gap).expect("json"), format!("{:?}", gap.code()));
        }
    }
}
