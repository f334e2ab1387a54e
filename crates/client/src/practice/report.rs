//! What was exposed to a key, a link or in a span of time: exactly which records and since when, and whom to tell. Computed
//! here, from the journal of reads and what this device has opened (`docs/spec/log.md` §7).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use souspli_booking::zone::Offsets;
use souspli_protocol::event::AuthorKind;
use souspli_protocol::sizes::epoch_of;
use souspli_protocol::{RecordId, VerifyingKey};

use super::agenda::ItemView;
use super::exposure::{Exposure, Given, HourView, Hours, Moment, Opened, Span, ranges};
use super::journal::kind_names;
use super::ledger::Record;
use super::people::People;
use super::who::WhoView;
use super::{Session, Unlocked};
use crate::body::Kind;
use crate::face::local_date;
use crate::failure::Failure;
use crate::flow::{Io, apart};
use crate::record::Story;

/// What a report is about, besides a span of time.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum About {
    /// A member, by name or id.
    Member(String),
    /// A key.
    Key(VerifyingKey),
    /// A booking link, by the name that the practice gave it.
    Link(String),
}

/// A key that was given something.
#[derive(Debug, Serialize)]
struct KeyView {
    key: VerifyingKey,
    who: WhoView,
    first: Option<HourView>,
    last: Option<HourView>,
    records: usize,
    events: usize,
    publications: Vec<&'static str>,
    /// Events that were signed with it in the same time.
    written: usize,
}

/// A record that was exposed.
#[derive(Debug, Serialize)]
struct RecordView {
    #[serde(flatten)]
    item: ItemView,
    first: HourView,
    last: HourView,
    /// Events that were given, of all that it has.
    events: usize,
    all: usize,
    /// What could be read.
    desk: BTreeSet<&'static str>,
    clinical: BTreeSet<&'static str>,
    /// Whether this device knows what the clinical part holds.
    certain: bool,
    /// Places of the keys that it was given to.
    keys: BTreeSet<usize>,
    /// Place of the person to tell.
    person: Option<usize>,
    /// Why some of it does not verify.
    broken: Option<&'static str>,
}

/// A record that was exposed and that this device cannot read.
#[derive(Debug, Serialize)]
struct UnreadableView {
    record: RecordId,
    first: HourView,
    last: HourView,
    events: usize,
    why: &'static str,
    keys: BTreeSet<usize>,
}

/// All that was given of one record, to whichever key.
struct Gathered {
    events: BTreeMap<u64, Given>,
    keys: BTreeSet<usize>,
}

impl Session {
    /// The report.
    pub(super) async fn report(
        &mut self,
        io: &Io,
        about: Option<About>,
        since: Option<Moment>,
        until: Option<Moment>,
        now: u32,
    ) -> Result<Value, Failure> {
        if about.is_none() && since.is_none() && until.is_none() {
            return Err(Failure::new("bad_call"));
        }
        let span = Span::new(since, until)?;
        let changed = apart(self.fetch_journal(io, now)).await?;
        let mut report = apart(self.report_about(io, about, &span, now)).await?;
        if let Value::Object(fields) = &mut report {
            fields.insert("changed".to_owned(), json!(changed));
        }
        Ok(report)
    }

    async fn report_about(&mut self, io: &Io, about: Option<About>, span: &Span, now: u32) -> Result<Value, Failure> {
        let key = match about {
            None => None,
            Some(About::Key(key)) => Some(key),
            Some(About::Member(name)) => Some(self.member_key(io, &name).await?),
            Some(About::Link(name)) => {
                apart(self.fresh_root(io)).await?;
                let key = self.open()?.link_key(&name)?;
                return self.open()?.link_report(&key, &name, span, now);
            }
        };
        let open = self.open()?;
        if let Some(key) = key.filter(|key| open.is_link(key)) {
            return open.link_report(&key, "", span, now);
        }
        apart(self.learn_rosters_of(io, key, span, now)).await?;
        self.open()?.reads_report(key, span, now)
    }

    /// The key of a member, by name or id.
    async fn member_key(&mut self, io: &Io, name: &str) -> Result<VerifyingKey, Failure> {
        if self.open()?.root.is_some() {
            apart(self.fresh_root(io)).await?;
        }
        let open = self.open()?;
        let wanted = name.trim().to_lowercase();
        let stored = open.root.iter().flat_map(|root| &root.content.members);
        let named = stored.filter(|member| member.name.to_lowercase() == wanted || member.id.to_string() == name);
        let roster = open.practice()?.identity.roster.iter().filter(|row| row.id.to_string() == name);
        let keys: BTreeSet<VerifyingKey> = named.map(|member| member.key).chain(roster.map(|row| row.key)).collect();
        let mut keys = keys.into_iter();
        match (keys.next(), keys.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(Failure::new("several_members").in_field("member")),
            // Names are known to owners alone.
            (None, _) if open.root.is_none() => Err(Failure::new("owner_only")),
            (None, _) => Err(Failure::new("no_member").in_field("member")),
        }
    }

    /// Learns the rosters of all epochs from the one before the oldest event that was given: what a key opens follows from
    /// them.
    async fn learn_rosters_of(
        &mut self,
        io: &Io,
        key: Option<VerifyingKey>,
        span: &Span,
        now: u32,
    ) -> Result<(), Failure> {
        let open = self.open()?;
        let offsets = open.offsets(now)?;
        let rows = open.journal()?.all().filter(|row| span.has_hour(row.hour, &offsets));
        let rows = rows.filter(|row| key.is_none_or(|key| row.key == key));
        let ranges = rows.flat_map(|row| row.ranges.iter().collect::<Vec<_>>());
        let oldest = ranges.filter_map(|(first, last)| open.ledger.places(first, last).next());
        let oldest = oldest.map(|(_, place)| place.epoch).min();
        let Some(oldest) = oldest else { return Ok(()) };
        self.learn_rosters(io, oldest.saturating_sub(1)..=epoch_of(now)).await
    }
}

impl Unlocked {
    fn reads_report(&self, key: Option<VerifyingKey>, span: &Span, now: u32) -> Result<Value, Failure> {
        let offsets = self.offsets(now)?;
        let journal = self.journal()?;
        let wanted = |other: &VerifyingKey| key.is_none_or(|key| key == *other);
        let rows: Vec<_> = journal.all().filter(|row| wanted(&row.key) && span.has_hour(row.hour, &offsets)).collect();
        let mut keys: BTreeSet<VerifyingKey> = rows.iter().map(|row| row.key).collect();
        keys.extend(key);
        let (mut views, mut silent) = (Vec::new(), BTreeSet::new());
        let mut gathered = BTreeMap::<RecordId, Gathered>::new();
        for (place, key) in keys.into_iter().enumerate() {
            let own = || rows.iter().copied().filter(|row| row.key == key);
            let exposure = self.exposure(&key, own());
            let hours = own().map(|row| Hours::of(row.hour)).reduce(Hours::with);
            views.push(KeyView {
                key,
                who: self.who(&key),
                first: hours.map(|hours| HourView::new(hours.first, &offsets)),
                last: hours.map(|hours| HourView::new(hours.last, &offsets)),
                records: exposure.records().len(),
                events: exposure.events.len(),
                publications: kind_names(own().map(|row| row.publications)),
                written: self.written(&key, span, &offsets),
            });
            silent.extend(&exposure.silent);
            gather(&mut gathered, exposure, place);
        }
        let hours = gathered.values().filter_map(Gathered::hours).reduce(Hours::with);
        let (mut people, mut records, mut unreadable) = (People::default(), Vec::new(), Vec::new());
        let mut gathered: Vec<(RecordId, Gathered)> = gathered.into_iter().collect();
        gathered.sort_by_key(|(id, _)| (self.ledger.get(id).map_or(0, |record| record.story.appointment.start), *id));
        for (id, given) in gathered {
            match self.ledger.get(&id) {
                Ok(record) => records.push(self.record_view(id, record, given, &mut people, &offsets)?),
                Err(_) => unreadable.extend(self.unreadable_view(id, given, &offsets)),
            }
        }
        let hour = |hour: Option<u32>| hour.map(|hour| HourView::new(hour, &offsets));
        Ok(json!({
            "kind": "reads",
            "today": local_date(&offsets, now),
            "zone": self.practice()?.catalogue.zone,
            "practice": self.practice()?.catalogue.name,
            "journal": {
                "number": journal.pin().number,
                "minute": journal.minute(),
                "begins": hour(journal.all().map(|row| row.hour).min()),
            },
            "keys": views,
            "first": hour(hours.map(|hours| hours.first)),
            "last": hour(hours.map(|hours| hours.last)),
            "records": records,
            "unreadable": unreadable,
            "silent": ranges(&silent),
            "people": people.views(&offsets),
        }))
    }

    fn record_view(
        &self,
        id: RecordId,
        record: &Record,
        given: Gathered,
        people: &mut People,
        offsets: &Offsets,
    ) -> Result<RecordView, Failure> {
        let story = &record.story;
        let (mut desk, mut clinical) = (BTreeSet::new(), BTreeSet::new());
        for (sequence, event) in &given.events {
            // What this device could not open, the key may have opened all the same: it is named, and the person told.
            let kind = event.place.said.map(|(kind, _)| kind);
            if event.opened >= Opened::Desk {
                desk.extend(kind.map_or_else(|| vec!["unread"], |kind| desk_of(kind, record, *sequence)));
            }
            if event.opened >= Opened::Clinical {
                clinical.extend(kind.map_or_else(|| vec!["unread"], |kind| clinical_of(kind, story)));
            }
        }
        let hours = given.hours().unwrap_or(Hours::of(0));
        let could_read = !desk.is_empty() || !clinical.is_empty();
        let is_somebody = could_read && !story.contact.name.is_empty();
        let person = is_somebody.then(|| people.add(&story.contact, id, hours, &desk, &clinical));
        Ok(RecordView {
            item: self.item_of(id, offsets)?.ok_or_else(|| Failure::new("internal"))?,
            first: HourView::new(hours.first, offsets),
            last: HourView::new(hours.last, offsets),
            events: given.events.len(),
            all: record.entries.len(),
            certain: clinical.is_empty() || story.reason.is_some(),
            desk,
            clinical,
            keys: given.keys,
            person,
            broken: self.ledger.broken.get(&id).map(|distrust| distrust.code()),
        })
    }

    fn unreadable_view(&self, record: RecordId, given: Gathered, offsets: &Offsets) -> Option<UnreadableView> {
        let hours = given.hours()?;
        Some(UnreadableView {
            record,
            first: HourView::new(hours.first, offsets),
            last: HourView::new(hours.last, offsets),
            events: given.events.len(),
            why: self.ledger.broken.get(&record).map_or("bad_event", |distrust| distrust.code()),
            keys: given.keys,
        })
    }

    /// How many events were signed with a key in a span.
    fn written(&self, key: &VerifyingKey, span: &Span, offsets: &Offsets) -> usize {
        let places = self.ledger.places(0, u64::MAX).map(|(_, place)| place);
        let signed = places.filter(|place| place.author_kind == AuthorKind::Member && place.author == *key);
        signed.filter(|place| span.has_minute(place.minute, offsets)).count()
    }
}

impl Gathered {
    fn hours(&self) -> Option<Hours> {
        self.events.values().map(|given| given.hours).reduce(Hours::with)
    }
}

/// Adds what one key was given; of an event that several were given, what the one opens that opens most.
fn gather(all: &mut BTreeMap<RecordId, Gathered>, exposure: Exposure, key: usize) {
    for (sequence, given) in exposure.events {
        let empty = || Gathered { events: BTreeMap::new(), keys: BTreeSet::new() };
        let record = all.entry(given.place.record).or_insert_with(empty);
        record.keys.insert(key);
        let known = record.events.entry(sequence).or_insert(given);
        known.hours = known.hours.with(given.hours);
        known.opened = known.opened.max(given.opened);
    }
}

/// What an event tells everybody at the desk.
fn desk_of(kind: Kind, record: &Record, sequence: u64) -> Vec<&'static str> {
    let contact = &record.story.contact;
    let place = record.entries.iter().position(|entry| entry.receipt.statement.link.sequence == sequence);
    let words = place.and_then(|place| record.story.history.get(place)).is_none_or(|said| !said.text.is_empty());
    let told = match kind {
        Kind::Booked => vec![
            ("name", true),
            ("email", !contact.email.is_empty()),
            ("phone", !contact.phone.is_empty()),
            ("language", true),
            ("appointment", true),
        ],
        Kind::Moved => vec![("appointment", true), ("words", words)],
        Kind::Blocked => vec![("blocked", true)],
        Kind::Confirmed | Kind::Declined | Kind::Cancelled => vec![("words", words)],
        Kind::NoShow => vec![("noShow", true)],
        Kind::Access | Kind::Note => Vec::new(),
    };
    told.into_iter().filter(|(_, is_told)| *is_told).map(|(name, _)| name).collect()
}

/// What an event tells practitioners.
fn clinical_of(kind: Kind, story: &Story) -> Vec<&'static str> {
    let unknown = story.reason.is_none();
    let told = match kind {
        Kind::Booked => vec![
            ("reason", unknown || story.reason.as_ref().is_some_and(|reason| !reason.is_empty())),
            ("answers", unknown || !story.answers.is_empty()),
        ],
        Kind::Note => vec![("note", true)],
        _ => Vec::new(),
    };
    told.into_iter().filter(|(_, is_told)| *is_told).map(|(name, _)| name).collect()
}
