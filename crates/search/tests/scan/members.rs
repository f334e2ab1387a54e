//! What is packed or encoded inside a stream.

use std::io::{self, Read, Write as _};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use souspli_search::Place;
use souspli_search::scan::{Hit, Member, Options, Progress, Reason, Sink};

use super::support::{NAME, NEEDLES, chunks_of, has, hits, named, random, scan};

/// The header of an empty 7-Zip archive.
const SEVEN_ZIP: &[u8] = b"7z\xbc\xaf'\x1c\0\x04\x8d\x9b\xd5\x0f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
/// Of the canary called `reason`.
const WORD: &str = "pesteroval";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    let mut entry = b"PK\x03\x04\x14\0\x08\0\x08\0".to_vec();
    entry.extend([0; 16]);
    entry.extend(u16::try_from(name.len()).expect("a short name").to_le_bytes());
    entry.extend([0; 2]);
    entry.extend(name.as_bytes());
    entry.extend(encoder.finish().expect("memory"));
    entry
}

fn base64(bytes: &[u8]) -> String {
    <base64ct::Base64 as base64ct::Encoding>::encode_string(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A text with a canary in the middle, of which packing makes something that is no longer readable.
fn text() -> Vec<u8> {
    let line = "nothing to see here, and nothing there; ".repeat(20);
    format!("{line}{line}<{WORD}>{line}").into_bytes()
}

fn sorted(hits: &[Hit]) -> Vec<Hit> {
    let mut hits = hits.to_vec();
    hits.sort();
    hits
}

/// The forms of the hits inside members.
fn inside(stream: impl AsRef<[u8]>) -> Vec<String> {
    let hits: Vec<Hit> = hits(stream).into_iter().filter(|hit| !hit.inside.is_empty()).collect();
    named(&hits)
}

/// `plain` packed by each packer.
fn packed(plain: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    [("gzip", gzip(plain)), ("zlib", zlib(plain)), ("zstd", zstd(plain)), ("zip", zip("patients.csv", plain))]
}

#[test]
fn a_canary_is_found_in_each_kind_of_member_wherever_that_begins() {
    for (kind, member) in packed(&text()) {
        for before in [0, 1, 17, 300] {
            let stream = [random(before, 3), member.clone(), random(99, 4)].concat();
            let (hits, scanned) = scan(&stream, &Options::default());
            // Zstandard leaves in clear what does not repeat.
            let hit = hits.iter().find(|hit| !hit.inside.is_empty()).expect(kind);
            assert_eq!(hit.form, "utf8/word 2", "{kind}");
            assert_eq!(hit.inside, [Member { kind, offset: before as u64 }]);
            assert_eq!((hit.offset, hit.at), (before as u64, 1_601), "{kind}");
            assert_eq!((scanned.members, scanned.skipped.len()), (1, 0), "{kind}");
            for chunk in [1, 50, 1_000] {
                let mut same = scan(&stream, &chunks_of(chunk)).0;
                same.sort();
                assert_eq!(same, sorted(&hits), "{kind} in chunks of {chunk}");
            }
        }
    }
}

#[test]
fn members_are_followed_into_each_other() {
    for (outer, _) in packed(b"") {
        for (inner, member) in packed(&text()) {
            let plain = [b"header ".to_vec(), member].concat();
            let (_, stream) = packed(&plain).into_iter().find(|(kind, _)| *kind == outer).expect("a packer");
            let hits = hits(stream);
            let way: Vec<(&str, u64)> = hits[0].inside.iter().map(|member| (member.kind, member.offset)).collect();
            // Bytes that cannot be packed are in the outer member as they are, and may be found there first.
            assert!(hits.iter().any(|hit| hit.inside.len() == 2), "{outer} {inner} {way:?}");
            assert!(hits.iter().all(|hit| hit.form == "utf8/word 2"));
        }
    }
}

#[test]
fn four_members_deep_is_searched_and_five_are_reported() {
    let mut stream = text();
    for depth in 1..=6 {
        stream = gzip(&[random(8, depth), stream].concat());
        let (hits, scanned) = scan(&stream, &Options::default());
        let deepest = hits.iter().map(|hit| hit.inside.len()).max();
        if depth <= 4 {
            assert_eq!(deepest, Some(usize::try_from(depth).expect("small")));
            assert!(scanned.skipped.is_empty());
        } else {
            assert!(scanned.skipped.iter().any(|skipped| skipped.reason == Reason::TooDeep), "{scanned:?}");
        }
    }
}

#[test]
fn utf16_inside_a_member_and_members_inside_text_are_found() {
    let wide: Vec<u8> = String::from_utf8(text()).expect("text").encode_utf16().flat_map(u16::to_le_bytes).collect();
    has(gzip(&wide), "reason: utf16le/word 2");
    let expected = "reason: utf8/word 2".to_owned();
    for (kind, member) in packed(&text()) {
        let in_json = format!("{{\"id\":7,\"data\":\"{}\"}}", base64(&member));
        assert!(inside(&in_json).contains(&expected), "base64 of {kind}");
        let in_sql = format!("INSERT INTO event VALUES (7, '\\x{}');", hex(&member));
        assert!(inside(&in_sql).contains(&expected), "hex of {kind}");
        let in_capitals = format!("7\t\\\\x{}\t", hex(&member).to_uppercase());
        assert!(inside(in_capitals).contains(&expected), "HEX of {kind}");
        let escaped = format!("\"{}\"", base64(&member).replace('/', "\\/"));
        assert!(inside(escaped).contains(&expected), "base64 of {kind}, escaped");
    }
    let hit = &hits(format!("x=\"{}\"", base64(&gzip(&text()))))[0];
    assert_eq!((hit.offset, hit.at), (3, 1_601));
    assert_eq!(hit.inside, [Member { kind: "base64", offset: 3 }, Member { kind: "gzip", offset: 0 }]);
}

#[test]
fn a_stream_that_is_encoded_as_a_whole_is_decoded() {
    let lines =
        |text: String| text.as_bytes().chunks(76).map(|line| [line, b"\r\n"].concat()).collect::<Vec<_>>().concat();
    for stream in [lines(base64(&text())), lines(hex(&text())), lines(base64(base64(&text()).as_bytes()))] {
        for chunk in [1, 100, Options::CHUNK] {
            let hits = scan(&stream, &chunks_of(chunk)).0;
            assert!(hits.iter().any(|hit| hit.form == "utf8/word 2" && hit.at == 1_601), "{hits:?}");
        }
    }
}

#[test]
fn gzip_headers_with_everything_in_them_are_read() {
    let builder = flate2::GzBuilder::new().filename("patients.csv").comment("nightly").extra(vec![7; 900]).mtime(1);
    let mut encoder = builder.write(Vec::new(), Compression::fast());
    encoder.write_all(&text()).expect("memory");
    let stream = encoder.finish().expect("memory");
    for chunk in [1, 300, Options::CHUNK] {
        let (hits, scanned) = scan(&stream, &chunks_of(chunk));
        assert_eq!((hits.len(), scanned.members), (1, 1));
    }
}

#[test]
fn what_is_there_of_a_broken_member_is_searched_and_the_break_reported() {
    let long = [text(), random(5_000, 1).iter().map(|byte| byte & 0x3f | 0x40).collect()].concat();
    for (kind, member) in packed(&long) {
        let cut = &member[..member.len() - 1_500];
        let (hits, scanned) = scan(cut, &Options::default());
        // A block of zstd is there as a whole or not at all, and there is one.
        if kind != "zstd" {
            assert_eq!(named(&hits), ["reason: utf8/word 2"], "{kind} cut");
            let reasons: Vec<Reason> = scanned.skipped.iter().map(|skipped| skipped.reason).collect();
            assert_eq!(reasons, vec![Reason::Damaged; usize::from(kind != "zlib")], "{kind} cut");
        }
        assert_eq!(scanned.members, 0, "{kind} cut");
    }
    let mut wrong_sum = gzip(&long);
    let last = wrong_sum.len() - 6;
    wrong_sum[last] ^= 1;
    let (hits, scanned) = scan(&wrong_sum, &Options::default());
    assert_eq!((hits.len(), scanned.members, scanned.skipped.len()), (1, 0, 1));
}

#[test]
fn a_bomb_ends_at_the_bound_and_is_reported() {
    let bomb = gzip(&vec![0; 64 << 20]);
    let stream = [bomb, format!(" {NAME}").into_bytes()].concat();
    let options = Options { unpacked: 1 << 20, ..Options::default() };
    let (hits, scanned) = scan(&stream, &options);
    assert!(hits.iter().all(|hit| hit.inside.is_empty()) && !hits.is_empty(), "what follows is still searched");
    assert!(scanned.unpacked < 2 << 20, "{}", scanned.unpacked);
    assert_eq!(scanned.skipped.iter().map(|skipped| skipped.reason).collect::<Vec<_>>(), [Reason::TooMuch]);
    let nested = gzip(&gzip(&gzip(&vec![0; 16 << 20])));
    let scanned = scan(&nested, &options).1;
    assert!(scanned.unpacked < 2 << 20 && scanned.skipped.iter().any(|skipped| skipped.reason == Reason::TooMuch));
}

#[test]
fn more_open_members_than_allowed_are_reported() {
    // Beginnings of members that never end: stored blocks that promise more than there is.
    let open = b"x\x01\x01\xff\xff\0\0".repeat(30);
    let (_, scanned) = scan(&open, &Options { open: 4, ..chunks_of(64) });
    assert!(scanned.skipped.iter().any(|skipped| skipped.reason == Reason::TooMany), "{scanned:?}");
}

#[test]
fn members_that_are_made_to_take_time_come_to_an_end() {
    let name = format!("\n{NAME}");
    for trap in ["x\u{9c}c`".repeat(70_000), "H4sI".repeat(30_000), "1f8b0800".repeat(15_000)] {
        let trap: Vec<u8> = trap.chars().map(|character| u8::try_from(character).expect("a byte")).collect();
        let options = Options { unpacked: 64 << 20, ..Options::default() };
        let (hits, scanned) = scan(&[trap, name.clone().into_bytes()].concat(), &options);
        assert!(!hits.is_empty(), "what follows is still searched");
        assert!(scanned.skipped.iter().any(|skipped| skipped.reason == Reason::TooMuch) || scanned.unlisted > 0);
    }
}

#[test]
fn formats_that_are_not_read_are_named() {
    for (bytes, name) in [
        (&b"BZh91AY&SY...."[..], "bzip2"),
        (b"\xfd7zXZ\0\x00\x04\xe6\xd6\xb4\x46..", "xz"),
        (SEVEN_ZIP, "7z"),
        (b"\x04\x22\x4d\x18\x64\x40..", "lz4"),
    ] {
        let scanned = scan(bytes, &Options::default()).1;
        assert_eq!(scanned.skipped.len(), 1, "{name}");
        assert_eq!(scanned.skipped[0].reason, Reason::Format(name));
    }
    assert!(scan(b"\xfd7zXZ\0 or 7z\xbc\xaf'\x1c in a program", &Options::default()).1.skipped.is_empty());
    let mut encrypted = zip("a", b"b");
    encrypted[6] |= 1;
    assert_eq!(scan(&encrypted, &Options::default()).1.skipped[0].reason, Reason::Encrypted);
    // A window of 128 MiB, and a dictionary.
    let window = scan(b"\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00", &Options::default()).1;
    assert_eq!(window.skipped[0].reason, Reason::Window);
    let dictionary = scan(b"\x28\xb5\x2f\xfd\x01\x58\x07\x01\x00\x00", &Options::default()).1;
    assert_eq!(dictionary.skipped[0].reason, Reason::Dictionary);
}

#[test]
fn a_member_longer_than_all_buffers_is_read_to_its_end() {
    let mut plain = random(3 << 20, 8).iter().map(|byte| b' ' | byte & 0x5f).collect::<Vec<u8>>();
    plain.extend(WORD.as_bytes());
    for (kind, member) in packed(&plain) {
        let (hits, scanned) = scan(&member, &Options::default());
        assert!(hits.iter().any(|hit| hit.at == 3 << 20 && hit.inside.len() == 1), "{kind}");
        assert_eq!(scanned.members, 1, "{kind}");
    }
}

#[test]
fn progress_rises_to_the_end() {
    #[derive(Default)]
    struct Steps(Vec<Progress>);
    impl Sink for Steps {
        fn hit(&mut self, _: &Place, _: Hit) {}
        fn progress(&mut self, progress: Progress) {
            self.0.push(progress);
        }
    }
    let (stream, mut steps) = (random(1_000, 2), Steps::default());
    let options = Options { total: Some(1_000), ..chunks_of(300) };
    NEEDLES.scan_with(stream.as_slice(), &Place::of("test"), &options, &mut steps).expect("memory");
    let done: Vec<u64> = steps.0.iter().map(|step| step.done).collect();
    assert_eq!(done, [300, 600, 900, 1_000]);
    assert!(steps.0.iter().all(|step| step.total == Some(1_000)));
}

#[test]
fn an_error_of_the_reader_is_passed_on() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::PermissionDenied))
        }
    }
    let mut hits = Vec::new();
    let error = NEEDLES.scan(Broken, &Place::of("test"), &mut hits).expect_err("an error");
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is done to a member, reading it ends, without a panic and without a canary that is not there.
    #[test]
    fn changed_members_are_read_without_panic(kind in 0..4_usize, changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..6), cut in any::<u16>()) {
        let plain = [random(400, 6), b"abc".repeat(200)].concat();
        let (_, mut member) = packed(&gzip(&plain))[kind].clone();
        for (place, byte) in changes {
            let place = usize::from(place) % member.len();
            member[place] = byte;
        }
        member.truncate(member.len() - usize::from(cut) % member.len() / 2);
        prop_assert!(hits(&member).is_empty());
        prop_assert!(hits(base64(&member)).is_empty());
    }

    #[test]
    fn any_bytes_are_searched_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), chunk in 1..64_usize) {
        prop_assert!(scan(&bytes, &chunks_of(chunk)).0.is_empty());
        prop_assert!(NEEDLES.find(&bytes).is_empty());
    }
}
