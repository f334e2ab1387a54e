//! Standard output. Whoever reads it may stop reading (`souspli-audit show r.json | head`): that ends nothing.

use std::io::{self, Write};

/// Prints a line.
pub(super) fn print_line(text: &str) {
    print_text(&format!("{text}\n"));
}

/// Prints a text as it is.
pub(super) fn print_text(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
