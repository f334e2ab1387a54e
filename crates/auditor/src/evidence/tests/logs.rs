//! Evidence about logs: promises that were not kept, and trees that fork.

use souspli_protocol::Digest;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_tlog::checkpoint::SignedCheckpoint;
use souspli_tlog::tree::empty_root;

use super::calendar::{Calendar, NOW, WINDOW, granules};
use super::{convicts, shows_nothing};
use crate::Check;
use crate::evidence::{Doubt, Guilt, Verdict, judge, make_log_fork, make_unmerged};
use crate::log::fixture::{Cosigner, Log, ORIGIN, object};
use crate::receipt::HostKeys;
use crate::{Place, Severity};

/// A host with its log: what it was sent, and what is in its log.
pub(super) struct Host {
    pub(super) calendar: Calendar,
    pub(super) log: Log,
    pub(super) witnesses: [Cosigner; 3],
}

impl Host {
    pub(super) fn new() -> Self {
        Self::with(300)
    }

    /// A host whose log has some entries already.
    pub(super) fn with(entries: u64) -> Self {
        let mut log = Log::new(1);
        log.push((0..entries).map(object));
        Self { calendar: Calendar::new(1, 1), log, witnesses: [11, 12, 13].map(Cosigner::new) }
    }

    pub(super) fn keys(&self) -> HostKeys {
        let [a, b, c] = &self.witnesses;
        HostKeys { receipt: self.calendar.key.verifying_key(), policy: self.log.policy(&[a, b, c], 2) }
    }

    /// A booking in a minute, which is merged or not.
    pub(super) fn book(&mut self, start: u64, minute: u32, merged: bool) -> (Receipt, SignedCheckpoint) {
        self.calendar.minute = minute;
        let place = self.calendar.book(&granules(start), WINDOW).expect("free");
        let entry = &self.calendar.chain[place as usize - 1];
        let hash = souspli_attest::event_hash(entry.event.as_ref().expect("an event").bytes());
        let receipt = entry.receipt;
        (receipt, self.log.push(merged.then_some(hash).into_iter().chain([object(5_000 + start)])))
    }

    pub(super) async fn file(&self, receipt: &Receipt, later: Option<&Receipt>, signed: &SignedCheckpoint) -> Vec<u8> {
        let mut file = Vec::new();
        make_unmerged(&self.log.source(), &self.keys().policy, receipt, later, signed, &mut file).await.expect("made");
        file
    }
}

#[tokio::test]
async fn a_leaf_that_is_left_out_while_later_ones_are_merged_convicts_by_the_hosts_own_minutes() {
    let mut host = Host::new();
    let (promised, _) = host.book(0, NOW, false);
    let (soon, _) = host.book(100, NOW + MMD_MINUTES - 1, true);
    let (later, signed) = host.book(200, NOW + MMD_MINUTES, true);
    let judgement = convicts(&host.file(&promised, Some(&later), &signed).await, &host.keys());
    let Verdict::Guilty(Guilt::Unmerged { minute, later_minute, size, .. }) = judgement.verdict else {
        panic!("{judgement}")
    };
    assert_eq!((minute, later_minute, size), (NOW, NOW + MMD_MINUTES, 305));
    assert_eq!(judgement.finding(Place::of("file")).expect("a finding").check, Check::BrokenPromise);

    let not_late = host.file(&promised, Some(&soon), &signed).await;
    shows_nothing(&not_late, &host.keys(), Doubt::NotLater);
    let merged = host.file(&soon, Some(&later), &signed).await;
    shows_nothing(&merged, &host.keys(), Doubt::NotLater);
    let earlier = host.file(&later, Some(&promised), &signed).await;
    shows_nothing(&earlier, &host.keys(), Doubt::NotLater);
}

#[tokio::test]
async fn a_leaf_that_is_there_convicts_nobody() {
    let mut host = Host::new();
    let (promised, _) = host.book(0, NOW, true);
    let (later, signed) = host.book(200, NOW + MMD_MINUTES, true);
    shows_nothing(&host.file(&promised, Some(&later), &signed).await, &host.keys(), Doubt::Merged);
    // A later receipt that waits as well shows no time.
    let (waits, _) = host.book(300, NOW + 2 * MMD_MINUTES, false);
    let (later, signed) = host.book(400, NOW + 3 * MMD_MINUTES, false);
    shows_nothing(&host.file(&waits, Some(&later), &signed).await, &host.keys(), Doubt::NotLater);
}

#[tokio::test]
async fn leaves_that_are_not_the_trees_show_nothing() {
    let mut host = Host::new();
    let (promised, _) = host.book(0, NOW, true);
    let (later, signed) = host.book(200, NOW + MMD_MINUTES, true);
    let file = String::from_utf8(host.file(&promised, Some(&later), &signed).await).expect("text");
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("leaves ")).count(), 2);
    for leave in 4..lines.len() {
        let without: Vec<&str> =
            lines.iter().enumerate().filter(|(at, _)| *at != leave).map(|(_, line)| *line).collect();
        shows_nothing(format!("{}\n", without.join("\n")).as_bytes(), &host.keys(), Doubt::Leaves);
    }
    let twice = format!("{file}{}\n", lines.last().expect("leaves"));
    shows_nothing(twice.as_bytes(), &host.keys(), Doubt::Leaves);
}

#[tokio::test]
async fn a_quorum_that_cosigns_late_leaves_the_host_a_word() {
    let mut host = Host::new();
    let (promised, mut signed) = host.book(0, NOW, false);
    let over = u64::from(NOW + MMD_MINUTES + 1) * 60;
    host.witnesses[0].cosign(&mut signed, over);
    host.witnesses[1].cosign(&mut signed, over - 1);
    shows_nothing(&host.file(&promised, None, &signed).await, &host.keys(), Doubt::NotWitnessed);
    host.witnesses[2].cosign(&mut signed, over + 5);
    let file = host.file(&promised, None, &signed).await;
    let judgement = judge(&file[..], &host.keys());
    assert_eq!(judgement.code(), "unanswered", "{judgement}");
    let finding = judgement.finding(Place::of("file")).expect("a finding");
    assert_eq!((finding.check, finding.severity), (Check::BrokenPromise, Severity::Warning));
    // Under another policy nobody has seen anything.
    let alone = HostKeys { policy: host.log.policy(&[], 0), ..host.keys() };
    shows_nothing(&file, &alone, Doubt::Checkpoint);
}

/// Why witnesses' times alone convict nobody: an honest host whose witnesses were out of reach for a day, and somebody who
/// has an old checkpoint cosigned anew meanwhile.
#[tokio::test]
async fn an_old_tree_that_is_cosigned_anew_convicts_no_honest_host() {
    let mut host = Host::new();
    let mut old = host.log.push([object(7)]);
    let frozen = tempfile::tempdir().expect("a folder");
    copy(host.log.path(), frozen.path());
    let (promised, _) = host.book(0, NOW, true);
    let over = u64::from(NOW + MMD_MINUTES + 1) * 60;
    host.witnesses.iter().for_each(|witness| witness.cosign(&mut old, over + 60));
    let mut file = Vec::new();
    let source = crate::log::Source::Folder(frozen.path().to_owned());
    make_unmerged(&source, &host.keys().policy, &promised, None, &old, &mut file).await.expect("made");
    let judgement = judge(&file[..], &host.keys());
    assert_eq!(judgement.code(), "unanswered", "the leaf is in the log, which nobody had seen: {judgement}");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let there = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            std::fs::create_dir_all(&there).expect("made");
            copy(&entry, &there);
        } else {
            std::fs::copy(&entry, &there).expect("copied");
        }
    }
}

/// Two logs of one key that differ from the 300th entry on.
fn forked(old: u64, new: u64) -> (Log, SignedCheckpoint, Log, SignedCheckpoint) {
    let (mut one, mut other) = (Log::new(1), Log::new(1));
    one.push((0..300).map(object));
    other.push((0..300).map(object));
    let first = one.push((1_000..1_000 + old).map(object));
    let second = other.push((2_000..2_000 + new).map(object));
    (one, first, other, second)
}

fn root_at(log: &Log, size: u64) -> Digest {
    souspli_tlog::store::root_at(log, size).map_err(|_| "tiles").expect("a root")
}

#[test]
fn two_trees_of_one_key_convict_whatever_their_sizes() {
    for (old, new) in [(1, 1), (1, 2), (1, 500), (212, 212), (212, 213), (724, 900)] {
        let (one, first, other, second) = forked(old, new);
        let keys = HostKeys { receipt: Calendar::new(1, 1).key.verifying_key(), policy: one.policy(&[], 0) };
        let size = one.size();
        let (root, path) = (root_at(&other, size), other.consistency(size));
        let file = make_log_fork(&keys.policy, &first, &second, &root, &path).expect("made");
        let judgement = convicts(&file, &keys);
        let guilt = Guilt::LogFork { origin: ORIGIN.to_owned(), size, newer: other.size() };
        assert_eq!(judgement.verdict, Verdict::Guilty(guilt));
    }
}

#[test]
fn a_log_that_goes_on_convicts_nobody_with_any_root() {
    let (mut log, policy) = (Log::new(1), Log::new(1).policy(&[], 0));
    let first = log.push((0..300).map(object));
    let second = log.push((300..777).map(object));
    let keys = HostKeys { receipt: Calendar::new(1, 1).key.verifying_key(), policy };
    let path = log.consistency(300);
    let file =
        |one, other, root: &Digest, path: &[Digest]| make_log_fork(&keys.policy, one, other, root, path).expect("made");
    shows_nothing(&file(&first, &second, &root_at(&log, 300), &path), &keys, Doubt::Agrees);
    for root in [root_at(&log, 299), root_at(&log, 777), object(1), empty_root()] {
        shows_nothing(&file(&first, &second, &root, &path), &keys, Doubt::Path);
        shows_nothing(&file(&first, &first, &root, &[]), &keys, Doubt::Path);
    }
    shows_nothing(&file(&second, &first, &root_at(&log, 300), &path), &keys, Doubt::Path);
    shows_nothing(&file(&first, &first, &root_at(&log, 300), &[]), &keys, Doubt::Agrees);
}

#[test]
fn a_fork_that_is_not_signed_by_the_log_alone_shows_nothing() {
    let (one, first, other, second) = forked(1, 5);
    let keys = HostKeys { receipt: Calendar::new(1, 1).key.verifying_key(), policy: one.policy(&[], 0) };
    let (root, path) = (root_at(&other, one.size()), other.consistency(one.size()));
    let stranger = Log::new(3).push((0..301).map(object));
    assert!(make_log_fork(&keys.policy, &stranger, &second, &root, &path).is_err());
    let mut cosigned = second.clone();
    Cosigner::new(11).cosign(&mut cosigned, 1);
    let file = make_log_fork(&keys.policy, &first, &cosigned, &root, &path).expect("made");
    convicts(&file, &keys);
    let text = String::from_utf8(file).expect("text");
    let more = souspli_protocol::to_base64url(&cosigned.encode());
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 2 { format!("checkpoint {more}") } else { line.to_owned() })
        .collect();
    shows_nothing(format!("{}\n", lines.join("\n")).as_bytes(), &keys, Doubt::Checkpoint);
}
