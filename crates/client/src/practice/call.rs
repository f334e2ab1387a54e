//! The practice's calls by name (`PracticeCalls` of the contract).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use souspli_booking::catalogue::Catalogue;
use souspli_booking::rules::Rules;
use souspli_crypto::Secret;
use souspli_crypto::keys::Role;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::Blob;
use souspli_protocol::{ItemId, RecordId, VerifyingKey};

use super::Session;
use super::act::{Blocking, Choice};
use super::agenda::DetailView;
use super::exposure::Moment;
use super::later::What;
use super::outbox::{PaperLink, Settled};
use super::report::About;
use crate::body::{Answers, Desk};
use crate::face::{FileView, FormView, LimitsView, value};
use crate::failure::Failure;
use crate::flow::{Io, apart};
use crate::http::calendar_path;
use crate::record::State;
use crate::report::{Language, files};

macro_rules! calls {
    ($($name:literal $variant:ident { $($field:ident: $type:ty,)* })*) => {
        /// A call with its arguments.
        pub(super) enum Call { $($variant { $($field: $type,)* },)* }

        impl Call {
            /// Reads a call; `bad_call` for anything else.
            pub(super) fn read(call: &str, arguments: &str) -> Result<Self, Failure> {
                match call {
                    $($name => {
                        #[derive(Deserialize)]
                        #[serde(deny_unknown_fields, rename_all = "camelCase")]
                        struct Arguments { $($field: $type,)* }
                        let Arguments { $($field,)* } = read(arguments)?;
                        Ok(Self::$variant { $($field,)* })
                    })*
                    _ => Err(Failure::new("bad_call")),
                }
            }
        }
    };
}

calls! {
    "limits" Limits {}
    "zones" Zones {}
    "create" Create { passphrase: String, origin: String, }
    "finishCreate" FinishCreate { recovery_code: String, }
    "unlock" Unlock { account_key: String, passphrase: String, }
    "recover" Recover { recovery_code: String, passphrase: String, }
    "changePassphrase" ChangePassphrase { account_key: String, old: String, passphrase: String, }
    "lock" Lock {}
    "newId" NewId {}
    "settings" Settings {}
    "publish" Publish { catalogue: Catalogue, rules: Rules, }
    "links" Links {}
    "addLink" AddLink { name: String, }
    "revokeLink" RevokeLink { fragment: String, }
    "addDesk" AddDesk { name: String, passphrase: String, }
    "members" Members {}
    "maintain" Maintain {}
    "sync" Sync {}
    "stream" Stream {}
    "agenda" Agenda { from: String, to: String, }
    "search" Search { text: String, }
    "detail" Detail { record: RecordId, }
    "log" Log {}
    "evidence" Evidence {}
    "journal" Journal { since: Option<Moment>, until: Option<Moment>, }
    "journalRecords" JournalRecords { key: VerifyingKey, minute: u32, }
    "breachReport" BreachReport { of: Option<About>, since: Option<Moment>, until: Option<Moment>, }
    "reportFiles" ReportFiles { report: Value, language: Language, }
    "confirm" Confirm { record: RecordId, text: String, }
    "decline" Decline { record: RecordId, text: String, }
    "cancel" Cancel { record: RecordId, text: String, }
    "noShow" NoShow { record: RecordId, }
    "note" Note { record: RecordId, text: String, }
    "noShowLater" NoShowLater { record: RecordId, }
    "noteLater" NoteLater { record: RecordId, text: String, }
    "takeBack" TakeBack { record: RecordId, id: ItemId, }
    "sendLater" SendLater {}
    "times" Times { visit_type: ItemId, practitioner: Option<ItemId>, }
    "move" Move { record: RecordId, start: u32, practitioner: Option<ItemId>, }
    "block" Block { practitioner: ItemId, date: String, from: String, to: String, text: String, }
    "phoneBooking" PhoneBooking { visit_type: ItemId, practitioner: Option<ItemId>, start: u32, form: FormView, }
    "handoverKey" HandoverKey {}
    "handoverSeal" HandoverSeal { key: Blob, }
    "handoverAccept" HandoverAccept { sealed: Blob, }
    "openEvents" OpenEvents {}
    "warmUp" WarmUp {}
}

impl Session {
    /// Carries a call out and gives its value.
    pub(super) async fn carry_out(&mut self, io: &Io, call: Call, now: u32) -> Result<Value, Failure> {
        match call {
            Call::Limits {} => value(&LimitsView::VERSION_1),
            Call::Zones {} => Ok(json!({ "zones": souspli_booking::zone::Zone::names() })),
            Call::NewId {} => Ok(json!({ "id": ItemId(*Secret::<8>::make(&mut self.rng).expose_secret()) })),
            Call::Maintain {} => value(&apart(self.maintain(io, now)).await?),
            Call::Sync {} => apart(self.sync(io, now)).await,
            Call::Stream {} => self.stream(io).await,
            Call::Agenda { from, to } => self.agenda(&from, &to, now),
            Call::Search { text } => self.search(&text, now),
            Call::Detail { record } => value(&self.detail(&record, now)?),
            Call::Log {} => apart(self.watch_log(io, now)).await,
            Call::Evidence {} => Ok(self.evidence(io).await),
            Call::Journal { since, until } => apart(self.show_journal(io, since, until, now)).await,
            Call::JournalRecords { key, minute } => self.journal_records(&key, minute, now),
            Call::BreachReport { of, since, until } => apart(self.report(io, of, since, until, now)).await,
            Call::ReportFiles { report, language } => value(&FilesView { files: files(&report, language) }),
            Call::Times { visit_type, practitioner } => {
                apart(self.refresh(io, now)).await?;
                value(&self.free_times(visit_type, practitioner, now)?)
            }
            Call::HandoverKey {} => Ok(json!({ "key": self.handover_key() })),
            Call::HandoverSeal { key } => Ok(json!({ "sealed": self.handover_seal(&key)? })),
            Call::HandoverAccept { sealed } => self.handover_accept(&sealed).map(|()| json!({})),
            Call::WarmUp {} => self.warm_up().map(|()| json!({})),
            Call::OpenEvents {} => self.open_events(io).await.map(|()| json!({})),
            other => match apart(self.carry_out_keys(io, other, now)).await? {
                Done::Value(value) => Ok(value),
                Done::Not(other) => apart(self.carry_out_acts(io, *other, now)).await,
            },
        }
    }

    /// Calls about keys, settings and links.
    async fn carry_out_keys(&mut self, io: &Io, call: Call, now: u32) -> Result<Done, Failure> {
        let value = match call {
            Call::Create { passphrase, origin } => {
                let (account, recovery) = self.create(&passphrase, &origin, now)?;
                json!({ "accountKey": account, "recoveryCode": recovery })
            }
            Call::FinishCreate { recovery_code } => {
                self.finish_create(io, &recovery_code, now).await?;
                json!({})
            }
            Call::Unlock { account_key, passphrase } => {
                let role = self.unlock(io, &account_key, &passphrase, now).await?;
                json!({ "role": role_name(role) })
            }
            Call::Recover { recovery_code, passphrase } => {
                let (account, role) = self.recover(io, &recovery_code, &passphrase, now).await?;
                json!({ "accountKey": account, "role": role_name(role) })
            }
            Call::ChangePassphrase { account_key, old, passphrase } => {
                self.change_passphrase(io, &account_key, &old, &passphrase).await?;
                json!({})
            }
            Call::Lock {} => {
                self.lock();
                json!({})
            }
            Call::Settings {} => {
                let settings = self.settings(io, now).await?;
                let (catalogue, rules) = settings.unzip();
                let calendar = self.open()?.context.calendar;
                json!({ "calendar": calendar, "published": catalogue.is_some(), "catalogue": catalogue, "rules": rules })
            }
            Call::Publish { catalogue, rules } => {
                self.publish(io, catalogue, rules, now).await?;
                let links = self.links(io).await?;
                json!({ "link": links.first() })
            }
            Call::Links {} => json!({ "links": self.links(io).await? }),
            Call::AddLink { name } => json!({ "links": self.add_link(io, &name).await? }),
            Call::RevokeLink { fragment } => json!({ "links": self.revoke_link(io, &fragment, now).await? }),
            Call::Members {} => json!({ "members": self.members(io).await? }),
            Call::AddDesk { name, passphrase } => self.add_desk(io, &name, &passphrase, now).await?,
            other => return Ok(Done::Not(Box::new(other))),
        };
        Ok(Done::Value(value))
    }

    /// Calls that write to records.
    async fn carry_out_acts(&mut self, io: &Io, call: Call, now: u32) -> Result<Value, Failure> {
        let record = match call {
            Call::Confirm { record, text } => {
                let answers = self.answers(&record)?;
                self.append(io, &record, Desk::Confirmed { answers, text }, None, None, now).await?;
                record
            }
            Call::Decline { record, text } => {
                let answers = self.answers(&record)?;
                self.append(io, &record, Desk::Declined { answers, text }, None, None, now).await?;
                record
            }
            Call::Cancel { record, text } => {
                self.append(io, &record, Desk::Cancelled { text }, None, None, now).await?;
                record
            }
            Call::NoShow { record } => {
                self.append(io, &record, Desk::NoShow, None, None, now).await?;
                record
            }
            Call::Note { record, text } => {
                self.append(io, &record, Desk::Note, Some(text), None, now).await?;
                record
            }
            Call::NoShowLater { record } => {
                self.write_later(io, record, What::NoShow, now).await?;
                record
            }
            Call::NoteLater { record, text } => {
                if text.is_empty() {
                    return Err(Failure::new("missing").in_field("text"));
                }
                self.write_later(io, record, What::Note(text), now).await?;
                record
            }
            Call::TakeBack { record, id } => {
                self.take_back(io, id).await?;
                record
            }
            Call::SendLater {} => {
                let changed = self.send_later(io, true, now).await?;
                return Ok(json!({ "changed": changed, "later": self.open()?.later.len() }));
            }
            Call::Move { record, start, practitioner } => {
                let visit_type = self.open()?.ledger.get(&record)?.story.appointment.visit_type;
                self.move_record(io, &record, &Choice { visit_type, practitioner, start }, now).await?;
                record
            }
            Call::Block { practitioner, date, from, to, text } => {
                let blocking = Blocking { practitioner, date: &date, from: &from, to: &to, text: &text };
                let records = self.block(io, &blocking, now).await?;
                return Ok(json!({ "records": records }));
            }
            Call::PhoneBooking { visit_type, practitioner, start, form } => {
                let choice = Choice { visit_type, practitioner, start };
                let (record, link) = self.phone_booking(io, &choice, &form, now).await?;
                return value(&PhoneBooked { detail: self.detail(&record, now)?, link });
            }
            _ => return Err(Failure::new("bad_call")),
        };
        value(&self.detail(&record, now)?)
    }

    async fn sync(&mut self, io: &Io, now: u32) -> Result<Value, Failure> {
        let delivered = apart(self.resend(io)).await?;
        let mut changed = apart(self.follow(io, now)).await?;
        let Settled { resent, waiting } = apart(self.settle(io, delivered)).await?;
        self.open()?.judge();
        let confirmed = apart(self.answer_waiting(io, now)).await?;
        // Bytes whose outcome is open may be a note's: it must not be sealed a second time.
        let sent = if waiting == 0 { apart(self.send_later(io, false, now)).await? } else { Vec::new() };
        changed.extend(confirmed.iter().chain(&sent));
        changed.sort_unstable();
        changed.dedup();
        let open = self.open()?;
        let (broken, later) = (open.ledger.broken.len(), open.later.len());
        Ok(json!({ "changed": changed, "confirmed": confirmed, "broken": broken, "resent": resent,
            "waiting": waiting, "later": later }))
    }

    /// A signed request that the driver opens by itself; each line of its answer means that something is new.
    async fn stream(&mut self, io: &Io) -> Result<Value, Failure> {
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let path = calendar_path(&open.context.calendar, "stream");
        let request = self.host.signed_stream(io, &open.context, open.keys.signing(), path).await?;
        let body = request.body.map(|body| String::from_utf8_lossy(&body).into_owned());
        Ok(json!({ "method": request.method, "path": request.path, "headers": request.headers, "body": body }))
    }

    /// What a decision answers; a booking that is declined or cancelled takes none.
    fn answers(&mut self, record: &RecordId) -> Result<Answers, Failure> {
        let record = self.open()?.ledger.get(record)?;
        if record.story.state != State::Reserved {
            return Err(Failure::new(Code::RevisionConflict.as_str()));
        }
        Ok(Answers { event: record.story.claiming, head: record.last()?.head() })
    }
}

/// Files to save.
#[derive(Serialize)]
struct FilesView {
    files: Vec<FileView>,
}

/// A booking that was typed in, with the link to print.
#[derive(Serialize)]
struct PhoneBooked {
    detail: DetailView,
    #[serde(flatten)]
    link: PaperLink,
}

enum Done {
    Value(Value),
    Not(Box<Call>),
}

pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Practitioner => "practitioner",
        Role::Desk => "desk",
    }
}

fn read<T: DeserializeOwned>(arguments: &str) -> Result<T, Failure> {
    serde_json::from_str(arguments).map_err(|_| Failure::new("bad_call"))
}
