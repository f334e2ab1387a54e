//! Every signed shape has the one size that the specification gives it, comes back, and refuses everything else.

use proptest::prelude::*;
use souspli_protocol::claims::{ClaimIds, ClaimSetStatement, HoldRequest, HoldStatement};
use souspli_protocol::event::{AuthorKind, Event, HEADER, Header, Operation, Parts};
use souspli_protocol::journal::{JournalStatement, Kinds, Ranges, ReadRow};
use souspli_protocol::publication::{LinkRow, Publication, PublicationKind, PublicationStatement};
use souspli_protocol::receipt::{Link, Receipt, ReceiptStatement};
use souspli_protocol::request::Authorization;
use souspli_protocol::vault::{SLOTS, SealedVault, VAULT_BOX, VaultStatement};
use souspli_protocol::{
    CalendarId, Context, Digest, Fingerprint, Gid, Label, Nonce, RecordId, SUITE, Signature, VaultId, VerifyingKey,
    event, sizes,
};

const CONTEXT: Context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };

fn header() -> Header {
    Header {
        context: CONTEXT,
        record: RecordId([3; 16]),
        revision: 0,
        previous: Digest::ZERO,
        operation: Operation::Create,
        author_kind: AuthorKind::Link,
        author: VerifyingKey([4; 32]),
        manage: VerifyingKey([5; 32]),
        view: VerifyingKey([6; 32]),
        window: 741,
        claims: Digest([7; 32]),
        release: false,
        version: 9,
        identity: Digest([8; 32]),
        catalogue: Digest([9; 32]),
        hours: Digest([10; 32]),
        claim_set: Digest([11; 32]),
        epoch: 1_480,
        not_after: 30_000_000,
        head: Digest([12; 32]),
        commit_d: Digest([13; 32]),
        commit_c: Digest([14; 32]),
    }
}

fn event(header: &Header, manage: &Signature) -> Result<Event, souspli_protocol::tlv::TlvError> {
    let parts = Parts {
        wrap_desk: &[1; event::WRAP_DESK],
        wrap_clinical: &[2; event::WRAP_CLINICAL],
        wrap_patient: &[3; event::WRAP_PATIENT],
        body_d: &[4; event::PLAIN_D + 16],
        body_c: &[5; event::PLAIN_C + 16],
    };
    let unsigned = Event::unsigned(header, &parts).expect("sizes");
    Event::assemble(unsigned, &Signature([15; 64]), manage)
}

#[test]
fn an_event_has_the_sizes_of_the_table() {
    assert_eq!(header().encode().len(), HEADER);
    assert_eq!((event::WRAP_DESK, event::WRAP_CLINICAL, event::WRAP_PATIENT), (1_168, 1_200, 1_240));
    assert_eq!(event::PLAIN_C, 1_759);
    let made = event(&header(), &Signature([16; 64])).expect("event");
    assert_eq!(made.bytes().len(), sizes::EVENT);
    assert_eq!(made.parts().body_c, &[5; event::PLAIN_C + 16]);
    assert_eq!(made.manage_signature(), Signature([16; 64]));
    assert_eq!(made.signed_bytes().len(), sizes::EVENT - 128);
    assert_eq!(Event::parse(made.bytes().to_vec()).expect("back"), made);
    assert!(Event::parse(made.bytes()[1..].to_vec()).is_err());
    assert!(Event::parse([made.bytes(), &[0]].concat()).is_err());
}

#[test]
fn a_header_that_contradicts_itself_is_refused() {
    let append = Header {
        revision: 1,
        previous: Digest([1; 32]),
        operation: Operation::Append,
        author_kind: AuthorKind::Member,
        ..header()
    };
    let wrong = [
        Header { revision: 1, ..header() },
        Header { previous: Digest([1; 32]), ..header() },
        Header { author_kind: AuthorKind::Manage, author: header().manage, ..header() },
        Header { release: true, ..header() },
        Header { author_kind: AuthorKind::Link, ..append },
        Header { author_kind: AuthorKind::Manage, ..append },
        Header { release: true, ..append },
        Header { previous: Digest::ZERO, ..append },
    ];
    assert_eq!(Header::decode(&append.encode()), Ok(append));
    for (case, header) in wrong.iter().enumerate() {
        assert!(Header::decode(&header.encode()).is_err(), "case {case}");
    }
    assert!(event(&append, &Signature([1; 64])).is_err(), "an append carries no manage signature");
    assert!(event(&append, &Signature::ZERO).is_ok());
}

#[test]
fn every_byte_of_a_header_is_read() {
    let bytes = header().encode();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x40;
        assert_ne!(Header::decode(&changed), Ok(header()), "byte {place}");
    }
}

#[test]
fn publications_have_one_size_a_kind() {
    for kind in PublicationKind::ALL {
        let statement = PublicationStatement {
            kind,
            context: CONTEXT,
            version: 7,
            slot: 3,
            not_before: 1,
            not_after: 2,
            signer: VerifyingKey([4; 32]),
            key_generation: 0,
            key_window: 741,
            payload_hash: Digest([5; 32]),
        };
        let payload = vec![9; kind.payload_len()];
        let made = Publication::assemble(statement, &payload, &Signature([6; 64])).expect("size");
        assert_eq!(made.bytes().len(), kind.size(), "{kind:?}");
        assert_eq!(made.statement_bytes(), statement.encode());
        let back = Publication::parse(made.bytes().to_vec()).expect("back");
        assert_eq!(
            (back.statement(), back.payload(), back.signature()),
            (&statement, &payload[..], Signature([6; 64]))
        );
        assert!(Publication::parse(made.bytes()[..kind.size() - 1].to_vec()).is_err());
        assert!(Publication::assemble(statement, &payload[1..], &Signature([6; 64])).is_none());
        assert_eq!(PublicationKind::from_id(kind.id()), Some(kind));
    }
    assert_eq!(PublicationKind::from_id(9), None, "reserved");
}

#[test]
fn link_rows_receipts_vaults_and_authorizations_come_back() {
    let row = LinkRow { link: VerifyingKey([1; 32]), flags: 1, expires: 77, sealed: [2; 120] };
    assert_eq!(LinkRow::decode(&row.encode()), Some(row));
    let mut reserved = row.encode();
    reserved[34] = 1;
    assert_eq!(LinkRow::decode(&reserved), None);

    let link = Link { context: CONTEXT, generation: 1, sequence: 2, previous: Digest([3; 32]), leaf: Digest([4; 32]) };
    let statement = ReceiptStatement { link, minute: 5, mmd: sizes::MMD_MINUTES };
    let receipt = Receipt { statement, signature: Signature([6; 64]) };
    assert_eq!(receipt.encode().len(), Receipt::SIZE);
    assert_eq!(Receipt::decode(&receipt.encode()), Ok(receipt));
    assert!(Receipt::decode(&receipt.encode()[1..]).is_err());

    let statement = VaultStatement {
        vault: VaultId([1; 16]),
        generation: 2,
        key: VerifyingKey([3; 32]),
        payload_hash: Digest([4; 32]),
    };
    let vault = SealedVault::assemble(statement, &vec![5; SLOTS], &vec![6; VAULT_BOX], &Signature([7; 64]));
    let vault = vault.expect("sizes");
    assert_eq!(vault.bytes().len(), sizes::VAULT);
    assert_eq!(vault.slots().count(), sizes::VAULT_SLOTS);
    assert_eq!(SealedVault::parse(vault.bytes().to_vec()).expect("back"), vault);

    let authorization =
        Authorization { key: VerifyingKey([1; 32]), nonce: Nonce([2; 32]), signature: Signature([3; 64]) };
    assert_eq!(authorization.encode().len(), 179);
    assert_eq!(Authorization::decode(&authorization.encode()), Some(authorization));
    assert_eq!(Authorization::decode("Bearer x"), None);
}

fn read_row() -> ReadRow {
    let mut ranges = Ranges::default();
    assert!(ranges.add(1, 64) && ranges.add(70, 200));
    ReadRow {
        context: CONTEXT,
        number: 7,
        previous: Digest([3; 32]),
        key: VerifyingKey([4; 32]),
        hour: 498_728,
        ranges,
        publications: Kinds::NONE.with(PublicationKind::Grants),
    }
}

fn journal_statement() -> JournalStatement {
    JournalStatement { context: CONTEXT, number: 7, newest: Digest([3; 32]), open: Digest([4; 32]), minute: 5 }
}

#[test]
fn rows_of_the_journal_have_one_size_and_every_byte_is_read() {
    let (row, statement) = (read_row(), journal_statement());
    assert_eq!((row.encode().len(), ReadRow::SIZE), (ReadRow::SIZE, 322));
    assert_eq!(ReadRow::decode(&row.encode()), Ok(row.clone()));
    let nothing = ReadRow { ranges: Ranges::default(), publications: Kinds::NONE, ..row.clone() };
    assert_eq!(nothing.encode().len(), ReadRow::SIZE);
    assert_eq!(ReadRow::decode(&nothing.encode()), Ok(nothing));
    assert_eq!(statement.encode().len(), JournalStatement::SIZE);
    assert_eq!(JournalStatement::decode(&statement.encode()), Ok(statement));
    let (bytes, signed) = (row.encode(), statement.encode());
    for (place, bit) in (0..bytes.len().max(signed.len())).flat_map(|place| (0..8).map(move |bit| (place, 1 << bit))) {
        let changed = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            bytes.get_mut(place).into_iter().for_each(|byte| *byte ^= bit);
            bytes
        };
        if place < bytes.len() {
            assert_ne!(ReadRow::decode(&changed(&bytes)), Ok(row.clone()), "byte {place}");
        }
        if place < signed.len() {
            assert_ne!(JournalStatement::decode(&changed(&signed)), Ok(statement), "byte {place}");
        }
    }
    for cut in 0..bytes.len() {
        assert!(ReadRow::decode(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    assert!(ReadRow::decode(&[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn a_row_that_contradicts_itself_is_refused() {
    let row = read_row();
    for number in [0, 1] {
        assert!(ReadRow::decode(&ReadRow { number, ..row.clone() }.encode()).is_err(), "{number} follows nothing");
        let first = ReadRow { number, previous: Digest::ZERO, ..row.clone() };
        assert_eq!(ReadRow::decode(&first.encode()), Ok(first));
    }
    let statement = journal_statement();
    assert!(JournalStatement::decode(&JournalStatement { number: 0, ..statement }.encode()).is_err());
    assert!(JournalStatement::decode(&JournalStatement { newest: Digest::ZERO, ..statement }.encode()).is_err());
    let empty = JournalStatement { number: 0, newest: Digest::ZERO, ..statement };
    assert_eq!(JournalStatement::decode(&empty.encode()), Ok(empty));
}

/// Of each shape that names a suite: its label, its bytes, and whether they are read.
type Shape = (Label, Vec<u8>, fn(&[u8]) -> bool);

fn shapes() -> [Shape; 7] {
    let digest = Digest([3; 32]);
    let link = Link { context: CONTEXT, generation: 0, sequence: 2, previous: digest, leaf: digest };
    let statement = ReceiptStatement { link, minute: 5, mmd: sizes::MMD_MINUTES };
    let receipt = Receipt { statement, signature: Signature([6; 64]) };
    let ids = std::array::from_fn(|n| Gid([u8::try_from(n).expect("small"); 16]));
    let key = VerifyingKey([1; 32]);
    let hold = HoldRequest {
        statement: HoldStatement { context: CONTEXT, link: key, session: key, window: 7, version: 8, claims: digest },
        claims: ClaimIds::new(ids).expect("distinct"),
        link_signature: Signature([2; 64]),
        session_signature: Signature([3; 64]),
    };
    let set = ClaimSetStatement {
        context: CONTEXT,
        generation: 0,
        sequence: 2,
        version: 3,
        first_window: 4,
        minute: 5,
        filter_hash: digest,
        held_hash: digest,
    };
    let vault = VaultStatement { vault: VaultId([1; 16]), generation: 2, key, payload_hash: digest };
    let vault = SealedVault::assemble(vault, &vec![5; SLOTS], &vec![6; VAULT_BOX], &Signature([7; 64]));
    let event = event(&header(), &Signature([16; 64])).expect("event");
    [
        (Label::Event, event.into_bytes(), |bytes| Event::parse(bytes.to_vec()).is_ok()),
        (Label::Receipt, receipt.encode(), |bytes| Receipt::decode(bytes).is_ok()),
        (Label::Hold, hold.encode(), |bytes| HoldRequest::decode(bytes).is_ok()),
        (Label::ClaimSet, set.encode(), |bytes| ClaimSetStatement::decode(bytes).is_ok()),
        (Label::Read, read_row().encode(), |bytes| ReadRow::decode(bytes).is_ok()),
        (Label::Journal, journal_statement().encode(), |bytes| JournalStatement::decode(bytes).is_ok()),
        (Label::Vault, vault.expect("sizes").bytes().to_vec(), |bytes| SealedVault::parse(bytes.to_vec()).is_ok()),
    ]
}

#[test]
fn there_is_one_suite_and_one_version() {
    for (label, bytes, reads) in shapes() {
        assert!(reads(&bytes), "{label:?}");
        // Label, then the suite's tag and length.
        let suite = 5 + label.as_str().len() + 5;
        assert_eq!(bytes[suite], SUITE);
        for other in (0..=u8::MAX).filter(|other| *other != SUITE) {
            let mut changed = bytes.clone();
            changed[suite] = other;
            assert!(!reads(&changed), "{label:?} of suite {other}");
        }
        // The version stands in the label: `souspli/v1/…`.
        for other in (0..=u8::MAX).filter(|other| *other != b'1') {
            let mut changed = bytes.clone();
            changed[5 + "souspli/v".len()] = other;
            assert!(!reads(&changed), "{label:?} of version {other}");
        }
    }
}

proptest! {
    #[test]
    fn decoders_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
        let _ = Header::decode(&bytes);
        let _ = Receipt::decode(&bytes);
        let _ = Publication::parse(bytes.clone());
        let _ = Event::parse(bytes.clone());
        let _ = SealedVault::parse(bytes.clone());
        let _ = LinkRow::decode_table(&bytes);
        let _ = HoldRequest::decode(&bytes);
        let _ = ClaimSetStatement::decode(&bytes);
    }
}
