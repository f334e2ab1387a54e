//! The global constants and size classes (`docs/spec/README.md`): the same for every practice, so that no count tells.

/// Minutes in a granule.
pub const GRANULE_MINUTES: u32 = 5;
/// Claim ids per booking (K).
pub const CLAIMS: usize = 24;
/// Days in a window.
pub const WINDOW_DAYS: u32 = 28;
/// Windows published and fetched.
pub const WINDOWS: usize = 7;
/// Windows after its own for which a record is kept.
pub const KEPT_WINDOWS: u32 = 3;
/// Minutes in an epoch (14 days).
pub const EPOCH_MINUTES: u32 = 20_160;
/// Identities signed beyond the current one.
pub const EPOCHS_AHEAD: u32 = 6;
/// Clinical keys per epoch.
pub const CLINICAL: usize = 8;
/// Keys in an access list.
pub const ACL_KEYS: usize = 32;
/// Rows in a link table.
pub const LINK_ROWS: usize = 16;
/// Bytes of a row in a link table.
pub const LINK_ROW: usize = 160;
/// Rows in a grants payload.
pub const GRANT_ROWS: usize = 32;
/// Bytes of a row in a grants payload.
pub const GRANT_ROW: usize = 1_536;
/// Key slots of a vault.
pub const VAULT_SLOTS: usize = 8;
/// Bytes of a key slot.
pub const VAULT_SLOT: usize = 4_096;
/// Minutes that a hold lasts; it is extended once by as much.
pub const HOLD_MINUTES: u32 = 10;
/// Maximum merge delay of the log, minutes.
pub const MMD_MINUTES: u32 = 1_440;
/// Clock difference that a verifier tolerates, minutes.
pub const CLOCK_SKEW_MINUTES: u32 = 1_440;
/// How long after it was made an event may still be accepted, minutes.
pub const EVENT_LIFE_MINUTES: u32 = 1_440;
/// Publications in one batch.
pub const BATCH: usize = 32;
/// Events that a record can have: all of them are one answer, which a reader takes up to 4 MiB of.
pub const REVISIONS: u32 = 256;
/// Entries in one answer of `sync`.
pub const SYNC_PAGE: usize = 64;
/// Closed rows in one answer of `journal`.
pub const JOURNAL_PAGE: usize = 64;
/// Ranges of the chain in a row of the journal of reads.
pub const READ_RANGES: usize = 8;

/// Bytes of an event.
pub const EVENT: usize = 8_192;
/// Bytes of a vault.
pub const VAULT: usize = 262_144;
/// Bytes of an X-Wing public key.
pub const XWING_PUBLIC: usize = 1_216;
/// Bytes of an X-Wing encapsulation.
pub const XWING_ENC: usize = 1_120;
/// Bytes of a ChaCha20-Poly1305 tag.
pub const TAG: usize = 16;
/// Bytes that a symmetric box adds: salt, commitment, tag (`docs/spec/keys.md` §6).
pub const BOX_OVERHEAD: usize = 32 + 32 + TAG;

/// The epoch that a minute lies in.
pub const fn epoch_of(minute: u32) -> u32 {
    minute / EPOCH_MINUTES
}

/// The granule that a minute lies in.
pub const fn granule_of(minute: u32) -> u32 {
    minute / GRANULE_MINUTES
}
