//! From the fingerprint down to an hour, at the edges: each check on its own, with a practice whose every key is at hand
//! (`docs/spec/publications.md` §6).

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::{SigningKey, event_hash};
use souspli_booking::catalogue::Catalogue;
use souspli_booking::hours::Hours;
use souspli_booking::zone::{Offsets, Zone};
use souspli_client::trust::{Access, Availability, Distrust, Pins, Verified, verify_profile, verify_times};
use souspli_crypto::Secret;
use souspli_crypto::keys::{MemberKeys, Role};
use souspli_crypto::publish::{
    LinkEntry, Place, RosterRow, publish_catalogue, publish_hours, publish_identity, publish_links,
    publish_registration,
};
use souspli_crypto::vectors::Practice;
use souspli_protocol::claims::ClaimSetStatement;
use souspli_protocol::publication::Publication;
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, EPOCH_MINUTES};
use souspli_protocol::wire::{Blob, Counter, Profile, Times};
use souspli_protocol::{Digest, ItemId};

const BEGIN: u32 = Practice::MINUTE;
const END: u32 = BEGIN + EPOCH_MINUTES;
const NOW: u32 = BEGIN + 1_000;
const LINK_ENDS: u32 = END - 100;
const VERSION: u64 = 20;

/// What is published, and by whom; every test changes one thing.
struct Stage {
    practice: Practice,
    identity: Place,
    catalogue: Place,
    hours: Place,
    /// Whose role stands in the roster, and who signs.
    author: MemberKeys,
    role: Option<Role>,
    /// The epoch that the identity itself names.
    names: u32,
    min_version: u64,
    valid_until: u32,
}

impl Stage {
    fn new() -> Self {
        let practice = Practice::new(b"trust");
        let place = |version, slot| practice.place(version, slot);
        let author = MemberKeys::derive(&practice.context, &Secret::new([5; 32]));
        let hours = Place { key_window: Practice::WINDOW, ..place(12, Practice::WINDOW) };
        Self {
            identity: place(10, Practice::EPOCH),
            catalogue: place(11, 0),
            hours,
            author,
            role: Some(Role::Owner),
            names: Practice::EPOCH,
            min_version: 1,
            valid_until: END,
            practice,
        }
    }

    fn profile(&mut self) -> Profile {
        let blob = |publication: &Publication| Blob(publication.bytes().to_vec());
        let practice = &mut self.practice;
        let registration = publish_registration(&practice.place(1, 0), &practice.nonce, &practice.root);
        let link = LinkEntry { keys: &practice.link, needs_token: false, expires: LINK_ENDS };
        let place = practice.place(3, 0);
        let links = publish_links(&place, &[link], &practice.calendar, &practice.root, &mut practice.rng);
        let mut identity = practice.identity();
        identity.epoch = self.names;
        identity.min_version = self.min_version;
        let row = |role| RosterRow { key: self.author.verifying_key(), role, clinical: 0, id: ItemId([2; 8]) };
        identity.roster.extend(self.role.map(row));
        let identity =
            publish_identity(&self.identity, &identity, &practice.calendar, &practice.root, &mut practice.rng);
        Profile {
            version: Counter(VERSION),
            registration: blob(&registration.expect("registration")),
            links: blob(&links.expect("links")),
            identity: Some(blob(&identity.expect("identity"))),
            catalogue: Some(blob(&self.published_catalogue())),
            notices: Vec::new(),
            countersignature: None,
        }
    }

    fn published_catalogue(&self) -> Publication {
        // The same bytes each time, so that hours can name their hash.
        let mut rng = souspli_crypto::vectors::SeededRng::new(b"catalogue");
        let plain = catalogue().encode().expect("fits");
        let (key, signer) = (&self.practice.calendar, self.author.signing());
        publish_catalogue(&self.catalogue, &plain, key, signer, &mut rng).expect("catalogue")
    }

    fn times(&mut self, change: impl FnOnce(&mut ClaimSetStatement)) -> Times {
        let hours = Hours {
            window: Practice::WINDOW,
            zone: "Europe/Paris".to_owned(),
            catalogue: event_hash(self.published_catalogue().bytes()),
            valid_until: self.valid_until,
            offsets: Offsets::fixed(60).expect("offset"),
            masks: Vec::new(),
            ranges: Vec::new(),
        };
        let (plain, key) = (hours.encode().expect("fits"), &self.practice.calendar);
        let hours = publish_hours(&self.hours, &plain, key, self.author.signing(), &mut self.practice.rng);
        let set = ClaimSet::build([1; 16], &[], &[]).expect("a set");
        let (filter_hash, held_hash) = set.hashes();
        let mut statement = ClaimSetStatement {
            context: self.practice.context,
            generation: 0,
            sequence: 30,
            version: VERSION,
            first_window: Practice::WINDOW,
            minute: NOW,
            filter_hash,
            held_hash,
        };
        change(&mut statement);
        let statement = statement.encode();
        let signature = SigningKey::from_seed(&[8; 32]).sign(&statement);
        let mut all: [Option<Blob>; 7] = Default::default();
        all[0] = Some(Blob(hours.expect("hours").bytes().to_vec()));
        Times {
            version: Counter(VERSION),
            hours: all,
            claim_set: Blob(set.encode()),
            statement: Blob([&statement[..], signature.as_bytes()].concat()),
        }
    }

    fn open(&mut self, pins: &mut Pins, now: u32) -> Result<Verified, Distrust> {
        let profile = self.profile();
        verify_profile(&self.practice.context, &Access::Link(&self.practice.link), &profile, pins, now)
    }

    fn refused(mut self, now: u32) -> Option<Distrust> {
        self.open(&mut Pins::default(), now).err()
    }

    fn look(mut self, change: impl FnOnce(&mut ClaimSetStatement), now: u32) -> Result<Availability, Distrust> {
        let mut pins = Pins::default();
        let Verified::Open(practice) = self.open(&mut pins, NOW).expect("the profile holds") else { panic!("silent") };
        verify_times(&practice, &self.times(change), &mut pins, now)
    }
}

fn catalogue() -> Catalogue {
    let vtimezone = Zone::new("Europe/Paris").expect("a zone").vtimezone(BEGIN - 600_000, BEGIN + 600_000);
    serde_json::from_value(serde_json::json!({
        "name": "Practice", "address": [], "phone": "", "website": "", "languages": ["fr"], "zone": "Europe/Paris",
        "vtimezone": vtimezone, "introduction": "", "responseTime": 1440, "confirm": "automatic", "minimumNotice": 60,
        "cancelDeadline": 120, "horizonDays": 190, "practitioners": [], "rooms": [], "visitTypes": [],
    }))
    .expect("a catalogue")
}

#[test]
fn an_identity_is_believed_for_its_epoch_and_a_day_on_either_side() {
    for (now, expected) in [
        (BEGIN - CLOCK_SKEW_MINUTES - 1, Some(Distrust::EpochExpired)),
        (BEGIN - CLOCK_SKEW_MINUTES, None),
        (NOW, None),
        (LINK_ENDS - 1, None),
    ] {
        assert_eq!(Stage::new().refused(now), expected, "{now}");
    }
    // Past the link's end the access of a record reads on.
    for (now, expected) in
        [(END + CLOCK_SKEW_MINUTES - 1, None), (END + CLOCK_SKEW_MINUTES, Some(Distrust::EpochExpired))]
    {
        let mut stage = Stage::new();
        let (profile, access) = (stage.profile(), Access::Key(&stage.practice.calendar));
        let opened = verify_profile(&stage.practice.context, &access, &profile, &mut Pins::default(), now);
        assert_eq!(opened.err(), expected, "{now}");
    }
}

#[test]
fn a_link_ends_with_its_minute() {
    assert_eq!(Stage::new().refused(LINK_ENDS), Some(Distrust::LinkExpired));
    assert_eq!(Stage::new().refused(LINK_ENDS - 1), None);
}

#[test]
fn an_identity_names_its_own_epoch_and_lasts_no_longer() {
    let identity = Stage::new().identity;
    let changed: [fn(&mut Stage); 4] = [
        |stage| stage.names += 1,
        |stage| stage.identity.not_after += 1,
        |stage| (stage.identity.not_before, stage.identity.not_after) = (BEGIN - 1, END - 1),
        |stage| (stage.identity.slot, stage.names) = (Practice::EPOCH + 1, Practice::EPOCH + 1),
    ];
    assert_eq!((identity.not_before, identity.not_after), (BEGIN, END));
    for (place, change) in changed.iter().enumerate() {
        let mut stage = Stage::new();
        change(&mut stage);
        assert_eq!(stage.refused(NOW), Some(Distrust::BadIdentity), "case {place}");
    }
}

#[test]
fn only_an_owner_says_what_is_offered_and_any_member_when() {
    for role in [Some(Role::Practitioner), Some(Role::Desk), None] {
        assert_eq!(Stage { role, ..Stage::new() }.refused(NOW), Some(Distrust::NotRostered), "{role:?}");
    }
    assert_eq!(Stage::new().refused(NOW), None);
    // The owner's catalogue, another's hours.
    for (role, expected) in
        [(Some(Role::Desk), None), (Some(Role::Practitioner), None), (None, Some(Distrust::NotRostered))]
    {
        let mut owners = Stage::new();
        let mut pins = Pins::default();
        let Ok(Verified::Open(mut practice)) = owners.open(&mut pins, NOW) else { panic!("open") };
        let other = MemberKeys::derive(&owners.practice.context, &Secret::new([6; 32]));
        let row = |role| RosterRow { key: other.verifying_key(), role, clinical: 0, id: ItemId([3; 8]) };
        practice.identity.roster.extend(role.map(row));
        let mut times = owners.times(|_| {});
        let genuine = Publication::parse(times.hours[0].clone().expect("hours").0).expect("hours");
        let plain = souspli_crypto::publish::open_hours(&genuine, &owners.practice.calendar).expect("opens");
        let (key, rng) = (&owners.practice.calendar, &mut owners.practice.rng);
        let hours = publish_hours(&owners.hours, plain.expose_secret(), key, other.signing(), rng).expect("hours");
        times.hours[0] = Some(Blob(hours.bytes().to_vec()));
        assert_eq!(verify_times(&practice, &times, &mut pins, NOW).err(), expected, "{role:?}");
    }
}

#[test]
fn nothing_goes_back_behind_what_was_signed() {
    let mut pins = Pins::default();
    Stage::new().open(&mut pins, NOW).expect("the first look");
    let expected = Pins {
        version: 20,
        epoch: Practice::EPOCH,
        links: 3,
        identity: 10,
        catalogue: 11,
        vouched: 11,
        ..Pins::default()
    };
    assert_eq!(pins, expected);
    assert!(Stage::new().open(&mut pins, NOW).is_ok(), "the same again");
    assert_eq!(pins, expected);
    let later: [fn(&mut Pins); 6] = [
        |pins| pins.version += 1,
        |pins| pins.epoch += 1,
        |pins| pins.links += 1,
        |pins| pins.identity += 1,
        |pins| pins.catalogue += 1,
        |pins| pins.vouched = 21,
    ];
    for (place, later) in later.iter().enumerate() {
        let mut pins = expected;
        later(&mut pins);
        let before = pins;
        assert_eq!(Stage::new().open(&mut pins, NOW).err(), Some(Distrust::RolledBack), "pin {place}");
        assert_eq!(pins, before, "what fails moves no pin");
    }
    assert_eq!(Pins::decode(&expected.encode()), Some(expected));
    assert_eq!(Pins::decode(&expected.encode()[1..]), None);
}

#[test]
fn nothing_is_newer_than_the_calendar_says() {
    let beyond: [fn(&mut Stage); 3] = [
        |stage| stage.identity.version = VERSION + 1,
        |stage| stage.catalogue.version = VERSION + 1,
        |stage| stage.min_version = VERSION + 1,
    ];
    for (place, beyond) in beyond.iter().enumerate() {
        let mut stage = Stage::new();
        beyond(&mut stage);
        assert_eq!(stage.refused(NOW), Some(Distrust::RolledBack), "case {place}");
    }
    let mut stage = Stage::new();
    stage.hours.version = VERSION + 1;
    assert_eq!(stage.look(|_| {}, NOW).err(), Some(Distrust::RolledBack));
}

#[test]
fn a_claim_set_is_of_a_day_of_this_calendar_and_of_its_first_chain() {
    let look = |change: fn(&mut ClaimSetStatement)| Stage::new().look(change, NOW).err();
    assert_eq!(look(|_| {}), None);
    assert_eq!(look(|statement| statement.minute = NOW - CLOCK_SKEW_MINUTES), None);
    assert_eq!(look(|statement| statement.minute = NOW + CLOCK_SKEW_MINUTES), None);
    let bad: [fn(&mut ClaimSetStatement); 6] = [
        |statement| statement.minute = NOW - CLOCK_SKEW_MINUTES - 1,
        |statement| statement.minute = NOW + CLOCK_SKEW_MINUTES + 1,
        |statement| statement.generation = 1,
        |statement| statement.version += 1,
        |statement| statement.context.calendar.0[0] ^= 1,
        |statement| statement.filter_hash = Digest::ZERO,
    ];
    for (place, bad) in bad.iter().enumerate() {
        assert_eq!(look(*bad), Some(Distrust::BadClaimSet), "case {place}");
    }
    assert_eq!(look(|statement| statement.first_window -= 1), Some(Distrust::BadHours));
}

#[test]
fn hours_end_with_their_validity_and_the_skew() {
    let shown = |valid_until: u32| {
        let look = Stage { valid_until, ..Stage::new() }.look(|_| {}, NOW).expect("verified");
        look.hours.len()
    };
    assert_eq!((shown(NOW - CLOCK_SKEW_MINUTES), shown(NOW - CLOCK_SKEW_MINUTES + 1)), (0, 1));
}
