//! The patient's calls by name (`PatientCalls` of the contract).

use souspli_protocol::json::{self, FromJson};
use souspli_protocol::wire::Blob;
use souspli_protocol::{ItemId, from_json};

use super::{Right, Session};
use crate::face::{FormView, FreeDaysView, LimitsView, PracticeView};
use crate::failure::Failure;
use crate::flow::Io;

/// A call with its arguments.
pub(super) enum Call {
    Limits,
    Open(Open),
    Times(Wanted),
    Hold(Chosen),
    ExtendHold,
    ReleaseHold,
    LetGo(LetGo),
    Book(Book),
    Resume,
    Read,
    Move(Moved),
    Cancel(Cancel),
}

pub(super) struct Open {
    fragment: String,
}

/// A visit type, with somebody or anybody.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) visit_type: ItemId,
    pub(super) practitioner: Option<ItemId>,
}

/// A free time of it.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) visit_type: ItemId,
    pub(super) practitioner: Option<ItemId>,
    pub(super) start: u32,
}

/// A session that this tab had before the page was loaded anew, as `hold` gave it.
pub(super) struct LetGo {
    session: Blob,
}

pub(super) struct Book {
    form: FormView,
}

#[derive(Clone, Copy)]
pub(super) struct Moved {
    pub(super) start: u32,
    pub(super) practitioner: Option<ItemId>,
}

pub(super) struct Cancel {
    text: String,
}

struct Nothing {}

from_json!(Open { fragment });
from_json!(Wanted { visit_type, practitioner });
from_json!(Chosen { visit_type, practitioner, start });
from_json!(LetGo { session });
from_json!(Book { form });
from_json!(Moved { start, practitioner });
from_json!(Cancel { text });
from_json!(Nothing {});

impl Call {
    /// Reads a call; `bad_call` for anything else.
    pub(super) fn read(call: &str, arguments: &str) -> Result<Self, Failure> {
        let without = |call: Self| read::<Nothing>(arguments).map(|_| call);
        match call {
            "limits" => without(Self::Limits),
            "open" => read(arguments).map(Self::Open),
            "times" => read(arguments).map(Self::Times),
            "hold" => read(arguments).map(Self::Hold),
            "extendHold" => without(Self::ExtendHold),
            "releaseHold" => without(Self::ReleaseHold),
            "letGo" => read(arguments).map(Self::LetGo),
            "book" => read(arguments).map(Self::Book),
            "resume" => without(Self::Resume),
            "read" => without(Self::Read),
            "move" => read(arguments).map(Self::Move),
            "cancel" => read(arguments).map(Self::Cancel),
            _ => Err(Failure::new("bad_call")),
        }
    }
}

impl Session {
    /// Carries a call out and gives its value as JSON.
    pub(super) async fn carry_out(&mut self, io: &Io, call: Call, now: u32) -> Result<String, Failure> {
        match call {
            Call::Limits => Ok(json::to_string(&LimitsView::VERSION_1)),
            Call::Open(open) => self.open(io, &open.fragment, now).await,
            Call::Times(wanted) => {
                self.fetch_times(io, now).await?;
                let FreeDaysView { zone, today, days } = self.free_days(&wanted, now)?;
                let practice = self.practice_view();
                Ok(json::object(&[("zone", &zone), ("today", &today), ("days", &days), ("practice", &practice)]))
            }
            Call::Hold(chosen) => self.hold(io, &chosen, now).await,
            Call::ExtendHold => self.extend_hold(io).await,
            Call::ReleaseHold => self.release_hold(io).await,
            Call::LetGo(before) => self.let_go(io, &before.session.0).await,
            Call::Book(book) => Ok(json::to_string(&self.book(io, &book.form, now).await?)),
            Call::Resume => {
                let bookings = self.resume(io, now).await?;
                Ok(json::object(&[("bookings", &bookings)]))
            }
            Call::Read => Ok(json::to_string(&self.read(io, now).await?)),
            Call::Move(moved) => Ok(json::to_string(&self.move_to(io, &moved, now).await?)),
            Call::Cancel(cancel) => Ok(json::to_string(&self.cancel(io, cancel.text, now).await?)),
        }
    }

    /// What the practice shows, as it was last verified.
    fn practice_view(&self) -> Option<PracticeView> {
        self.practice.as_deref().map(|practice| PracticeView::from(&practice.catalogue))
    }

    async fn open(&mut self, io: &Io, fragment: &str, now: u32) -> Result<String, Failure> {
        self.take_link(fragment)?;
        let opens = match self.linked()?.1 {
            Right::Book { .. } => {
                self.fetch_practice(io, now).await?;
                "book"
            }
            Right::Manage { .. } => "manage",
            Right::View { .. } => "view",
        };
        if opens != "book" {
            self.read(io, now).await?;
        }
        let practice = self.practice_view();
        let accepts = practice.as_ref().is_some_and(|practice| !practice.visit_types.is_empty());
        Ok(json::object(&[("opens", &opens), ("practice", &practice), ("accepts_bookings", &accepts)]))
    }
}

fn read<T: FromJson>(arguments: &str) -> Result<T, Failure> {
    json::from_str(arguments).ok_or_else(|| Failure::new("bad_call"))
}
