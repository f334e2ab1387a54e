//! The schemas of every body. The wire types themselves stay without them, so that the protocol crate stays light;
//! a test holds real bodies against these.

use serde_json::json;
use souspli_attest::claim_set::SEED;
use souspli_protocol::claims::{ClaimIds, ClaimSetStatement, HoldRequest};
use souspli_protocol::erase::Erase;
use souspli_protocol::journal::{JournalStatement, ReadRow};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::restore::{EARLIER, Notice};
use souspli_protocol::sizes::{BATCH, EVENT, JOURNAL_PAGE, REVISIONS, SYNC_PAGE, VAULT, WINDOWS};
use souspli_protocol::{CalendarId, Digest, Locator, Nonce, RecordId, Signature, VerifyingKey, Work};
use souspli_tlog::proof::MAX_PROOF;
use utoipa::openapi::schema::{AdditionalProperties, ComponentsBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Ref, RefOr};

type Field = RefOr<Schema>;

/// Exactly `size` bytes.
pub(super) fn bytes(size: usize, description: &str) -> ObjectBuilder {
    between(size, size, description)
}

fn between(least: usize, most: usize, description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .content_encoding("base64url")
        .pattern(Some("^[A-Za-z0-9_-]*$"))
        .min_length(Some(characters(least)))
        .max_length(Some(characters(most)))
        .description(Some(description))
}

const fn characters(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

fn publication(kind: PublicationKind, description: &str) -> Field {
    bytes(kind.size(), description).into()
}

fn or_null(field: ObjectBuilder) -> Field {
    field.schema_type(SchemaType::from_iter([Type::String, Type::Null])).into()
}

fn receipt() -> Field {
    bytes(Receipt::SIZE, "Receipt: docs/spec/events.md §6.").into()
}

fn earlier(least: usize) -> Field {
    let text = "Receipts of places that restores have lost: docs/spec/restore.md §5.";
    between(least, EARLIER * Receipt::SIZE, text).into()
}

fn notice() -> Field {
    bytes(Notice::SIGNED, "Notice of a restore: docs/spec/restore.md §2.").into()
}

fn counter(description: &str) -> Field {
    bytes(8, description).into()
}

fn list(item: Field, least: usize, most: usize) -> Field {
    ArrayBuilder::new().items(item).min_items(Some(least)).max_items(Some(most)).into()
}

fn integer(most: u32, description: &str) -> Field {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .maximum(Some(f64::from(most)))
        .description(Some(description))
        .into()
}

fn object<const N: usize>(fields: [(&str, Field); N]) -> ObjectBuilder {
    let mut object = ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    for (name, field) in fields {
        object = object.property(name, field).required(name);
    }
    object
}

fn reference(name: &str) -> Field {
    Ref::from_schema_name(name).into()
}

/// Every schema by name.
pub(super) fn all() -> ComponentsBuilder {
    restores(journal(events(calendars(vaults(basics(ComponentsBuilder::new()))))))
}

fn basics(components: ComponentsBuilder) -> ComponentsBuilder {
    let word = |words: &[&str]| ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.to_vec()));
    let code = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Code::ALL.iter().map(|c| c.as_str())));
    let text = || ObjectBuilder::new().schema_type(Type::String);
    components
        .schema("CalendarId", bytes(CalendarId::SIZE, "Opaque id of a calendar."))
        .schema("Epoch", integer(u32::MAX, "floor(unix minutes / 20160)"))
        .schema("Tile", text().description(Some("Level and index of a tile: C2SP tlog-tiles.")))
        .schema("Code", code.description(Some("Stable name of a problem.")))
        .schema(
            "Problem",
            object([
                ("type", text().description(Some("urn:souspli:problem:<code>")).into()),
                ("title", text().description(Some("The code's sentence.")).into()),
                ("status", integer(599, "The HTTP status.")),
                ("code", reference("Code")),
            ])
            .property("difficulty", integer(22, "Leading zero bits of a proof of work; only with `work_required`.")),
        )
        .schema("Empty", object([]))
        .schema(
            "HostInfo",
            object([
                ("receiptKey", bytes(VerifyingKey::SIZE, "Signs receipts and claim sets.").into()),
                ("logKey", bytes(VerifyingKey::SIZE, "Signs checkpoints.").into()),
                ("logOrigin", text().description(Some("The log's origin line.")).into()),
                (
                    "witnessPolicy",
                    text().description(Some("The log, its witnesses and their quorum: C2SP tlog-policy.")).into(),
                ),
                ("suite", integer(255, "The suite that the host knows.")),
                ("registration", word(&["open", "closed"]).into()),
            ]),
        )
        .schema("NonceAnswer", object([("nonce", bytes(Nonce::SIZE, "For one request, for five minutes.").into())]))
}

fn vaults(components: ComponentsBuilder) -> ComponentsBuilder {
    let vault = || Field::from(bytes(VAULT, "Vault: docs/spec/keys.md §6."));
    let locator = || Field::from(bytes(Locator::SIZE, "Where a vault is found."));
    components
        .schema("VaultBody", object([("vault", vault()), ("locators", list(locator(), 2, 2))]))
        .schema("VaultOpen", object([("locator", locator())]))
        .schema("VaultAnswer", object([("vault", vault())]))
}

fn calendars(components: ComponentsBuilder) -> ComponentsBuilder {
    let sizes = PublicationKind::ALL.map(PublicationKind::size);
    let (least, most) = (sizes.iter().min().copied().unwrap_or(0), sizes.iter().max().copied().unwrap_or(0));
    let any = || Field::from(between(least, most, "Publication of any kind: docs/spec/publications.md §1."));
    let hours = || bytes(PublicationKind::Hours.size(), "Hours, or null where none are published.");
    let set = between(SEED + 8, usize::MAX / 8, "Claimed-id set: docs/spec/claims.md §6.").max_length(None);
    let statement = bytes(ClaimSetStatement::SIZE + Signature::SIZE, "The host's statement about it, and signature.");
    components
        .schema("Publish", object([("publications", list(any(), 1, BATCH))]))
        .schema("Published", object([("receipts", list(receipt(), 1, BATCH))]))
        .schema(
            "PublicationRead",
            object([
                ("kind", integer(255, "Number of the kind.")),
                ("slot", integer(u32::MAX, "Epoch, window, or 0.")),
            ]),
        )
        .schema("PublicationAnswer", object([("publication", any()), ("receipt", receipt())]))
        .schema(
            "Profile",
            object([
                ("version", counter("The calendar's version, a u64.")),
                ("registration", publication(PublicationKind::Registration, "As published.")),
                ("links", publication(PublicationKind::Links, "As published.")),
                ("identity", or_null(bytes(PublicationKind::Identity.size(), "Of the current epoch, or null."))),
                ("catalogue", or_null(bytes(PublicationKind::Catalogue.size(), "As published, or null."))),
                ("notices", ArrayBuilder::new().items(notice()).into()),
                (
                    "countersignature",
                    or_null(bytes(PublicationKind::Countersignature.size(), "Of the newest notice, or null.")),
                ),
            ]),
        )
        .schema("IdentityAnswer", object([("identity", publication(PublicationKind::Identity, "As published."))]))
        .schema(
            "Times",
            object([
                ("version", counter("The calendar's version, a u64.")),
                ("hours", list(or_null(hours()), WINDOWS, WINDOWS)),
                ("claimSet", set.into()),
                ("statement", statement.into()),
            ]),
        )
}

fn events(components: ComponentsBuilder) -> ComponentsBuilder {
    let event = || bytes(EVENT, "Event: docs/spec/events.md §1.");
    let work = || Field::from(bytes(Work::SIZE, "Proof of work, or zero."));
    let hold = bytes(HoldRequest::SIZE, "Hold request: docs/spec/claims.md §4.");
    let claims = between(0, ClaimIds::SIZE, "24 claim ids, or empty.");
    let sequence = || counter("A sequence of the chain, a u64.");
    let proof = between(0, MAX_PROOF, "C2SP tlog-proof, whose extra line is the receipt; null while the leaf waits.");
    let boolean = ObjectBuilder::new().schema_type(Type::Boolean).description(Some("Whether there are more."));
    let entry = object([("event", event().into()), ("receipt", receipt()), ("earlier", earlier(0))]);
    let erase = || bytes(Erase::SIZE, "Erase: docs/spec/events.md §8.");
    let erased =
        ObjectBuilder::new().schema_type(Type::Boolean).description(Some("Whether it is an event that was erased."));
    let listed = object([
        ("event", or_null(event())),
        ("erase", or_null(erase())),
        ("erased", erased.into()),
        ("receipt", receipt()),
        ("earlier", earlier(0)),
    ]);
    components
        .schema("Hold", object([("hold", hold.into()), ("work", work())]))
        .schema("Held", object([("expires", integer(u32::MAX, "Minute in which the hold ends."))]))
        .schema(
            "Append",
            object([
                ("event", event().into()),
                ("claims", claims.into()),
                ("session", bytes(VerifyingKey::SIZE, "The session that held the time, or zero.").into()),
                ("sessionSignature", bytes(Signature::SIZE, "Its signature over the event hash, or zero.").into()),
                ("work", work()),
            ]),
        )
        .schema("Appended", object([("receipt", receipt())]))
        .schema("EraseBody", object([("erase", erase().into())]))
        .schema("RecordRead", object([("record", bytes(RecordId::SIZE, "Opaque id of a record.").into())]))
        .schema("RecordEntry", entry)
        .schema("RecordAnswer", object([("entries", list(reference("RecordEntry"), 1, REVISIONS as usize))]))
        .schema("Sync", object([("since", sequence())]))
        .schema("SyncEntry", listed)
        .schema(
            "SyncAnswer",
            object([
                ("entries", list(reference("SyncEntry"), 0, SYNC_PAGE)),
                ("more", boolean.into()),
                ("generation", integer(u32::MAX, "The chain's newest generation: docs/spec/restore.md §1.")),
            ]),
        )
        .schema(
            "ProofRead",
            object([("sequence", sequence()), ("leaf", bytes(Digest::SIZE, "The leaf there.").into())]),
        )
        .schema("ProofAnswer", object([("proof", or_null(proof))]))
        .schema("StreamLine", object([("sequence", sequence())]).examples([json!({"sequence": "AAAAAAAAAAc"})]))
}

fn restores(components: ComponentsBuilder) -> ComponentsBuilder {
    let proof = between(0, MAX_PROOF, "C2SP tlog-proof, whose extra line is the notice; null while the leaf waits.");
    let event = bytes(EVENT, "Event: docs/spec/events.md §1.");
    let claims = between(0, ClaimIds::SIZE, "24 claim ids, or empty.");
    components
        .schema(
            "Resubmit",
            object([("event", event.into()), ("claims", claims.into()), ("earlier", earlier(Receipt::SIZE))]),
        )
        .schema("NoticeRead", object([("generation", integer(u32::MAX, "The generation that it opened."))]))
        .schema("NoticeAnswer", object([("notice", notice()), ("proof", or_null(proof))]))
}

fn journal(components: ComponentsBuilder) -> ComponentsBuilder {
    let row = || Field::from(bytes(ReadRow::SIZE, "What a key was given in an hour: docs/spec/log.md §7."));
    let more = ObjectBuilder::new().schema_type(Type::Boolean).description(Some("Whether there are more closed rows."));
    let statement = bytes(JournalStatement::SIZE + Signature::SIZE, "The host's statement about them, and signature.");
    components.schema("JournalRead", object([("since", counter("The last number that is known, a u64."))])).schema(
        "JournalAnswer",
        object([
            ("rows", list(row(), 0, JOURNAL_PAGE)),
            ("open", ArrayBuilder::new().items(row()).into()),
            ("more", more.into()),
            ("statement", statement.into()),
        ]),
    )
}
