//! Every key of `docs/spec/keys.md` §1 to §6, one type for each purpose.

mod calendar;
mod code;
mod epoch;
mod link;
mod member;
mod record;
mod root;

pub use calendar::{CalendarKey, CalendarKeyError};
pub use code::{AccountKey, CodeError, RecoveryCode};
pub use epoch::{EpochPublic, EpochSeeds};
pub use link::LinkKeys;
pub use member::{MemberKeys, Role};
pub use record::{RecordKeys, ViewKeys};
pub use root::RootKey;

use crate::Secret;

macro_rules! purpose_keys {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, PartialEq, Eq)]
        pub struct $name(Secret<32>);

        impl $name {
            /// Takes 32 secret bytes for this one purpose.
            pub fn new(key: Secret<32>) -> Self {
                Self(key)
            }

            /// The bytes: only for the box, MAC or vault that this key is for.
            pub(crate) fn expose(&self) -> &Secret<32> {
                &self.0
            }
        }
    )*};
}

purpose_keys! {
    /// k_hours of one window: opens its hours.
    HoursKey,
    /// k_gid of one window: makes its claim ids.
    GidKey,
    /// k_profile of one window: opens identities and catalogues sealed under it.
    ProfileKey,
    /// k_link: opens a link's row of the table.
    LinkOpenKey,
    /// k_staff of one generation: opens the rules.
    StaffKey,
}

impl StaffKey {
    /// Makes the key of a new generation.
    pub fn make(rng: &mut impl rand_core::CryptoRng) -> Self {
        Self(Secret::make(rng))
    }

    /// A second owner of the same key, for a grant or a vault.
    pub fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }
}
