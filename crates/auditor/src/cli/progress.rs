//! How far the work is, on standard error: on a terminal one line that changes, elsewhere a line now and then.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::audit::Progress;
use crate::report::{Language, count, visible};

/// Between two drawings on a terminal.
const DRAWN: Duration = Duration::from_millis(200);
/// Between two lines elsewhere.
const WRITTEN: Duration = Duration::from_secs(10);
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
}

impl Shown {
    pub(super) fn new(quiet: bool, language: Language) -> Self {
        Self { quiet, terminal: io::stderr().is_terminal(), language, last: None, work: String::new() }
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
        }
        let line = line(work, done, total, self.language);
        let mut err = io::stderr().lock();
        let _ = if self.terminal { write!(err, "\r\u{1b}[K{line}") } else { writeln!(err, "{line}") };
        let _ = err.flush();
    }
}

fn line(work: &str, done: u64, total: Option<u64>, language: Language) -> String {
    let number = |number| count(number, language);
    let far = match total {
        Some(total) if total > 0 => {
            let percent = done.min(total).saturating_mul(100).checked_div(total).unwrap_or_default();
            format!(" {percent} % ({} / {})", number(done), number(total))
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
    fn a_line_fits_and_holds_nothing_that_moves_the_cursor() {
        assert_eq!(line("table event", 1_500, Some(3_000), Language::English), "table event 50 % (1,500 / 3,000)");
        assert_eq!(line("table event", 7, None, Language::English), "table event 7");
        assert_eq!(line("table event", 0, None, Language::English), "table event");
        let hostile = line(&"\u{1b}[2J\n".repeat(100), u64::MAX, Some(1), Language::French);
        assert!(hostile.chars().count() <= WIDTH && !hostile.contains(['\u{1b}', '\n']), "{hostile}");
    }
}
