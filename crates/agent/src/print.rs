//! Standard output. Whoever reads it may stop reading (`souspli agenda | head`): that ends nothing.

use std::io::{self, Write};

/// Prints a line.
pub(crate) fn print_line(text: &str) {
    print_text(&format!("{text}\n"));
}

/// Prints a text as it is.
pub(crate) fn print_text(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
