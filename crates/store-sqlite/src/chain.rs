//! Links of the chain: leaf, receipt and head for each accepted object (`docs/spec/events.md` §6).

use rusqlite::Connection;
use souspli_protocol::{Digest, RecordId};
use souspli_store::{Calendar, LeafId, Linker, Sealed, Stream};

use crate::log;

/// Which event a link is for; a publication has none.
pub(crate) type EventPlace = Option<(RecordId, u32)>;

/// Takes the calendar's next place for an object and writes its link; the object waits for the log; `calendar::advance` writes the
/// calendar. Returns the receipt.
pub(crate) fn link(
    db: &Connection,
    calendar: &mut Calendar,
    object: &Digest,
    of: EventPlace,
    minute: u32,
    linker: &dyn Linker,
) -> rusqlite::Result<Sealed> {
    let place = calendar.link(object, minute, linker);
    let (id, sequence) = (calendar.context.calendar.0, calendar.sequence);
    let (record, revision) = of.unzip();
    let sql = "INSERT INTO chain (calendar, sequence, leaf, receipt, record, revision)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let record = record.map(|record| record.0);
    db.prepare_cached(sql)?.execute((id, sequence, place.leaf.0, &place.receipt, record, revision))?;
    log::wait(db, LeafId { calendar: calendar.context.calendar, stream: Stream::Chain, sequence }, object, minute)?;
    Ok(place.receipt)
}
