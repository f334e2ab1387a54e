//! Rows of the protocol's tables: whether their objects parse, are signed, and agree with the row that they stand in.

use souspli_attest::{calendar_id, event_hash, fingerprint, head_after, leaf_of, record_id, sha256, verify};
use souspli_protocol::erase::Erase;
use souspli_protocol::event::{Event, Operation};
use souspli_protocol::journal::{Ranges, ReadRow};
use souspli_protocol::publication::{LinkRow, Publication, PublicationKind, acl_keys};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::restore::Notice;
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_protocol::vault::SealedVault;
use souspli_protocol::{CalendarId, Digest, Fingerprint, Label, VerifyingKey};

use super::shape::{Wrong, is_point};
use super::value::Value;
use crate::random::{Cut, Object, cuts};

/// A row by the names of its columns.
pub(crate) struct Row<'a> {
    pub(crate) names: &'a [String],
    pub(crate) values: &'a [Value],
}

impl Row<'_> {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let place = self.names.iter().position(|column| column == name)?;
        self.values.get(place)
    }

    fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.get(name).and_then(Value::bytes)
    }

    fn is_bytes(&self, name: &str, bytes: &[u8]) -> bool {
        self.bytes(name) == Some(bytes)
    }

    fn is_number(&self, name: &str, number: u64) -> bool {
        self.get(name).and_then(Value::number).is_some_and(|found| u64::try_from(found) == Ok(number))
    }
}

/// What a row's objects say.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// What is compared with other rows: as many as [`derived`] names.
    pub(crate) facts: Vec<Value>,
    /// What is wrong, by column.
    pub(crate) wrong: Vec<(&'static str, Wrong)>,
    /// The sealed parts of an object, by column.
    pub(crate) cuts: Option<(&'static str, Vec<Cut>)>,
}

/// Names of the facts that are taken out of the objects of a table.
pub(crate) fn derived(table: &str) -> &'static [&'static str] {
    match table {
        "event" => &EVENT,
        "publication" => &PUBLICATION,
        "version" | "record" | "unmerged" | "gap" => &["leaf_of"],
        "chain" => &CHAIN,
        "journal" => &JOURNAL,
        "erase" => &ERASE,
        "notice" => &NOTICE,
        _ => &[],
    }
}

const EVENT: [&str; 12] = [
    "leaf_of",
    "fp",
    "window_number",
    "claims",
    "release",
    "version",
    "epoch",
    "not_after",
    "previous",
    "identity",
    "catalogue",
    "hours",
];
const PUBLICATION: [&str; 4] = ["hash", "fp", "root_signer", "root"];
const CHAIN: [&str; 5] = ["previous", "head", "minute", "generation", "fp"];
const JOURNAL: [&str; 2] = ["previous", "fp"];
const ERASE: [&str; 3] = ["leaf_of", "fp", "record"];
const NOTICE: [&str; 3] = ["fp", "sequence", "head"];

/// Looks at a row of a table.
pub(crate) fn look(table: &str, row: &Row<'_>) -> Seen {
    let mut seen = match table {
        "calendar" => of_calendar(row),
        "event" => row.bytes("bytes").map(|bytes| of_event(row, bytes)).unwrap_or_default(),
        "publication" => row.bytes("bytes").map(|bytes| of_publication(row, bytes)).unwrap_or_default(),
        "version" | "record" | "gap" => of_hash(row.bytes("hash")),
        "erase" => row.bytes("bytes").map(|bytes| of_erase(row, bytes)).unwrap_or_default(),
        "notice" => row.bytes("bytes").map(|bytes| of_notice(row, bytes)).unwrap_or_default(),
        "unmerged" => of_hash(row.bytes("object")),
        "chain" => row.bytes("receipt").map(|bytes| of_chain(row, bytes)).unwrap_or_default(),
        "vault" => row.bytes("bytes").map(|bytes| of_vault(row, bytes)).unwrap_or_default(),
        "reading" => row.bytes("ranges").map(of_reading).unwrap_or_default(),
        "journal" => row.bytes("bytes").map(|bytes| of_journal(row, bytes)).unwrap_or_default(),
        _ => Seen::default(),
    };
    seen.facts.resize(derived(table).len(), Value::Null);
    seen
}

impl Seen {
    fn expect(&mut self, right: bool, column: &'static str, expected: &str, found: &str) {
        if !right {
            self.wrong.push((column, Wrong::new(expected, found)));
        }
    }

    fn unreadable(column: &'static str, what: &str, why: impl std::fmt::Display) -> Self {
        let wrong = Wrong::new(what, format!("bytes that are none: {why}"));
        Self { wrong: vec![(column, wrong)], ..Self::default() }
    }
}

fn bytes(of: &[u8]) -> Value {
    Value::Bytes(of.to_vec())
}

fn number(of: u64) -> Value {
    Value::Integer(super::scratch::signed(of))
}

fn leaf(hash: &[u8]) -> Option<Value> {
    Digest::try_from(hash).ok().map(|hash| bytes(leaf_of(&hash).as_bytes()))
}

fn of_hash(hash: Option<&[u8]>) -> Seen {
    Seen { facts: hash.and_then(leaf).into_iter().collect(), ..Seen::default() }
}

fn of_calendar(row: &Row<'_>) -> Seen {
    let mut seen = Seen::default();
    let root = row.bytes("root").and_then(|root| VerifyingKey::try_from(root).ok());
    let right = root.is_none_or(|root| row.is_bytes("fp", fingerprint(&root).as_bytes()));
    seen.expect(right, "fp", "the fingerprint of the root key", "another hash");
    seen
}

fn of_event(row: &Row<'_>, stored: &[u8]) -> Seen {
    let event = match Event::parse(stored.to_vec()) {
        Ok(event) => event,
        Err(error) => return Seen::unreadable("bytes", "an event", error),
    };
    let (header, hash) = (event.header(), event_hash(stored));
    let mut seen = Seen::default();
    seen.expect(row.is_bytes("hash", hash.as_bytes()), "hash", "SHA-256 of the event", "another hash");
    let calendar = header.context.calendar;
    seen.expect(row.is_bytes("calendar", calendar.as_bytes()), "calendar", "the event's calendar", "another id");
    seen.expect(row.is_bytes("record", header.record.as_bytes()), "record", "the event's record", "another id");
    let revision = u64::from(header.revision);
    seen.expect(row.is_number("revision", revision), "revision", "the event's revision", "another number");
    let follows = header.record == record_id(&header.manage, &header.view);
    seen.expect(follows, "bytes", "a record id that follows from its keys", "another id");
    let context = &header.context;
    let statement = |label| context.write(label).bytes(4, sha256(event.signed_bytes()).as_bytes()).finish();
    let author = verify(&header.author, &statement(Label::SignEvent), &event.author_signature()).is_ok();
    seen.expect(author, "bytes", "the author's signature", "one that does not verify: the bytes were changed");
    if header.operation == Operation::Create {
        let manage = verify(&header.manage, &statement(Label::SignEventManage), &event.manage_signature()).is_ok();
        seen.expect(manage, "bytes", "the manage key's signature", "one that does not verify: the bytes were changed");
    }
    seen.facts = vec![
        bytes(leaf_of(&hash).as_bytes()),
        bytes(context.fp.as_bytes()),
        number(header.window.into()),
        bytes(header.claims.as_bytes()),
        number(header.release.into()),
        number(header.version),
        number(header.epoch.into()),
        number(header.not_after.into()),
        bytes(header.previous.as_bytes()),
        bytes(header.identity.as_bytes()),
        bytes(header.catalogue.as_bytes()),
        bytes(header.hours.as_bytes()),
    ];
    seen.cuts = Some(("bytes", cuts(&Object::Event(&event))));
    seen
}

fn of_publication(row: &Row<'_>, stored: &[u8]) -> Seen {
    let publication = match Publication::parse(stored.to_vec()) {
        Ok(publication) => publication,
        Err(error) => return Seen::unreadable("bytes", "a publication", error),
    };
    let statement = publication.statement();
    let (calendar, fp) = (statement.context.calendar, statement.context.fp);
    let mut seen = Seen::default();
    seen.expect(row.is_bytes("calendar", calendar.as_bytes()), "calendar", "the publication's calendar", "another id");
    seen.expect(row.is_number("kind", statement.kind.id().into()), "kind", "the publication's kind", "another number");
    seen.expect(row.is_number("slot", statement.slot.into()), "slot", "the publication's slot", "another number");
    seen.expect(row.is_number("version", statement.version), "version", "the publication's version", "another number");
    let hashed = sha256(publication.payload()) == statement.payload_hash;
    seen.expect(hashed, "bytes", "a payload with the signed hash", "another payload: the bytes were changed");
    let signed = verify(&statement.signer, publication.statement_bytes(), &publication.signature()).is_ok();
    seen.expect(signed, "bytes", "the practice's signature", "one that does not verify: the bytes were changed");
    let root = registered(&mut seen, &publication, &fp, &calendar);
    keys_are_points(&mut seen, &publication);
    let by_root = statement.kind.signed_by_root();
    let root_signer = if by_root { bytes(statement.signer.as_bytes()) } else { Value::Null };
    seen.facts = vec![bytes(sha256(stored).as_bytes()), bytes(fp.as_bytes()), root_signer, root];
    seen.cuts = Some(("bytes", cuts(&Object::Publication(&publication))));
    seen
}

/// The root key of a registration, from which fingerprint and calendar follow.
fn registered(seen: &mut Seen, publication: &Publication, fp: &Fingerprint, calendar: &CalendarId) -> Value {
    if publication.statement().kind != PublicationKind::Registration {
        return Value::Null;
    }
    let parts = publication.payload().split_first_chunk::<32>();
    let Some((nonce, root)) = parts.and_then(|(nonce, root)| Some((nonce, VerifyingKey::try_from(root).ok()?))) else {
        return Value::Null;
    };
    let follows = fingerprint(&root) == *fp && calendar_id(fp, nonce) == *calendar;
    seen.expect(follows, "bytes", "a calendar that follows from its registration", "another one");
    bytes(root.as_bytes())
}

fn keys_are_points(seen: &mut Seen, publication: &Publication) {
    let payload = publication.payload();
    let right = match publication.statement().kind {
        PublicationKind::Acl => acl_keys(payload).all(|key| is_point(key.as_bytes())),
        PublicationKind::Links => LinkRow::decode_table(payload)
            .is_some_and(|rows| rows.iter().all(|row| row.flags <= 1 && is_point(row.link.as_bytes()))),
        _ => true,
    };
    seen.expect(right, "bytes", "a table of Ed25519 keys", "a row that is none");
}

fn of_chain(row: &Row<'_>, stored: &[u8]) -> Seen {
    let receipt = match Receipt::decode(stored) {
        Ok(receipt) => receipt,
        Err(error) => return Seen::unreadable("receipt", "a receipt", error),
    };
    let (link, minute) = (receipt.statement.link, receipt.statement.minute);
    let mut seen = Seen::default();
    let calendar = link.context.calendar;
    seen.expect(row.is_bytes("calendar", calendar.as_bytes()), "calendar", "the receipt's calendar", "another id");
    seen.expect(row.is_number("sequence", link.sequence), "sequence", "the receipt's sequence", "another number");
    seen.expect(row.is_bytes("leaf", link.leaf.as_bytes()), "leaf", "the receipt's leaf", "another hash");
    seen.expect(receipt.statement.mmd == MMD_MINUTES, "receipt", "a promise of 1,440 minutes", "another number");
    seen.facts = vec![
        bytes(link.previous.as_bytes()),
        bytes(head_after(&link).as_bytes()),
        number(minute.into()),
        number(link.generation.into()),
        bytes(link.context.fp.as_bytes()),
    ];
    seen.cuts = Some(("receipt", cuts(&Object::Receipt)));
    seen
}

fn of_erase(row: &Row<'_>, stored: &[u8]) -> Seen {
    let erase = match Erase::decode(stored) {
        Ok(erase) => erase,
        Err(error) => return Seen::unreadable("bytes", "an erase", error),
    };
    let (statement, hash) = (&erase.statement, sha256(stored));
    let mut seen = Seen::default();
    let calendar = statement.context.calendar;
    seen.expect(row.is_bytes("calendar", calendar.as_bytes()), "calendar", "the erase's calendar", "another id");
    seen.expect(row.is_bytes("hash", hash.as_bytes()), "hash", "SHA-256 of the erase", "another hash");
    let signed = verify(&statement.author, &statement.encode(), &erase.signature).is_ok();
    seen.expect(signed, "bytes", "the author's signature", "one that does not verify: the bytes were changed");
    let (fp, record) = (bytes(statement.context.fp.as_bytes()), bytes(statement.record.as_bytes()));
    seen.facts = vec![bytes(leaf_of(&hash).as_bytes()), fp, record];
    seen
}

fn of_notice(row: &Row<'_>, stored: &[u8]) -> Seen {
    let said = stored.get(..Notice::SIZE).unwrap_or_default();
    let notice = match Notice::decode(said) {
        Ok(notice) => notice,
        Err(error) => return Seen::unreadable("bytes", "a notice", error),
    };
    let mut seen = Seen::default();
    let calendar = notice.context.calendar;
    seen.expect(row.is_bytes("calendar", calendar.as_bytes()), "calendar", "the notice's calendar", "another id");
    let generation = notice.generation.into();
    seen.expect(row.is_number("generation", generation), "generation", "the notice's generation", "another number");
    seen.expect(row.is_bytes("hash", sha256(stored).as_bytes()), "hash", "SHA-256 of the notice", "another hash");
    let fp = bytes(notice.context.fp.as_bytes());
    seen.facts = vec![fp, number(notice.sequence), bytes(notice.head.as_bytes())];
    seen
}

fn of_reading(stored: &[u8]) -> Seen {
    let ranges = stored.try_into().ok().and_then(Ranges::decode);
    let mut seen = Seen::default();
    seen.expect(ranges.is_some(), "ranges", "places of a chain, as rising ranges", "bytes that are none");
    seen
}

fn of_journal(row: &Row<'_>, stored: &[u8]) -> Seen {
    let read = match ReadRow::decode(stored) {
        Ok(read) => read,
        Err(error) => return Seen::unreadable("bytes", "a row of the journal", error),
    };
    let mut seen = Seen::default();
    let calendar = read.context.calendar;
    seen.expect(row.is_bytes("calendar", calendar.as_bytes()), "calendar", "the row's calendar", "another id");
    seen.expect(row.is_number("number", read.number), "number", "the row's number", "another number");
    seen.expect(row.is_bytes("hash", sha256(stored).as_bytes()), "hash", "SHA-256 of the row", "another hash");
    seen.facts = vec![bytes(read.previous.as_bytes()), bytes(read.context.fp.as_bytes())];
    seen
}

fn of_vault(row: &Row<'_>, stored: &[u8]) -> Seen {
    let vault = match SealedVault::parse(stored.to_vec()) {
        Ok(vault) => vault,
        Err(error) => return Seen::unreadable("bytes", "a vault", error),
    };
    let statement = vault.statement();
    let mut seen = Seen::default();
    seen.expect(row.is_bytes("vault", statement.vault.as_bytes()), "vault", "the vault's id", "another id");
    seen.expect(row.is_bytes("key", statement.key.as_bytes()), "key", "the vault's key", "another key");
    let generation = row.get("generation").and_then(Value::number).map(i64::cast_unsigned);
    let right = generation == Some(statement.generation);
    seen.expect(right, "generation", "the vault's generation", "another number");
    let hashed = sha256(vault.payload()) == statement.payload_hash;
    seen.expect(hashed, "bytes", "a payload with the signed hash", "another payload: the bytes were changed");
    let signed = verify(&statement.key, &statement.encode(), &vault.signature()).is_ok();
    seen.expect(signed, "bytes", "the vault key's signature", "one that does not verify: the bytes were changed");
    let slots = (0_u16..).zip(vault.slots()).all(|(place, slot)| slot_begins(slot, place));
    seen.expect(slots, "bytes", "slots that say kind, profile and place", "a slot that says something else");
    seen.cuts = Some(("bytes", cuts(&Object::Vault(&vault))));
    seen
}

/// `docs/spec/keys.md` §6: kinds 1 to 3 are in use, an empty slot has kind and profile 0.
fn slot_begins(slot: &[u8], place: u16) -> bool {
    let Some(&[kind, profile, high, low]) = slot.first_chunk() else { return false };
    let right = matches!((kind, profile), (0, 0) | (1..=3, 1));
    right && u16::from_be_bytes([high, low]) == place
}
