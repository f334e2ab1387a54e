-- Erasure (docs/spec/events.md §8): what is left of records whose sealed bytes are gone.

-- One row an event that was erased; the chain's row keeps leaf and receipt, and names no record any more.
CREATE TABLE gap (
    calendar BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    PRIMARY KEY (calendar, sequence)
) STRICT, WITHOUT ROWID;

-- One row a record. `why`: 1 its window was over, 2 the practice asked for it.
CREATE TABLE tombstone (
    calendar      BLOB    NOT NULL,
    record        BLOB    NOT NULL,
    window_number INTEGER NOT NULL,
    events        INTEGER NOT NULL,
    why           INTEGER NOT NULL,
    PRIMARY KEY (calendar, record)
) STRICT, WITHOUT ROWID;

-- What members signed to have records erased.
CREATE TABLE erase (
    calendar BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    bytes    BLOB    NOT NULL,
    PRIMARY KEY (calendar, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX record_window ON record (window_number);
