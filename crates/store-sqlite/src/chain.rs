//! Links of the chain: leaf, receipt and head for each accepted object (`docs/spec/events.md` §6).

use rusqlite::Connection;
use souspli_protocol::receipt::Link;
use souspli_protocol::{Digest, RecordId};
use souspli_store::{Calendar, Linker, Sealed};

/// Which event a link is for; a publication has none.
pub(crate) type EventPlace = Option<(RecordId, u32)>;

/// Takes the calendar's next place for an object: writes its link and its leaf, moves the calendar's head (in memory;
/// `calendar::advance` writes it), and returns the receipt.
pub(crate) fn link(
    db: &Connection,
    calendar: &mut Calendar,
    object: &Digest,
    of: EventPlace,
    minute: u32,
    linker: &dyn Linker,
) -> rusqlite::Result<Sealed> {
    let leaf = linker.leaf(object);
    let link = Link {
        context: calendar.context,
        generation: calendar.generation,
        sequence: calendar.sequence.saturating_add(1),
        previous: calendar.head,
        leaf,
    };
    let (head, receipt) = linker.seal(&link, minute);
    let id = calendar.context.calendar.0;
    let sql = "INSERT INTO chain (calendar, sequence, leaf, receipt, record, revision)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (record, revision) = of.unzip();
    db.prepare_cached(sql)?.execute((id, link.sequence, leaf.0, &receipt, record.map(|record| record.0), revision))?;
    let sql = "INSERT INTO leaf (calendar, sequence, hash, minute) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute((id, link.sequence, leaf.0, minute))?;
    calendar.sequence = link.sequence;
    calendar.head = head;
    Ok(receipt)
}
