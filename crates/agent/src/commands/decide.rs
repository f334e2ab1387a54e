//! `souspli confirm`, `souspli decline` and `souspli cancel`.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use serde_json::{Value, json};
use souspli_client::report::state;

use super::resent::sync;
use super::show::print_sheet;
use super::text;
use crate::cli::Decide;
use crate::exit::{Exit, Stop};
use crate::language::Language;
use crate::office::Office;

/// What is decided about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Confirm,
    Decline,
    Cancel,
}

impl Decision {
    /// Name of the client's call.
    fn call(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Decline => "decline",
            Self::Cancel => "cancel",
        }
    }

    /// The state that it leads to.
    fn goal(self) -> &'static str {
        match self {
            Self::Confirm => "confirmed",
            Self::Decline => "declined",
            Self::Cancel => "cancelled",
        }
    }

    /// Whether a record in this state takes it: an answer is given once, and what is over cannot be cancelled.
    fn suits(self, state: &str) -> bool {
        match self {
            Self::Confirm | Self::Decline => state == "reserved",
            Self::Cancel => matches!(state, "reserved" | "confirmed"),
        }
    }
}

pub(super) async fn run(decision: Decision, decide: &Decide, language: Language) -> Result<(), Stop> {
    let words = decide.text_file.as_deref().map(read).transpose()?.unwrap_or_default();
    let (mut office, _) = Office::open(&decide.access, language).await?;
    sync(&mut office, language).await?;
    let record = office.record(&decide.record).await?;
    let before = office.call("detail", json!({ "record": record })).await?;
    // The agenda has confirmed it by itself just now, or an earlier command was not sure of its outcome.
    if text(&before, "state") == decision.goal() && words.trim().is_empty() {
        return print_sheet(&mut office, before, language).await;
    }
    if !decision.suits(text(&before, "state")) {
        return Err(unsuited(&before));
    }
    let detail = office.call(decision.call(), json!({ "record": record, "text": words.trim() })).await?;
    print_sheet(&mut office, detail, language).await
}

fn unsuited(detail: &Value) -> Stop {
    let is = |language| state(text(detail, "state"), language);
    let (english, french) = (is(Language::English), is(Language::French));
    let confirmed = text(detail, "state") == "confirmed";
    let hint = |words: &'static str| if confirmed { words } else { "" };
    Stop::said(
        Exit::NotDone,
        format!("This booking is {english}: nothing was changed.{}", hint(" `souspli cancel` takes it back.")),
        format!("Ce rendez-vous est {french} : rien n’a été modifié.{}", hint(" `souspli cancel` l’annule.")),
    )
}

fn read(file: &Path) -> Result<String, Stop> {
    let words = if file == Path::new("-") {
        let mut words = String::new();
        io::stdin().read_to_string(&mut words).map(|_| words)
    } else {
        fs::read_to_string(file)
    };
    words.map_err(|error| {
        let file = file.display();
        Stop::said(
            Exit::Usage,
            format!("{file} cannot be read: {error}."),
            format!("{file} ne peut pas être lu : {error}."),
        )
    })
}
