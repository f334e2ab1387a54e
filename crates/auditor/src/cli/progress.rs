//! How far the work is, on standard error: on a terminal one line that changes, elsewhere a line now and then.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::audit::Progress;
use crate::report::{Language, count, visible};

/// Between two drawings on a terminal.
const DRAWN: Duration = Duration::from_millis(200);
/// Between two lines elsewhere.
const WRITTEN: Duration = Duration::from_secs(10);
/// Before a time is told.
const TOLD: Duration = Duration::from_secs(3);
/// Characters of a line: it must not wrap, or it could not be taken back.
const WIDTH: usize = 76;

/// Shows progress, or keeps quiet.
#[derive(Debug)]
pub(super) struct Shown {
    quiet: bool,
    terminal: bool,
    language: Language,
    last: Option<Instant>,
    work: String,
    /// When this work began, and how much of it was done then.
    begun: Option<(Instant, u64)>,
}

impl Shown {
    pub(super) fn new(quiet: bool, language: Language) -> Self {
        Self { quiet, terminal: io::stderr().is_terminal(), language, last: None, work: String::new(), begun: None }
    }

    /// Takes the line away, before something else is printed.
    pub(super) fn clear(&mut self) {
        if self.terminal && self.last.take().is_some() {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

impl Progress for Shown {
    fn at(&mut self, work: &str, done: u64, total: Option<u64>) {
        let pause = if self.terminal { DRAWN } else { WRITTEN };
        let another = self.work != work;
        if self.quiet || (!another && self.last.is_some_and(|last| last.elapsed() < pause)) {
            return;
        }
        self.last = Some(Instant::now());
        if another {
            work.clone_into(&mut self.work);
            self.begun = Some((Instant::now(), done));
        }
        let left = self.begun.zip(total).and_then(|((begun, before), total)| {
            left(begun.elapsed(), done.saturating_sub(before), total.saturating_sub(done))
        });
        let line = line(work, done, total, left, self.language);
        let mut err = io::stderr().lock();
        let _ = if self.terminal { write!(err, "\r\u{1b}[K{line}") } else { writeln!(err, "{line}") };
        let _ = err.flush();
    }
}

/// How long the rest takes if it takes as long as what is done; nothing before that can be told.
fn left(spent: Duration, done: u64, rest: u64) -> Option<Duration> {
    let nanos = spent.as_nanos().checked_mul(u128::from(rest))?.checked_div(u128::from(done))?;
    u64::try_from(nanos).ok().map(Duration::from_nanos).filter(|_| spent >= TOLD)
}

/// A time in a word or two: `40 s`, `12 min`, `3 h`.
fn about(left: Duration) -> String {
    match left.as_secs() {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds @ 100..=5_999 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3_600)),
    }
}

fn line(work: &str, done: u64, total: Option<u64>, left: Option<Duration>, language: Language) -> String {
    let number = |number| count(number, language);
    let far = match total {
        Some(total) if total > 0 => {
            let percent = done.min(total).saturating_mul(100).checked_div(total).unwrap_or_default();
            let left =
                left.map(|left| format!(", {} {}", language.of("about", "encore"), about(left))).unwrap_or_default();
            let left = if left.is_empty() { left } else { left + language.of(" left", " environ") };
            format!(" {percent} % ({} / {}){left}", number(done), number(total))
        }
        _ if done > 0 => format!(" {}", number(done)),
        _ => String::new(),
    };
    let room = WIDTH.saturating_sub(far.chars().count());
    let work: String = visible(work).chars().take(room).collect();
    format!("{work}{far}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_what_is_done() {
        let told = |seconds, done, rest| left(Duration::from_secs(seconds), done, rest).map(about);
        assert_eq!(told(10, 100, 300), Some("30 s".to_owned()));
        assert_eq!(told(60, 10, 300), Some("30 min".to_owned()));
        assert_eq!(told(60, 1, 300), Some("5 h".to_owned()));
        assert_eq!((told(1, 10, 10), told(60, 0, 10)), (None, None), "too early");
        let left = Some(Duration::from_secs(30));
        assert_eq!(line("x", 1, Some(2), left, Language::English), "x 50 % (1 / 2), about 30 s left");
        assert_eq!(line("x", 1, Some(2), left, Language::French), "x 50 % (1 / 2), encore 30 s environ");
    }

    #[test]
    fn a_line_fits_and_holds_nothing_that_moves_the_cursor() {
        assert_eq!(
            line("table event", 1_500, Some(3_000), None, Language::English),
            "table event 50 % (1,500 / 3,000)"
        );
        assert_eq!(line("table event", 7, None, None, Language::English), "table event 7");
        assert_eq!(line("table event", 0, None, None, Language::English), "table event");
        let hostile = line(&"\u{1b}[2J\n".repeat(100), u64::MAX, Some(1), None, Language::French);
        assert!(hostile.chars().count() <= WIDTH && !hostile.contains(['\u{1b}', '\n']), "{hostile}");
    }
}
