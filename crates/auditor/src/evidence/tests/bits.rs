//! Files that are damaged, cut, put in another order, or not files at all.

use std::thread;

use proptest::prelude::*;

use super::calendar::{Calendar, NOW, WINDOW, granules};
use super::logs::Host;
use super::{keys, other_keys, shows_nothing};
use crate::evidence::{
    Doubt, judge, make_double_claim, make_false_notice, make_hidden_claim, make_log_fork, make_signed_twice,
    make_two_claim_sets, make_wrong_count,
};
use crate::log::fixture::{Log, object};
use crate::receipt::HostKeys;
use souspli_protocol::receipt::Link;
use souspli_protocol::restore::Notice;
use souspli_protocol::sizes::MMD_MINUTES;

/// One file of each kind that convicts, with the keys.
fn files() -> Vec<(Vec<u8>, HostKeys)> {
    let mut files = Vec::new();
    let mut calendar = Calendar::new(1, 1);
    let first = calendar.book(&granules(0), WINDOW).expect("free");
    let receipt = calendar.at(first).receipt;
    let other = calendar.receipt(Link { leaf: souspli_attest::sha256(b"x"), ..receipt.statement.link });
    files.push(make_signed_twice(&receipt, &other));
    let notice = Notice {
        context: calendar.context,
        generation: calendar.generation + 1,
        from: calendar.generation,
        sequence: first,
        head: souspli_attest::sha256(b"another chain"),
        minute: calendar.minute,
    };
    let notice = [&notice.encode()[..], calendar.key.sign(&notice.encode()).as_bytes()].concat();
    files.push(make_false_notice(&notice, &receipt));
    let lie = calendar.tell(WINDOW, granules(50).ids(), &[]);
    let twice = calendar.tell(WINDOW, &[], &[]);
    files.push(make_hidden_claim(&lie.0, &lie.1, &calendar.chain, first).expect("made"));
    files.push(make_wrong_count(&twice.0, &twice.1, &calendar.chain).expect("made"));
    files.push(make_two_claim_sets((&lie.0, &lie.1), (&twice.0, &twice.1), None).expect("made"));
    let second = calendar.book_anyway(&granules(3), WINDOW);
    files.push(make_double_claim(&calendar.chain, first, second).expect("made"));
    calendar.note(0);
    files.push(make_double_claim(&calendar.chain, first, second).expect("made"));
    let keys = keys(&calendar);
    let (mut one, mut two) = (Log::new(1), Log::new(1));
    let older = one.push((0..5).map(object));
    let newer = two.push((1..9).map(object));
    let root = souspli_tlog::store::root_at(&two, 5).map_err(|_| "tiles").expect("a root");
    files.push(make_log_fork(&keys.policy, &older, &newer, &root, &two.consistency(5)).expect("made"));
    files.into_iter().map(|file| (file, keys.clone())).collect()
}

/// Bits that are turned: all of them; but where a line holds eight thousand bytes, which are hashed as a whole, one in every
/// seventh character, another one each time.
fn turned(file: &[u8]) -> Vec<(usize, u8)> {
    let mut bits = Vec::new();
    let mut line = 0;
    for text in file.split_inclusive(|byte| *byte == b'\n') {
        let all = text.len() < 4_096;
        for at in line..line + text.len() {
            bits.extend((0..8).filter(|bit| all || at % 7 == 0 && *bit == at / 7 % 8).map(|bit| (at, 1 << bit)));
        }
        line += text.len();
    }
    bits
}

/// Turns the bits of a file behind the part that it has in common with one whose bits were turned.
fn never_convicts(file: &[u8], common: usize, keys: &HostKeys) {
    assert!(judge(file, keys).is_guilty(), "as it is, it convicts");
    let bits: Vec<_> = turned(file).into_iter().filter(|(at, _)| *at >= common).collect();
    thread::scope(|scope| {
        for part in bits.chunks(bits.len().div_ceil(2)) {
            scope.spawn(move || {
                let mut changed = file.to_vec();
                for (at, bit) in part {
                    changed[*at] ^= bit;
                    let judgement = judge(&changed[..], keys);
                    assert!(!judgement.is_guilty(), "byte {at}, bit {bit}: {judgement}");
                    changed[*at] ^= bit;
                }
            });
        }
    });
}

#[test]
fn no_file_convicts_when_a_bit_of_it_is_turned() {
    let mut before: Vec<u8> = Vec::new();
    for (file, keys) in files() {
        let common = file.iter().zip(&before).take_while(|(a, b)| a == b).count();
        never_convicts(&file, common, &keys);
        before = file;
    }
}

#[tokio::test]
async fn no_broken_promise_convicts_when_a_bit_of_it_is_turned() {
    let mut host = Host::with(5);
    let (promised, _) = host.book(0, NOW, false);
    let (later, signed) = host.book(100, NOW + MMD_MINUTES, true);
    let file = host.file(&promised, Some(&later), &signed).await;
    never_convicts(&file, 0, &host.keys());
}

#[test]
fn a_file_that_is_cut_or_goes_on_convicts_nobody() {
    for (file, keys) in files() {
        for cut in (0..file.len()).filter(|cut| cut % 97 == 0 || file.len() - cut < 80 || *cut < 200) {
            assert!(!judge(&file[..cut], &keys).is_guilty(), "cut at {cut}");
        }
        for more in [&b"\n"[..], b"x", b"receipt AA\n", b" "] {
            assert!(!judge(&[&file[..], more].concat()[..], &keys).is_guilty());
        }
        let windows = String::from_utf8(file).expect("text").replace('\n', "\r\n");
        assert!(!judge(windows.as_bytes(), &keys).is_guilty());
    }
}

#[test]
fn lines_that_are_swapped_or_doubled_convict_nobody() {
    for (file, keys) in files() {
        let text = String::from_utf8(file).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        let symmetric = text.starts_with("souspli/evidence/signed-twice") || text.contains("two-claim-sets");
        for at in 0..lines.len() {
            let mut doubled = lines.clone();
            doubled.insert(at, lines[at]);
            let without: Vec<&str> =
                lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, line)| *line).collect();
            for changed in [doubled, without] {
                let changed = changed.join("\n") + "\n";
                assert!(!judge(changed.as_bytes(), &keys).is_guilty(), "line {at} of {}", lines[0]);
            }
            for other in at + 1..lines.len() {
                let mut swapped = lines.clone();
                swapped.swap(at, other);
                let swapped = swapped.join("\n") + "\n";
                // Two receipts of one place contradict each other in either order.
                assert!(symmetric || !judge(swapped.as_bytes(), &keys).is_guilty(), "lines {at} and {other}");
            }
        }
    }
}

#[test]
fn what_is_no_file_of_a_known_kind_says_so() {
    let keys = other_keys();
    for bytes in [
        &b""[..],
        b"\n",
        b"souspli/evidence/signed-twice@v2\n",
        b"souspli/evidence/signed-thrice@v1\n",
        b"souspli/evidence/@v1\n",
        b"Souspli/evidence/signed-twice@v1\n",
        b" souspli/evidence/signed-twice@v1\n",
    ] {
        shows_nothing(bytes, &keys, Doubt::Kind);
    }
    shows_nothing(b"souspli/evidence/signed-twice@v1\n", &keys, Doubt::Line { line: 2 });
    shows_nothing(b"souspli/evidence/signed-twice@v1\nreceipt AA==\n", &keys, Doubt::Line { line: 2 });
    shows_nothing(b"souspli/evidence/signed-twice@v1\nreceipt\n", &keys, Doubt::Line { line: 2 });
    let long = [&b"souspli/evidence/signed-twice@v1\nreceipt "[..], &vec![b'A'; 5 << 20], b"\n"].concat();
    shows_nothing(&long, &keys, Doubt::Unreadable);
}

proptest! {
    #[test]
    fn no_bytes_panic_or_convict(kind in 0..7_usize, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let first = format!("souspli/evidence/{}@v1\n", crate::evidence::Kind::ALL[kind]);
        prop_assert!(!judge(&bytes[..], &other_keys()).is_guilty());
        prop_assert!(!judge(&[first.as_bytes(), &bytes].concat()[..], &other_keys()).is_guilty());
    }
}
