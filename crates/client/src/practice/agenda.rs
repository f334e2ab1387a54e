//! The agenda: what the page or the command line shows of the ledger.

use serde::Serialize;
use serde_json::Value;
use souspli_booking::catalogue::{Catalogue, Colour};
use souspli_booking::free::{Booker, Wanted};
use souspli_booking::zone::{Offsets, Zone};
use souspli_protocol::{ItemId, RecordId};

use super::later::What;
use super::ledger::Record;
use super::{Session, Unlocked};
use crate::availability::free_days;
use crate::body::Kind;
use crate::face::{AppointmentView, FormView, FreeDaysView, local_date};
use crate::failure::Failure;
use crate::record::{Side, State, state_name};

const DAY: u32 = 1_440;

/// One line of the agenda.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemView {
    record: RecordId,
    kind: &'static str,
    state: &'static str,
    appointment: AppointmentView,
    name: String,
    attention: Option<&'static str>,
    colour: Colour,
}

#[derive(Debug, Clone, Serialize)]
struct NoteView {
    minute: u32,
    text: String,
    /// By which it can be taken back, until it is sent.
    later: Option<ItemId>,
}

#[derive(Debug, Clone, Serialize)]
struct HappenedView {
    minute: u32,
    kind: &'static str,
    by: &'static str,
    text: String,
}

/// One record, whole.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DetailView {
    #[serde(flatten)]
    item: ItemView,
    form: FormView,
    reason_readable: bool,
    /// By which a no-show can be taken back, until it is sent.
    no_show_later: Option<ItemId>,
    notes: Vec<NoteView>,
    history: Vec<HappenedView>,
}

impl Session {
    /// What lies between two local dates, both included, by time.
    #[inline(never)]
    pub(super) fn agenda(&mut self, from: &str, to: &str, now: u32) -> Result<Value, Failure> {
        let open = self.open()?;
        let offsets = open.offsets(now)?;
        let today = local_date(&offsets, now);
        let mut items = open.items(&offsets, |item| {
            let date = item.appointment.date.as_str();
            from <= date && date <= to
        })?;
        items.sort_by_key(|item| (item.appointment.minute, item.record));
        Ok(serde_json::json!({ "today": today, "items": items }))
    }

    /// Records whose patient's name, e-mail or phone contains a text.
    pub(super) fn search(&mut self, text: &str, now: u32) -> Result<Value, Failure> {
        let open = self.open()?;
        let offsets = open.offsets(now)?;
        let wanted = text.trim().to_lowercase();
        let found = |record: &Record| {
            let contact = &record.story.contact;
            let fields = [&contact.name, &contact.email, &contact.phone];
            !wanted.is_empty() && fields.iter().any(|field| field.to_lowercase().contains(&wanted))
        };
        let catalogue = &open.practice()?.catalogue;
        let records = open.ledger.iter().filter(|(_, record)| found(record));
        let mut items: Vec<ItemView> =
            records.map(|(id, record)| open.item(*id, record, catalogue, &offsets)).collect();
        items.sort_by_key(|item| std::cmp::Reverse(item.appointment.minute));
        Ok(serde_json::json!({ "items": items }))
    }

    /// One record.
    pub(super) fn detail(&mut self, id: &RecordId, now: u32) -> Result<DetailView, Failure> {
        let open = self.open()?;
        let offsets = open.offsets(now)?;
        let record = open.ledger.get(id)?;
        let sent = record.notes().map(|note| NoteView { minute: note.minute, text: note.text.clone(), later: None });
        let waiting = open.later_of(*id).filter_map(|waiting| match &waiting.what {
            What::Note(text) => Some(NoteView { minute: waiting.minute, text: text.clone(), later: Some(waiting.id) }),
            What::NoShow => None,
        });
        let history = record.story.history.iter().map(|happened| HappenedView {
            minute: happened.minute,
            kind: kind_name(happened.kind),
            by: if happened.by == Side::Patient { "patient" } else { "practice" },
            text: if happened.kind == Kind::Note { String::new() } else { happened.text.clone() },
        });
        Ok(DetailView {
            item: open.item(*id, record, &open.practice()?.catalogue, &offsets),
            form: FormView::of(&record.story),
            reason_readable: record.story.reason.is_some(),
            no_show_later: open.no_show_later(*id, record),
            notes: sent.chain(waiting).collect(),
            history: history.collect(),
        })
    }

    /// Free times for a member: not held to notice, horizon and public visit types.
    pub(super) fn free_times(
        &mut self,
        visit_type: ItemId,
        practitioner: Option<ItemId>,
        now: u32,
    ) -> Result<FreeDaysView, Failure> {
        let open = self.open()?;
        let availability = open.availability.as_ref().ok_or_else(|| Failure::new("not_published"))?;
        let wanted = Wanted { visit_type, practitioner, by: Booker::Practice };
        free_days(open.practice()?, availability, &wanted, &[], now)
    }
}

impl Unlocked {
    /// Offsets of the practice's zone from two years back to a year ahead.
    pub(super) fn offsets(&self, now: u32) -> Result<Offsets, Failure> {
        let zone = Zone::new(&self.practice()?.catalogue.zone).map_err(|_| Failure::new("form").in_field("zone"))?;
        Ok(zone.offsets(now.saturating_sub(730 * DAY), now.saturating_add(400 * DAY)))
    }

    fn items(&self, offsets: &Offsets, wanted: impl Fn(&ItemView) -> bool) -> Result<Vec<ItemView>, Failure> {
        let catalogue = &self.practice()?.catalogue;
        let items = self.ledger.iter().map(|(id, record)| self.item(*id, record, catalogue, offsets));
        Ok(items.filter(wanted).collect())
    }

    /// One line of the agenda; `None` where there is no such record.
    pub(super) fn item_of(&self, id: RecordId, offsets: &Offsets) -> Result<Option<ItemView>, Failure> {
        let catalogue = &self.practice()?.catalogue;
        Ok(self.ledger.get(&id).ok().map(|record| self.item(id, record, catalogue, offsets)))
    }

    fn item(&self, id: RecordId, record: &Record, catalogue: &Catalogue, offsets: &Offsets) -> ItemView {
        let story = &record.story;
        let block = story.history.first().is_some_and(|first| first.kind == Kind::Blocked);
        let visit_type = catalogue.visit_type(story.appointment.visit_type).map(|(_, visit)| visit.colour);
        let practitioner = catalogue.practitioner(story.appointment.practitioner).map(|(_, who)| who.colour);
        let text = story.history.first().map(|first| first.text.clone()).unwrap_or_default();
        let state = self.no_show_later(id, record).map_or(story.state, |_| State::NoShow);
        ItemView {
            record: id,
            kind: if block { "block" } else { "booking" },
            state: state_name(state),
            appointment: AppointmentView::new(&story.appointment, catalogue, offsets),
            name: if block { text } else { story.contact.name.clone() },
            attention: record.attention.filter(|_| story.is_live()),
            colour: visit_type.or(practitioner).unwrap_or(GREY),
        }
    }

    /// The no-show that waits for a record that still stands as confirmed.
    fn no_show_later(&self, id: RecordId, record: &Record) -> Option<ItemId> {
        let waiting = self.later_of(id).find(|waiting| waiting.what == What::NoShow);
        waiting.filter(|_| record.story.state == State::Confirmed).map(|waiting| waiting.id)
    }
}

const GREY: Colour = match Colour::new(0x0080_8080) {
    Some(grey) => grey,
    None => unreachable!(),
};

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Booked => "booked",
        Kind::Confirmed => "confirmed",
        Kind::Declined => "declined",
        Kind::Moved => "moved",
        Kind::Cancelled => "cancelled",
        Kind::Access => "access",
        Kind::NoShow => "no-show",
        Kind::Note => "note",
        Kind::Blocked => "blocked",
    }
}
