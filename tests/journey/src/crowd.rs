//! Thousands of bookings: each sealed, signed and claimed as a patient's page does it, by one who has opened the link once
//! and reads nothing back.

use std::net::SocketAddr;

use souspli_booking::free::{Booker, FreeTime, FreeTimes, Wanted};
use souspli_booking::zone::Offsets;
use souspli_client::body::{BodyC, BodyD, Contact, Desk};
use souspli_client::failure::Failure;
use souspli_client::flow::{Flow, Io};
use souspli_client::http::{Host, calendar_path};
use souspli_client::record::{Said, claims_of};
use souspli_client::seal::{Basis, Claim, create, make_cap_seed, view_key};
use souspli_client::trust::{Access, Availability, Pins, Practice, Verified, verify_profile, verify_times};
use souspli_crypto::Secret;
use souspli_crypto::keys::{LinkKeys, RecordKeys};
use souspli_protocol::event::AuthorKind;
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::wire::{Append, Appended, Blob, Profile, Times};
use souspli_protocol::{Digest, RecordId, Signature, VerifyingKey, Work};
use tokio::task::LocalSet;

use crate::{Device, randomness};

/// The name of the nth booking's patient; after so many, the same people come again.
pub fn name(number: usize, people: usize) -> String {
    format!("Patient {}", number % people)
}

/// Connections through which they come: the host commits together what comes at once.
const AT_ONCE: usize = 6;

/// Books so many times, by so many people; gives the records, each at the place of its number.
pub async fn book(host: SocketAddr, link: &str, count: usize, people: usize, now: u32) -> Vec<RecordId> {
    let link = PrivateLink::parse(link).expect("a link");
    let set = LocalSet::new();
    let book = |part| {
        let bookings = part_of(&link, part, count, people, now);
        set.spawn_local(async move { Device::new(host).run(bookings).await.expect("booked") })
    };
    let tasks: Vec<_> = (0..AT_ONCE).map(book).collect();
    set.await;
    let mut records = vec![RecordId::ZERO; count];
    for task in tasks {
        for (number, record) in task.await.expect("no panic") {
            records[number] = record;
        }
    }
    records
}

/// Every so many-th of the bookings, by its number.
fn part_of(link: &PrivateLink, part: usize, count: usize, people: usize, now: u32) -> Flow<Vec<(usize, RecordId)>> {
    let link = link.clone();
    Flow::new(move |io| async move {
        let mut host = Host::default();
        let crowd = Crowd::open(&mut host, &io, &link, now).await?;
        assert!(crowd.free.len() >= count, "{} times are free", crowd.free.len());
        let mut records = Vec::new();
        for number in (part..count).step_by(AT_ONCE) {
            let (record, body) = crowd.seal(number, &name(number, people))?;
            let _: Appended = host.post(&io, calendar_path(&link.context.calendar, "events"), &body).await?;
            records.push((number, record));
        }
        Ok::<_, Failure>(records)
    })
}

/// People who share one look at a practice's profile and times, and book one free time each.
pub struct Crowd {
    practice: Practice,
    availability: Availability,
    keys: LinkKeys,
    free: Vec<(FreeTime, usize)>,
    now: u32,
}

impl Crowd {
    /// Asks for what is free.
    pub fn look(link: &str, now: u32) -> Flow<Self> {
        let link = PrivateLink::parse(link).expect("a link");
        Flow::new(move |io| async move { Self::open(&mut Host::default(), &io, &link, now).await })
    }

    async fn open(host: &mut Host, io: &Io, link: &PrivateLink, now: u32) -> Result<Self, Failure> {
        let Opens::Book { secret, .. } = &link.opens else { panic!("a link to book with") };
        let (context, path) = (link.context, |route| calendar_path(&link.context.calendar, route));
        let keys = LinkKeys::derive(&context, &Secret::new(*secret));
        let profile: Profile = host.get(io, path("profile")).await?;
        let mut pins = Pins::default();
        let verified = verify_profile(&context, &Access::Link(&keys), &profile, &mut pins, now)?;
        let Verified::Open(practice) = verified else { panic!("it takes bookings") };
        let times: Times = host.get(io, path("times")).await?;
        let availability = verify_times(&practice, &times, &mut pins, now)?;
        let free = free(&practice, &availability, now);
        Ok(Self { practice: *practice, availability, keys, free, now })
    }

    /// How many times are free.
    pub fn len(&self) -> usize {
        self.free.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.free.is_empty()
    }

    /// What somebody sends to book the nth of them.
    pub fn seal(&self, number: usize, name: &str) -> Result<(RecordId, Append), Failure> {
        let (time, place) = self.free.get(number).expect("a free time");
        one(&self.practice, &self.availability, &self.keys, time, *place, name, self.now)
    }
}

/// Every free time with each of its practitioners.
fn free(practice: &Practice, availability: &Availability, now: u32) -> Vec<(FreeTime, usize)> {
    let free = FreeTimes::new(&practice.catalogue, &availability.hours, now, |_, _| false).expect("hours");
    let visit_type = practice.catalogue.visit_types[0].id;
    let times = free.starts(&Wanted { visit_type, practitioner: None, by: Booker::Patient }, 0, u32::MAX);
    let with_each = |time: FreeTime| (0..time.practitioners.len()).map(move |place| (time.clone(), place));
    times.expect("a visit type").into_iter().flat_map(with_each).collect()
}

fn one(
    practice: &Practice,
    availability: &Availability,
    link: &LinkKeys,
    time: &FreeTime,
    place: usize,
    name: &str,
    now: u32,
) -> Result<(RecordId, Append), Failure> {
    let (context, mut rng) = (practice.context, randomness());
    let appointment = time.appointment(&practice.catalogue.visit_types[0], time.practitioners[place]).expect("it fits");
    let offsets = availability.offsets().unwrap_or(Offsets::UTC);
    let window = appointment.window(&offsets).expect("a window");
    let ids = claims_of(&context, &appointment, window, &practice.access)?;
    let keys = RecordKeys::derive(&context, &make_cap_seed(&mut rng));
    let contact = Contact {
        name: name.to_owned(),
        email: format!("{}@example.org", name.replace(' ', ".").to_lowercase()),
        phone: "+33 6 00 00 00 00".to_owned(),
        language: if place == 0 { "fr" } else { "en" }.to_owned(),
        by_email: false,
        by_sms: false,
    };
    let clinical = practice.catalogue.practitioner(appointment.practitioner).map(|(_, who)| who.clinical);
    let d = BodyD { clinical, view_key: view_key(&keys), content: Desk::Booked { appointment, contact } };
    let said = Said { d, c: Some(BodyC { text: "A reason for the visit.".to_owned(), answers: Vec::new() }) };
    let basis = Basis { practice, availability: Some(availability), head: Digest::ZERO, now };
    let author = (AuthorKind::Link, link.signing());
    let event = create(&basis, &Claim { ids: &ids, window }, &keys, author, &said, &mut rng)?;
    let body = Append {
        event: Blob(event.into_bytes()),
        claims: Blob(ids.encode()),
        session: VerifyingKey::ZERO,
        session_signature: Signature::ZERO,
        work: Work::ZERO,
    };
    Ok((keys.record(), body))
}
