//! The files in the binary. None where the web client was not built before the host.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web-client/dist"]
#[allow_missing = true]
#[exclude = "*.map"]
struct Files;

/// The names of all files.
pub(super) fn names() -> Vec<String> {
    Files::iter().map(Cow::into_owned).collect()
}

/// A file by its path.
pub(super) fn file(path: &str) -> Option<Cow<'static, [u8]>> {
    Files::get(path).map(|file| file.data)
}
