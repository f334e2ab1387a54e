//! Every decoder of bytes from outside, fed with damaged copies of what it reads: none panics, none takes memory for
//! what a length only claims, and what one accepts has that one encoding. Damage follows from a seed, so a failure is
//! found again.

#![allow(clippy::cast_possible_truncation, reason = "any number does for damage")]

use rand_core::Rng as _;
use souspli_attest::claim_set::ClaimSet;
use souspli_attest::{SigningKey, sha256};
use souspli_booking::appointment::Appointment;
use souspli_booking::catalogue::Catalogue;
use souspli_booking::hours::Hours;
use souspli_booking::rules::Rules;
use souspli_booking::zone::{Zone, offsets_of_vtimezone};
use souspli_client::body::{Answers, BodyC, BodyD, Contact, Desk, Kind};
use souspli_client::journal::Pin;
use souspli_client::log::{VouchedReceipt, Voucher};
use souspli_client::seal::view_key;
use souspli_client::trust::Pins;
use souspli_crypto::keys::{AccountKey, CalendarKey, RecoveryCode, Role};
use souspli_crypto::publish::{GrantTo, Identity, LinkEntry, publish_grants, publish_identity, publish_links};
use souspli_crypto::vault::{MemberVault, OpenVault, RootVault, SlotSecret, VaultContent};
use souspli_crypto::vectors::{Practice, SeededRng};
use souspli_crypto::{PublicKey, Secret, SecretBytes, open_box, seal_box};
use souspli_protocol::claims::{ClaimIds, ClaimSetStatement, HoldRequest, HoldStatement};
use souspli_protocol::event::{Event, Header};
use souspli_protocol::journal::{JournalStatement, Kinds, Ranges, ReadRow};
use souspli_protocol::json::{self, FromJson, ToJson};
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::publication::{LinkRow, Publication, PublicationKind};
use souspli_protocol::receipt::{Link, Receipt, ReceiptStatement};
use souspli_protocol::request::Authorization;
use souspli_protocol::vault::SealedVault;
use souspli_protocol::wire::{
    Append, Blob, Counter, Hold, HostInfo, JournalAnswer, Profile, Publish, RecordAnswer, RecordEntry, SyncAnswer,
    SyncEntry, Times, VaultAnswer, VaultBody,
};
use souspli_protocol::{Context, Digest, Gid, ItemId, Locator, Nonce, RecordId, Signature, VerifyingKey, Work, tlv};

/// What a decoder makes of bytes: encoded again where they are accepted.
type Decode = Box<dyn Fn(&[u8]) -> Option<Vec<u8>>>;

/// A decoder, and what it reads.
struct Decoder {
    name: &'static str,
    sample: Vec<u8>,
    decode: Decode,
}

fn decoder(
    name: &'static str,
    sample: impl Into<Vec<u8>>,
    decode: impl Fn(&[u8]) -> Option<Vec<u8>> + 'static,
) -> Decoder {
    Decoder { name, sample: sample.into(), decode: Box::new(decode) }
}

/// Of text: what is no UTF-8 is not even read.
fn of_text(name: &'static str, sample: &str, decode: impl Fn(&str) -> Option<String> + 'static) -> Decoder {
    decoder(name, sample, move |bytes| decode(core::str::from_utf8(bytes).ok()?).map(String::into_bytes))
}

/// Of JSON: the same value may be written in several ways, so nothing is compared.
fn of_json<T: FromJson + ToJson + PartialEq + std::fmt::Debug>(name: &'static str, sample: &T) -> Decoder {
    let text = json::to_string(sample);
    assert_eq!(json::from_str::<T>(&text).as_ref(), Some(sample), "{name}");
    decoder(name, text, |bytes| {
        let read = json::parse(bytes).and_then(T::read)?;
        assert_eq!(json::from_str::<T>(&json::to_string(&read)), Some(read));
        Some(bytes.to_vec())
    })
}

/// One to four injuries.
fn damage(sample: &[u8], rng: &mut SeededRng) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..=rng.next_u32() % 4 {
        let place = |rng: &mut SeededRng, len: usize| rng.next_u64() as usize % len.max(1);
        let at = place(rng, bytes.len());
        let length = place(rng, 40).min(bytes.len().saturating_sub(at));
        match rng.next_u32() % 9 {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << (rng.next_u32() % 8),
            1 if !bytes.is_empty() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][place(rng, 5)],
            2 => bytes.truncate(at),
            3 => bytes.extend(std::iter::repeat_n(rng.next_u32() as u8, 1 + place(rng, 9))),
            4 => drop(bytes.drain(at..at + length)),
            5 => {
                let again = bytes[at..at + length].to_vec();
                bytes.splice(at..at, again);
            }
            6 => {
                let huge = [0xff_u8, 0xff, 0xff, 0xff, 0, 1, 0, 0];
                let from = place(rng, 2) * 4;
                for (byte, value) in bytes.iter_mut().skip(at).zip(&huge[from..from + 4]) {
                    *byte = *value;
                }
            }
            7 => {
                let other = place(rng, bytes.len().saturating_sub(length));
                for n in 0..length {
                    bytes.swap(at + n, other + n);
                }
            }
            _ => bytes.insert(at, rng.next_u32() as u8),
        }
    }
    bytes
}

#[test]
fn no_damage_makes_a_decoder_panic_or_accept_a_second_encoding() {
    for Decoder { name, sample, decode } in decoders() {
        assert_eq!(decode(&sample).as_ref(), Some(&sample), "{name} reads its own");
        let mut rng = SeededRng::new(name.as_bytes());
        let rounds = if sample.len() > 20_000 { 60 } else { 3_000 };
        for round in 0..rounds {
            let damaged = damage(&sample, &mut rng);
            if let Some(read) = decode(&damaged) {
                assert_eq!(read, damaged, "{name}, round {round}: two encodings of one value");
            }
        }
    }
}

fn decoders() -> Vec<Decoder> {
    let mut all = signed_shapes();
    all.extend(sealed_shapes());
    all.extend(plaintexts());
    all.extend(bookables());
    all.extend(texts());
    all.extend(bodies());
    all
}

/// What carries a signature.
fn signed_shapes() -> Vec<Decoder> {
    let mut practice = Practice::new(b"decoders");
    let record = practice.record(1);
    let event = practice.booked(&record, b"d", b"c").expect("sealed");
    let context = practice.context;
    let key = SigningKey::from_seed(&[1; 32]);
    let link = Link { context, generation: 0, sequence: 9, previous: sha256(b"head"), leaf: sha256(b"leaf") };
    let statement = ReceiptStatement { link, minute: Practice::MINUTE, mmd: 1_440 };
    let receipt = Receipt { statement, signature: key.sign(b"receipt") };
    let ids = std::array::from_fn(|n| Gid([n as u8; 16]));
    let claims = ClaimIds::new(ids).expect("distinct");
    let (link, session) = (key.verifying_key(), VerifyingKey([2; 32]));
    let statement = HoldStatement { context, link, session, window: 735, version: 7, claims: sha256(b"claims") };
    let (link_signature, session_signature) = (key.sign(b"link"), key.sign(b"session"));
    let hold = HoldRequest { statement, claims, link_signature, session_signature };
    let set = ClaimSetStatement {
        context,
        generation: 0,
        sequence: 9,
        version: 7,
        first_window: 735,
        minute: Practice::MINUTE,
        filter_hash: sha256(b"filter"),
        held_hash: sha256(b"held"),
    };
    let mut ranges = Ranges::default();
    assert!(ranges.add(1, 64) && ranges.add(70, 99));
    let (number, previous, publications) = (7, sha256(b"row"), Kinds::NONE.with(PublicationKind::Grants));
    let row = ReadRow { context, number, previous, key: session, hour: 498_728, ranges, publications };
    let (newest, open) = (sha256(b"newest"), sha256(b"open"));
    let journal = JournalStatement { context, number, newest, open, minute: Practice::MINUTE };
    let publication = |bytes: &[u8]| Publication::parse(bytes.to_vec()).ok().map(|read| read.bytes().to_vec());
    vec![
        decoder("header", event.header().encode(), |bytes| Header::decode(bytes).ok().map(|read| read.encode())),
        decoder("event", event.bytes(), |bytes| Event::parse(bytes.to_vec()).ok().map(Event::into_bytes)),
        decoder("receipt", receipt.encode(), |bytes| Receipt::decode(bytes).ok().map(|read| read.encode())),
        decoder("hold", hold.encode(), |bytes| HoldRequest::decode(bytes).ok().map(|read| read.encode())),
        decoder("claim ids", claims.encode(), |bytes| ClaimIds::decode(bytes).map(|read| read.encode())),
        decoder("claim-set statement", set.encode(), |bytes| {
            ClaimSetStatement::decode(bytes).ok().map(|read| read.encode())
        }),
        decoder("row of the journal", row.encode(), |bytes| ReadRow::decode(bytes).ok().map(|read| read.encode())),
        decoder("journal statement", journal.encode(), |bytes| {
            JournalStatement::decode(bytes).ok().map(|read| read.encode())
        }),
        decoder("identity, published", published_identity(&mut practice).bytes(), publication),
        decoder("links, published", published_links(&mut practice).bytes(), publication),
        decoder("link table", published_links(&mut practice).payload(), |bytes| {
            Some(LinkRow::decode_table(bytes)?.iter().flat_map(LinkRow::encode).collect())
        }),
        decoder("claimed-id set", claimed(300), |bytes| ClaimSet::decode(bytes).ok().map(|read| read.encode())),
        decoder("small claimed-id set", claimed(3), |bytes| ClaimSet::decode(bytes).ok().map(|read| read.encode())),
    ]
}

fn claimed(count: u32) -> Vec<u8> {
    let ids = |from: u32, to: u32| -> Vec<Gid> {
        (from..to).map(|n| Gid(*sha256(&n.to_be_bytes()).0.first_chunk().expect("16 bytes"))).collect()
    };
    ClaimSet::build([5; 16], &ids(0, count), &ids(1_000, 1_024)).expect("a set").encode()
}

fn published_identity(practice: &mut Practice) -> Publication {
    let (place, identity) = (practice.place(4, Practice::EPOCH), practice.identity());
    publish_identity(&place, &identity, &practice.calendar, &practice.root, &mut practice.rng).expect("published")
}

fn published_links(practice: &mut Practice) -> Publication {
    let place = practice.place(3, 0);
    let entries = [LinkEntry { keys: &practice.link, needs_token: false, expires: 40_000_000 }];
    publish_links(&place, &entries, &practice.calendar, &practice.root, &mut practice.rng).expect("published")
}

/// What is sealed: from outside, and once it is open.
fn sealed_shapes() -> Vec<Decoder> {
    let mut practice = Practice::new(b"sealed");
    let key = Secret::new([6; 32]);
    let sealed = seal_box(&key, b"bound", b"a text of some length", &mut practice.rng).expect("sealed");
    let mut vault = OpenVault::make(member_vault(&practice), &mut practice.rng);
    let slot = Secret::new([7; 32]);
    vault.set_slot(&SlotSecret::Member(&slot), &mut practice.rng).expect("a slot");
    let vault = vault.seal(&mut practice.rng).expect("sealed").bytes().to_vec();
    let (grants, member) = grants(&mut practice);
    let identity = practice.identity().encode(&practice.context);
    let (context, public) = (practice.context, practice.epoch.public().desk.to_bytes());
    vec![
        decoder("box", sealed, move |bytes| open_box(&key, b"bound", bytes).ok().map(|_| bytes.to_vec())),
        decoder("vault", vault.clone(), |bytes| {
            SealedVault::parse(bytes.to_vec()).ok().map(|read| read.bytes().to_vec())
        }),
        decoder("vault, opened", vault, move |bytes| {
            let sealed = SealedVault::parse(bytes.to_vec()).ok()?;
            let open = OpenVault::<MemberVault>::open(&sealed, &SlotSecret::Member(&slot), None);
            open.ok().map(|_| bytes.to_vec())
        }),
        decoder(
            "content of a member's vault",
            member_vault(&practice).expose_encoded().expose_secret(),
            vault_content::<MemberVault>,
        ),
        decoder(
            "content of the root's vault",
            root_vault(&practice).expose_encoded().expose_secret(),
            vault_content::<RootVault>,
        ),
        decoder("grants", grants.bytes(), move |bytes| {
            let read = Publication::parse(bytes.to_vec()).ok()?;
            let _ = souspli_crypto::publish::open_grant(&read, &member);
            Some(bytes.to_vec())
        }),
        decoder("identity", identity, move |bytes| {
            Identity::decode(&context, Practice::EPOCH, bytes).ok().map(|read| read.encode(&context))
        }),
        decoder("access", practice.calendar.expose_access().expose_secret().to_vec(), |bytes| {
            Some(CalendarKey::from_access(bytes).ok()?.expose_access().expose_secret().to_vec())
        }),
        decoder("X-Wing key", public, |bytes| PublicKey::from_bytes(bytes).ok().map(|read| read.to_bytes())),
    ]
}

fn vault_content<C: VaultContent>(bytes: &[u8]) -> Option<Vec<u8>> {
    let read = C::decode(&SecretBytes::new(bytes.to_vec())).ok()?;
    Some(read.expose_encoded().expose_secret().to_vec())
}

fn member_vault(practice: &Practice) -> MemberVault {
    MemberVault {
        vault_seed: Secret::new([1; 32]),
        context: practice.context,
        member_seed: practice.owner_seed.duplicate(),
        role: Role::Owner,
        host_origin: "https://host.example".to_owned(),
        root_slot_seed: Some(Secret::new([7; 32])),
        pins: Vec::new(),
        settings: vec![4; 64],
    }
}

fn root_vault(practice: &Practice) -> RootVault {
    use souspli_crypto::vault::{Generation, StoredLink, StoredMember};
    RootVault {
        vault_seed: Secret::new([1; 32]),
        context: practice.context,
        nonce: practice.nonce,
        root_seed: practice.root.seed().duplicate(),
        epochs: vec![souspli_crypto::keys::EpochSeeds::make(Practice::EPOCH, &mut SeededRng::new(b"epoch"))],
        generations: vec![Generation { access: practice.calendar.duplicate(), staff: practice.staff.duplicate() }],
        links: vec![StoredLink {
            secret: practice.link_secret.duplicate(),
            needs_token: false,
            expires: 40_000_000,
            name: "Link".to_owned(),
        }],
        members: vec![StoredMember {
            key: practice.owner.verifying_key(),
            sealing: practice.owner.sealing().public().clone(),
            role: Role::Owner,
            clinical: 1,
            id: ItemId([1; 8]),
            name: "Owner".to_owned(),
        }],
        acl_fillers: vec![VerifyingKey([9; 32]); 3],
    }
}

fn grants(practice: &mut Practice) -> (Publication, souspli_crypto::keys::MemberKeys) {
    let member = souspli_crypto::keys::MemberKeys::derive(&practice.context, &practice.owner_seed);
    let to = [GrantTo { member: member.verifying_key(), to: member.sealing().public(), clinical: 1 }];
    let place = practice.place(5, Practice::EPOCH);
    let (epoch, access, staff) = (&practice.epoch, &practice.calendar, &practice.staff);
    let published = publish_grants(&place, &to, epoch, access, staff, &practice.root, &mut practice.rng);
    (published.expect("published"), member)
}

/// What an event says once it is open.
fn plaintexts() -> Vec<Decoder> {
    let practice = Practice::new(b"plaintexts");
    let context = practice.context;
    let appointment = Appointment::blocked(ItemId([1; 8]), 5_984_628, 6).expect("fits");
    let contact = Contact { name: "Patient One".to_owned(), phone: "12345".to_owned(), ..Contact::nobody() };
    let booked = Desk::Booked { appointment, contact };
    let answers = Answers { event: sha256(b"event"), head: sha256(b"head") };
    let text = String::from("A text");
    let d = |content: Desk, view_key| BodyD { clinical: Some(3), view_key, content }.encode(&context);
    let read = move |bytes: &[u8]| BodyD::decode(bytes, &context).ok().map(|read| read.encode(&context));
    let c = BodyC { text: "A reason".to_owned(), answers: vec![(ItemId([2; 8]), "An answer".to_owned())] };
    let pins = Pins { version: 9, epoch: 1_470, claims: 8, links: 3, identity: 4, catalogue: 7, vouched: 9 };
    vec![
        decoder("body d, booked", d(booked, view_key(&practice.record(1))), read),
        decoder("body d, confirmed", d(Desk::Confirmed { answers, text: text.clone() }, None), read),
        decoder("body d, moved", d(Desk::Moved { appointment, text: text.clone() }, None), read),
        decoder("body d, cancelled", d(Desk::Cancelled { text }, None), read),
        decoder("body c", c.encode(&context, Kind::Booked), move |bytes| {
            Some(BodyC::decode(bytes, &context, Kind::Booked).ok()?.encode(&context, Kind::Booked))
        }),
        decoder("appointment", appointment.encode(), |bytes| Some(Appointment::decode(bytes).ok()?.encode().to_vec())),
        decoder("padding", tlv::pad(b"padded", 64).expect("fits"), |bytes| {
            tlv::pad(tlv::unpad(bytes).ok()?, bytes.len())
        }),
        decoder("pins", pins.encode(), |bytes| Some(Pins::decode(bytes)?.encode())),
        decoder("vouched receipt", vouched(), |bytes| Some(VouchedReceipt::read(bytes)?.encode())),
        decoder("pin of the journal", Pin { number: 7, hash: sha256(b"row") }.encode(), |bytes| {
            Some(Pin::decode(bytes)?.encode())
        }),
    ]
}

/// A receipt and what it is believed by; nothing of it is verified here.
fn vouched() -> Vec<u8> {
    let leaf = Digest([3; 32]);
    let link = Link { context: Context::NONE, generation: 0, sequence: 9, previous: Digest([2; 32]), leaf };
    let statement = ReceiptStatement { link, minute: 29_923_680, mmd: 1_440 };
    let receipt = Receipt { statement, signature: Signature([5; 64]) };
    let voucher = Voucher::read(&vec![7; Voucher::SIZE]);
    VouchedReceipt { receipt, voucher }.encode()
}

/// What a practice offers, and when.
fn bookables() -> Vec<Decoder> {
    let zone = Zone::new("Europe/Paris").expect("a zone");
    let catalogue = Catalogue { vtimezone: zone.vtimezone(29_600_000, 30_400_000), ..catalogue() };
    let rules: Rules = serde_json::from_value(serde_json::json!({
        "weekly": [{ "practitioner": ItemId([1; 8]), "weekday": "monday", "first": null, "last": "2027-01-31",
            "hours": { "start": 480, "end": 720, "visitTypes": [ItemId([2; 8])] } }],
        "exceptions": [{ "practitioner": null, "first": "2026-12-24", "last": "2026-12-31", "open": [], "note": "closed" }],
    }))
    .expect("rules");
    let hours = rules.expand_all(&catalogue, sha256(b"catalogue"), &zone, 29_923_680, 30_000_000).expect("hours");
    vec![
        decoder("catalogue", catalogue.encode().expect("fits"), |bytes| Catalogue::decode(bytes).ok()?.encode().ok()),
        decoder("rules", rules.encode().expect("fits"), |bytes| Rules::decode(bytes).ok()?.encode().ok()),
        decoder("hours", hours[0].encode().expect("fits"), |bytes| Hours::decode(bytes).ok()?.encode().ok()),
        of_text("time zone component", &catalogue.vtimezone, |text| {
            offsets_of_vtimezone(text).map(|_| text.to_owned())
        }),
    ]
}

fn catalogue() -> Catalogue {
    let (who, what) = (ItemId([1; 8]), ItemId([2; 8]));
    serde_json::from_value(serde_json::json!({
        "name": "Practice", "address": ["1 Example Street"], "phone": "", "website": "", "languages": ["fr", "en"],
        "zone": "Europe/Paris", "vtimezone": "", "introduction": "", "responseTime": 1440, "confirm": "automatic",
        "minimumNotice": 60, "cancelDeadline": 120, "horizonDays": 190,
        "practitioners": [{ "id": who, "name": "Example", "title": "Dr", "specialty": "Medicine", "languages": ["fr"],
            "colour": "#336699", "clinical": 0 }],
        "rooms": [{ "id": ItemId([3; 8]), "name": "Room" }],
        "visitTypes": [{ "id": what, "name": "Consultation", "duration": 20, "buffer": 5, "step": null,
            "instructions": "", "colour": "#993366", "practitioners": [who], "rooms": [], "public": true,
            "questions": [{ "id": ItemId([4; 8]), "text": "A question?", "kind": "choice", "options": ["a", "b"],
                "required": true }] }],
    }))
    .expect("a catalogue")
}

/// What people type or paste, and headers.
fn texts() -> Vec<Decoder> {
    let practice = Practice::new(b"texts");
    let link = |opens| PrivateLink { context: practice.context, opens }.encode();
    let private_link = |text: &str| PrivateLink::parse(text).ok().map(|_| text.to_owned());
    let authorization = Authorization {
        key: VerifyingKey([1; 32]),
        nonce: Nonce([2; 32]),
        signature: SigningKey::from_seed(&[1; 32]).sign(b"request"),
    };
    let account = AccountKey::new(Secret::new([0xa5; 16])).expose_text().to_string();
    let recovery = RecoveryCode::new(Secret::new([0x3c; 16])).expose_text().to_string();
    vec![
        of_text("booking link", &link(Opens::Book { secret: [3; 32], token: Some([4; 16]) }), private_link),
        of_text("manage link", &link(Opens::Manage { record: RecordId([5; 16]), cap_seed: [6; 32] }), private_link),
        of_text("authorization", &authorization.encode(), |text| Authorization::decode(text).map(|read| read.encode())),
        of_text("account key", &account, |text| AccountKey::parse(text).ok().map(|_| text.to_owned())),
        of_text("recovery code", &recovery, |text| RecoveryCode::parse(text).ok().map(|_| text.to_owned())),
    ]
}

/// The JSON of routes, asked and answered.
fn bodies() -> Vec<Decoder> {
    let (blob, key) = (Blob(vec![7; 90]), VerifyingKey([1; 32]));
    let hours = [Some(blob.clone()), None, Some(blob.clone()), None, None, None, None];
    let (version, entry) = (Counter(9), RecordEntry { event: blob.clone(), receipt: blob.clone() });
    vec![
        of_json(
            "host",
            &HostInfo {
                receipt_key: key,
                log_key: key,
                log_origin: "log \u{e9} \"quoted\"".to_owned(),
                witness_policy: "quorum none\n".to_owned(),
                suite: 1,
                registration: "open".to_owned(),
            },
        ),
        of_json("vault body", &VaultBody { vault: blob.clone(), locators: [Locator([1; 32]), Locator([2; 32])] }),
        of_json("vault answer", &VaultAnswer { vault: blob.clone() }),
        of_json("publish", &Publish { publications: vec![blob.clone(); 3] }),
        of_json(
            "profile",
            &Profile {
                version,
                registration: blob.clone(),
                links: blob.clone(),
                identity: Some(blob.clone()),
                catalogue: None,
            },
        ),
        of_json("times", &Times { version, hours, claim_set: blob.clone(), statement: blob.clone() }),
        of_json("hold", &Hold { hold: blob.clone(), work: Work([1; 8]) }),
        of_json(
            "append",
            &Append {
                event: blob.clone(),
                claims: Blob::default(),
                session: key,
                session_signature: Signature([3; 64]),
                work: Work::ZERO,
            },
        ),
        of_json("record answer", &RecordAnswer { entries: vec![entry; 2] }),
        of_json(
            "sync answer",
            &SyncAnswer {
                entries: vec![
                    SyncEntry { event: None, receipt: blob.clone() },
                    SyncEntry { event: Some(blob.clone()), receipt: blob.clone() },
                ],
                more: true,
            },
        ),
        of_json(
            "journal answer",
            &JournalAnswer { rows: vec![blob.clone(); 2], open: vec![blob.clone()], more: false, statement: blob },
        ),
        of_json("digest", &Digest([8; 32])),
    ]
}
