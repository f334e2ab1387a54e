//! The signature over a report.

use souspli_attest::sha256;
use souspli_auditor::report::{AuditorKey, Report, SignatureError, Signed, statement};
use souspli_protocol::{Digest, VerifyingKey};

use crate::samples::{clean, end, full, key};

fn signed() -> (Report, Vec<u8>, Signed) {
    let report = clean();
    let json = report.to_json();
    let signed = Signed::sign(&json, &key());
    (report, json, signed)
}

#[test]
fn what_is_signed_is_what_the_text_says() {
    let mut expected = Vec::new();
    let fields: [&[u8]; 5] = [b"souspli/v1/audit/report", &[1], &[0; 32], &[0; 16], &[9; 32]];
    for (tag, value) in (0_u8..).zip(fields) {
        expected.push(tag);
        expected.extend(u32::try_from(value.len()).expect("small").to_be_bytes());
        expected.extend(value);
    }
    assert_eq!(statement(&Digest([9; 32])), expected);
    assert_eq!(expected.len(), 129);
}

#[test]
fn a_signature_holds_for_its_report_and_the_key_that_is_expected() {
    let (report, json, signed) = signed();
    assert_eq!(signed.check(&json, &report, None), Ok(()));
    assert_eq!(signed.check(&json, &report, Some(&key().public())), Ok(()));
    let other = AuditorKey::from_seed(&[8; 32]).public();
    assert_eq!(signed.check(&json, &report, Some(&other)), Err(SignatureError::NotExpected));
    assert_eq!(Signed::from_text(&signed.to_text()), Ok(signed));
}

#[test]
fn a_report_that_was_changed_or_exchanged_is_refused() {
    let (_, _, signed) = signed();
    let other = end(full());
    assert_eq!(signed.check(&other.to_json(), &other, None), Err(SignatureError::OtherReport));
    let forged = Signed { sha256: sha256(&other.to_json()), ..signed };
    assert_eq!(forged.check(&other.to_json(), &other, None), Err(SignatureError::Unverified));
}

#[test]
fn a_report_cannot_be_signed_again_by_somebody_else() {
    let (report, json, _) = signed();
    let thief = Signed::sign(&json, &AuditorKey::from_seed(&[8; 32]));
    assert_eq!(thief.check(&json, &report, None), Err(SignatureError::OtherKey));
    let mut unnamed = clean();
    unnamed.auditor.key = None;
    let json = unnamed.to_json();
    assert_eq!(Signed::sign(&json, &key()).check(&json, &unnamed, None), Err(SignatureError::OtherKey));
}

#[test]
fn no_bit_of_a_signature_file_can_be_flipped() {
    let (report, json, signed) = signed();
    let text = signed.to_text().into_bytes();
    for place in 0..text.len() {
        for bit in 0..8 {
            let mut flipped = text.clone();
            flipped[place] ^= 1 << bit;
            let held = String::from_utf8(flipped).ok().and_then(|text| Signed::from_text(&text).ok());
            let held = held.is_some_and(|signed| signed.check(&json, &report, None).is_ok());
            assert!(!held, "byte {place}, bit {bit}");
        }
    }
}

#[test]
fn a_signature_file_has_one_form() {
    let (_, _, signed) = signed();
    let text = signed.to_text();
    for bad in [
        String::new(),
        text[..text.len() - 1].to_owned(),
        format!("{text}\n"),
        text.replace('\n', "\r\n"),
        text.replace("sha256 ", "sha256  "),
        text.to_uppercase(),
        text.replacen("signature 1", "signature 2", 1),
        text.lines().rev().collect::<Vec<_>>().join("\n"),
        "x".repeat(1 << 20),
    ] {
        assert_eq!(Signed::from_text(&bad), Err(SignatureError::NotASignature), "{bad:.40}");
    }
    let small = Signed { key: VerifyingKey([0; 32]), ..signed };
    let (report, json, _) = self::signed();
    assert_eq!(small.check(&json, &report, None), Err(SignatureError::Unverified));
}
