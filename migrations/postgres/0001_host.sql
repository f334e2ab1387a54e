-- What a host keeps: opaque ids, sealed bytes, hashes, signatures. Of time there are only window numbers (4 weeks),
-- minutes of acceptance and minutes at which a hold ends; the budget is that of docs/threat-model.md.
-- Every key begins with the calendar, except a vault's: it belongs to none. No key spans calendars, so that the tables
-- can be spread by calendar.

-- One row a practice: the place of its chain, which every accepted write moves.
CREATE TABLE calendar (
    calendar   bytea  NOT NULL PRIMARY KEY,
    fp         bytea  NOT NULL,
    root       bytea  NOT NULL,
    version    bigint NOT NULL,
    generation bigint NOT NULL,
    sequence   bigint NOT NULL,
    head       bytea  NOT NULL
) WITH (fillfactor = 50); -- updated by each write: room for the new row on the same page

-- The newest publication of each (kind, slot).
CREATE TABLE publication (
    calendar bytea  NOT NULL,
    kind     bigint NOT NULL,
    slot     bigint NOT NULL,
    version  bigint NOT NULL,
    bytes    bytea  NOT NULL,
    PRIMARY KEY (calendar, kind, slot)
);

-- Every version that was ever accepted: tells a batch that is sent again from another one.
CREATE TABLE version (
    calendar bytea  NOT NULL,
    version  bigint NOT NULL,
    hash     bytea  NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (calendar, version)
);

-- Where a record stands. `claims`: its 24 ids, or none.
CREATE TABLE record (
    calendar      bytea   NOT NULL,
    record        bytea   NOT NULL,
    revision      bigint  NOT NULL,
    hash          bytea   NOT NULL,
    window_number bigint  NOT NULL,
    released      boolean NOT NULL,
    claims        bytea[] NOT NULL,
    PRIMARY KEY (calendar, record)
);

CREATE TABLE event (
    calendar bytea  NOT NULL,
    record   bytea  NOT NULL,
    revision bigint NOT NULL,
    sequence bigint NOT NULL,
    hash     bytea  NOT NULL,
    bytes    bytea  NOT NULL,
    PRIMARY KEY (calendar, record, revision)
);

-- Claimed and held ids in one table, so that one primary key keeps them apart. `owner`: a record (16 bytes) or the
-- session of a hold (32). `until`: 0 for a record; for a hold the first minute in which it is none.
CREATE TABLE claim (
    calendar      bytea  NOT NULL,
    gid           bytea  NOT NULL,
    owner         bytea  NOT NULL,
    window_number bigint NOT NULL,
    until         bigint NOT NULL,
    PRIMARY KEY (calendar, gid)
);

-- One row a session that holds a time.
CREATE TABLE hold (
    calendar bytea   NOT NULL,
    session  bytea   NOT NULL,
    until    bigint  NOT NULL,
    extended boolean NOT NULL,
    claims   bytea[] NOT NULL,
    PRIMARY KEY (calendar, session)
);

-- Every accepted object: what was promised, in order. A publication has no record.
CREATE TABLE chain (
    calendar bytea  NOT NULL,
    sequence bigint NOT NULL,
    leaf     bytea  NOT NULL,
    receipt  bytea  NOT NULL,
    record   bytea,
    revision bigint,
    PRIMARY KEY (calendar, sequence)
);

-- Leaves that no log has merged yet.
CREATE TABLE leaf (
    calendar bytea  NOT NULL,
    sequence bigint NOT NULL,
    hash     bytea  NOT NULL,
    minute   bigint NOT NULL,
    PRIMARY KEY (calendar, sequence)
);

-- `generation` is a u64 in two's complement; it is only ever compared for equality.
CREATE TABLE vault (
    vault      bytea  NOT NULL PRIMARY KEY,
    key        bytea  NOT NULL,
    generation bigint NOT NULL,
    bytes      bytea  NOT NULL
);

CREATE TABLE vault_locator (
    locator bytea NOT NULL PRIMARY KEY,
    vault   bytea NOT NULL
);

CREATE INDEX vault_locator_of ON vault_locator (vault);

-- Sealed bytes do not compress; do not try.
ALTER TABLE publication ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE event ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE vault ALTER COLUMN bytes SET STORAGE EXTERNAL;
