//! What a host wrote down, line by line, against the policy's log keys.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;

use crate::policy::{Holds, LogKey, Policy};
use crate::{Check, Finding, Place};

/// Bytes of the longest line that is taken apart; the server's are far shorter.
const LONGEST: usize = 64 * 1024;
/// Different things that are said of one file.
const SAID: usize = 64;
/// Lines that tell what a file is.
const FIRST: usize = 5;
/// Bytes of a name that is printed: what a host calls its keys says something, but not more than this.
const NAME: usize = 64;

/// What a file is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Lines of the host's: every key is held against the policy.
    Declared,
    /// Lines of any program: they may name nobody.
    Any,
}

/// What the lines of a file are taken for, by its name and its first lines; nothing of a text that is no log.
pub(super) fn form_of(name: &str, head: &[u8]) -> Option<Form> {
    let text = String::from_utf8_lossy(head);
    let first: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(FIRST).collect();
    let name = name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let is_called = ["log", ".out", ".err", ".trace"].iter().any(|part| name.contains(part));
    if first.iter().any(|line| is_ours(line)) {
        Some(Form::Declared)
    } else if is_called || first.iter().any(|line| has_time(line)) {
        Some(Form::Any)
    } else {
        None
    }
}

/// Whether a line is one as the host writes them.
fn is_ours(line: &str) -> bool {
    if let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(line) {
        return ["timestamp", "level"].iter().all(|key| fields.contains_key(*key));
    }
    let mut words = line.split_whitespace();
    let levels = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"];
    words.next().is_some_and(is_time) && words.next().is_some_and(|level| levels.contains(&level))
}

/// Whether a time of day stands in a line, as logs begin with one: `08:00:01`.
fn has_time(line: &str) -> bool {
    let is_time = |part: &[u8]| {
        part.iter().enumerate().all(|(at, byte)| if at % 3 == 2 { *byte == b':' } else { byte.is_ascii_digit() })
    };
    line.as_bytes().get(..64).unwrap_or(line.as_bytes()).windows(8).any(is_time)
}

/// Goes through lines, whatever pieces they come in.
pub(super) struct Lines<'p> {
    policy: &'p Policy,
    form: Form,
    line: Vec<u8>,
    pub(super) number: u64,
    /// What was found: the first line and how many there are.
    found: BTreeMap<(&'static str, String), (u64, u64)>,
}

impl<'p> Lines<'p> {
    pub(super) fn new(policy: &'p Policy, form: Form) -> Self {
        Self { policy, form, line: Vec::new(), number: 0, found: BTreeMap::new() }
    }

    /// Takes the next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST.saturating_sub(self.line.len());
            self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
            if piece.ends_with(b"\n") {
                self.end();
            }
        }
    }

    fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.number = self.number.saturating_add(1);
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        if !text.trim().is_empty() {
            self.look(text);
        }
    }

    fn look(&mut self, line: &str) {
        if self.form == Form::Any {
            return self.personal(line, false);
        }
        if let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(line) {
            for (key, value) in &fields {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                self.field(key, &text, value.is_object() || value.is_array());
            }
        } else if !self.text_line(line) {
            self.say("form", "a line of no declared form");
            self.personal(line, false);
        }
    }

    /// A line as `tracing` writes it: time, level, sentence, `key=value` …
    fn text_line(&mut self, line: &str) -> bool {
        let mut words = line.trim_start().splitn(2, char::is_whitespace);
        let (Some(time), Some(rest)) = (words.next(), words.next()) else { return false };
        let Some((level, rest)) = rest.trim_start().split_once(' ') else { return false };
        if !is_time(time) || !fits(self.key("level"), level, self.policy) {
            return false;
        }
        let rest = rest.trim_start();
        let message = self.sentence(rest);
        let Some(fields) = message.and_then(|message| rest.get(message..)) else {
            self.say("value", "message");
            self.personal(rest, false);
            return true;
        };
        for (key, value) in self.fields(fields) {
            self.field(key, value, false);
        }
        true
    }

    /// How long the declared sentence is that a line begins with.
    fn sentence(&self, rest: &str) -> Option<usize> {
        let Some(Holds::Word { of }) = self.key("message").map(|key| &key.holds) else { return None };
        let fits = |sentence: &&String| {
            rest.strip_prefix(sentence.as_str()).is_some_and(|behind| behind.is_empty() || next_key(behind).is_some())
        };
        of.iter().filter(fits).map(String::len).max()
    }

    /// The fields of a text; what a system said may look like one, and is not.
    fn fields<'t>(&self, text: &'t str) -> Vec<(&'t str, &'t str)> {
        let (mut all, mut rest) = (Vec::new(), text);
        while let Some((key, mut behind)) = next_key(rest) {
            let begin = behind;
            let is_free = matches!(self.key(key).map(|key| &key.holds), Some(Holds::SystemText | Holds::ProgramText));
            if let Some(quoted) = behind.strip_prefix('"') {
                behind = quoted.get(end_of_quote(quoted)..).unwrap_or_default();
            }
            while let Some(at) = behind.find(' ') {
                behind = behind.get(at..).unwrap_or_default();
                match next_key(behind) {
                    Some((next, _)) if !is_free || self.key(next).is_some() => break,
                    _ => behind = behind.get(1..).unwrap_or_default(),
                }
            }
            if next_key(behind).is_none() {
                behind = "";
            }
            let value = begin.get(..begin.len().saturating_sub(behind.len())).unwrap_or_default();
            all.push((key, value.trim().trim_matches('"')));
            rest = behind;
        }
        all
    }

    fn key(&self, name: &str) -> Option<&'p LogKey> {
        self.policy.log_keys.iter().find(|key| key.key == name)
    }

    fn field(&mut self, key: &str, value: &str, is_nested: bool) {
        match self.key(key) {
            None => self.say("key", key),
            Some(declared) if is_nested || !fits(Some(declared), value, self.policy) => self.say("value", key),
            Some(declared) => {
                if matches!(declared.holds, Holds::SystemText | Holds::ProgramText) {
                    self.personal(value, true);
                }
            }
        }
    }

    /// Says what of a text names somebody. A system's own sentence may name this machine and its neighbours.
    fn personal(&mut self, text: &str, own: bool) {
        let is_end = |letter: char| letter.is_whitespace() || "\"'(),;<>=[]{}|".contains(letter);
        for word in text.split(is_end).filter(|word| !word.is_empty()) {
            if let Some(address) = address_in(word)
                && !(own && is_near(address))
            {
                self.say("holds", "an IP address");
            }
            if is_mail(word) {
                self.say("holds", "an e-mail address");
            }
        }
        if ["Mozilla/", "AppleWebKit/", "curl/", "Safari/", "Dalvik/", "okhttp/"].iter().any(|name| text.contains(name))
        {
            self.say("holds", "a user agent");
        }
        if has_query(text) {
            self.say("holds", "a query string");
        }
    }

    fn say(&mut self, what: &'static str, name: &str) {
        let end = name.char_indices().map(|(at, _)| at).find(|at| *at >= NAME).unwrap_or(name.len());
        let name = name.get(..end).unwrap_or_default().to_owned();
        let is_known = self.found.contains_key(&(what, name.clone()));
        if is_known || self.found.len() < SAID {
            let (_, count) = self.found.entry((what, name)).or_insert((self.number, 0));
            *count = count.saturating_add(1);
        }
    }

    /// The rest, and a finding for each thing that was found.
    pub(super) fn finish(mut self, place: &Place) -> Vec<Finding> {
        if !self.line.is_empty() {
            self.end();
        }
        let finding = |((what, name), (line, count)): ((&str, String), (u64, u64))| {
            let finding = Finding::new(Check::UndeclaredLogField, place.at(format!("line {line}")));
            let finding = match what {
                "key" => finding.fact("field", name).fact("found", "a key that is not declared"),
                "value" => finding.fact("field", name).fact("found", "a value that is not as declared"),
                _ => finding.fact("found", name),
            };
            finding.fact("count", count)
        };
        self.found.into_iter().map(finding).collect()
    }
}

/// The name that ends at the next `=`, if the text begins with a blank and a name; and what stands behind it.
fn next_key(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.strip_prefix(' ')?.split_once('=')?;
    let is_name = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)) && !key.is_empty();
    is_name.then_some((key, value))
}

/// Behind the quote that ends a text in quotes.
fn end_of_quote(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !is_escaped => return at.saturating_add(1),
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

/// `2026-11-28T06:12:01.123456Z`
fn is_time(text: &str) -> bool {
    text.len() <= 40 && text.parse::<jiff::Timestamp>().is_ok()
}

fn fits(key: Option<&LogKey>, value: &str, policy: &Policy) -> bool {
    match key.map(|key| &key.holds) {
        None => false,
        Some(Holds::LineTime) => is_time(value),
        Some(Holds::Word { of }) => of.iter().any(|word| word == value),
        Some(Holds::Number { from, to }) => value.parse().is_ok_and(|number: u64| (*from..=*to).contains(&number)),
        Some(Holds::Latency) => value.parse::<u64>().is_ok(),
        Some(Holds::RouteTemplate) => is_template(value, policy),
        Some(_) => !value.contains(char::is_control),
    }
}

/// The pattern of a declared route, whatever its values are called; or what stands for none.
fn is_template(value: &str, policy: &Policy) -> bool {
    let names = |path: &str| -> Vec<String> {
        let name = |name: &str| if name == "*" || name.starts_with('{') { "*".to_owned() } else { name.to_owned() };
        path.split('/').map(name).collect()
    };
    ["-", "other", "none"].contains(&value) || policy.routes.iter().any(|route| names(&route.path) == names(value))
}

/// An address with or without a port.
fn address_in(word: &str) -> Option<IpAddr> {
    let word = word.trim_end_matches(['.', ':']).trim_start_matches("::ffff:");
    let whole = word.parse().ok();
    whole
        .or_else(|| word.rsplit_once(':').and_then(|(address, _)| address.parse::<Ipv4Addr>().ok()).map(IpAddr::V4))
        .filter(|address| match address {
            IpAddr::V4(_) => true,
            // Names of modules look like some.
            IpAddr::V6(_) => {
                word.matches(':').count() >= 2
                    && word.len() > 5
                    && word.contains(|letter: char| letter.is_ascii_digit())
            }
        })
}

/// Whether an address is this machine's or its network's.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local() || address.is_unspecified()
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unspecified() || address.is_unique_local(),
    }
}

fn is_mail(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, domain)| {
        let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte));
        let top = domain.rsplit_once('.').map(|(_, top)| top.trim_end_matches('.'));
        !name.is_empty()
            && is_name(name)
            && is_name(domain)
            && top.is_some_and(|top| top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic()))
    })
}

/// `?name=value` behind a path.
fn has_query(text: &str) -> bool {
    text.split('?').skip(1).any(|behind| {
        let name: String =
            behind.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "_-[].%".contains(*letter)).collect();
        !name.is_empty() && behind.get(name.len()..).is_some_and(|rest| rest.starts_with('='))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(form: Form, text: &str) -> Vec<String> {
        let policy = Policy::embedded().expect("policy");
        let mut lines = Lines::new(&policy, form);
        for piece in text.as_bytes().chunks(7) {
            lines.feed(piece);
        }
        let findings = lines.finish(&Place::of("file a.log"));
        let facts =
            |finding: &Finding| finding.facts.iter().map(|fact| fact.value.clone()).collect::<Vec<_>>().join(" ");
        findings.iter().map(|finding| format!("{} {}", finding.place.path.join(" "), facts(finding))).collect()
    }

    const HONEST: &str = concat!(
        "{\"timestamp\":\"2026-11-23T08:00:01.123456Z\",\"level\":\"INFO\",\"message\":\"request\",\"method\":\"POST\",",
        "\"route\":\"/v1/calendars/{calendar}/events\",\"status\":201,\"code\":\"-\",\"micros\":1234}\n",
        "2026-11-23T08:00:01.123456Z  INFO request method=\"GET\" route=\"/\" status=200 code=\"-\" micros=12\n",
        "2026-11-23T08:00:02Z  WARN a unit of work failed error=database is locked: x=1 at 127.0.0.1:5432\n\n",
        "2026-11-23T08:00:03.1Z ERROR panicked file=\"crates/server/src/a.rs\" line=17\n",
    );

    #[test]
    fn the_hosts_own_lines_give_no_finding() {
        assert_eq!(found(Form::Declared, HONEST), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_declared_is_named_with_its_line() {
        let json = "{\"timestamp\":\"2026-11-23T08:00:01Z\",\"level\":\"INFO\",\"message\":\"request\",\"ip\":\"203.0.113.7\",\"span\":{\"name\":\"x\"}}\n";
        assert_eq!(
            found(Form::Declared, json),
            ["line 1 ip a key that is not declared 1", "line 1 span a key that is not declared 1"]
        );
        for (line, expected) in [
            ("2026-11-23T08:00:01Z INFO request method=GET ua=Mozilla/5.0", "line 1 ua a key that is not declared 1"),
            (
                "2026-11-23T08:00:01Z INFO request route=/v1/calendars/AAAA/events?x=1",
                "line 1 route a value that is not as declared 1",
            ),
            ("2026-11-23T08:00:01Z INFO request status=2000", "line 1 status a value that is not as declared 1"),
            ("2026-11-23T08:00:01Z INFO booked for Marie", "line 1 message a value that is not as declared 1"),
            (
                "2026-11-23T08:00:01Z INFO span{patient=\"x\"}: request",
                "line 1 message a value that is not as declared 1",
            ),
            ("2026-11-23T08:00:01Z WARN a unit of work failed error=from 203.0.113.7", "line 1 an IP address 1"),
            ("hello", "line 1 a line of no declared form 1"),
        ] {
            assert!(
                found(Form::Declared, line).contains(&expected.to_owned()),
                "{line}: {:?}",
                found(Form::Declared, line)
            );
        }
    }

    #[test]
    fn logs_are_told_from_other_texts() {
        assert_eq!(form_of("a/x.txt", HONEST.as_bytes()), Some(Form::Declared));
        assert_eq!(form_of("stderr", b"2026-11-23T08:00:03.1Z ERROR panicked"), Some(Form::Declared));
        assert_eq!(form_of("a/access.log", b"hello"), Some(Form::Any));
        assert_eq!(form_of("x", b"\n[23/Nov/2026:08:00:01 +0000] GET /"), Some(Form::Any));
        assert_eq!(form_of("logs/README.md", b"Ask a.b@c.example about 10.0.0.1."), None);
    }

    #[test]
    fn lines_of_other_programs_may_name_nobody() {
        let access =
            "203.0.113.7 - - [23/Nov/2026:08:00:01 +0000] \"GET /?c=abc HTTP/1.1\" 200 7 \"-\" \"Mozilla/5.0 (X11)\"\n";
        assert_eq!(
            found(Form::Any, &access.repeat(3)),
            ["line 1 a query string 3", "line 1 a user agent 3", "line 1 an IP address 3"]
        );
        assert_eq!(
            found(Form::Any, "from [2001:db8::7]:443 by a.b@c.example\n"),
            ["line 1 an IP address 1", "line 1 an e-mail address 1"]
        );
        for harmless in ["12:30:45 started", "version 1.2.3", "a ? b = c", "key=a::b", "user@host", "1.2.3.4.5"] {
            assert_eq!(found(Form::Any, harmless), Vec::<String>::new(), "{harmless}");
        }
    }
}
