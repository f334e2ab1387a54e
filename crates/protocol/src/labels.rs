//! The registry of labels (`docs/spec/labels.md`): one for each thing signed, sealed, derived or hashed.

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a message, a key or a hash is for; a closed set, so that one key never serves two purposes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Label { $($(#[$doc])* $name,)* }

        impl Label {
            /// Every label, in the order of the registry.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The bytes that stand in field 0.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

labels! {
    /// Hash: FP.
    Id = "souspli/v1/id",
    /// Hash: calendar id.
    Calendar = "souspli/v1/calendar",
    /// Hash: record id.
    Record = "souspli/v1/record",
    /// Statement signed by the root.
    PublicationRegistration = "souspli/v1/publication/registration",
    /// Statement signed by the root.
    PublicationAcl = "souspli/v1/publication/acl",
    /// Statement signed by the root.
    PublicationLinks = "souspli/v1/publication/links",
    /// Statement signed by the root.
    PublicationIdentity = "souspli/v1/publication/identity",
    /// Statement signed by an owner.
    PublicationCatalogue = "souspli/v1/publication/catalogue",
    /// Statement signed by a member.
    PublicationHours = "souspli/v1/publication/hours",
    /// Statement signed by the root.
    PublicationGrants = "souspli/v1/publication/grants",
    /// Statement signed by a member.
    PublicationRules = "souspli/v1/publication/rules",
    /// Statement signed by a member.
    PublicationCountersignature = "souspli/v1/publication/countersignature",
    /// Plaintext of an identity.
    Identity = "souspli/v1/identity",
    /// Plaintext of a catalogue.
    Catalogue = "souspli/v1/catalogue",
    /// Plaintext of hours.
    Hours = "souspli/v1/hours",
    /// Plaintext of rules.
    Rules = "souspli/v1/rules",
    /// Symmetric box under k_profile.
    SealIdentity = "souspli/v1/seal/identity",
    /// Symmetric box under k_profile.
    SealCatalogue = "souspli/v1/seal/catalogue",
    /// Symmetric box under k_hours.
    SealHours = "souspli/v1/seal/hours",
    /// Symmetric box under k_staff.
    SealRules = "souspli/v1/seal/rules",
    /// Symmetric box under k_link.
    SealLinkRow = "souspli/v1/seal/link-row",
    /// HPKE to a member.
    SealGrant = "souspli/v1/seal/grant",
    /// Derive k(g,w+1).
    KeyNext = "souspli/v1/key/next",
    /// Derive k_hours.
    KeyHours = "souspli/v1/key/hours",
    /// Derive k_gid.
    KeyGid = "souspli/v1/key/gid",
    /// Derive k_profile.
    KeyProfile = "souspli/v1/key/profile",
    /// Derive a link's Ed25519 seed.
    KeyLinkSign = "souspli/v1/key/link-sign",
    /// Derive k_link.
    KeyLinkOpen = "souspli/v1/key/link-open",
    /// Derive a record's manage Ed25519 seed.
    KeyManage = "souspli/v1/key/manage",
    /// Derive view_seed from cap_seed.
    KeyView = "souspli/v1/key/view",
    /// Derive a record's view Ed25519 seed.
    KeyViewSign = "souspli/v1/key/view-sign",
    /// Derive a record's view X-Wing seed.
    KeyViewSeal = "souspli/v1/key/view-seal",
    /// Derive a member's Ed25519 seed.
    KeyMemberSign = "souspli/v1/key/member-sign",
    /// Derive a member's X-Wing seed.
    KeyMemberSeal = "souspli/v1/key/member-seal",
    /// Derive the key of the sealed local index.
    KeyLocalIndex = "souspli/v1/key/local-index",
    /// Derive the key of the sealed outbox.
    KeyOutbox = "souspli/v1/key/outbox",
    /// MAC input: claim id.
    Gid = "souspli/v1/gid",
    /// MAC input: decoy claim id.
    Decoy = "souspli/v1/decoy",
    /// Hash: the claim ids of one event.
    Claims = "souspli/v1/claims",
    /// Statement signed by the host: the claimed-id set.
    ClaimSet = "souspli/v1/claim-set",
    /// Hash: place of a claim id in the filter.
    ClaimSetFilter = "souspli/v1/claim-set/filter",
    /// Statement signed by link and session.
    Hold = "souspli/v1/hold",
    /// Header of an event.
    Event = "souspli/v1/event",
    /// HPKE of {k_d}.
    WrapDesk = "souspli/v1/wrap/desk",
    /// HPKE of {k_d, k_c}.
    WrapClinical = "souspli/v1/wrap/clinical",
    /// HPKE of {k_d, k_c, access}.
    WrapPatient = "souspli/v1/wrap/patient",
    /// Hash: commitment of k_d.
    CommitD = "souspli/v1/commit/d",
    /// Hash: commitment of k_c.
    CommitC = "souspli/v1/commit/c",
    /// AEAD key of body d.
    BodyD = "souspli/v1/body/d",
    /// AEAD key of body c.
    BodyC = "souspli/v1/body/c",
    /// Plaintext of body d.
    PlainD = "souspli/v1/plain/d",
    /// Plaintext of body c.
    PlainC = "souspli/v1/plain/c",
    /// Statement signed by the author of an event.
    SignEvent = "souspli/v1/sign/event",
    /// Statement signed by the manage key of a created record.
    SignEventManage = "souspli/v1/sign/event-manage",
    /// Statement signed by a member: a record is to be erased.
    Erase = "souspli/v1/erase",
    /// Statement signed by the session that held the time.
    SignEventSession = "souspli/v1/sign/event-session",
    /// Hash: leaf.
    Leaf = "souspli/v1/leaf",
    /// Hash: chain head.
    Head = "souspli/v1/head",
    /// Statement signed by the host.
    Receipt = "souspli/v1/receipt",
    /// Statement signed by the host: a restore.
    Notice = "souspli/v1/notice",
    /// Hash: a row of the journal of reads.
    Read = "souspli/v1/read",
    /// Statement signed by the host: the journal's newest row, and the open ones.
    Journal = "souspli/v1/journal",
    /// Statement signed by the sender of a read.
    Request = "souspli/v1/request",
    /// Hash: proof of work.
    Work = "souspli/v1/work",
    /// MAC input: host nonce.
    Nonce = "souspli/v1/nonce",
    /// Statement signed by the vault key.
    Vault = "souspli/v1/vault",
    /// Plaintext of a vault.
    VaultContent = "souspli/v1/vault/content",
    /// HPKE of a vault's content key to a slot.
    VaultKey = "souspli/v1/vault/key",
    /// Symmetric box: vault content.
    VaultSeal = "souspli/v1/vault/seal",
    /// Symmetric box: a slot's seed under its KEK.
    SlotWrap = "souspli/v1/slot/wrap",
    /// Derive KEK from Argon2id output and account key.
    SlotKekPassphrase = "souspli/v1/slot/kek-passphrase",
    /// Derive KEK from a recovery code.
    SlotKekRecovery = "souspli/v1/slot/kek-recovery",
    /// Derive KEK from the seed that a member vault holds for the root vault.
    SlotKekMember = "souspli/v1/slot/kek-member",
    /// Derive the Argon2id salt from the account key.
    SlotSalt = "souspli/v1/slot/salt",
    /// Derive a locator from an account key.
    LocatorAccount = "souspli/v1/locator/account",
    /// Derive a locator from a recovery code.
    LocatorRecovery = "souspli/v1/locator/recovery",
    /// Derive a locator from the seed that a member vault holds.
    LocatorMember = "souspli/v1/locator/member",
    /// HPKE of an unlocked session to a second worker of the same page.
    Handover = "souspli/v1/handover",
    /// Symmetric box: one entry of the local index.
    SealLocalIndex = "souspli/v1/seal/local-index",
    /// Symmetric box: one entry of the outbox.
    SealOutbox = "souspli/v1/seal/outbox",
    /// Statement signed by an auditor: the report of an audit.
    AuditReport = "souspli/v1/audit/report",
}

#[cfg(test)]
mod tests {
    use super::Label;

    #[test]
    fn the_registry_and_the_text_agree() {
        let text = include_str!("../../../docs/spec/labels.md");
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("| `souspli"))
            .filter_map(|line| line.split('`').nth(1))
            .collect();
        let code: Vec<&str> = Label::ALL.iter().map(|label| label.as_str()).collect();
        assert_eq!(rows, code);
        let mut unique = code.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), code.len(), "a label stands twice");
    }
}
