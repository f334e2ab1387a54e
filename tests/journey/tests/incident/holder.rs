//! Somebody who has a member's key, rightly or not, and asks the host for the chain with it, in whatever portions.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::ops::RangeBounds;
use std::rc::Rc;

use souspli_attest::{event_hash, sha256};
use souspli_client::failure::Failure;
use souspli_client::flow::Flow;
use souspli_client::http::{Host, calendar_path};
use souspli_crypto::keys::{AccountKey, MemberKeys};
use souspli_crypto::vault::{MemberVault, OpenVault, SlotSecret, stretch};
use souspli_journey::Device;
use souspli_protocol::event::{AuthorKind, Event, Header, Operation};
use souspli_protocol::journal::hour_of;
use souspli_protocol::request::event_statement;
use souspli_protocol::sizes::EVENT_LIFE_MINUTES;
use souspli_protocol::vault::SealedVault;
use souspli_protocol::wire::{Append, Appended, Blob, Counter, Sync, SyncAnswer, VaultAnswer, VaultOpen};
use souspli_protocol::{Context, Digest, RecordId, Signature, VerifyingKey, Work};

/// A key, and what it was given.
pub(crate) struct Holder {
    context: Context,
    keys: Rc<MemberKeys>,
    device: Device,
    /// Every record that it was given, in each hour.
    given: BTreeSet<(u32, RecordId)>,
    /// Hours in which it asked.
    pub(crate) hours: BTreeSet<u32>,
    /// The newest event that it was given.
    last: Option<Event>,
}

impl Holder {
    /// Opens a member's vault: whoever does so has its key.
    pub(crate) async fn new(host: SocketAddr, account_key: &str, passphrase: &str) -> Self {
        let mut device = Device::new(host);
        let account = AccountKey::parse(account_key).expect("an account key");
        let locator = account.locator();
        let fetch = Flow::new(move |io| async move {
            let answer: Result<VaultAnswer, Failure> =
                Host::default().post(&io, "/v1/vaults/open".to_owned(), &VaultOpen { locator }).await;
            answer
        });
        let sealed = device.run(fetch).await.expect("a vault").vault;
        let sealed = SealedVault::parse(sealed.0).expect("a vault");
        let stretched = stretch(passphrase, &account).expect("a passphrase");
        let vault = OpenVault::<MemberVault>::open(&sealed, &SlotSecret::Passphrase(&stretched), None);
        let vault = vault.expect("it opens").content;
        let keys = Rc::new(vault.keys());
        Self { context: vault.context, keys, device, given: BTreeSet::new(), hours: BTreeSet::new(), last: None }
    }

    pub(crate) fn key(&self) -> VerifyingKey {
        self.keys.verifying_key()
    }

    /// The records that it was given in these hours, each with the first of them.
    pub(crate) fn given(&self, hours: impl RangeBounds<u32>) -> BTreeMap<RecordId, u32> {
        let within = self.given.iter().filter(|(hour, _)| hours.contains(hour));
        // The latest first: the earliest stays.
        within.rev().map(|(hour, record)| (*record, *hour)).collect()
    }

    /// Asks for the chain after a sequence. Gives how many entries came.
    pub(crate) async fn ask(&mut self, since: u64, minute: u32) -> u64 {
        let (context, keys) = (self.context, self.keys.clone());
        let asking = Flow::new(move |io| async move {
            let (path, body) = (calendar_path(&context.calendar, "sync"), Sync { since: Counter(since) });
            let answer: Result<SyncAnswer, Failure> =
                Host::default().post_signed(&io, &context, keys.signing(), path, &body).await;
            answer
        });
        let answer = self.device.run(asking).await.expect("an answer");
        for event in answer.entries.iter().filter_map(|entry| entry.event.as_ref()) {
            let event = Event::parse(event.0.clone()).expect("an event");
            self.given.insert((hour_of(minute), event.header().record));
            self.last = Some(event);
        }
        self.hours.insert(hour_of(minute));
        answer.entries.len() as u64
    }

    /// Goes on with the record of the newest event that it was given, by one that nobody opens: sealed parts that are none,
    /// signed as they should be. Gives the record.
    pub(crate) async fn spoil(&mut self, minute: u32) -> RecordId {
        let before = self.last.as_ref().expect("an event");
        let header = Header {
            revision: before.header().revision + 1,
            previous: event_hash(before.bytes()),
            operation: Operation::Append,
            author_kind: AuthorKind::Member,
            author: self.key(),
            claims: Digest::ZERO,
            claim_set: Digest::ZERO,
            hours: Digest::ZERO,
            not_after: minute + EVENT_LIFE_MINUTES,
            ..*before.header()
        };
        let unsigned = Event::unsigned(&header, &before.parts()).expect("the sizes of another event");
        let signature = self.keys.signing().sign(&event_statement(&self.context, &sha256(&unsigned)));
        let event = Event::assemble(unsigned, &signature, &Signature::ZERO).expect("an event");
        let (context, body) = (
            self.context,
            Append {
                event: Blob(event.into_bytes()),
                claims: Blob(Vec::new()),
                session: VerifyingKey::ZERO,
                session_signature: Signature::ZERO,
                work: Work::ZERO,
            },
        );
        let sending = Flow::new(move |io| async move {
            let answer: Result<Appended, Failure> =
                Host::default().post(&io, calendar_path(&context.calendar, "events"), &body).await;
            answer
        });
        self.device.run(sending).await.expect("it is taken");
        header.record
    }
}
