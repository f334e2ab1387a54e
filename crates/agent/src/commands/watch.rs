//! `souspli watch`: stays, follows the stream, confirms, signs ahead and publishes.

use std::io::{self, IsTerminal};
use std::time::Duration;

use serde_json::{Value, json};
use souspli_client::http::Request;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep, timeout_at};

use super::dates::utc;
use super::publish::done_line;
use super::text;
use super::words::{attention, state};
use crate::cli::Watch;
use crate::clock::now;
use crate::exit::{Exit, Stop};
use crate::host::Lines;
use crate::language::Language;
use crate::office::Office;
use crate::plain::line;
use crate::print::print_line;
use crate::sentences::is_passing;

/// How often keys and hours are looked after.
const CARE: Duration = Duration::from_hours(1);
/// Waits between two tries to reach the host.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

pub(super) async fn run(watch: &Watch, language: Language) -> Result<(), Stop> {
    let (office, _) = Office::open(&watch.access, language).await?;
    let names = watch.verbose && io::stdout().is_terminal();
    let mut guard = Guard { office, language, names, broken: 0 };
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
    language: Language,
    names: bool,
    broken: u64,
}

impl Guard {
    /// Goes on until something does not verify.
    async fn stay(&mut self) -> Result<(), Stop> {
        let mut wait = FIRST_WAIT;
        let mut first = true;
        loop {
            let begin = Instant::now();
            match self.round(first).await {
                Ok(()) => first = false,
                Err(stop) if is_passing_stop(&stop) => say(&stop.sentence(self.language)),
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
    async fn round(&mut self, first: bool) -> Result<(), Stop> {
        let done = self.office.call("maintain", json!({})).await?;
        if done["epochs"] != 0 || done["windows"] != 0 {
            say(&done_line(&done, self.language));
        }
        let synced = self.office.sync().await?;
        if first {
            self.say_first(&synced);
        } else {
            self.say_changes(&synced).await?;
        }
        let request = self.office.call("stream", json!({})).await?;
        let request = request_of(&request).ok_or_else(not_a_request)?;
        let Some(lines) = self.office.driver.host.stream(&request).await else {
            return Err(souspli_client::failure::Failure::offline().into());
        };
        self.follow(lines).await
    }

    async fn follow(&mut self, mut lines: Lines) -> Result<(), Stop> {
        let until = Instant::now() + CARE;
        let mut told = lines.next().await;
        while told.is_some() {
            let Ok(line) = timeout_at(until, lines.next()).await else { return Ok(()) };
            // The same line again only says that the stream is alive.
            if line.is_some() && line != told {
                let synced = self.office.sync().await?;
                self.say_changes(&synced).await?;
            }
            told = line;
        }
        Ok(())
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

fn is_passing_stop(stop: &Stop) -> bool {
    matches!(stop, Stop::Failure(failure) if is_passing(failure.code))
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
