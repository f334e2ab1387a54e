//! Whether the release that a host serves is in its public log (`docs/spec/release.md` §2).

use souspli_protocol::Digest;
use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::entry::object_of;
use souspli_tlog::note::Note;
use souspli_tlog::tile::{FULL, Level, TileId, decode_bundle};

use crate::audit::Progress;
use crate::log::{Source, SourceError};

/// Looks for an object from the newest entry back. `None` where there is no log yet.
pub(super) async fn is_logged(
    log: &Source,
    object: &Digest,
    progress: &mut dyn Progress,
) -> Result<Option<bool>, SourceError> {
    let note = match log.checkpoint().await {
        Ok(note) => note,
        Err(SourceError::Missing(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let unreadable = |why: &str| SourceError::Unreadable("the log".to_owned(), why.to_owned());
    let checkpoint = Note::parse(&note).ok().and_then(|note| Checkpoint::parse(note.text()).ok());
    let size = checkpoint.ok_or_else(|| unreadable("its checkpoint has not the form of one"))?.size;
    let bundles = size.div_ceil(u64::from(FULL));
    for (done, index) in (0_u64..).zip((0..bundles).rev()) {
        progress.at("release in the log", done, Some(bundles));
        let Some(id) = TileId::in_tree(Level::Entries, index, size) else { continue };
        let bytes = log.tile(id).await?;
        let entries = decode_bundle(&bytes, id.width).map_err(|_| unreadable("an entry bundle is damaged"))?;
        if entries.iter().any(|entry| object_of(entry) == Some(*object)) {
            return Ok(Some(true));
        }
    }
    Ok(Some(false))
}
