//! What the real cryptography makes passes every test of randomness, and what is put into it does not.

use rand_core::UnwrapErr;
use souspli_attest::{SigningKey, record_id};
use souspli_crypto::envelope::{Draft, Patient, Signers, seal};
use souspli_crypto::keys::{CalendarKey, EpochSeeds, RecordKeys};
use souspli_crypto::{PrivateKey, Secret, seal_hpke};
use souspli_protocol::event::{AuthorKind, Event, Header, Operation};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::{CalendarId, Context, Digest, Fingerprint};
use souspli_search::random::{Anomaly, Block, Cut, Form, Object, Part, Sample, Texture, What, cuts};

type Rng = UnwrapErr<getrandom::SysRng>;

const CONTEXT: Context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };

fn rng() -> Rng {
    UnwrapErr(getrandom::SysRng)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("randomness");
    bytes
}

/// Coefficients of 10 bits, packed from the lowest bit on.
fn coefficients(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let bit = |place: usize| usize::from(bytes[place / 8] >> (place % 8) & 1);
    (0..bytes.len() * 8 / 10).map(move |number| (0..10).map(|place| bit(10 * number + place) << place).sum())
}

/// 20,000 wraps, as that many bookings have of each kind.
#[test]
fn encapsulations_follow_their_law() {
    let key = PrivateKey::from_seed(&Secret::make(&mut rng()));
    let stretches = wrap_of_an_event().part.stretches();
    let length: usize = stretches.iter().map(|(_, bytes)| bytes).sum();
    // FIPS 203 §4.2.1: how many numbers below 3,329 are compressed to each value.
    let mut numbers = [0; 1_024];
    (0..3_329).for_each(|x: usize| numbers[((x << 10) + 1_664) / 3_329 % 1_024] += 1);
    let (mut right, mut wrong) = (Sample::new(&stretches), Sample::new(&[(Texture::Uniform, length)]));
    let mut likelier = 0;
    for row in 0..20_000 {
        let sealed = seal_hpke(key.public(), b"info", b"", &[0; 32], &mut rng()).expect("sealed");
        right.add(&sealed, row);
        if row < 100 {
            wrong.add(&sealed, row);
            likelier += coefficients(&sealed[..960]).filter(|value| numbers[*value] == 4).count();
        }
    }
    assert_eq!(right.finish(8), []);
    // 257 × 4 / 3,329 = 0.3088 of 76,800, give or take 130; of uniform ones it would be 0.2510.
    assert!((23_100..24_300).contains(&likelier), "{likelier}");
    let told = wrong.finish(8);
    assert!(matches!(told[..], [Anomaly { what: What::Position { byte: 1_119, positions: 1 }, .. }]), "{told:?}");
}

#[test]
fn public_keys_and_signatures_follow_their_laws() {
    let vault_key = SigningKey::from_seed(&random());
    let signature = cuts(&Object::Receipt).remove(0);
    assert_eq!(signature.at, Receipt::SIZE - 64);
    let xwing = vec![(Texture::Kem12, 1_152), (Texture::Uniform, 63), (Texture::BelowBit7, 1)];
    let (mut keys, mut signatures) = (Sample::new(&xwing), Sample::new(&signature.part.stretches()));
    let mut points = Sample::new(&Part::uniform("a key", 32).stretches());
    for row in 0..3_000 {
        keys.add(&PrivateKey::from_seed(&Secret::make(&mut rng())).public().to_bytes(), row);
        signatures.add(vault_key.sign(&row.to_be_bytes()).as_bytes(), row);
        points.add(SigningKey::from_seed(&random()).verifying_key().as_bytes(), row);
    }
    for (sample, what) in [(keys, "keys"), (signatures, "signatures"), (points, "points")] {
        assert_eq!(sample.finish(4), [], "{what}");
    }
}

/// An event whose body d may have a run of clear text put in before it is signed.
fn event(leak: Option<(usize, &[u8])>) -> Event {
    let mut rng = rng();
    let (link, record) = (SigningKey::from_seed(&random()), RecordKeys::derive(&CONTEXT, &Secret::make(&mut rng)));
    let epoch = EpochSeeds::make(1_484, &mut rng).public();
    let (manage, view) = (record.manage().verifying_key(), record.view().verifying_key());
    let header = Header {
        context: CONTEXT,
        record: record_id(&manage, &view),
        revision: 0,
        previous: Digest::ZERO,
        operation: Operation::Create,
        author_kind: AuthorKind::Link,
        author: link.verifying_key(),
        manage,
        view,
        window: 742,
        claims: Digest::ZERO,
        release: false,
        version: 5,
        identity: Digest([3; 32]),
        catalogue: Digest::ZERO,
        hours: Digest::ZERO,
        claim_set: Digest::ZERO,
        epoch: 1_484,
        not_after: 29_925_000,
        head: Digest::ZERO,
        commit_d: Digest::ZERO,
        commit_c: Digest::ZERO,
    };
    let draft = Draft {
        header,
        body_d: b"Patient Example, +33 6 00 00 00 00",
        body_c: b"A reason",
        desk: &epoch.desk,
        clinical: epoch.clinical.first(),
        patient: Some(Patient {
            key: record.view().sealing().public(),
            access: &CalendarKey::new(1, 742, Secret::make(&mut rng)),
        }),
        signers: Signers { author: &link, manage: Some(record.manage()) },
    };
    let event = seal(&draft, &mut rng).expect("sealed");
    let Some((at, text)) = leak else { return event };
    let at = body_d(&event).at + at;
    let mut unsigned = event.signed_bytes().to_vec();
    unsigned[at..at + text.len()].copy_from_slice(text);
    Event::assemble(unsigned, &event.author_signature(), &event.manage_signature()).expect("assembled")
}

fn body_d(event: &Event) -> Cut {
    cuts(&Object::Event(event)).into_iter().find(|cut| cut.part.name == "body d").expect("a body")
}

fn wrap_of_an_event() -> Cut {
    let cuts = cuts(&Object::Event(&event(None)));
    cuts.into_iter().find(|cut| cut.part.name == "wrap to the desk key").expect("a wrap")
}

#[test]
fn events_are_cut_where_the_specification_says() {
    let event = event(None);
    let (header, parts) = (event.header(), event.parts());
    let (by_author, by_manage) = (event.author_signature(), event.manage_signature());
    let expected: [(&str, &[u8]); 11] = [
        ("manage key", header.manage.as_bytes()),
        ("view key", header.view.as_bytes()),
        ("commitment to the key of body d", header.commit_d.as_bytes()),
        ("commitment to the key of body c", header.commit_c.as_bytes()),
        ("wrap to the desk key", parts.wrap_desk),
        ("wrap to the clinical key", parts.wrap_clinical),
        ("wrap to the patient's key", parts.wrap_patient),
        ("body d", parts.body_d),
        ("body c", parts.body_c),
        ("author's signature", by_author.as_bytes()),
        ("signature of the manage key", by_manage.as_bytes()),
    ];
    let cuts = cuts(&Object::Event(&event));
    assert_eq!(cuts.len(), expected.len());
    for (name, bytes) in expected {
        let cut = cuts.iter().find(|cut| cut.part.name == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(&event.bytes()[cut.at..cut.at + cut.part.bytes()], bytes, "{name}");
        assert_eq!(cut.part.bytes(), cut.part.stretches().iter().map(|(_, bytes)| bytes).sum::<usize>(), "{name}");
        for (_, range) in &cut.once {
            assert!(cut.at <= range.start && range.end <= cut.at + cut.part.bytes(), "{name}");
        }
    }
    let share = cuts.iter().flat_map(|cut| &cut.once).find(|(block, _)| *block == Block::Share).expect("a share");
    assert_eq!(event.bytes()[share.1.clone()], parts.wrap_desk[1_088..1_120]);
}

fn judged(events: &[Event]) -> Vec<(&'static str, Vec<Anomaly>)> {
    let mut samples: Vec<(Part, Sample)> = Vec::new();
    for (row, event) in (0..).zip(events) {
        for cut in cuts(&Object::Event(event)) {
            let place = samples.iter().position(|(part, _)| *part == cut.part).unwrap_or_else(|| {
                samples.push((cut.part, Sample::new(&cut.part.stretches())));
                samples.len() - 1
            });
            samples[place].1.add(&event.bytes()[cut.at..cut.at + cut.part.bytes()], row);
        }
    }
    samples.iter().map(|(part, sample)| (part.name, sample.finish(samples.len()))).collect()
}

#[test]
fn real_events_pass_and_what_is_put_into_three_of_them_is_found() {
    let mut events: Vec<Event> = (0..150).map(|_| event(None)).collect();
    for (part, anomalies) in judged(&events) {
        assert_eq!(anomalies, [], "{part}");
    }
    for (place, text) in [(20, "douleur dos "), (70, "Mme Lefebvre"), (120, "grossesse de")] {
        events[place] = event(Some((100 + place * 9, text.as_bytes())));
    }
    for (part, anomalies) in judged(&events) {
        let found = anomalies.iter().any(|anomaly| {
            matches!(anomaly.what, What::Stretch { form: Form::Text, values: 3 })
                && anomaly.examples.iter().any(|example| example.row == 70 && (725..=732).contains(&example.from))
        });
        assert_eq!(found, part == "body d", "{part}: {anomalies:?}");
    }
}
