//! How many leaks were tried, how many of them named, and how many alarms were false.

use std::sync::atomic::{AtomicUsize, Ordering};

static TRIED: AtomicUsize = AtomicUsize::new(0);
static NAMED: AtomicUsize = AtomicUsize::new(0);
static FALSE: AtomicUsize = AtomicUsize::new(0);

/// A leak is tried.
pub(crate) fn tried() {
    TRIED.fetch_add(1, Ordering::Relaxed);
}

/// It was named.
pub(crate) fn named() {
    NAMED.fetch_add(1, Ordering::Relaxed);
}

/// So many findings that nothing explains.
pub(crate) fn alarms(number: usize) {
    FALSE.fetch_add(number, Ordering::Relaxed);
}

/// The last line.
pub(crate) fn line() -> String {
    let [named, tried, alarms] = [&NAMED, &TRIED, &FALSE].map(|number| number.load(Ordering::Relaxed));
    format!("leaks named: {named}/{tried}, false alarms: {alarms}")
}
