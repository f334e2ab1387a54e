//! The patient's calls by name (`PatientCalls` of the contract).

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use souspli_protocol::ItemId;

use super::{Right, Session};
use crate::face::{FormView, LimitsView, PracticeView, value};
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
    Book(Book),
    Resume,
    Read,
    Move(Moved),
    Cancel(Cancel),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Open {
    fragment: String,
}

/// A visit type, with somebody or anybody.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Wanted {
    pub(super) visit_type: ItemId,
    pub(super) practitioner: Option<ItemId>,
}

/// A free time of it.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Chosen {
    pub(super) visit_type: ItemId,
    pub(super) practitioner: Option<ItemId>,
    pub(super) start: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Book {
    form: FormView,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(super) struct Moved {
    pub(super) start: u32,
    pub(super) practitioner: Option<ItemId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancel {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

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
    /// Carries a call out and gives its value.
    pub(super) async fn carry_out(&mut self, io: &Io, call: Call, now: u32) -> Result<Value, Failure> {
        match call {
            Call::Limits => value(&LimitsView::VERSION_1),
            Call::Open(open) => self.open(io, &open.fragment, now).await,
            Call::Times(wanted) => {
                self.fetch_times(io, now).await?;
                value(&self.free_days(&wanted, now)?)
            }
            Call::Hold(chosen) => self.hold(io, &chosen, now).await,
            Call::ExtendHold => self.extend_hold(io).await,
            Call::ReleaseHold => self.release_hold(io).await,
            Call::Book(book) => value(&self.book(io, &book.form, now).await?),
            Call::Resume => {
                let bookings = self.resume(io, now).await?;
                Ok(json!({ "bookings": bookings }))
            }
            Call::Read => value(&self.read(io, now).await?),
            Call::Move(moved) => value(&self.move_to(io, &moved, now).await?),
            Call::Cancel(cancel) => value(&self.cancel(io, cancel.text, now).await?),
        }
    }

    async fn open(&mut self, io: &Io, fragment: &str, now: u32) -> Result<Value, Failure> {
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
        let practice = self.practice.as_deref().map(|practice| PracticeView::from(&practice.catalogue));
        let accepts = practice.as_ref().is_some_and(|practice| !practice.visit_types.is_empty());
        Ok(json!({ "opens": opens, "practice": practice, "acceptsBookings": accepts }))
    }
}

fn read<T: DeserializeOwned>(arguments: &str) -> Result<T, Failure> {
    serde_json::from_str(arguments).map_err(|_| Failure::new("bad_call"))
}
