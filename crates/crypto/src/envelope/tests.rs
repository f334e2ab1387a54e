//! Events that an author with all keys has made wrong on purpose: signatures hold, readers must still refuse.

use souspli_protocol::event::{Event, Header, PLAIN_C, PLAIN_D, Parts};
use souspli_protocol::{Label, tlv};

use super::{OpenError, Opened, body_key, commitment, open_clinical, open_desk, open_patient, verify, wrap_info};
use crate::boxes::aead_seal;
use crate::vectors::{Practice, SeededRng};
use crate::{CannotOpen, PrivateKey, Secret, seal_hpke};

/// What a dishonest author chooses freely.
struct Choice {
    /// In the wraps.
    k_d: [u8; 32],
    k_c: [u8; 32],
    /// Committed to.
    committed_c: [u8; 32],
    /// Padded.
    plain_d: Vec<u8>,
    plain_c: Vec<u8>,
}

impl Choice {
    fn honest() -> Self {
        let plain_d = tlv::pad(b"d", PLAIN_D).expect("fits");
        let plain_c = tlv::pad(b"c", PLAIN_C).expect("fits");
        Self { k_d: [1; 32], k_c: [2; 32], committed_c: [2; 32], plain_d, plain_c }
    }

    fn event(&self, practice: &Practice) -> Event {
        let rng = &mut SeededRng::new(b"dishonest");
        let record = practice.record(1);
        let mut header: Header = practice.create_header(&record);
        let (k_d, k_c) = (Secret::new(self.k_d), Secret::new(self.k_c));
        header.commit_d = commitment(&k_d, Label::CommitD, &header.context);
        header.commit_c = commitment(&Secret::new(self.committed_c), Label::CommitC, &header.context);
        let aad = header.encode();
        let keys = practice.epoch.public();
        let mut wrap = |label, to: &_, plain: &[u8]| {
            seal_hpke(to, &wrap_info(label, &header, to), &aad, plain, rng).expect("sealed")
        };
        let both = [self.k_d, self.k_c].concat();
        let access = practice.calendar.expose_access();
        let patient = [&both[..], access.expose_secret()].concat();
        let wrap_desk = wrap(Label::WrapDesk, &keys.desk, &self.k_d);
        let wrap_clinical = wrap(Label::WrapClinical, &keys.clinical[0], &both);
        let wrap_patient = wrap(Label::WrapPatient, record.view().sealing().public(), &patient);
        let body_d = aead_seal(&body_key(&k_d, Label::BodyD, &header), &aad, &self.plain_d).expect("sealed");
        let body_c = aead_seal(&body_key(&k_c, Label::BodyC, &header), &aad, &self.plain_c).expect("sealed");
        let parts = Parts {
            wrap_desk: &wrap_desk,
            wrap_clinical: &wrap_clinical,
            wrap_patient: &wrap_patient,
            body_d: &body_d,
            body_c: &body_c,
        };
        let unsigned = Event::unsigned(&header, &parts).expect("sizes");
        let author = super::verify::sign(Label::SignEvent, &header.context, &unsigned, practice.link.signing());
        let manage = super::verify::sign(Label::SignEventManage, &header.context, &unsigned, record.manage());
        let event = Event::assemble(unsigned, &author, &manage).expect("shape");
        assert_eq!(verify(&event, &practice.context), Ok(()), "the signatures hold");
        event
    }
}

#[test]
fn the_honest_one_opens() {
    let practice = Practice::new(b"honest");
    let event = Choice::honest().event(&practice);
    let clinical = PrivateKey::from_seed(&practice.epoch.clinical[0]);
    let Opened { d, c } = open_clinical(&event, &clinical).expect("opens");
    assert_eq!((d.expose_secret(), c.expose_secret()), (&b"d"[..], &b"c"[..]));
}

#[test]
fn a_key_that_the_header_does_not_commit_to_is_refused() {
    let practice = Practice::new(b"committed");
    let event = Choice { committed_c: [3; 32], ..Choice::honest() }.event(&practice);
    let clinical = PrivateKey::from_seed(&practice.epoch.clinical[0]);
    assert_eq!(open_clinical(&event, &clinical), Err(OpenError::Commitment));
    let patient = open_patient(&event, practice.record(1).view().sealing());
    assert_eq!(patient.err(), Some(OpenError::Commitment));
    let desk = PrivateKey::from_seed(&practice.epoch.desk);
    assert_eq!(open_desk(&event, &desk).expect("k_d is the one").expose_secret(), b"d");
}

#[test]
fn bytes_hidden_in_the_padding_are_refused() {
    let practice = Practice::new(b"padding");
    let desk = PrivateKey::from_seed(&practice.epoch.desk);
    let clinical = PrivateKey::from_seed(&practice.epoch.clinical[0]);
    let mut choice = Choice::honest();
    choice.plain_d[PLAIN_D - 1] = 1;
    assert_eq!(open_desk(&choice.event(&practice), &desk), Err(OpenError::Padding));
    let mut choice = Choice::honest();
    choice.plain_c[..4].copy_from_slice(&[0xff; 4]);
    let event = choice.event(&practice);
    assert_eq!(open_clinical(&event, &clinical), Err(OpenError::Padding), "a length that does not fit");
    assert!(open_desk(&event, &desk).is_ok(), "body d is whole");
}

#[test]
fn an_event_that_was_made_for_another_record_or_revision_is_not_read() {
    let practice = Practice::new(b"moved");
    let (choice, desk) = (Choice::honest(), PrivateKey::from_seed(&practice.epoch.desk));
    let event = choice.event(&practice);
    let mut header = *event.header();
    header.version += 1;
    let parts = event.parts();
    let unsigned = Event::unsigned(&header, &parts).expect("sizes");
    let signature = super::verify::sign(Label::SignEvent, &header.context, &unsigned, practice.link.signing());
    let moved = Event::assemble(unsigned, &signature, &signature).expect("shape");
    assert_eq!(open_desk(&moved, &desk), Err(OpenError::CannotOpen(CannotOpen)), "every header field is bound");
}

#[test]
fn a_draft_is_printed_without_its_words() {
    let practice = Practice::new(b"printed");
    let record = practice.record(1);
    let draft = super::Draft {
        header: practice.create_header(&record),
        body_d: b"\xab\xab\xab words",
        body_c: b"\xab\xab\xab words",
        desk: &practice.epoch.public().desk,
        clinical: None,
        patient: None,
        signers: super::Signers { author: practice.link.signing(), manage: None },
    };
    let text = format!("{draft:?}");
    assert!(!text.contains("171") && !text.contains("words"), "{text}");
}
