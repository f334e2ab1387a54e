//! Searches a stream of 2 GiB, or as many as the first argument says, and prints how fast and with how much memory:
//! `cargo xtask bench search`, or `cargo run --release -p souspli-auditor --example large -- 2 random`.

mod made;

use std::time::{Duration, Instant};

use made::{Kind, Made, needles};
use souspli_auditor::Place;
use souspli_auditor::scan::{Hit, Options, Progress, Sink};

/// Megabytes a second that are aimed at, and kilobytes of memory at most, whatever the length.
const RATE: f64 = 200.0;
const MEMORY: u64 = 256 * 1024;

struct Printer {
    begun: Instant,
    next: Duration,
    hits: u64,
}

impl Sink for Printer {
    fn hit(&mut self, place: &Place, hit: Hit) {
        self.hits += 1;
        println!("{place}: {} as {} at {}", hit.canary, hit.form, hit.offset);
    }

    fn progress(&mut self, progress: Progress) {
        let spent = self.begun.elapsed();
        if spent >= self.next {
            self.next = spent + Duration::from_secs(1);
            let left = progress.left(spent).unwrap_or_default();
            println!("{} MB, {:.0} s left", progress.done / 1_000_000, left.as_secs_f64());
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a rate")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let gibibytes: u64 = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(2);
    let kind = arguments.next().and_then(|name| Kind::ALL.into_iter().find(|kind| kind.name() == name));
    let (kind, total) = (kind.unwrap_or(Kind::Random), gibibytes << 30);
    let begun = Instant::now();
    let needles = needles();
    let built = begun.elapsed();
    println!("{} needles in {built:.2?}, {} kB", needles.forms().count(), peak());
    println!(
        "expected false alarms: {:.1e}, short reach {}",
        needles.expected_false_alarms(total),
        needles.short_reach()
    );
    // The stream is made while it is searched; how long that takes alone is measured first.
    let begun = cpu();
    std::io::copy(&mut Made::new(kind, total), &mut std::io::sink()).expect("memory");
    let making = cpu() - begun;
    let mut printer = Printer { begun: Instant::now(), next: Duration::ZERO, hits: 0 };
    let options = Options { total: Some(total), ..Options::default() };
    let scanned =
        needles.scan_with(Made::new(kind, total), &Place::of("stream"), &options, &mut printer).expect("memory");
    let (wall, searching) = (printer.begun.elapsed(), cpu() - begun - 2.0 * making);
    println!("{} bytes of {}, {} hits, {} skipped", scanned.bytes, kind.name(), printer.hits, scanned.skipped.len());
    println!("{:.2} s in all, {making:.2} s of them to make the stream", wall.as_secs_f64());
    let (rate, peak, name) = (scanned.bytes as f64 / 1e6 / searching, peak(), kind.name());
    let verdict = |is_met: bool| if is_met { "met" } else { "missed" };
    let aim = format!("at least {RATE:.0} MB/s | {}", verdict(rate >= RATE));
    println!("figure | searching {gibibytes} GiB ({name}), one core | {rate:.0} MB/s | {aim}");
    let aim = format!("at most {} MB | {}", MEMORY / 1024, verdict(peak <= MEMORY));
    println!("figure | memory for it at most ({name}) | {} MB | {aim}", peak / 1024);
}

/// Seconds of processor time so far (Linux, hundredths): others may use the machine too.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// Peak of resident memory in kB (Linux).
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
