//! A receipt that brings what it is believed by (`docs/spec/log.md` §9): what a file shows to somebody who asks nobody.

use souspli_attest::{SigningKey, leaf_of, sha256};
use souspli_client::log::{Checked, Keys, Shown, VouchedReceipt, Voucher, check_file};
use souspli_crypto::publish::{
    identity_opening, open_catalogue, publish_catalogue, publish_identity, publish_registration,
};
use souspli_crypto::vectors::Practice;
use souspli_protocol::publication::Publication;
use souspli_protocol::receipt::{GENERATION, Link, Receipt, ReceiptStatement};
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_protocol::{Digest, to_base64url};
use souspli_tlog::checkpoint::{Checkpoint, sign};
use souspli_tlog::cosignature::cosign;
use souspli_tlog::proof::Proof;
use souspli_tlog::tree::root_of_leaves;
use souspli_tlog::vkey::{KeyType, VerifierKey};

const NOW: u32 = Practice::MINUTE + 1_000;
const ORIGIN: &str = "log.example";

struct Stage {
    practice: Practice,
    receipt_key: SigningKey,
    log: SigningKey,
    witness: SigningKey,
    registration: Publication,
    identity: Publication,
}

fn log_key(secret: &SigningKey) -> VerifierKey {
    VerifierKey::new(ORIGIN, KeyType::Ed25519, secret.verifying_key()).expect("a key")
}

fn witness_key(secret: &SigningKey) -> VerifierKey {
    VerifierKey::new("witness.example", KeyType::Cosignature, secret.verifying_key()).expect("a key")
}

impl Stage {
    fn new(seed: &[u8]) -> Self {
        let mut practice = Practice::new(seed);
        let [receipt_key, log, witness] = [21, 22, 23].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let mut identity = practice.identity();
        identity.receipt_key = receipt_key.verifying_key();
        identity.log_key = log.verifying_key();
        ORIGIN.clone_into(&mut identity.log_origin);
        let (key, by) = (log_key(&log), witness_key(&witness));
        identity.witness_policy = format!("log {key}\nwitness w {by}\nquorum w\n");
        let registration = publish_registration(&practice.place(1, 0), &practice.nonce, &practice.root);
        let place = practice.place(10, Practice::EPOCH);
        let identity = publish_identity(&place, &identity, &practice.calendar, &practice.root, &mut practice.rng);
        let (registration, identity) = (registration.expect("registration"), identity.expect("identity"));
        Self { practice, receipt_key, log, witness, registration, identity }
    }

    fn voucher(&self) -> Voucher {
        Voucher::make(self.registration.bytes(), &self.identity, &self.practice.calendar).expect("a voucher")
    }

    fn receipt(&self, minute: u32) -> Receipt {
        let leaf = leaf_of(&sha256(b"event"));
        let link =
            Link { context: self.practice.context, generation: GENERATION, sequence: 5, previous: Digest::ZERO, leaf };
        let statement = ReceiptStatement { link, minute, mmd: MMD_MINUTES };
        Receipt { statement, signature: self.receipt_key.sign(&statement.encode()) }
    }

    /// A proof in a log of three leaves.
    fn proof(&self, receipt: Receipt, voucher: Option<Voucher>) -> Proof {
        let leaves = [sha256(b"one"), receipt.statement.link.leaf, sha256(b"three")];
        let checkpoint = Checkpoint::new(ORIGIN, 3, root_of_leaves(&leaves));
        let mut signed = sign(checkpoint.clone(), &log_key(&self.log), &self.log).expect("signed");
        let time = u64::from(NOW) * 60;
        signed
            .add(cosign(&checkpoint, time, &witness_key(&self.witness), &self.witness).expect("cosigned"))
            .expect("room");
        let extra = VouchedReceipt { receipt, voucher }.encode();
        Proof { extra, index: 1, path: vec![leaves[0], leaves[2]], checkpoint: signed.note().clone() }
    }

    fn file(&self) -> Vec<u8> {
        self.proof(self.receipt(NOW), Some(self.voucher())).encode().expect("a file")
    }
}

fn code(checked: &Checked) -> &'static str {
    match checked.shown {
        Shown::Nothing(code) => code,
        _ => "shown",
    }
}

#[test]
fn a_voucher_says_what_the_root_has_signed() {
    let stage = Stage::new(b"vouched");
    let vouched = stage.voucher().verify().expect("it verifies");
    assert_eq!(vouched.context, stage.practice.context);
    let Keys { receipt, log, policy } = vouched.keys;
    assert_eq!((receipt, log), (stage.receipt_key.verifying_key(), log_key(&stage.log)));
    assert!(policy.needs_witnesses());
}

#[test]
fn a_voucher_opens_one_box_and_nothing_else() {
    let mut stage = Stage::new(b"one box");
    let opening = identity_opening(&stage.identity, &stage.practice.calendar).expect("an opening");
    let place = stage.practice.place(11, 0);
    let member = SigningKey::from_seed(&[5; 32]);
    let catalogue = publish_catalogue(&place, b"names", &stage.practice.calendar, &member, &mut stage.practice.rng);
    let catalogue = catalogue.expect("a catalogue of the same window");
    assert!(open_catalogue(&catalogue, &stage.practice.calendar).is_ok());
    let other = identity_opening(&catalogue, &stage.practice.calendar).expect("the opening of that box");
    assert_ne!(opening.expose_secret(), other.expose_secret());
    let whole = stage.voucher().bytes().to_vec();
    let (publications, _) = whole.split_at(whole.len() - 32);
    let swapped = Voucher::read(&[publications, other.expose_secret()].concat()).expect("a voucher");
    assert_eq!(swapped.verify().unwrap_err().code(), "bad_identity");
    let later = stage.practice.place(12, Practice::EPOCH);
    let identity = stage.practice.identity();
    let later =
        publish_identity(&later, &identity, &stage.practice.calendar, &stage.practice.root, &mut stage.practice.rng);
    let later = later.expect("a later identity, under the same key");
    let moved = [stage.registration.bytes(), later.bytes(), opening.expose_secret()].concat();
    assert_eq!(Voucher::read(&moved).expect("a voucher").verify().unwrap_err().code(), "bad_identity");
}

#[test]
fn every_part_of_a_voucher_counts() {
    let stage = Stage::new(b"parts");
    let whole = stage.voucher().bytes().to_vec();
    let registration = stage.registration.bytes().len();
    for at in (0..registration).chain((registration..whole.len()).step_by(97)).chain(whole.len() - 32..whole.len()) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let outcome = Voucher::read(&changed).expect("the length is right").verify();
        assert!(outcome.is_err(), "byte {at}");
    }
    let strange = Stage::new(b"another practice");
    let mixed = [stage.registration.bytes(), &strange.voucher().bytes()[registration..]].concat();
    assert_eq!(Voucher::read(&mixed).expect("a voucher").verify().unwrap_err().code(), "bad_identity");
}

#[test]
fn a_file_shows_what_it_shows() {
    let stage = Stage::new(b"file");
    let checked = check_file(&stage.file(), NOW);
    let Shown::Included { size: 3, index: 1, witnesses } = &checked.shown else { panic!("{checked:?}") };
    assert_eq!(witnesses.as_slice(), [("witness.example".to_owned(), NOW)]);
    assert_eq!(checked.practice, Some(stage.practice.context));
    assert_eq!(checked.origin, ORIGIN);

    let promised = VouchedReceipt { receipt: stage.receipt(NOW), voucher: Some(stage.voucher()) }.encode();
    let text = to_base64url(&promised) + "\r\n";
    for file in [promised.as_slice(), text.as_bytes()] {
        assert_eq!(check_file(file, NOW + MMD_MINUTES).shown, Shown::Promised);
        assert_eq!(check_file(file, NOW + MMD_MINUTES + 1).shown, Shown::Unproven);
    }
}

#[test]
fn bad_files_are_named() {
    let stage = Stage::new(b"bad");
    let bare = stage.proof(stage.receipt(NOW), None);
    let strange = Stage::new(b"strange");
    let forged = Receipt { signature: SigningKey::from_seed(&[1; 32]).sign(b"x"), ..stage.receipt(NOW) };
    let elsewhere = stage.proof(strange.receipt(NOW), Some(stage.voucher()));
    let proof = || stage.proof(stage.receipt(NOW), Some(stage.voucher()));
    let unwitnessed = {
        let checkpoint = Checkpoint::new(ORIGIN, 3, proof_root(&proof()));
        let signed = sign(checkpoint, &log_key(&stage.log), &stage.log).expect("signed");
        Proof { checkpoint: signed.note().clone(), ..proof() }
    };
    let stranger = SigningKey::from_seed(&[99; 32]);
    let other_log = {
        let checkpoint = Checkpoint::new(ORIGIN, 3, proof_root(&proof()));
        let signed = sign(checkpoint, &log_key(&stranger), &stranger).expect("signed");
        Proof { checkpoint: signed.note().clone(), ..proof() }
    };
    let encoded = |proof: Proof| proof.encode().expect("a file");
    for (what, file, expected) in [
        ("nothing", Vec::new(), "empty"),
        ("too much", vec![b'a'; 3 << 20], "too_large"),
        ("a letter", b"Dear Sir or Madam".to_vec(), "no_proof_file"),
        ("bytes", vec![0xff; 500], "no_proof_file"),
        ("a cut proof", stage.file()[..200].to_vec(), "bad_proof"),
        ("a proof of something else", encoded(Proof { extra: vec![1; 20], ..proof() }), "no_receipt"),
        ("no voucher", encoded(bare), "no_voucher"),
        ("a receipt of another practice", encoded(elsewhere), "bad_receipt"),
        ("a receipt that nobody signed", encoded(stage.proof(forged, Some(stage.voucher()))), "bad_receipt"),
        ("another place", encoded(Proof { index: 0, ..proof() }), "bad_proof"),
        ("no witness", encoded(unwitnessed), "no_quorum"),
        ("another log", encoded(other_log), "bad_checkpoint"),
    ] {
        assert_eq!(code(&check_file(&file, NOW)), expected, "{what}");
    }
    assert_eq!(code(&check_file(&stage.file(), NOW - 1_441)), "bad_receipt", "of a day to come");
}

fn proof_root(proof: &Proof) -> Digest {
    Checkpoint::parse(proof.checkpoint.text()).expect("a checkpoint").root
}
