-- Restores (docs/spec/restore.md).

-- The host's generation: that of its newest restore.
ALTER TABLE host ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;

-- What the host has said of its restores, signed.
CREATE TABLE notice (
    calendar   BLOB    NOT NULL,
    generation INTEGER NOT NULL,
    hash       BLOB    NOT NULL,
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (calendar, generation)
) STRICT, WITHOUT ROWID;

-- Receipts that an event had in places of the chain which restores have lost, one after the other.
CREATE TABLE earlier (
    calendar BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    receipts BLOB    NOT NULL,
    PRIMARY KEY (calendar, sequence)
) STRICT, WITHOUT ROWID;
