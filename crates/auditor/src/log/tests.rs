//! Audits of logs in a folder: honest ones, damaged ones, and logs that say two things.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use souspli_attest::sha256;
use souspli_tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use souspli_tlog::policy::Policy;
use souspli_tlog::tree::empty_root;
use souspli_tlog::witness::AddCheckpoint;
use tokio::net::TcpListener;

use super::fixture::{Cosigner, Log, ORIGIN, object};
use super::*;
use crate::evidence::judge;
use crate::http::{Address, Client};
use crate::receipt::HostKeys;
use crate::witness::{Limits, Logs, Served, Witness, WitnessKey, serve};
use crate::{Check, Finding};

/// 2026-11-23 08:00:00 UTC.
const NOW: u64 = 1_795_420_800;
const HOUR: u64 = 3_600;

/// An auditor with a file of its own.
struct Auditor {
    dir: tempfile::TempDir,
    policy: Policy,
    now: u64,
    others: Vec<(String, Vec<u8>)>,
    only_new: bool,
}

impl Auditor {
    fn new(policy: Policy) -> Self {
        Self { dir: tempfile::tempdir().expect("a folder"), policy, now: NOW, others: Vec::new(), only_new: false }
    }

    fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    async fn audit(&self, source: &Source) -> Audit {
        self.try_audit(source).await.expect("an audit")
    }

    async fn try_audit(&self, source: &Source) -> Result<Audit, AuditError> {
        let state = self.state();
        let options = Options {
            policy: &self.policy,
            now: self.now,
            stale_after: HOUR,
            state: Some(&state),
            only_new: self.only_new,
            others: &self.others,
        };
        audit(source, &options, &mut |_, _| ()).await
    }
}

fn checks(findings: &[Finding]) -> Vec<Check> {
    findings.iter().map(|finding| finding.check).collect()
}

fn fact(finding: &Finding, name: &str) -> String {
    let fact = finding.facts.iter().find(|fact| fact.name == name);
    fact.unwrap_or_else(|| panic!("{name} in {finding:?}")).value.clone()
}

fn publish(log: &Log, signed: &SignedCheckpoint) {
    log.write("checkpoint", &signed.encode());
}

/// What the fork of an audit's evidence comes to under the log's key.
fn convicts(audit: &Audit, policy: &Policy) -> bool {
    let keys = HostKeys { receipt: souspli_protocol::VerifyingKey([1; 32]), policy: policy.clone() };
    audit.evidence.len() == 1 && judge(&audit.evidence[0][..], &keys).is_guilty()
}

#[tokio::test]
async fn an_honest_log_has_no_findings_and_is_read_whole_or_from_where_the_last_audit_ended() {
    let mut log = Log::new(1);
    let whole = Auditor::new(log.policy(&[], 0));
    let newer = Auditor { only_new: true, ..Auditor::new(log.policy(&[], 0)) };
    let mut read = Vec::new();
    for (from, to) in [(0, 16), (16, 600), (600, 600), (600, 70_000), (70_000, 70_016)] {
        let signed = log.push((from..to).map(object));
        for auditor in [&whole, &newer] {
            let audit = auditor.audit(&log.source()).await;
            assert_eq!(audit.findings, [], "{from}..{to}");
            assert_eq!(audit.witnessed.expect("a checkpoint").checkpoint(), signed.checkpoint());
            read.push(audit.read);
        }
    }
    // The second from the last full bundle on.
    assert_eq!(read, [16, 16, 600, 600, 600, 88, 70_000, 70_000 - 512, 70_016, 128]);
}

#[tokio::test]
async fn an_old_entry_that_is_changed_between_two_audits_is_named() {
    let mut log = Log::new(1);
    log.push((0..600).map(object));
    let (whole, newer) = (Auditor::new(log.policy(&[], 0)), Auditor::new(log.policy(&[], 0)));
    let newer = Auditor { only_new: true, ..newer };
    for auditor in [&whole, &newer] {
        assert_eq!(auditor.audit(&log.source()).await.findings, []);
    }
    let bundle = log.path().join("tile/entries/000");
    let mut bytes = fs::read(&bundle).expect("a bundle");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&bundle, &bytes).expect("changed");
    log.push((600..700).map(object));
    let audit = whole.audit(&log.source()).await;
    assert_eq!(checks(&audit.findings), [Check::BadTile, Check::BadTile]);
    assert_eq!(audit.findings[0].place.path, ["tile/0/000"], "the hashes over it are not those of its entries");
    assert_eq!(newer.audit(&log.source()).await.findings, [], "which is what it was told to leave out");
}

#[tokio::test]
async fn progress_is_told_to_the_end() {
    let mut log = Log::new(1);
    log.push((0..1_000).map(object));
    let policy = log.policy(&[], 0);
    let options = Options { policy: &policy, now: NOW, stale_after: HOUR, state: None, only_new: false, others: &[] };
    let mut told = Vec::new();
    audit(&log.source(), &options, &mut |read, of| told.push((read, of))).await.expect("an audit");
    assert_eq!(told, [(256, 1_000), (512, 1_000), (768, 1_000), (1_000, 1_000)]);
}

#[tokio::test]
async fn every_file_that_is_damaged_is_named() {
    let mut log = Log::new(1);
    log.push((0..66_000).map(object));
    let files = log.files();
    assert!(files.iter().any(|file| file.starts_with("tile/2/")) && files.len() > 500);
    let chosen = files.iter().enumerate().filter(|(n, file)| n % 97 == 0 || file.contains(".p/")).map(|(_, file)| file);
    for file in chosen {
        let auditor = Auditor::new(log.policy(&[], 0));
        let path = log.path().join(file);
        let bytes = fs::read(&path).expect("a tile");
        let mut changed = bytes.clone();
        let last = changed.len() - 1;
        changed[last] ^= 1;
        for damaged in [Some(&changed[..]), Some(&bytes[..last]), Some(b""), None] {
            match damaged {
                Some(damaged) => fs::write(&path, damaged).expect("written"),
                None => fs::remove_file(&path).expect("removed"),
            }
            let audit = auditor.audit(&log.source()).await;
            assert!(!audit.findings.is_empty(), "{file}");
            let named = audit.findings.iter().map(|finding| finding.place.path.join("/")).collect::<Vec<_>>();
            assert!(checks(&audit.findings).iter().all(|check| *check == Check::BadTile), "{:?}", audit.findings);
            let over = file.replace("tile/entries/", "tile/0/");
            assert!(named.iter().any(|named| named == file || *named == over), "{file} in {named:?}");
            assert!(!auditor.state().exists(), "nothing is gone on from");
        }
        fs::write(&path, &bytes).expect("as it was");
    }
    assert_eq!(Auditor::new(log.policy(&[], 0)).audit(&log.source()).await.findings, []);
}

#[tokio::test]
async fn an_entry_that_is_none_of_ours_is_found() {
    for entry in [b"something else".to_vec(), Vec::new(), vec![0; 63]] {
        let mut log = Log::new(1);
        log.push((0..20).map(object));
        log.push_entries(&[entry]);
        let audit = Auditor::new(log.policy(&[], 0)).audit(&log.source()).await;
        assert_eq!(checks(&audit.findings), [Check::BadTile]);
        assert_eq!(fact(&audit.findings[0], "why"), "entry 20 is none of this version");
    }
}

#[tokio::test]
async fn entries_and_hashes_that_agree_but_are_not_the_signed_ones_are_found() {
    let (mut log, mut other) = (Log::new(1), Log::new(1));
    log.push((0..700).map(object));
    let signed = other.push((1..701).map(object));
    publish(&log, &signed);
    let audit = Auditor::new(log.policy(&[], 0)).audit(&log.source()).await;
    assert_eq!(checks(&audit.findings), [Check::BadTile]);
    assert_eq!(fact(&audit.findings[0], "signed"), signed.checkpoint().root.to_string());
}

#[tokio::test]
async fn a_folder_with_one_growing_file_a_tile_reads_the_same() {
    let mut log = Log::new(1);
    log.push((0..700).map(object));
    log.push((700..777).map(object));
    for file in log.files() {
        if let Some((full, width)) = file.split_once(".p/") {
            let bytes = fs::read(log.path().join(&file)).expect("a tile");
            fs::remove_dir_all(log.path().join(format!("{full}.p"))).expect("removed");
            // More may lie there than the checkpoint counts.
            fs::write(log.path().join(full), [&bytes[..], &[7; 32]].concat()).expect("written");
            assert_ne!(width, "256");
        }
    }
    assert_eq!(Auditor::new(log.policy(&[], 0)).audit(&log.source()).await.findings, []);
}

#[tokio::test]
async fn a_checkpoint_that_does_not_verify_is_found() {
    let mut log = Log::new(1);
    let signed = log.push((0..20).map(object));
    let auditor = Auditor::new(log.policy(&[], 0));
    let bytes = signed.encode();
    let stranger = Log::new(2).sign(Checkpoint::new(ORIGIN, 20, signed.checkpoint().root)).encode();
    let mut turned = bytes.clone();
    turned[ORIGIN.len() + 1] ^= 1;
    for bad in [&b""[..], b"no note", &turned, &stranger, &vec![b'a'; 1 << 20]] {
        log.write("checkpoint", bad);
        let audit = auditor.audit(&log.source()).await;
        assert_eq!(checks(&audit.findings), [Check::BadCheckpoint]);
        assert!(audit.witnessed.is_none());
    }
    fs::remove_file(log.path().join("checkpoint")).expect("removed");
    assert_eq!(checks(&auditor.audit(&log.source()).await.findings), [Check::BadCheckpoint]);
}

#[tokio::test]
async fn a_quorum_that_is_missing_or_dated_ahead_is_found() {
    let [a, b, c] = [11, 12, 13].map(Cosigner::new);
    let mut log = Log::new(1);
    let mut signed = log.push((0..20).map(object));
    let auditor = Auditor::new(log.policy(&[&a, &b, &c], 2));
    a.cosign(&mut signed, NOW - 60);
    publish(&log, &signed);
    let audit = auditor.audit(&log.source()).await;
    assert_eq!(checks(&audit.findings), [Check::NoQuorum]);
    assert_eq!(fact(&audit.findings[0], "missing"), format!("{}, {}", b.key.name(), c.key.name()));

    let mut ahead = signed.clone();
    b.cosign(&mut ahead, NOW + AHEAD + 1);
    publish(&log, &ahead);
    assert_eq!(checks(&auditor.audit(&log.source()).await.findings), [Check::NoQuorum], "it is dated ahead");

    b.cosign(&mut signed, NOW + AHEAD);
    publish(&log, &signed);
    let audit = auditor.audit(&log.source()).await;
    assert_eq!(audit.findings, []);
    assert_eq!(audit.witnessed.expect("a checkpoint").cosigned.len(), 2);

    // One who names a witness and does not verify makes the whole note worthless.
    let text = String::from_utf8(signed.encode()).expect("text");
    let at = text.find(b.key.name()).expect("a line") + b.key.name().len() + 20;
    let mut forged = text.into_bytes();
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    log.write("checkpoint", &forged);
    assert_eq!(checks(&auditor.audit(&log.source()).await.findings), [Check::BadCheckpoint]);
}

#[tokio::test]
async fn a_checkpoint_that_nobody_has_cosigned_lately_is_old() {
    let witness = Cosigner::new(11);
    let mut log = Log::new(1);
    let mut signed = log.push((0..20).map(object));
    let mut auditor = Auditor::new(log.policy(&[&witness], 1));
    witness.cosign(&mut signed, NOW - HOUR);
    publish(&log, &signed);
    assert_eq!(auditor.audit(&log.source()).await.findings, []);
    auditor.now += 1;
    assert_eq!(checks(&auditor.audit(&log.source()).await.findings), [Check::LogStale]);
    witness.cosign(&mut signed, NOW);
    publish(&log, &signed);
    assert_eq!(auditor.audit(&log.source()).await.findings, [], "the newest counts");

    // Without witnesses: a log that is what it was an hour ago.
    let mut alone = Log::new(1);
    alone.push((0..20).map(object));
    let mut auditor = Auditor::new(alone.policy(&[], 0));
    assert_eq!(auditor.audit(&alone.source()).await.findings, []);
    auditor.now += HOUR + 1;
    assert_eq!(checks(&auditor.audit(&alone.source()).await.findings), [Check::LogStale]);
    alone.push((20..36).map(object));
    assert_eq!(auditor.audit(&alone.source()).await.findings, []);
}

#[tokio::test]
async fn a_log_that_forks_between_two_audits_is_found_with_evidence() {
    for (old, new) in [(16, 16), (16, 32), (300, 300), (300, 1_000), (512, 777)] {
        let (mut one, mut other) = (Log::new(1), Log::new(1));
        one.push((0..old).map(object));
        other.push((0..old - 1).chain([9_999]).chain(old..new).map(object));
        let auditor = Auditor::new(one.policy(&[], 0));
        assert_eq!(auditor.audit(&one.source()).await.findings, []);
        let kept = fs::read(auditor.state()).expect("kept");
        let audit = auditor.audit(&other.source()).await;
        assert_eq!(checks(&audit.findings), [Check::LogForked], "{old} {new}: {:?}", audit.findings);
        let finding = &audit.findings[0];
        assert!(fact(finding, "theirs").contains('—') && fact(finding, "here").contains('—'), "both notes");
        assert!(convicts(&audit, &auditor.policy));
        assert_eq!(fs::read(auditor.state()).expect("kept"), kept, "the next audit knows the first tree still");
    }
}

#[tokio::test]
async fn a_log_that_goes_back_is_found() {
    let mut log = Log::new(1);
    log.push((0..300).map(object));
    let auditor = Auditor::new(log.policy(&[], 0));
    assert_eq!(auditor.audit(&log.source()).await.findings, []);
    let mut back = Log::new(1);
    back.push((0..299).map(object));
    let audit = auditor.audit(&back.source()).await;
    assert_eq!(checks(&audit.findings), [Check::SmallerTree]);
    log.push((300..301).map(object));
    assert_eq!(auditor.audit(&log.source()).await.findings, []);
}

#[tokio::test]
async fn checkpoints_from_elsewhere_are_compared_too() {
    let mut log = Log::new(1);
    let first = log.push((0..300).map(object));
    let mut auditor = Auditor::new(log.policy(&[], 0));
    let empty = log.sign(Checkpoint::new(ORIGIN, 0, empty_root()));
    log.push((300..1_000).map(object));
    let given = |signed: &SignedCheckpoint| ("elsewhere".to_owned(), signed.encode());
    auditor.others = vec![given(&first), given(&empty)];
    assert_eq!(auditor.audit(&log.source()).await.findings, []);

    let mut fork = Log::new(1);
    auditor.others = vec![given(&fork.push((5..305).map(object)))];
    let audit = auditor.audit(&log.source()).await;
    assert_eq!(checks(&audit.findings), [Check::LogForked]);
    assert!(convicts(&audit, &auditor.policy));

    auditor.others = vec![given(&log.sign(Checkpoint::new(ORIGIN, 0, sha256(b"x"))))];
    assert_eq!(checks(&auditor.audit(&log.source()).await.findings), [Check::LogForked]);
    auditor.others = vec![given(&log.sign(Checkpoint::new(ORIGIN, 2_000, sha256(b"x"))))];
    assert_eq!(checks(&auditor.audit(&log.source()).await.findings), [Check::SmallerTree]);
    auditor.others = vec![given(&Log::new(2).push((0..3).map(object))), ("file".to_owned(), b"x".to_vec())];
    let audit = auditor.audit(&log.source()).await;
    assert_eq!(checks(&audit.findings), [Check::BadCheckpoint; 2], "they say nothing of this log");
    assert_eq!(audit.evidence, Vec::<Vec<u8>>::new());
}

#[tokio::test]
async fn hashes_that_lead_nowhere_are_no_proof_of_a_fork() {
    let (mut log, mut other) = (Log::new(1), Log::new(1));
    let earlier = other.push((7..307).map(object));
    log.push((0..700).map(object));
    let path = log.path().join("tile/0/001");
    let mut bytes = fs::read(&path).expect("a tile");
    bytes[40] ^= 1;
    fs::write(&path, bytes).expect("written");
    let mut auditor = Auditor::new(log.policy(&[], 0));
    auditor.others = vec![("elsewhere".to_owned(), earlier.encode())];
    let audit = auditor.audit(&log.source()).await;
    assert!(checks(&audit.findings).iter().all(|check| *check == Check::BadTile), "{:?}", audit.findings);
    assert!(audit.evidence.is_empty());
}

#[tokio::test]
async fn the_state_of_another_log_or_a_damaged_one_is_an_error() {
    let mut log = Log::new(1);
    log.push((0..20).map(object));
    let auditor = Auditor::new(log.policy(&[], 0));
    auditor.audit(&log.source()).await;
    let mut stranger = Log::new(2);
    stranger.push((0..30).map(object));
    let other = Auditor { policy: stranger.policy(&[], 0), ..Auditor::new(log.policy(&[], 0)) };
    fs::copy(auditor.state(), other.state()).expect("copied");
    assert!(matches!(other.try_audit(&stranger.source()).await, Err(AuditError::OtherLog)));
    fs::write(auditor.state(), b"souspli-audit log state 1\n").expect("written");
    assert!(matches!(auditor.try_audit(&log.source()).await, Err(AuditError::State(StateError::Damaged(_)))));
}

#[tokio::test]
async fn a_source_that_does_not_answer_is_told_from_a_log_that_lies() {
    let nowhere = Address::parse("http://127.0.0.1:1/log").expect("an address");
    let source = Source::Web(Client::new(None).expect("a client"), nowhere);
    let audit = Auditor::new(Log::new(1).policy(&[], 0)).audit(&source).await;
    assert_eq!(checks(&audit.findings), [Check::Unreadable]);
}

/// A witness that is running.
struct Running {
    _dir: tempfile::TempDir,
    at: WitnessAt,
    witness: Arc<Witness>,
    _served: Served,
}

impl Running {
    async fn start(log: &Log, seed: u8) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let key = WitnessKey::new(&format!("witness.example/{seed}"), &[seed; 32]).expect("a key");
        let logs = Logs::new().with_key(&log.key().to_string()).expect("a log");
        let witness = Arc::new(Witness::open(key, logs, dir.path(), Arc::new(|| NOW)).expect("opened"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
        let prefix = Address::parse(&format!("http://{}", listener.local_addr().expect("an address"))).expect("one");
        let served = serve(witness.clone(), listener, "", Limits::default()).expect("a prefix");
        Self { _dir: dir, at: WitnessAt { key: witness.verifier().clone(), prefix }, witness, _served: served }
    }

    fn cosign(&self, log: &Log, old: u64, signed: &SignedCheckpoint) {
        let request = AddCheckpoint::new(old, log.consistency(old), signed.note().clone()).expect("a request");
        self.witness.add_checkpoint(&request.encode()).expect("cosigned");
    }
}

#[tokio::test]
async fn witnesses_that_were_shown_another_tree_are_found() {
    let (mut log, mut other) = (Log::new(1), Log::new(1));
    let client = Client::new(None).expect("a client");
    let [agrees, behind, forked, ahead, none] = [21, 22, 23, 24, 25].map(|seed| Running::start(&log, seed));
    let all = [agrees.await, behind.await, forked.await, ahead.await, none.await];
    let [agrees, behind, forked, ahead, _] = &all;
    let small = log.push((0..300).map(object));
    behind.cosign(&log, 0, &small);
    let signed = log.push((300..640).map(object));
    agrees.cosign(&log, 0, &signed);
    let fork = other.push((1..301).map(object));
    forked.cosign(&other, 0, &fork);
    let larger = other.push((0..1_000).map(object));
    ahead.cosign(&other, 0, &larger);

    let witnesses: Vec<WitnessAt> = all.iter().map(|running| running.at.clone()).collect();
    let policy = log.policy(&[], 0);
    let seen = monitor(&log.source(), &client, &witnesses, &policy, NOW).await;
    assert_eq!(seen.agree, [("witness.example/21".to_owned(), 640), ("witness.example/22".to_owned(), 300)]);
    assert_eq!(checks(&seen.findings), [Check::LogForked, Check::SmallerTree, Check::Unreadable]);
    assert!(seen.findings[0].place.to_string().contains("witness.example/23"), "{}", seen.findings[0].place);
    assert_eq!(fact(&seen.findings[1], "size"), "1300");
    let keys = HostKeys { receipt: souspli_protocol::VerifyingKey([1; 32]), policy: policy.clone() };
    assert!(judge(&seen.evidence[0][..], &keys).is_guilty());

    // A log that has grown between the two questions splits nothing.
    let grown = other.source();
    let seen = monitor(&grown, &client, std::slice::from_ref(&ahead.at), &policy, NOW).await;
    assert_eq!((seen.findings, seen.agree.len()), (Vec::new(), 1));
}

#[tokio::test]
async fn a_witness_that_is_away_or_serves_what_it_has_not_cosigned_is_found() {
    let mut log = Log::new(1);
    log.push((0..20).map(object));
    let running = Running::start(&log, 21).await;
    let client = Client::new(None).expect("a client");
    let other = Cosigner::new(22);
    let wrong_key = WitnessAt { key: other.key.clone(), prefix: running.at.prefix.clone() };
    let away = WitnessAt { prefix: Address::parse("http://127.0.0.1:1").expect("one"), ..running.at.clone() };
    let signed = log.push((20..36).map(object));
    running.cosign(&log, 0, &signed);
    let seen = monitor(&log.source(), &client, &[wrong_key, away], &log.policy(&[], 0), NOW).await;
    assert_eq!(checks(&seen.findings), [Check::BadCheckpoint, Check::Unreadable]);
    // Those of a policy are found at the addresses that it gives.
    let text = format!("log {}\nwitness w {} {}\nquorum w\n", log.key(), running.at.key, running.at.prefix);
    let policy = Policy::parse(text.as_bytes()).expect("a policy");
    assert_eq!(witnesses_of(&policy), std::slice::from_ref(&running.at));
}
