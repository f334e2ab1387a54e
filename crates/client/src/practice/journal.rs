//! The journal of reads on this device: fetched, verified, kept, shown (`docs/spec/log.md` §7).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};
use souspli_protocol::journal::{Kinds, ReadRow};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::epoch_of;
use souspli_protocol::wire::{Counter, JournalAnswer, JournalRead};
use souspli_protocol::{RecordId, VerifyingKey};

use super::exposure::{Exposure, HourView, Moment, Span, ranges};
use super::who::WhoView;
use super::{Session, Unlocked};
use crate::face::local_date;
use crate::failure::Failure;
use crate::flow::{Io, apart};
use crate::journal::{Journal, Pin, Reader};

/// The newest row, in clear.
const PIN: &str = "journal/";
/// Rows, sealed.
const ROWS: &str = "reads/";
const OPEN: &str = "open";

/// What one key read in one hour.
#[derive(Debug, Serialize)]
struct LineView {
    key: VerifyingKey,
    who: WhoView,
    #[serde(flatten)]
    hour: HourView,
    /// Whether the hour lasts.
    open: bool,
    records: usize,
    events: usize,
    /// Events that this device cannot open.
    unreadable: usize,
    publications: Vec<&'static str>,
}

impl Session {
    /// Fetches and verifies what is new in the journal, and follows the chain as far as reads can have gone. Gives the
    /// records that changed meanwhile.
    pub(super) async fn fetch_journal(&mut self, io: &Io, now: u32) -> Result<Vec<RecordId>, Failure> {
        if self.open()?.practice.is_none() {
            apart(self.refresh(io, now)).await?;
        }
        self.open()?.practice()?;
        self.load_journal(io).await?;
        let mut pages = self.open()?.journal()?.fetch();
        loop {
            let body = JournalRead { since: Counter(pages.since()) };
            let answer: JournalAnswer = self.ask(io, "journal", &body).await?;
            let open = self.open()?;
            let receipt_key = open.practice()?.identity.receipt_key;
            let reader = Reader { context: &open.context, receipt_key: &receipt_key, now };
            if !pages.take(&answer, &reader)? {
                break;
            }
        }
        // Only now: what was read before the host signed lies within what is followed after.
        let changed = apart(self.follow(io, now)).await?;
        let open = self.open()?;
        let newest = open.chain.sequence;
        let mut journal = open.journal.take().ok_or_else(|| Failure::new("internal"))?;
        let accepted = journal.accept(pages, newest, &open.keys.verifying_key());
        let open = self.open()?;
        open.journal = Some(journal);
        self.keep_journal(io, &accepted?).await;
        self.learn_readers(io).await?;
        Ok(changed)
    }

    /// What this device knows of it. Rows that do not open or do not follow are fetched anew; the pin holds in any case.
    async fn load_journal(&mut self, io: &Io) -> Result<(), Failure> {
        if self.open()?.journal.is_some() {
            return Ok(());
        }
        let vault = self.open()?.journal_of();
        let (pin_name, prefix) = (format!("{PIN}{vault}"), format!("{ROWS}{vault}/"));
        let kept = io.load(&pin_name).await;
        let pin = kept.iter().find(|(name, _)| *name == pin_name).and_then(|(_, bytes)| Pin::decode(bytes));
        let mut journal = Box::new(Journal::pinned(pin.unwrap_or(Pin::NONE)));
        let mut pages = io.load(&prefix).await;
        pages.sort_unstable();
        let open = self.open()?;
        for (name, sealed) in pages {
            let Ok(plain) = open.local.open_index(name.as_bytes(), &sealed) else { continue };
            let rows =
                plain.expose_secret().as_chunks::<{ ReadRow::SIZE }>().0.iter().map(<[u8; ReadRow::SIZE]>::as_slice);
            if name.ends_with(OPEN) {
                journal.resume_open(rows, &open.context);
            } else {
                journal.resume(rows, &open.context);
            }
        }
        open.journal = Some(journal);
        Ok(())
    }

    /// Keeps new rows and the open ones, and then the pin. A device that keeps nothing loses this check, not the practice.
    async fn keep_journal(&mut self, io: &Io, rows: &[Vec<u8>]) {
        let Some(open) = self.unlocked.as_deref() else { return };
        let Some(journal) = open.journal.as_deref() else { return };
        let (vault, pin) = (open.journal_of(), journal.pin());
        let opened: Vec<u8> = journal.open_rows().iter().flat_map(ReadRow::encode).collect();
        let mut entries = vec![(format!("{ROWS}{vault}/{OPEN}"), opened)];
        if !rows.is_empty() {
            entries.push((format!("{ROWS}{vault}/{:016x}", pin.number), rows.concat()));
        }
        for (name, plain) in entries {
            if let Ok(sealed) = open.local.seal_index(name.as_bytes(), &plain, &mut self.rng) {
                io.cache(name, sealed).await;
            }
        }
        let _ = io.keep(format!("{PIN}{vault}"), pin.encode()).await;
    }

    /// Learns the rosters of the epochs in which keys read that are no member's now.
    async fn learn_readers(&mut self, io: &Io) -> Result<(), Failure> {
        let open = self.open()?;
        let strange = open.journal()?.all().filter(|row| open.who(&row.key).is_unknown());
        let epochs: BTreeSet<u32> = strange.map(|row| epoch_of(row.hour.saturating_mul(60))).collect();
        self.learn_rosters(io, epochs).await
    }

    /// Who fetched what in a span of time: a line for each key and hour.
    pub(super) async fn show_journal(
        &mut self,
        io: &Io,
        since: Option<Moment>,
        until: Option<Moment>,
        now: u32,
    ) -> Result<Value, Failure> {
        let span = Span::new(since, until)?;
        let changed = apart(self.fetch_journal(io, now)).await?;
        let open = self.open()?;
        let offsets = open.offsets(now)?;
        let journal = open.journal()?;
        let mut lines = BTreeMap::<(u32, VerifyingKey), Vec<&ReadRow>>::new();
        for row in journal.all().filter(|row| span.has_hour(row.hour, &offsets)) {
            lines.entry((row.hour, row.key)).or_default().push(row);
        }
        let line = |((hour, key), rows): (&(u32, VerifyingKey), &Vec<&ReadRow>)| {
            let exposure = open.exposure(key, rows.iter().copied());
            LineView {
                key: *key,
                who: open.who(key),
                hour: HourView::new(*hour, &offsets),
                open: rows.iter().any(|row| row.number == 0),
                records: exposure.records().len(),
                events: exposure.events.len(),
                unreadable: exposure.events.values().filter(|given| given.place.said.is_none()).count(),
                publications: kind_names(rows.iter().map(|row| row.publications)),
            }
        };
        let lines: Vec<LineView> = lines.iter().map(line).collect();
        Ok(json!({
            "today": local_date(&offsets, now),
            "zone": open.practice()?.catalogue.zone,
            "number": journal.pin().number,
            "minute": journal.minute(),
            "begins": journal.all().map(|row| row.hour).min().map(|hour| HourView::new(hour, &offsets)),
            "lines": lines,
            "changed": changed,
        }))
    }

    /// The records behind a line.
    pub(super) fn journal_records(&mut self, key: &VerifyingKey, minute: u32, now: u32) -> Result<Value, Failure> {
        let open = self.open()?;
        let offsets = open.offsets(now)?;
        let hour = souspli_protocol::journal::hour_of(minute);
        let rows = open.journal()?.all().filter(|row| row.key == *key && row.hour == hour);
        let exposure = open.exposure(key, rows);
        let (mut items, mut unreadable) = (Vec::new(), Vec::new());
        for id in exposure.records() {
            match open.item_of(id, &offsets)? {
                Some(item) => items.push(item),
                None => unreadable.push(id),
            }
        }
        Ok(json!({ "items": items, "unreadable": unreadable, "silent": ranges(&exposure.silent) }))
    }
}

impl Unlocked {
    pub(super) fn journal(&self) -> Result<&Journal, Failure> {
        self.journal.as_deref().ok_or_else(|| Failure::new("no_journal"))
    }
}

impl Exposure {
    /// The records that any of the events are of.
    pub(super) fn records(&self) -> BTreeSet<RecordId> {
        self.events.values().map(|given| given.place.record).collect()
    }
}

/// Names of kinds of publication.
pub(super) fn kind_names(kinds: impl Iterator<Item = Kinds>) -> Vec<&'static str> {
    let all: BTreeSet<PublicationKind> = kinds.flat_map(Kinds::iter).collect();
    all.into_iter().map(kind_name).collect()
}

fn kind_name(kind: PublicationKind) -> &'static str {
    match kind {
        PublicationKind::Registration => "registration",
        PublicationKind::Acl => "acl",
        PublicationKind::Links => "links",
        PublicationKind::Identity => "identity",
        PublicationKind::Catalogue => "catalogue",
        PublicationKind::Hours => "hours",
        PublicationKind::Grants => "grants",
        PublicationKind::Rules => "rules",
        PublicationKind::Countersignature => "countersignature",
    }
}
