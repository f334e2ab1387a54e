//! Receipts of hosts that keep their word, of hosts that do not, and of nobody.

use souspli_attest::event_hash;
use souspli_protocol::receipt::{Receipt, ReceiptStatement};
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_protocol::to_base64url;
use souspli_tlog::checkpoint::SignedCheckpoint;
use souspli_tlog::proof::Proof;

use super::*;
use crate::evidence::make_unmerged;
use crate::evidence::tests::calendar::{Calendar, NOW, WINDOW, granules};
use crate::log::fixture::{Cosigner, Log, object};
use crate::{Check, Place, Severity};

/// A host with its log and three witnesses, two of which must cosign.
struct Host {
    calendar: Calendar,
    log: Log,
    witnesses: [Cosigner; 3],
}

const LATE: u32 = NOW + MMD_MINUTES + 1;

impl Host {
    fn new() -> Self {
        let mut log = Log::new(1);
        log.push((0..300).map(object));
        Self { calendar: Calendar::new(1, 1), log, witnesses: [11, 12, 13].map(Cosigner::new) }
    }

    fn keys(&self) -> HostKeys {
        let [a, b, c] = &self.witnesses;
        HostKeys { receipt: self.calendar.key.verifying_key(), policy: self.log.policy(&[a, b, c], 2) }
    }

    /// A booking and its event's bytes.
    fn book(&mut self, start: u64, minute: u32) -> (Receipt, Vec<u8>) {
        self.calendar.minute = minute;
        let place = self.calendar.book(&granules(start), WINDOW).expect("free");
        let entry = self.calendar.at(place);
        (entry.receipt, entry.event.as_ref().expect("an event").bytes().to_vec())
    }

    /// Merges an event; gives the checkpoint, cosigned by some at a time, and puts it in place.
    fn merge(&mut self, event: Option<&[u8]>, cosigned: &[(usize, u64)]) -> SignedCheckpoint {
        let mut signed = self.log.push(event.map(event_hash).into_iter().chain([object(7_777 + self.log.size())]));
        for (witness, time) in cosigned {
            self.witnesses[*witness].cosign(&mut signed, *time);
        }
        self.log.write("checkpoint", &signed.encode());
        signed
    }

    /// The proof file of what was merged last.
    fn proof(&self, receipt: &Receipt, signed: &SignedCheckpoint) -> Proof {
        let index = signed.checkpoint().size - 2;
        Proof { extra: receipt.encode(), index, path: self.log.inclusion(index), checkpoint: signed.note().clone() }
    }
}

fn seconds(minute: u32) -> u64 {
    u64::from(minute) * 60
}

fn context(keys: &HostKeys, now: u32) -> Context<'_> {
    Context { keys, now, event: None, later: &[], log: None, host: None }
}

async fn judged(file: &[u8], context: &Context<'_>) -> Judgement {
    judge(file, context, &mut |_, _| ()).await
}

#[test]
fn a_proof_file_that_holds_says_where_and_who_cosigned_when() {
    let mut host = Host::new();
    let (receipt, event) = host.book(0, NOW);
    let times = [(0, seconds(NOW + 1)), (2, seconds(NOW + 1) + 7)];
    let signed = host.merge(Some(&event), &times);
    let file = host.proof(&receipt, &signed).encode().expect("a file");
    let keys = host.keys();
    let judgement = judge_alone(&file, &Context { event: Some(&event), ..context(&keys, LATE) });
    let Verdict::Included { checkpoint, index, cosigned } = &judgement.verdict else { panic!("{judgement}") };
    assert_eq!((checkpoint, *index), (signed.checkpoint(), 300));
    let names = [0, 2].map(|at: usize| host.witnesses[at].key.name().to_owned());
    assert_eq!(*cosigned, names.into_iter().zip(times.map(|(_, time)| time)).collect::<Vec<_>>());
    assert_eq!(judgement.findings(&Place::of("file")), []);
    assert!(judgement.to_string().contains("entry 300 of the log"), "{judgement}");
}

#[test]
fn no_proof_file_holds_when_a_bit_of_it_is_turned() {
    let mut host = Host::new();
    let (receipt, event) = host.book(0, NOW);
    let signed = host.merge(Some(&event), &[(0, seconds(NOW)), (1, seconds(NOW))]);
    let file = host.proof(&receipt, &signed).encode().expect("a file");
    let keys = host.keys();
    for bit in 0..file.len() * 8 {
        let mut changed = file.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let verdict = judge_alone(&changed, &context(&keys, NOW)).verdict;
        assert_ne!(verdict.code(), "included", "bit {bit}");
        assert_ne!(verdict.code(), "broken_promise", "bit {bit}");
    }
}

#[test]
fn a_proof_file_that_shows_nothing_leaves_the_receipt_what_it_is() {
    let mut host = Host::new();
    let (receipt, event) = host.book(0, NOW);
    let few = host.merge(Some(&event), &[(0, seconds(NOW))]);
    let keys = host.keys();
    let proof = host.proof(&receipt, &few);
    let ahead = {
        let mut signed = few.clone();
        host.witnesses[1].cosign(&mut signed, seconds(NOW) + 2_000_000);
        host.proof(&receipt, &signed)
    };
    let elsewhere = Proof { index: 0, ..proof.clone() };
    for (proof, check) in [(proof, Check::NoQuorum), (ahead, Check::NoQuorum), (elsewhere, Check::NoQuorum)] {
        let file = proof.encode().expect("a file");
        let young = judge_alone(&file, &context(&keys, NOW + MMD_MINUTES));
        assert_eq!(young.verdict, Verdict::Pending { until: NOW + MMD_MINUTES });
        assert_eq!(young.findings(&Place::of("file")).iter().map(|finding| finding.check).collect::<Vec<_>>(), [check]);
        let old = judge_alone(&file, &context(&keys, LATE));
        assert_eq!(old.verdict.code(), "undecided");
        let weights = old.findings(&Place::of("file")).iter().map(|finding| finding.severity).collect::<Vec<_>>();
        assert_eq!(weights, [Severity::Warning], "what came with the file accuses nobody");
    }
    let full = host.merge(None, &[(0, seconds(NOW)), (1, seconds(NOW))]);
    let other_leaf = host.proof(&receipt, &full).encode().expect("a file");
    let judgement = judge_alone(&other_leaf, &context(&keys, NOW));
    assert_eq!(judgement.findings(&Place::of("file"))[0].check, Check::BadReceipt, "the path leads elsewhere");
}

#[test]
fn a_bare_receipt_reads_in_bytes_and_as_text() {
    let mut host = Host::new();
    let (receipt, _) = host.book(0, NOW);
    let keys = host.keys();
    let text = to_base64url(&receipt.encode());
    for file in [receipt.encode(), text.clone().into_bytes(), format!(" {text}\n").into_bytes()] {
        let judgement = judge_alone(&file, &context(&keys, NOW));
        assert_eq!(judgement.verdict, Verdict::Pending { until: NOW + MMD_MINUTES });
        assert_eq!(judgement.receipt, Some(receipt));
    }
    for file in [&b""[..], b"x", &receipt.encode()[1..], format!("{text}=").as_bytes(), &[0xff; 4_000]] {
        let judgement = judge_alone(file, &context(&keys, NOW));
        assert!(matches!(judgement.verdict, Verdict::NotOurs(Reason::Shape(_))), "{judgement}");
    }
}

#[test]
fn what_is_no_receipt_of_this_host_is_told_by_the_failed_check() {
    let mut host = Host::new();
    let (receipt, event) = host.book(0, NOW);
    let keys = host.keys();
    let stranger = HostKeys { receipt: Calendar::new(2, 1).key.verifying_key(), ..keys.clone() };
    let code = |file: &[u8], context: &Context<'_>| match judge_alone(file, context).verdict {
        Verdict::NotOurs(reason) => reason.code(),
        other => panic!("{}", other.code()),
    };
    assert_eq!(code(&receipt.encode(), &context(&stranger, NOW)), "signature");
    let signed = |statement: ReceiptStatement| {
        Receipt { statement, signature: host.calendar.key.sign(&statement.encode()) }.encode()
    };
    let mut generation = receipt.statement;
    generation.link.generation = 1;
    assert_eq!(code(&signed(generation), &context(&keys, NOW)), "generation");
    assert_eq!(code(&signed(ReceiptStatement { mmd: 1_441, ..receipt.statement }), &context(&keys, NOW)), "mmd");
    assert_eq!(code(&receipt.encode(), &context(&keys, NOW - 1_441)), "future");
    let mut other = event.clone();
    other[4_000] ^= 1;
    assert_eq!(code(&receipt.encode(), &Context { event: Some(&other), ..context(&keys, NOW) }), "event");
    for bit in 0..receipt.encode().len() * 8 {
        let mut changed = receipt.encode();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(["shape", "signature"].contains(&code(&changed, &context(&keys, NOW))), "bit {bit}");
    }
    assert_eq!(judge_alone(&receipt.encode(), &context(&stranger, NOW)).findings(&Place::of("file")), []);
}

#[tokio::test]
async fn the_whole_log_tells_of_a_bare_receipt() {
    let mut host = Host::new();
    let (receipt, event) = host.book(0, NOW);
    let (waits, _) = host.book(100, NOW);
    let keys = host.keys();
    let source = host.log.source();
    host.merge(Some(&event), &[(0, seconds(NOW)), (1, seconds(NOW))]);
    let with_log = Context { log: Some(&source), ..context(&keys, NOW + 5) };
    let judgement = judged(&receipt.encode(), &with_log).await;
    assert!(matches!(judgement.verdict, Verdict::Included { index: 300, .. }), "{judgement}");
    let judgement = judged(&waits.encode(), &with_log).await;
    assert_eq!(judgement.verdict.code(), "pending", "its time is not over");
    host.merge(None, &[(0, seconds(NOW))]);
    let judgement = judged(&receipt.encode(), &with_log).await;
    assert!(matches!(&judgement.verdict, Verdict::Unwitnessed { missing, .. } if missing.len() == 2), "{judgement}");
    assert_eq!(judgement.findings(&Place::of("file"))[0].check, Check::NoQuorum);
}

#[tokio::test]
async fn a_promise_that_is_broken_is_told_by_what_shows_it_and_evidence_follows() {
    let mut host = Host::new();
    let (promised, _) = host.book(0, NOW);
    let (later, event) = host.book(100, LATE);
    let keys = host.keys();
    let source = host.log.source();
    let over = seconds(LATE);
    let file = promised.encode();

    // What this machine sees, by its own clock.
    host.merge(None, &[(0, over), (1, over - 1)]);
    let with_log = Context { log: Some(&source), ..context(&keys, LATE) };
    let judgement = judged(&file, &with_log).await;
    assert!(matches!(&judgement.verdict, Verdict::BrokenPromise { shown_by: ShownBy::OwnClock, .. }), "{judgement}");

    // What a quorum of witnesses has seen after the time was over.
    host.merge(None, &[(0, over), (1, over)]);
    let judgement = judged(&file, &with_log).await;
    let Verdict::BrokenPromise { shown_by: ShownBy::Witnesses, checkpoint } = &judgement.verdict else {
        panic!("{judgement}")
    };
    let mut evidence = Vec::new();
    make_unmerged(&source, &keys.policy, &promised, None, checkpoint, &mut evidence).await.expect("made");
    assert_eq!(crate::evidence::judge(&evidence[..], &keys).code(), "unanswered");
    let finding = judgement.findings(&Place::of("file")).remove(0);
    assert_eq!((finding.check, finding.severity), (Check::BrokenPromise, Severity::Breach));

    // What the host's own later receipt shows.
    host.merge(Some(&event), &[(0, over), (1, over)]);
    let receipts = [promised, later];
    let judgement = judged(&file, &Context { later: &receipts, ..with_log }).await;
    let Verdict::BrokenPromise { shown_by: ShownBy::LaterReceipt(shown), checkpoint } = &judgement.verdict else {
        panic!("{judgement}")
    };
    assert_eq!(**shown, later);
    let mut evidence = Vec::new();
    make_unmerged(&source, &keys.policy, &promised, Some(shown), checkpoint, &mut evidence).await.expect("made");
    assert!(crate::evidence::judge(&evidence[..], &keys).is_guilty());
    let finding = judgement.findings(&Place::of("file")).remove(0);
    assert_eq!((finding.check, finding.severity), (Check::BrokenPromise, Severity::Breach));
}

#[tokio::test]
async fn a_log_that_cannot_be_read_to_its_end_convicts_nobody() {
    let mut host = Host::new();
    let (promised, _) = host.book(0, NOW);
    let keys = host.keys();
    host.merge(None, &[(0, seconds(LATE)), (1, seconds(LATE))]);
    let source = host.log.source();
    let with_log = Context { log: Some(&source), ..context(&keys, LATE) };
    assert_eq!(judged(&promised.encode(), &with_log).await.verdict.code(), "broken_promise");
    let path = host.log.path().join("tile/entries/000");
    let bytes = std::fs::read(&path).expect("a bundle");
    for damaged in [&bytes[..bytes.len() - 1], &[&bytes[..40], &[0], &bytes[41..]].concat()] {
        std::fs::write(&path, damaged).expect("written");
        let judgement = judged(&promised.encode(), &with_log).await;
        assert_eq!(judgement.verdict.code(), "undecided");
        assert!(judgement.besides.iter().any(|finding| finding.check == Check::BadTile), "{judgement:?}");
    }
    std::fs::write(&path, &bytes).expect("written");
    host.log.write("checkpoint", b"nothing");
    assert_eq!(judged(&promised.encode(), &with_log).await.verdict.code(), "undecided");
}

#[test]
fn keys_must_name_the_hosts_own_log() {
    let host = Host::new();
    let info = |policy: &str, origin: &str| souspli_protocol::wire::HostInfo {
        receipt_key: host.calendar.key.verifying_key(),
        log_key: *host.log.key().key(),
        log_origin: origin.to_owned(),
        witness_policy: policy.to_owned(),
        suite: 1,
        registration: "open".to_owned(),
    };
    let own = format!("log {}\nquorum none\n", host.log.key());
    let origin = crate::log::fixture::ORIGIN;
    let keys = HostKeys::of_host(&info(&own, origin)).expect("its own");
    assert_eq!(HostKeys::of_host(&info("", origin)).expect("no witnesses"), keys);
    let other = format!("log {}\nquorum none\n", Log::new(2).key());
    assert!(matches!(HostKeys::of_host(&info(&other, origin)), Err(BadKeys::OtherLog(_))));
    assert!(matches!(HostKeys::of_host(&info(&own, "other.example")), Err(BadKeys::OtherLog(_))));
    assert!(matches!(HostKeys::of_host(&info("nonsense\n", origin)), Err(BadKeys::Policy(_))));
}
