//! Counters, as Prometheus reads them. Labels are route templates, methods and statuses: a closed set.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use souspli_protocol::problem::Code;

/// All counters of a process.
#[derive(Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, String, u16), u64>>,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    events: AtomicU64,
    publications: AtomicU64,
    writes_waiting: AtomicU64,
}

/// The log, as this process sees it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LogFigures {
    /// Leaves, after the last batch of this process.
    pub(crate) leaves: u64,
    /// Minutes for which the oldest leaf has waited.
    pub(crate) waited: u32,
    /// Whether something did not fit together.
    pub(crate) stopped: bool,
}

/// A write that the store has not answered yet.
pub(crate) struct Waiting<'a>(&'a AtomicU64);

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, method: &'static str, route: &str, status: u16, refused: Option<Code>) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((method, route.to_owned(), status)).or_default() += 1;
        if let Some(code) = refused {
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner).entry(code.as_str()).or_default() += 1;
        }
    }

    /// An event was stored.
    pub(crate) fn event(&self) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    /// A batch of publications was stored.
    pub(crate) fn published(&self, count: usize) {
        self.publications.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
    }

    /// A write is handed to the store; it waits until this is dropped.
    pub(crate) fn waiting(&self) -> Waiting<'_> {
        self.writes_waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(&self.writes_waiting)
    }

    /// The text of `GET /metrics`.
    pub(crate) fn text(&self, streams: usize, log: LogFigures) -> String {
        let mut text = String::new();
        let mut line = |name: &str, kind: &str, help: &str, samples: &[(String, u64)]| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(text, "{name}{labels} {value}");
            }
        };
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let samples: Vec<_> = requests
            .iter()
            .map(|((method, route, status), count)| {
                (format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}"), *count)
            })
            .collect();
        line("souspli_requests_total", "counter", "Requests answered.", &samples);
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let samples: Vec<_> = refused.iter().map(|(code, count)| (format!("{{code=\"{code}\"}}"), *count)).collect();
        line("souspli_refused_total", "counter", "Requests refused, by problem code.", &samples);
        let one = |value: u64| [(String::new(), value)];
        line("souspli_events_total", "counter", "Events accepted.", &one(self.events.load(Ordering::Relaxed)));
        let publications = self.publications.load(Ordering::Relaxed);
        line("souspli_publications_total", "counter", "Publications accepted.", &one(publications));
        let conflicts = refused.get(Code::SlotTaken.as_str()).copied().unwrap_or(0);
        line("souspli_conflicts_total", "counter", "Times that were taken already.", &one(conflicts));
        let waiting = self.writes_waiting.load(Ordering::Relaxed);
        line("souspli_writes_waiting", "gauge", "Writes that the store has not answered yet.", &one(waiting));
        let streams = u64::try_from(streams).unwrap_or(0);
        line("souspli_streams", "gauge", "Event streams that are open.", &one(streams));
        line("souspli_log_leaves", "gauge", "Leaves of the log.", &one(log.leaves));
        line(
            "souspli_log_waited_minutes",
            "gauge",
            "For how long the oldest leaf has waited.",
            &one(log.waited.into()),
        );
        line(
            "souspli_log_stopped",
            "gauge",
            "Whether merging has stopped until the next start.",
            &one(log.stopped.into()),
        );
        text
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_counts() {
        let metrics = Metrics::default();
        metrics.answered("POST", "/v1/calendars/{calendar}/events", 201, None);
        metrics.answered("POST", "/v1/calendars/{calendar}/events", 201, None);
        metrics.answered("POST", "/v1/calendars/{calendar}/events", 409, Some(Code::SlotTaken));
        metrics.event();
        let waiting = metrics.waiting();
        let text = metrics.text(3, LogFigures { leaves: 4_096, waited: 2, stopped: true });
        let has = |line: &str| assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        has("souspli_requests_total{method=\"POST\",route=\"/v1/calendars/{calendar}/events\",status=\"201\"} 2");
        has("souspli_refused_total{code=\"slot_taken\"} 1");
        has("souspli_conflicts_total 1");
        has("souspli_events_total 1");
        has("souspli_writes_waiting 1");
        has("souspli_streams 3");
        has("souspli_log_leaves 4096");
        has("souspli_log_waited_minutes 2");
        has("souspli_log_stopped 1");
        drop(waiting);
        assert!(metrics.text(0, LogFigures::default()).contains("souspli_writes_waiting 0"));
    }
}
