//! The files in the binary. None where the web client was not built before the host.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web-client/dist"]
#[allow_missing = true]
#[exclude = "*.map"]
struct Files;

/// A file by its path.
pub(super) fn file(path: &str) -> Option<Cow<'static, [u8]>> {
    Files::get(path).map(|file| file.data)
}
