-- Erasure (docs/spec/events.md §8): what is left of records whose sealed bytes are gone.

-- One row an event that was erased; the chain's row keeps leaf and receipt, and names no record any more.
CREATE TABLE gap (
    calendar bytea  NOT NULL,
    sequence bigint NOT NULL,
    hash     bytea  NOT NULL,
    PRIMARY KEY (calendar, sequence)
);

-- One row a record. `why`: 1 its window was over, 2 the practice asked for it.
CREATE TABLE tombstone (
    calendar      bytea  NOT NULL,
    record        bytea  NOT NULL,
    window_number bigint NOT NULL,
    events        bigint NOT NULL,
    why           bigint NOT NULL,
    PRIMARY KEY (calendar, record)
);

-- What members signed to have records erased.
CREATE TABLE erase (
    calendar bytea  NOT NULL,
    sequence bigint NOT NULL,
    hash     bytea  NOT NULL,
    bytes    bytea  NOT NULL,
    PRIMARY KEY (calendar, sequence)
);

CREATE INDEX record_window ON record (window_number);
