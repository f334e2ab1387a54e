//! A booking as its patient sees it: state, deadline, link, files.

use souspli_booking::ics::{self, CalendarFile, Method, Status};
use souspli_crypto::Secret;
use souspli_crypto::keys::ViewKeys;
use souspli_protocol::RecordId;
use souspli_protocol::event::{AuthorKind, Operation};
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::wire::Blob;

use super::{Right, Session};
use crate::face::{AppointmentView, BookingView, FileView, FormView, ReceiptView};
use crate::failure::Failure;
use crate::record::{Entry, State, Story, state_name};
use crate::trust::Practice;

/// Minutes before a visit at which a calendar reminds.
const ALARM: u32 = 24 * 60;

impl Session {
    /// Record, view keys and cap_seed of a private link.
    pub(super) fn record_right(&self) -> Result<(RecordId, ViewKeys, Option<Secret<32>>), Failure> {
        let (context, right) = self.linked()?;
        match right {
            Right::Manage { record, keys, cap_seed } => {
                let view = ViewKeys::derive(context, keys.view().seed().duplicate());
                Ok((*record, view, Some(cap_seed.duplicate())))
            }
            Right::View { record, keys } => Ok((*record, ViewKeys::derive(context, keys.seed().duplicate()), None)),
            Right::Book { .. } => Err(Failure::new("no_record")),
        }
    }

    /// The booking that was last read.
    pub(super) fn booking_view(
        &self,
        record: &RecordId,
        cap_seed: Option<&Secret<32>>,
        now: u32,
    ) -> Result<BookingView, Failure> {
        let practice = self.practice()?;
        let booked = self.booked.as_ref().ok_or_else(|| Failure::new("no_record"))?;
        let story = &booked.story;
        let (context, _) = self.linked()?;
        let manage_link = cap_seed.map(|cap_seed| {
            let opens = Opens::Manage { record: *record, cap_seed: *cap_seed.expose_secret() };
            PrivateLink { context: *context, opens }.encode()
        });
        let open = story.is_live() && story.state != State::NoShow;
        let deadline = story.appointment.start_minute().saturating_sub(practice.catalogue.cancel_deadline);
        let may_change = manage_link.is_some() && open && now < deadline && !practice.has_lapsed(now);
        Ok(BookingView {
            record: *record,
            state: state_name(story.state),
            appointment: self.appointment_view(&story.appointment)?,
            answer_by: story.claimed_at.saturating_add(practice.catalogue.response_time),
            form: FormView::of(story),
            text: last_words(story),
            moves: story.moves,
            may_move: may_change,
            may_cancel: may_change,
            manage_link,
            calendar_file: self.calendar_file(record, practice, story)?,
            receipts: booked.entries.iter().map(receipt_view).collect(),
            voucher: Blob(practice.voucher.bytes().to_vec()),
            told: self.availability.as_ref().map_or(0, |availability| availability.statement.minute),
        })
    }

    /// A calendar file without any secret: its UID is the opaque record id.
    fn calendar_file(&self, record: &RecordId, practice: &Practice, story: &Story) -> Result<FileView, Failure> {
        let catalogue = &practice.catalogue;
        let offsets = self.offsets_for(&story.appointment)?;
        let view = AppointmentView::new(&story.appointment, catalogue, &offsets);
        let cancelled = !story.is_live();
        let status = match story.state {
            State::Confirmed | State::NoShow => Status::Confirmed,
            State::Reserved | State::Blocked => Status::Tentative,
            State::Declined | State::Cancelled => Status::Cancelled,
        };
        let instructions =
            catalogue.visit_type(story.appointment.visit_type).map_or("", |(_, visit)| visit.instructions.as_str());
        let summary = format!("{} · {}", view.visit_type_name, catalogue.name);
        let address: String = catalogue.address.iter().flat_map(|line| [line, "\n"]).collect();
        let uid = format!("{record}@souspli");
        let event = ics::Event {
            uid: &uid,
            sequence: u32::try_from(story.history.len().saturating_sub(1)).unwrap_or(u32::MAX),
            stamp: story.history.last().map_or(story.claimed_at, |last| last.minute),
            start: story.appointment.start_minute(),
            end: story.appointment.end_minute(),
            status,
            summary: &summary,
            location: address.strip_suffix('\n').unwrap_or_default(),
            description: instructions,
            alarm: (!cancelled).then_some(ALARM),
        };
        let file = CalendarFile {
            method: if cancelled { Method::Cancel } else { Method::Publish },
            organizer: &catalogue.name,
            zone: &catalogue.zone,
            vtimezone: &catalogue.vtimezone,
            offsets: &offsets,
            events: &[event],
        };
        let text = file.write().map_err(|_| Failure::new("internal"))?;
        Ok(FileView { name: "appointment.ics".to_owned(), media_type: "text/calendar".to_owned(), text })
    }
}

/// What the host has promised: hashes, signatures, nothing readable.
fn receipt_view(entry: &Entry) -> ReceiptView {
    let what = match entry.header().author_kind {
        AuthorKind::Member => "answer",
        AuthorKind::Link | AuthorKind::Manage => match entry.header().operation {
            Operation::Create => "booking",
            Operation::Append => "change",
        },
    };
    ReceiptView { what, minute: entry.receipt.statement.minute, receipt: Blob(entry.receipt.encode()) }
}

/// The practice's last words with a decision.
fn last_words(story: &Story) -> String {
    let words = story.history.iter().rev().find(|happened| happened.by == crate::record::Side::Practice);
    words.map(|happened| happened.text.clone()).unwrap_or_default()
}
