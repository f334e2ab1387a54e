//! What a host can make up: it holds its own receipt key and, of a public link, all that the link shows. It holds no
//! key of the practice's or of a patient's.

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::{SigningKey, event_hash, head_after, leaf_of, sha256};
use souspli_booking::appointment::Appointment;
use souspli_client::body::{Answers, BodyC, BodyD, Contact, Desk};
use souspli_client::record::{Entry, Said, claims_of};
use souspli_client::seal::{self, Basis, Claim, Rng};
use souspli_client::trust::{Access, Availability, Pins, Practice, Verified, verify_profile, verify_times};
use souspli_crypto::envelope::open_patient;
use souspli_crypto::keys::{EpochSeeds, LinkKeys, RecordKeys};
use souspli_crypto::publish::{Identity, open_identity};
use souspli_crypto::{Secret, derive, seal_box};
use souspli_journey::randomness;
use souspli_protocol::claims::{ClaimIds, ClaimSetStatement};
use souspli_protocol::event::{AuthorKind, Event};
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::publication::Publication;
use souspli_protocol::receipt::{Link, Receipt, ReceiptStatement};
use souspli_protocol::restore::Notice;
use souspli_protocol::wire::{Blob, RecordAnswer, RecordEntry, SyncAnswer, SyncEntry, Times, split_signed};
use souspli_protocol::{Context, Digest, Gid, Label, tlv};

use crate::world::Public;

/// What a box adds to its plaintext: salt, commitment, tag.
const BOX: usize = 80;

/// The host's workshop.
pub(crate) struct Forge {
    now: u32,
    context: Context,
    practice: Practice,
    availability: Availability,
    link: LinkKeys,
    host: SigningKey,
    attacker: SigningKey,
    known: Option<Known>,
}

/// A booking that its patient has shown to the host: one may collude.
struct Known {
    appointment: Appointment,
    keys: RecordKeys,
    last: Entry,
}

impl Forge {
    /// With a public link and the host's receipt key.
    pub(crate) fn new(link: &str, public: &Public, host: SigningKey, now: u32) -> Self {
        let PrivateLink { context, opens: Opens::Book { secret, .. } } = PrivateLink::parse(link).expect("a link")
        else {
            panic!("a booking link")
        };
        let link = LinkKeys::derive(&context, &Secret::new(secret));
        let mut pins = Pins::default();
        let opened = verify_profile(&context, &Access::Link(&link), &public.profile, &mut pins, now);
        let Ok(Verified::Open(practice)) = opened else { panic!("the profile opens") };
        let availability = verify_times(&practice, &public.times, &mut pins, now).expect("the times verify");
        let attacker = SigningKey::from_seed(&[7; 32]);
        Self { now, context, practice: *practice, availability, link, host, attacker, known: None }
    }

    /// And with a booking.
    pub(crate) fn knowing(mut self, booking: &serde_json::Value, answer: &RecordAnswer) -> Self {
        let link = PrivateLink::parse(booking["manageLink"].as_str().expect("a link")).expect("a private link");
        let Opens::Manage { cap_seed, .. } = link.opens else { panic!("a manage link") };
        let keys = RecordKeys::derive(&self.context, &Secret::new(cap_seed));
        let verified = answer.entries.iter().map(|entry| Entry::verify(entry, &self.practice.promiser()));
        let entries: Vec<Entry> = verified.collect::<Result<_, _>>().expect("entries");
        let opened = open_patient(&entries[0].event, keys.view().sealing()).expect("opens");
        let said = Said::read(&self.context, opened.d.expose_secret(), None).expect("reads");
        let Desk::Booked { appointment, .. } = said.d.content else { panic!("a booking") };
        let last = entries.last().expect("an entry").clone();
        self.known = Some(Known { appointment, keys, last });
        self
    }

    fn known(&self) -> &Known {
        self.known.as_ref().expect("a known booking")
    }

    /// A publication, signed by the attacker as the attacker.
    pub(crate) fn signed_by_attacker(&self, genuine: &Blob) -> Blob {
        let genuine = Publication::parse(genuine.0.clone()).expect("a publication");
        let mut statement = *genuine.statement();
        statement.signer = self.attacker.verifying_key();
        self.assembled(statement, genuine.payload())
    }

    /// The same, signed by the attacker in the true signer's name.
    pub(crate) fn in_anothers_name(&self, genuine: &Blob) -> Blob {
        let genuine = Publication::parse(genuine.0.clone()).expect("a publication");
        self.assembled(*genuine.statement(), genuine.payload())
    }

    fn assembled(&self, statement: souspli_protocol::publication::PublicationStatement, payload: &[u8]) -> Blob {
        let signature = self.attacker.sign(&statement.encode());
        Blob(Publication::assemble(statement, payload, &signature).expect("a publication").bytes().to_vec())
    }

    /// An identity whose keys are the attacker's: sealed as the link shows how, signed by a root of the attacker's.
    pub(crate) fn identity(&self, genuine: &Blob) -> Blob {
        let mut rng = randomness();
        let genuine = Publication::parse(genuine.0.clone()).expect("a publication");
        let mut statement = *genuine.statement();
        statement.signer = self.attacker.verifying_key();
        let seeds = EpochSeeds::make(self.practice.identity.epoch, &mut rng);
        let identity = Identity { keys: seeds.public(), ..self.open(&genuine) };
        let padded = tlv::pad(&identity.encode(&self.context), genuine.payload().len() - BOX).expect("fits");
        let bound = self.context.write(Label::SealIdentity).u64(4, statement.version).u32(5, statement.slot);
        let bound = bound.u32(6, statement.key_generation).u32(7, statement.key_window);
        let bound = bound.bytes(8, statement.signer.as_bytes()).finish();
        let sealed = seal_box(&self.k_profile(statement.key_window), &bound, &padded, &mut rng).expect("sealed");
        statement.payload_hash = sha256(&sealed);
        self.assembled(statement, &sealed)
    }

    fn open(&self, genuine: &Publication) -> Identity {
        open_identity(genuine, &self.practice.access).expect("the link opens it")
    }

    /// `docs/spec/keys.md` §4.
    fn k_profile(&self, window: u32) -> Secret<32> {
        let access = self.practice.access.advance_to(&self.context, window).expect("a later window");
        let access = access.expose_access();
        let (generation, rest) = access.expose_secret().split_at(4);
        let (window, key) = rest.split_at(4);
        let key = Secret::<32>::from_slice(key).expect("32 bytes");
        derive(&key, Label::KeyProfile, &self.context, &[generation, window])
    }

    /// A claim-set statement changed, and signed by the host's own key.
    pub(crate) fn statement(&self, genuine: &Blob, change: impl FnOnce(&mut ClaimSetStatement)) -> Blob {
        let (statement, _) = split_signed(&genuine.0).expect("a statement");
        let mut statement = ClaimSetStatement::decode(statement).expect("a statement");
        change(&mut statement);
        signed(&statement.encode(), &self.host)
    }

    /// The same statement, signed by another key.
    pub(crate) fn statement_by_another(&self, genuine: &Blob) -> Blob {
        let (statement, _) = split_signed(&genuine.0).expect("a statement");
        signed(statement, &self.attacker)
    }

    /// A receipt for an event, in the place that follows another receipt, by the host's own key.
    pub(crate) fn receipt_after(&self, before: &Blob, event: &Blob) -> Blob {
        let before = Receipt::decode(&before.0).expect("a receipt").statement;
        let sequence = before.link.sequence + 1;
        let link =
            Link { sequence, previous: head_after(&before.link), leaf: leaf_of(&event_hash(&event.0)), ..before.link };
        receipt(ReceiptStatement { link, ..before }, &self.host)
    }

    /// A receipt that is right but for its leaf.
    pub(crate) fn receipt_for_other_bytes(&self, genuine: &Blob) -> Blob {
        let mut statement = Receipt::decode(&genuine.0).expect("a receipt").statement;
        statement.link.leaf = leaf_of(&sha256(b"other bytes"));
        receipt(statement, &self.host)
    }

    /// The same receipt by another key.
    pub(crate) fn receipt_by_another(&self, genuine: &Blob) -> Blob {
        receipt(Receipt::decode(&genuine.0).expect("a receipt").statement, &self.attacker)
    }

    /// A receipt for the same object in a place that another chain has.
    pub(crate) fn receipt_in_another_chain(&self, genuine: &Blob) -> Blob {
        let mut statement = Receipt::decode(&genuine.0).expect("a receipt").statement;
        statement.link.previous = sha256(b"another chain");
        receipt(statement, &self.host)
    }

    /// A notice that the chain ends at a sequence, with a head that it never had there.
    pub(crate) fn notice(&self, generation: u32, sequence: u64) -> Blob {
        signed(&self.made_up(generation, sequence).encode(), &self.host)
    }

    /// The same by another key.
    pub(crate) fn notice_by_another(&self, generation: u32, sequence: u64) -> Blob {
        signed(&self.made_up(generation, sequence).encode(), &self.attacker)
    }

    fn made_up(&self, generation: u32, sequence: u64) -> Notice {
        Notice {
            context: self.context,
            generation,
            from: 0,
            sequence,
            head: sha256(b"another chain"),
            minute: self.now,
        }
    }

    /// A receipt of a chain that was restored, as the host says.
    pub(crate) fn receipt_of_a_restored_chain(&self, genuine: &Blob) -> Blob {
        let mut statement = Receipt::decode(&genuine.0).expect("a receipt").statement;
        statement.link.generation += 1;
        receipt(statement, &self.host)
    }

    /// A set of other claims, under the host's own signature.
    pub(crate) fn set_claims(&self, times: &mut Times, claimed: &[Gid]) {
        let set = ClaimSet::build([3; 16], claimed, &[]).expect("a set");
        let (filter_hash, held_hash) = set.hashes();
        times.claim_set = Blob(set.encode());
        times.statement = self.statement(&times.statement, |statement| {
            (statement.filter_hash, statement.held_hash) = (filter_hash, held_hash);
        });
    }

    /// A receipt for an event that the host does not keep: well made, at a place far ahead.
    pub(crate) fn receipt_for(&self, event: &Blob) -> Blob {
        let leaf = leaf_of(&event_hash(&event.0));
        let link = Link { context: self.context, generation: 0, sequence: 1_000, previous: sha256(b"head"), leaf };
        receipt(ReceiptStatement { link, minute: self.now, mmd: 1_440 }, &self.host)
    }

    /// The same entries in a chain of their own: two publications have changed places, and every receipt is new.
    pub(crate) fn fork(&self, answer: &mut SyncAnswer) {
        answer.entries.swap(1, 2);
        let mut head = Digest::ZERO;
        for (place, entry) in (1..).zip(&mut answer.entries) {
            let mut statement = Receipt::decode(&entry.receipt.0).expect("a receipt").statement;
            (statement.link.sequence, statement.link.previous) = (place, head);
            head = head_after(&statement.link);
            entry.receipt = receipt(statement, &self.host);
        }
    }

    /// Adds an event at the end of a practice's chain.
    pub(crate) fn add(&self, answer: &mut SyncAnswer, event: &Blob) {
        let Some(last) = answer.entries.last().filter(|_| !answer.more) else { return };
        let receipt = self.receipt_after(&last.receipt, event);
        let earlier = Blob::default();
        answer.entries.push(SyncEntry { event: Some(event.clone()), erase: None, erased: false, receipt, earlier });
    }

    /// Adds an event at the end of a record.
    pub(crate) fn add_to_record(&self, answer: &mut RecordAnswer, event: &Blob) {
        let last = answer.entries.last().expect("an entry");
        let receipt = self.receipt_after(&last.receipt, event);
        answer.entries.push(RecordEntry { event: event.clone(), receipt, earlier: Blob::default() });
    }

    /// A booking of the known booking's time, through the public link.
    pub(crate) fn second_booking(&self) -> Blob {
        self.booking(&self.link, self.known().appointment, self.known().appointment)
    }

    /// A booking that claims another time than it names.
    pub(crate) fn booking_with_wrong_claims(&self) -> Blob {
        let named = self.known().appointment;
        self.booking(&self.link, named, Appointment { start: named.start + 24, ..named })
    }

    /// A booking of the public link's that names one time and claims one of the day after, with the ids that it claims.
    pub(crate) fn booking_that_names(&self, start: u32) -> (Blob, Blob) {
        let named = Appointment { start, ..self.known().appointment };
        let claimed = Appointment { start: start + 288, ..named };
        let ids = self.claims_of(&claimed);
        (self.booking(&self.link, named, claimed), Blob(ids.encode()))
    }

    fn claims_of(&self, appointment: &Appointment) -> ClaimIds {
        let offsets = self.availability.offsets().expect("hours");
        let window = offsets.window_of(appointment.start_minute());
        claims_of(&self.context, appointment, window, &self.practice.access).expect("claims")
    }

    /// A booking through a link that the practice never gave out.
    pub(crate) fn booking_by_unknown_link(&self) -> Blob {
        let link = LinkKeys::derive(&self.context, &Secret::new([9; 32]));
        let appointment = Appointment { start: self.known().appointment.start + 48, ..self.known().appointment };
        self.booking(&link, appointment, appointment)
    }

    fn booking(&self, link: &LinkKeys, named: Appointment, claimed: Appointment) -> Blob {
        self.create((AuthorKind::Link, link.signing()), named, claimed)
    }

    /// A booking by somebody who is in no roster.
    pub(crate) fn booking_by_stranger(&self) -> Blob {
        let appointment = Appointment { start: self.known().appointment.start + 96, ..self.known().appointment };
        self.create((AuthorKind::Member, &self.attacker), appointment, appointment)
    }

    fn create(&self, author: (AuthorKind, &SigningKey), named: Appointment, claimed: Appointment) -> Blob {
        let mut rng = randomness();
        let keys = RecordKeys::derive(&self.context, &Secret::make(&mut rng));
        let offsets = self.availability.offsets().expect("hours");
        let window = offsets.window_of(named.start_minute());
        let ids = claims_of(&self.context, &claimed, window, &self.practice.access).expect("claims");
        let contact = Contact { name: "Patient Forged".to_owned(), phone: "00000".to_owned(), ..Contact::nobody() };
        let said = Said {
            d: BodyD {
                clinical: Some(0),
                view_key: seal::view_key(&keys),
                content: Desk::Booked { appointment: named, contact },
            },
            c: Some(BodyC::default()),
        };
        let event = seal::create(&self.basis(), &Claim { ids: &ids, window }, &keys, author, &said, &mut rng);
        Blob(event.expect("sealed").bytes().to_vec())
    }

    /// The next event of the known booking, by a key that is not the practice's.
    pub(crate) fn confirmation_by_stranger(&self) -> Blob {
        let answers = Answers { event: self.known().last.hash, head: Digest::ZERO };
        self.append((AuthorKind::Member, &self.attacker), Desk::Confirmed { answers, text: String::new() })
    }

    /// A cancellation by a key that is not the record's, but says that it is.
    pub(crate) fn cancellation_by_stranger(&self) -> Blob {
        // Signed by the attacker's key, under the header of the true one: the signature cannot hold.
        let genuine = self.cancellation_as(&self.basis());
        let event = Event::parse(genuine.0).expect("an event");
        let mut bytes = event.bytes().to_vec();
        let end = bytes.len() - 64;
        let forged = self.attacker.sign(event.signed_bytes());
        bytes[end - 64..end].copy_from_slice(forged.as_bytes());
        Blob(bytes)
    }

    /// A cancellation by the patient, made two days ago and kept back since.
    pub(crate) fn cancellation_kept_back(&self) -> Blob {
        self.cancellation_as(&Basis { now: self.now - 2_880, head: self.known().last.head(), ..self.basis() })
    }

    /// A cancellation by a patient who was shown another chain.
    pub(crate) fn cancellation_of_another_chain(&self) -> Blob {
        self.cancellation_as(&Basis { head: sha256(b"another chain"), ..self.basis() })
    }

    /// A cancellation by somebody who is in no roster.
    pub(crate) fn cancellation_by_unrostered(&self) -> Blob {
        self.append((AuthorKind::Member, &self.attacker), Desk::Cancelled { text: String::new() })
    }

    fn cancellation_as(&self, basis: &Basis<'_>) -> Blob {
        let mut rng: Rng = randomness();
        let said = said(Desk::Cancelled { text: String::new() });
        let author = (AuthorKind::Manage, self.known().keys.manage());
        let patient = Some(self.known().keys.view().sealing().public());
        let event = seal::append(basis, &self.known().last, None, author, &said, patient, &mut rng);
        Blob(event.expect("sealed").bytes().to_vec())
    }

    fn append(&self, author: (AuthorKind, &SigningKey), content: Desk) -> Blob {
        let mut rng = randomness();
        let patient = Some(self.known().keys.view().sealing().public());
        let event = seal::append(&self.basis(), &self.known().last, None, author, &said(content), patient, &mut rng);
        Blob(event.expect("sealed").bytes().to_vec())
    }

    fn basis(&self) -> Basis<'_> {
        Basis { practice: &self.practice, availability: Some(&self.availability), head: Digest::ZERO, now: self.now }
    }
}

fn said(content: Desk) -> Said {
    Said { d: BodyD { clinical: Some(0), view_key: None, content }, c: None }
}

fn signed(statement: &[u8], key: &SigningKey) -> Blob {
    Blob([statement, key.sign(statement).as_bytes()].concat())
}

fn receipt(statement: ReceiptStatement, key: &SigningKey) -> Blob {
    let signature = key.sign(&statement.encode());
    Blob(Receipt { statement, signature }.encode())
}
