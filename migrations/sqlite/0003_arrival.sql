-- Rows of a booking lie as they came, and what finds them are keys of some fifty bytes (ADR 0015). The keys are random: a
-- table that is sorted by one writes a page, and often its neighbours, for each row, however long the row is.

ALTER TABLE record RENAME TO sorted_record;
ALTER TABLE event RENAME TO sorted_event;
ALTER TABLE chain RENAME TO sorted_chain;

-- Where a record stands. `claims`: its 24 ids, or empty.
CREATE TABLE record (
    calendar      BLOB    NOT NULL,
    record        BLOB    NOT NULL,
    revision      INTEGER NOT NULL,
    hash          BLOB    NOT NULL,
    window_number INTEGER NOT NULL,
    released      INTEGER NOT NULL,
    claims        BLOB    NOT NULL,
    PRIMARY KEY (calendar, record)
) STRICT;

CREATE TABLE event (
    calendar BLOB    NOT NULL,
    record   BLOB    NOT NULL,
    revision INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    bytes    BLOB    NOT NULL,
    PRIMARY KEY (calendar, record, revision)
) STRICT;

-- Every accepted object: what was promised, in order. A publication has no record.
CREATE TABLE chain (
    calendar BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    leaf     BLOB    NOT NULL,
    receipt  BLOB    NOT NULL,
    record   BLOB,
    revision INTEGER,
    PRIMARY KEY (calendar, sequence)
) STRICT;

INSERT INTO record (calendar, record, revision, hash, window_number, released, claims)
SELECT calendar, record, revision, hash, window_number, released, claims FROM sorted_record;

INSERT INTO event (calendar, record, revision, sequence, hash, bytes)
SELECT calendar, record, revision, sequence, hash, bytes FROM sorted_event;

INSERT INTO chain (calendar, sequence, leaf, receipt, record, revision)
SELECT calendar, sequence, leaf, receipt, record, revision FROM sorted_chain;

DROP TABLE sorted_record;
DROP TABLE sorted_event;
DROP TABLE sorted_chain;
