//! What a host has of one practice after the play: requests, rows, log, metrics, files.

use std::path::Path;
use std::sync::Arc;

use souspli_journey::spawned::Spawned;
use souspli_journey::view::{Cell, Names, Row, Rows, View, log_shape, metric_shape, row_shapes, wire_shapes};
use souspli_journey::{Exchange, MONDAY, Tap, tables};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::KEPT_WINDOWS;

use crate::play::play;
use crate::script::Script;

/// Requests in which a leak is put; a time is refused among them.
const BEGINNING: usize = 150;
/// Lists in which an order would be no chance.
const LISTS: usize = 4;

/// All that a host could keep of a practice.
#[derive(Clone)]
pub(crate) struct Seen {
    /// What crossed the wire, in order.
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) rows: Rows,
    pub(crate) log: Vec<String>,
    pub(crate) metrics: String,
    /// The minute at the end.
    pub(crate) minute: u32,
    pub(crate) files: Vec<String>,
    /// The bytes of every file.
    pub(crate) disk: Vec<u8>,
}

/// What two hosts' views come to.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) differences: Vec<String>,
    /// Bytes that a host keeps although nobody sent them.
    pub(crate) unexplained: Vec<String>,
    /// Kinds of list in which the used ones always stand first, or last.
    pub(crate) telling_orders: Vec<&'static str>,
}

pub(crate) async fn see(script: &'static Script, data: &Path, database_url: Option<&str>) -> Seen {
    let tap = Tap::default();
    let binary = Path::new(env!("CARGO_BIN_EXE_clocked-host"));
    let mut host = Spawned::start(binary, data, database_url, MONDAY);
    let database = Database { data, url: database_url };
    let minute = play(script, &mut host, &database, &tap).await + 1;
    host.set(minute);
    database.has_all_merged().await;
    let metrics = settled(&host).await;
    let log = host.log();
    // Killed, so that the write-ahead log is left as it was.
    drop(host);
    let rows = database.rows().await;
    let mut files = Vec::new();
    let mut disk = Vec::new();
    read_files(data, &mut files, &mut disk);
    files.sort();
    let exchanges = Arc::try_unwrap(tap).expect("no device is left").into_inner().expect("the tap");
    Seen { exchanges, rows, log, metrics, minute, files, disk }
}

/// The host's database.
pub(crate) struct Database<'a> {
    data: &'a Path,
    url: Option<&'a str>,
}

impl Database<'_> {
    async fn rows(&self) -> Rows {
        match self.url {
            Some(url) => tables::postgres(url).await,
            None => tables::sqlite(&self.data.join("souspli.db")).await,
        }
    }

    /// Waits until the log holds all that was accepted: when in a minute it does so is the machine's chance.
    async fn has_all_merged(&self) {
        for _ in 0..100 {
            if self.rows().await["unmerged"].is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("leaves wait for the log");
    }

    /// Waits until what is due in a window is erased: how soon after its beginning it is, is the machine's chance too.
    pub(crate) async fn has_nothing_due(&self, window: u32) {
        let number = |row: &Row, name: &str| {
            let cell = row.iter().find(|(column, _)| column == name).map(|(_, cell)| cell);
            let Some(Cell::Plain(number)) = cell else { panic!("no {name}") };
            number.parse::<u32>().expect("a number")
        };
        let is_due = |number: u32| number + KEPT_WINDOWS < window;
        for _ in 0..300 {
            let rows = self.rows().await;
            let record = rows["record"].iter().any(|row| is_due(number(row, "window_number")));
            let hours =
                rows["publication"].iter().filter(|row| number(row, "kind") == u32::from(PublicationKind::Hours.id()));
            if !record && !hours.into_iter().any(|row| is_due(number(row, "slot"))) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("what is due is not erased");
    }
}

/// The metrics once the host has seen that the streams are closed.
async fn settled(host: &Spawned) -> String {
    for _ in 0..100 {
        let metrics = host.metrics();
        if metrics.lines().any(|line| line == "souspli_streams 0") {
            return metrics;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("streams stay open");
}

impl Seen {
    fn view(&self) -> (View, Names, Vec<String>) {
        let (requests, names) = wire_shapes(&self.exchanges);
        let (rows, unexplained) = row_shapes(&self.rows, &names, self.minute);
        let view = View {
            requests,
            rows,
            log: self.log.iter().map(|line| log_shape(line)).collect(),
            metrics: self.metrics.lines().map(metric_shape).collect(),
            files: self.files.clone(),
        };
        (view, names, unexplained)
    }

    /// The requests before the first month is over, and the events: enough to see a leak in, and quicker to compare.
    pub(crate) fn beginning(&self) -> Self {
        let events = self.rows.iter().filter(|(table, _)| *table == "event");
        Self {
            exchanges: self.exchanges.iter().take(BEGINNING).cloned().collect(),
            rows: events.map(|(table, rows)| (table.clone(), rows.clone())).collect(),
            disk: Vec::new(),
            log: self.log.clone(),
            metrics: self.metrics.clone(),
            files: self.files.clone(),
            minute: self.minute,
        }
    }

    /// What a host could tell this practice from another by.
    pub(crate) fn compared(&self, other: &Self) -> Findings {
        let ((one, names, mut unexplained), (two, other_names, more)) = (self.view(), other.view());
        unexplained.extend(more);
        let telling = |what: &&'static str| {
            let mut lists = names.places_of_used(what);
            lists.extend(other_names.places_of_used(what));
            let first = |(places, _): &(Vec<usize>, usize)| places.iter().copied().eq(0..places.len());
            let last = |(places, all): &(Vec<usize>, usize)| places.iter().copied().eq(all - places.len()..*all);
            lists.len() >= LISTS && (lists.iter().all(first) || lists.iter().all(last))
        };
        let telling_orders = ["acl", "links"].into_iter().filter(telling).collect();
        Findings { differences: one.differences(&two), unexplained, telling_orders }
    }

    /// Everything that a host has or had, as one heap.
    pub(crate) fn heap(&self) -> Vec<u8> {
        let mut heap = self.disk.clone();
        for exchange in &self.exchanges {
            heap.extend(exchange.request.bytes());
            for (name, value) in exchange.sent.iter().chain(&exchange.headers) {
                heap.extend(format!("{name}: {value}\n").bytes());
            }
            heap.extend(&exchange.body);
            heap.extend(&exchange.answer);
        }
        heap.extend(self.log.join("\n").bytes());
        heap.extend(self.metrics.bytes());
        heap
    }
}

/// Names and bytes of the files in a folder and below it.
pub(crate) fn read_files(folder: &Path, names: &mut Vec<String>, bytes: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_files(&path, names, bytes);
        } else {
            let name = entry.file_name().to_string_lossy().into_owned();
            bytes.extend(name.bytes());
            // How many tiles there are follows from how often the clock was seen to move.
            let is_tile = name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_digit());
            let name = if is_tile { "<tile>".to_owned() } else { name };
            // The host was killed, perhaps while it wrote one.
            let is_half = name.ends_with(".unfinished");
            if !is_half && (!is_tile || !names.contains(&name)) {
                names.push(name);
            }
            bytes.extend(std::fs::read(&path).unwrap_or_default());
        }
    }
}
