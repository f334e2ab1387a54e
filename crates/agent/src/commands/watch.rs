//! `souspli watch`: stays, follows the stream, confirms, signs ahead and publishes.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::time::Duration;

use serde_json::{Value, json};
use souspli_client::failure::Failure;
use souspli_client::http::Request;
use souspli_client::report::{line, state, utc};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep, timeout_at};

use super::publish::done_line;
use super::resent::resent_lines;
use super::text;
use super::words::attention;
use crate::cli::Watch;
use crate::clock::now;
use crate::exit::{Exit, Stop};
use crate::host::Lines;
use crate::language::Language;
use crate::office::Office;
use crate::print::print_line;
use crate::secrets::Secrets;
use crate::sentences::{is_passing, sentence};

/// How often keys and hours are looked after.
const CARE: Duration = Duration::from_hours(1);
/// Minutes of the journal that are looked at each time: more than an hour has.
const LOOK_BACK: u32 = 180;
/// Waits between two tries to reach the host.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

pub(super) async fn run(watch: &Watch, language: Language) -> Result<(), Stop> {
    let (office, secrets) = Office::locked(&watch.access, language)?;
    let names = watch.verbose && io::stdout().is_terminal();
    let mut guard = Guard {
        office,
        secrets: Some(secrets),
        language,
        names,
        begun: false,
        away: None,
        broken: 0,
        strangers: BTreeSet::new(),
        log: None,
    };
    tokio::select! {
        outcome = guard.stay() => outcome,
        () = told_to_stop() => {
            let stopped = language.of(
                "Stopped. What was acknowledged is with the host; what was not is sent again next time.",
                "Arrêté. Ce qui a été acquitté est chez l’hébergeur ; le reste sera renvoyé la prochaine fois.",
            );
            print_line(stopped);
            Ok(())
        }
    }
}

struct Guard {
    office: Office,
    /// Until the vault is open: a host that is away at first is waited for, and nobody is asked twice.
    secrets: Option<Secrets>,
    language: Language,
    names: bool,
    /// Whether the agenda has been read once.
    begun: bool,
    /// What was last said about a host that cannot be asked.
    away: Option<String>,
    broken: u64,
    /// Keys in the journal that are nobody's, and were told.
    strangers: BTreeSet<String>,
    /// What was last said of the public log.
    log: Option<String>,
}

impl Guard {
    /// Goes on until something does not verify.
    async fn stay(&mut self) -> Result<(), Stop> {
        let mut wait = FIRST_WAIT;
        loop {
            let begin = Instant::now();
            match self.round().await {
                Ok(()) => {}
                Err(Stop::Failure(failure)) if is_passing(&failure) => self.say_away(&failure),
                Err(stop) => return Err(stop),
            }
            if begin.elapsed() > LONGEST_WAIT {
                wait = FIRST_WAIT;
            }
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Looks after keys and hours, then follows the stream until it ends or it is time to look after them again.
    async fn round(&mut self) -> Result<(), Stop> {
        if let Some(secrets) = &self.secrets {
            self.office.unlock(secrets).await?;
            self.secrets = None;
        }
        let done = self.office.call("maintain", json!({})).await?;
        if done["epochs"] != 0 || done["windows"] != 0 {
            say(&done_line(&done, self.language));
        }
        self.sync().await?;
        self.look_at_the_journal().await?;
        self.look_at_the_log().await?;
        let request = self.office.call("stream", json!({})).await?;
        let request = request_of(&request).ok_or_else(not_a_request)?;
        let lines = self.office.driver.host.stream(&request).await.ok_or_else(Failure::offline)?;
        self.follow(lines).await
    }

    async fn follow(&mut self, mut lines: Lines) -> Result<(), Stop> {
        let until = Instant::now() + CARE;
        let mut told = None;
        loop {
            let Ok(Some(line)) = timeout_at(until, lines.next()).await else { return Ok(()) };
            // The same line again only says that the stream is alive. The first one counts what came since the last sync.
            if told.as_ref() != Some(&line) {
                self.sync().await?;
            }
            told = Some(line);
        }
    }

    /// Fetches what is new, answers it, and says so.
    async fn sync(&mut self) -> Result<(), Stop> {
        let synced = self.office.sync().await?;
        if self.away.take().is_some() {
            say(self.language.of("The host answers again.", "L’hébergeur répond à nouveau."));
        }
        for words in resent_lines(&synced, self.language) {
            say(&words);
        }
        if self.begun {
            self.say_changes(&synced).await
        } else {
            self.say_first(&synced);
            self.begun = true;
            Ok(())
        }
    }

    /// Remembers the journal of reads as it stands, so that it cannot be changed later, and tells of strangers in it.
    async fn look_at_the_journal(&mut self) -> Result<(), Stop> {
        let since = now().saturating_sub(LOOK_BACK);
        let journal = self.office.call("journal", json!({ "since": since })).await?;
        for line in journal["lines"].as_array().into_iter().flatten() {
            let key = text(line, "key");
            if line["who"]["kind"] == "unknown" && self.strangers.insert(key.to_owned()) {
                say(&match self.language {
                    Language::English => {
                        format!(
                            "{key}  has read, and no member of this practice ever had this key. See `souspli journal`."
                        )
                    }
                    Language::French => format!(
                        "{key}  a lu, et aucun membre de ce cabinet n’a jamais eu cette clé. Voir `souspli journal`."
                    ),
                });
            }
        }
        // What came meanwhile was followed with it.
        self.say_changes(&journal).await
    }

    /// Follows the public log, and asks for what must be in it by now. What is wrong there is said, and stops nobody's
    /// booking.
    async fn look_at_the_log(&mut self) -> Result<(), Stop> {
        let looked = loop {
            match self.office.call("log", json!({})).await {
                Ok(found) if found["more"] == true => {}
                Ok(_) => break None,
                Err(Stop::Failure(failure)) if !is_passing(&failure) => break Some(sentence(&failure, self.language)),
                Err(stop) => return Err(stop),
            }
        };
        if let Some(words) = looked.as_ref().filter(|words| self.log.as_ref() != Some(*words)) {
            say(&format!("! {words}"));
        }
        self.log = looked;
        Ok(())
    }

    /// Says why nothing can be done now, once for as long as the reason stays the same.
    fn say_away(&mut self, failure: &Failure) {
        let sentence = sentence(failure, self.language);
        if self.away.as_ref() != Some(&sentence) {
            say(&sentence);
        }
        self.away = Some(sentence);
    }

    /// After a start all that the device did not know has changed: a count says enough.
    fn say_first(&mut self, synced: &Value) {
        let count = |field: &str| synced[field].as_array().map_or(0, Vec::len);
        let (changed, answered) = (count("changed"), count("confirmed"));
        say(&match self.language {
            Language::English => format!("Watching. Records that are new here: {changed}; answered: {answered}."),
            Language::French => format!("Veille. Rendez-vous nouveaux ici : {changed} ; traités : {answered}."),
        });
        self.say_broken(synced);
    }

    async fn say_changes(&mut self, synced: &Value) -> Result<(), Stop> {
        for record in synced["changed"].as_array().into_iter().flatten() {
            // A record whose events do not verify has no detail: it is counted below.
            let Ok(detail) = self.office.call("detail", json!({ "record": record })).await else { continue };
            say(&self.change(&detail));
        }
        self.say_broken(synced);
        Ok(())
    }

    fn change(&self, detail: &Value) -> String {
        let mut words = format!("{}  {}", text(detail, "record"), state(text(detail, "state"), self.language));
        if let Some(code) = detail["attention"].as_str() {
            words.extend(["  ! ", attention(code, self.language)]);
        }
        if self.names {
            let when = &detail["appointment"];
            let name = line(text(detail, "name"));
            words.extend(["  ", text(when, "date"), " ", text(when, "time"), "  ", &name]);
        }
        words
    }

    fn say_broken(&mut self, synced: &Value) {
        let broken = synced["broken"].as_u64().unwrap_or_default();
        if broken > self.broken {
            say(&match self.language {
                Language::English => {
                    format!("Records whose events do not verify: {broken}. They are not shown, and not answered.")
                }
                Language::French => format!(
                    "Rendez-vous dont les événements ne se vérifient pas : {broken}. Ils ne sont ni montrés ni traités."
                ),
            });
        }
        self.broken = broken;
    }
}

fn say(words: &str) {
    print_line(&format!("{}  {words}", utc(now())));
}

/// The request that the session signed for a stream.
fn request_of(value: &Value) -> Option<Request> {
    let mut headers = Vec::new();
    for pair in value["headers"].as_array()? {
        let name = match pair.get(0)?.as_str()? {
            "content-type" => "content-type",
            "authorization" => "authorization",
            _ => return None,
        };
        headers.push((name, pair.get(1)?.as_str()?.to_owned()));
    }
    let body = value["body"].as_str().map(|body| body.as_bytes().to_vec());
    Some(Request { method: "POST", path: value["path"].as_str()?.to_owned(), headers, body })
}

fn not_a_request() -> Stop {
    Stop::said(Exit::NotDone, "The stream could not be asked for.", "Le flux n’a pas pu être demandé.")
}

/// Ctrl-C, or a service manager's word.
async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupted => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(interrupted.await),
    }
}
