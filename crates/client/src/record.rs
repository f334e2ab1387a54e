//! A record's chain: verified whole before any of it is shown (`docs/spec/events.md` §4).

use souspli_attest::restore::Restores;
use souspli_attest::{claims_digest, event_hash, head_after, leaf_of, verify};
use souspli_booking::appointment::Appointment;
use souspli_crypto::keys::{CalendarKey, GidKey};
use souspli_crypto::{claim_ids, envelope, gids, with_decoys};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::{AuthorKind, Event, Header, Operation};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, EVENT_LIFE_MINUTES, MMD_MINUTES, epoch_of};
use souspli_protocol::wire::RecordEntry;
use souspli_protocol::{Context, Digest, Gid, ItemId, RecordId, VerifyingKey};

use crate::body::{BodyC, BodyD, Contact, Desk, Kind};
use crate::failure::Failure;
use crate::trust::Distrust;

/// An event that the host has a receipt for; both verified.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The envelope.
    pub event: Event,
    /// Its hash.
    pub hash: Digest,
    /// The host's promise.
    pub receipt: Receipt,
    /// Its promises of places that restores have lost, the oldest first.
    pub earlier: Vec<Receipt>,
}

impl Entry {
    /// Verifies the event's own signatures, and that the receipts are the host's and for these bytes.
    pub fn verify(entry: &RecordEntry, host: &Promiser<'_>) -> Result<Self, Distrust> {
        let event = Event::parse(entry.event.0.clone()).map_err(|_| Distrust::BadEvent)?;
        envelope::verify(&event, host.context).map_err(|_| Distrust::BadEvent)?;
        let hash = event_hash(event.bytes());
        let receipt = verify_receipt(&entry.receipt.0, &hash, host)?;
        let earlier = verify_earlier(&entry.earlier.0, &hash, host)?;
        Ok(Self { event, hash, receipt, earlier })
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        self.event.header()
    }

    /// The head of the calendar's chain after it.
    pub fn head(&self) -> Digest {
        head_after(&self.receipt.statement.link)
    }

    /// Whether a head is the one after it: of the chain as it is, or as it was before a restore.
    pub fn has_head(&self, head: &Digest) -> bool {
        let receipts = self.earlier.iter().chain([&self.receipt]);
        receipts.map(|receipt| head_after(&receipt.statement.link)).any(|after| after == *head)
    }

    /// The minute in which the host first took it.
    pub fn minute(&self) -> u32 {
        self.earlier.first().unwrap_or(&self.receipt).statement.minute
    }
}

/// Whose promises are believed: a host's, for a calendar, as its restores have left the chain.
#[derive(Debug, Clone, Copy)]
pub struct Promiser<'a> {
    /// The calendar.
    pub context: &'a Context,
    /// The host's key.
    pub receipt_key: &'a VerifyingKey,
    /// What it has said of restores.
    pub restores: &'a Restores,
}

/// Verifies that a receipt is this host's, for an object with this hash, at a place of the chain as it is now.
pub fn verify_receipt(bytes: &[u8], object: &Digest, host: &Promiser<'_>) -> Result<Receipt, Distrust> {
    let receipt = Receipt::decode(bytes).map_err(|_| Distrust::BadReceipt)?;
    promises(&receipt, object, host.context, host.receipt_key)?;
    verify_place(&receipt, host.restores)?;
    Ok(receipt)
}

/// Verifies the receipts that an event had before restores.
pub fn verify_earlier(bytes: &[u8], object: &Digest, host: &Promiser<'_>) -> Result<Vec<Receipt>, Distrust> {
    let earlier = host.restores.verify_earlier(bytes, object, host.context, host.receipt_key);
    earlier.map_err(|_| Distrust::BadReceipt)
}

/// Verifies that a receipt is this host's, for this calendar and for an object with this hash, whatever its place.
pub fn promises(
    receipt: &Receipt,
    object: &Digest,
    context: &Context,
    receipt_key: &VerifyingKey,
) -> Result<(), Distrust> {
    verify_link(receipt, context, receipt_key)?;
    if receipt.statement.link.leaf == leaf_of(object) { Ok(()) } else { Err(Distrust::BadReceipt) }
}

/// Verifies that a receipt is this host's and for this calendar, whatever it was given for.
pub fn verify_link(receipt: &Receipt, context: &Context, receipt_key: &VerifyingKey) -> Result<(), Distrust> {
    let statement = &receipt.statement;
    verify(receipt_key, &statement.encode(), &receipt.signature).map_err(|_| Distrust::BadReceipt)?;
    let right = statement.link.context == *context && statement.mmd == MMD_MINUTES;
    if right { Ok(()) } else { Err(Distrust::BadReceipt) }
}

/// Verifies that a receipt's place is one of the chain as it is now.
pub fn verify_place(receipt: &Receipt, restores: &Restores) -> Result<(), Distrust> {
    let link = &receipt.statement.link;
    if restores.holds(link.generation, link.sequence) { Ok(()) } else { Err(Distrust::BadReceipt) }
}

/// Verifies the order of a record's entries: ids, revisions, hashes, keys, sequence, minutes, release.
pub fn verify_order(entries: &[Entry], record: RecordId) -> Result<(), Distrust> {
    let first = entries.first().ok_or(Distrust::BadChain)?;
    if first.header().operation != Operation::Create || first.header().record != record {
        return Err(Distrust::BadChain);
    }
    let mut released = false;
    for (before, after) in entries.iter().zip(entries.iter().skip(1)) {
        released |= before.header().release;
        if !follows(before, after) || (released && !after.header().claims.is_zero()) {
            return Err(Distrust::BadChain);
        }
    }
    Ok(())
}

/// Whether an entry is the next of the same record. The patient's events quote the head that their author saw: the one
/// after the entry before. Where host and practice have another one there, the host shows two chains.
pub fn follows(before: &Entry, after: &Entry) -> bool {
    let (old, new) = (before.header(), after.header());
    let (then, now) = (&before.receipt.statement.link, &after.receipt.statement.link);
    new.record == old.record
        && old.revision.checked_add(1) == Some(new.revision)
        && new.previous == before.hash
        && new.manage == old.manage
        && new.view == old.view
        && then.sequence < now.sequence
        && before.minute() <= after.minute().saturating_add(CLOCK_SKEW_MINUTES)
        && (new.author_kind != AuthorKind::Manage || before.has_head(&new.head))
}

/// Minutes that a host may take from its look at the clock to the receipt; and before an epoch in which its keys may be
/// used already.
const GRACE: u32 = 60;

/// Whether an event was accepted in the time that it was made for (`docs/spec/events.md` §2): a host that kept it back
/// cannot bring it in later, nor one of an epoch whose members have changed.
fn in_its_time(entry: &Entry) -> bool {
    let (header, minute) = (entry.header(), entry.minute());
    let epochs = epoch_of(minute.saturating_sub(GRACE))..=epoch_of(minute.saturating_add(GRACE));
    minute <= header.not_after.saturating_add(GRACE)
        && header.not_after <= minute.saturating_add(EVENT_LIFE_MINUTES + CLOCK_SKEW_MINUTES)
        && epochs.contains(&header.epoch)
}

/// What an event says, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What everybody at the practice reads.
    pub d: BodyD,
    /// What practitioner and patient read; `None` for who may not.
    pub c: Option<BodyC>,
}

impl Said {
    /// Reads opened bodies; c is checked to be of d's kind.
    pub fn read(context: &Context, d: &[u8], c: Option<&[u8]>) -> Result<Self, Distrust> {
        let d = BodyD::decode(d, context).map_err(|_| Distrust::BadEvent)?;
        let kind = d.content.kind();
        let c = c.map(|c| BodyC::decode(c, context, kind)).transpose().map_err(|_| Distrust::BadEvent)?;
        Ok(Self { d, c })
    }
}

/// Where a booking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Received; the practice has not answered.
    Reserved,
    /// The practice said yes.
    Confirmed,
    /// The practice said no.
    Declined,
    /// Given up by either side.
    Cancelled,
    /// The patient did not come.
    NoShow,
    /// Not a booking: time that the practice keeps.
    Blocked,
}

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Link or manage key.
    Patient,
    /// A member.
    Practice,
}

/// One thing that happened, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Minute of acceptance.
    pub minute: u32,
    /// What.
    pub kind: Kind,
    /// By whom.
    pub by: Side,
    /// A few words, or the text of a note.
    pub text: String,
}

/// What a record's events come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// Where it stands.
    pub state: State,
    /// When, what, with whom.
    pub appointment: Appointment,
    /// Who; empty for a block.
    pub contact: Contact,
    /// The reason; `None` where the reader may not read it.
    pub reason: Option<String>,
    /// Answers to the questions.
    pub answers: Vec<(ItemId, String)>,
    /// The patient's X-Wing key: later events are sealed to it.
    pub view_key: Option<Box<[u8; souspli_protocol::sizes::XWING_PUBLIC]>>,
    /// The clinical key of its practitioner.
    pub clinical: Option<u8>,
    /// The event that took the time now valid: a confirmation must answer it.
    pub claiming: Digest,
    /// Minute in which that was accepted.
    pub claimed_at: u32,
    /// How often it was moved.
    pub moves: u32,
    /// All of it, in order.
    pub history: Vec<Happened>,
}

impl Story {
    /// Begins with a create.
    pub fn begin(entry: &Entry, said: &Said) -> Result<Self, Distrust> {
        let (state, appointment, contact, text) = match &said.d.content {
            Desk::Booked { appointment, contact } => (State::Reserved, *appointment, contact.clone(), String::new()),
            Desk::Blocked { appointment, text } if entry.header().author_kind == AuthorKind::Member => {
                (State::Blocked, *appointment, Contact::nobody(), text.clone())
            }
            _ => return Err(Distrust::BadEvent),
        };
        if entry.header().claims.is_zero() || !in_its_time(entry) {
            return Err(Distrust::BadEvent);
        }
        let by = side(entry.header());
        let minute = entry.minute();
        // What the practice itself enters needs no confirmation.
        let state = if state == State::Reserved && by == Side::Practice { State::Confirmed } else { state };
        let c = said.c.as_ref();
        Ok(Self {
            state,
            appointment,
            contact,
            reason: c.map(|c| c.text.clone()),
            answers: c.map(|c| c.answers.clone()).unwrap_or_default(),
            view_key: said.d.view_key.clone(),
            clinical: said.d.clinical,
            claiming: entry.hash,
            claimed_at: minute,
            moves: 0,
            history: vec![Happened { minute, kind: said.d.content.kind(), by, text }],
        })
    }

    /// Goes on with an append; `before` is the record's entry before it. What it does in clear must be what it says
    /// under seal.
    pub fn go_on(&mut self, before: &Entry, entry: &Entry, said: &Said) -> Result<(), Distrust> {
        let header = entry.header();
        let (by, minute) = (side(header), entry.minute());
        let kind = said.d.content.kind();
        let claims = kind == Kind::Moved;
        let releases = matches!(kind, Kind::Declined | Kind::Cancelled);
        let practice_only = !matches!(kind, Kind::Moved | Kind::Cancelled);
        let as_it_says = header.claims.is_zero() != claims && header.release == releases;
        if !as_it_says || (practice_only && by == Side::Patient) || !in_its_time(entry) {
            return Err(Distrust::BadEvent);
        }
        let words = match &said.d.content {
            Desk::Booked { .. } | Desk::Blocked { .. } => return Err(Distrust::BadEvent),
            Desk::Confirmed { answers, text } | Desk::Declined { answers, text } => {
                // The practice's own view of the chain, under its signature: another one means that the host has two.
                if !before.has_head(&answers.head) {
                    return Err(Distrust::BadChain);
                }
                self.answered(kind, answers.event);
                text.clone()
            }
            Desk::Moved { appointment, text } => {
                if appointment.visit_type != self.appointment.visit_type {
                    return Err(Distrust::BadEvent);
                }
                self.appointment = *appointment;
                (self.claiming, self.claimed_at) = (entry.hash, minute);
                // Later events are sealed to whoever the visit is with now.
                self.clinical = said.d.clinical;
                self.moves = self.moves.saturating_add(1);
                if self.state != State::Blocked {
                    self.state = if by == Side::Practice { State::Confirmed } else { State::Reserved };
                }
                text.clone()
            }
            Desk::Cancelled { text } => {
                self.end(State::Cancelled);
                text.clone()
            }
            Desk::NoShow => {
                if self.state != State::Blocked {
                    self.end(State::NoShow);
                }
                String::new()
            }
            Desk::Note => said.c.as_ref().map(|c| c.text.clone()).unwrap_or_default(),
            Desk::Access => String::new(),
        };
        self.history.push(Happened { minute, kind, by, text: words });
        Ok(())
    }

    fn answered(&mut self, kind: Kind, event: Digest) {
        match kind {
            Kind::Declined => self.end(State::Declined),
            _ if event == self.claiming && self.state == State::Reserved => self.state = State::Confirmed,
            _ => {}
        }
    }

    /// What was given up stays given up.
    fn end(&mut self, state: State) {
        if self.is_live() {
            self.state = state;
        }
    }

    /// Whether it still takes time.
    pub fn is_live(&self) -> bool {
        !matches!(self.state, State::Declined | State::Cancelled)
    }
}

impl Contact {
    /// Of a block.
    pub fn nobody() -> Self {
        Self {
            name: String::new(),
            email: String::new(),
            phone: String::new(),
            language: String::new(),
            by_email: false,
            by_sms: false,
        }
    }
}

/// The real ids of the time that an appointment names, if they and their decoys are what an event claims; the key is that
/// of the event's window.
pub fn claimed_ids(header: &Header, appointment: &Appointment, key: &GidKey) -> Option<Vec<Gid>> {
    let real = gids(key, &header.context, &appointment.occupied());
    let claims = with_decoys(key, &header.context, real.clone()).ok()?;
    (claims_digest(&header.context, header.window, &claims) == header.claims).then_some(real)
}

/// The 24 ids of an appointment in its window (`docs/spec/claims.md` §2).
pub fn claims_of(
    context: &Context,
    appointment: &Appointment,
    window: u32,
    access: &CalendarKey,
) -> Result<ClaimIds, Failure> {
    let key = access.advance_to(context, window).map_err(|error| Failure::new(error.code()))?;
    claim_ids(&key.k_gid(context), context, &appointment.occupied()).map_err(|error| Failure::new(error.code()))
}

fn side(header: &Header) -> Side {
    if header.author_kind == AuthorKind::Member { Side::Practice } else { Side::Patient }
}

/// A state's name in the contract.
pub(crate) fn state_name(state: State) -> &'static str {
    match state {
        State::Reserved => "reserved",
        State::Confirmed => "confirmed",
        State::Declined => "declined",
        State::Cancelled => "cancelled",
        State::NoShow => "no-show",
        State::Blocked => "blocked",
    }
}
