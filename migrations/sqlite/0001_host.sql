-- What a host keeps: opaque ids, sealed bytes, hashes, signatures. Of time there are only window numbers (4 weeks),
-- minutes of acceptance and minutes at which a hold ends; the budget is that of docs/threat-model.md.
-- Keys begin with the calendar, except a vault's, which belongs to none, and a leaf's.

-- One row a practice: the place of its chain, which every accepted write moves.
CREATE TABLE calendar (
    calendar   BLOB    NOT NULL PRIMARY KEY,
    fp         BLOB    NOT NULL,
    root       BLOB    NOT NULL,
    version    INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    head       BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- The newest publication of each (kind, slot).
CREATE TABLE publication (
    calendar BLOB    NOT NULL,
    kind     INTEGER NOT NULL,
    slot     INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    PRIMARY KEY (calendar, kind, slot)
) STRICT, WITHOUT ROWID;

-- Every version that was ever accepted: tells a batch that is sent again from another one.
CREATE TABLE version (
    calendar BLOB    NOT NULL,
    version  INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (calendar, version)
) STRICT, WITHOUT ROWID;

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
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    calendar BLOB    NOT NULL,
    record   BLOB    NOT NULL,
    revision INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    bytes    BLOB    NOT NULL,
    PRIMARY KEY (calendar, record, revision)
) STRICT, WITHOUT ROWID;

-- Claimed and held ids in one table, so that one primary key keeps them apart. `owner`: a record (16 bytes) or the
-- session of a hold (32). `until`: 0 for a record; for a hold the first minute in which it is none.
CREATE TABLE claim (
    calendar      BLOB    NOT NULL,
    gid           BLOB    NOT NULL,
    owner         BLOB    NOT NULL,
    window_number INTEGER NOT NULL,
    until         INTEGER NOT NULL,
    PRIMARY KEY (calendar, gid)
) STRICT, WITHOUT ROWID;

-- One row a session that holds a time.
CREATE TABLE hold (
    calendar BLOB    NOT NULL,
    session  BLOB    NOT NULL,
    until    INTEGER NOT NULL,
    extended INTEGER NOT NULL,
    claims   BLOB    NOT NULL,
    PRIMARY KEY (calendar, session)
) STRICT, WITHOUT ROWID;

-- Every accepted object: what was promised, in order. A publication has no record.
CREATE TABLE chain (
    calendar BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    leaf     BLOB    NOT NULL,
    receipt  BLOB    NOT NULL,
    record   BLOB,
    revision INTEGER,
    PRIMARY KEY (calendar, sequence)
) STRICT, WITHOUT ROWID;

-- Leaves that no log has merged yet, as they came: one page takes those of many calendars.
CREATE TABLE leaf (
    id       INTEGER NOT NULL PRIMARY KEY,
    calendar BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    minute   INTEGER NOT NULL
) STRICT;

-- `generation` is a u64 in two's complement; it is only ever compared for equality.
CREATE TABLE vault (
    vault      BLOB    NOT NULL PRIMARY KEY,
    key        BLOB    NOT NULL,
    generation INTEGER NOT NULL,
    bytes      BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE vault_locator (
    locator BLOB NOT NULL PRIMARY KEY,
    vault   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX vault_locator_of ON vault_locator (vault);
