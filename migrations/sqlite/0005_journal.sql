-- The journal of reads (docs/spec/log.md §7): which key was given what, by the hour.

-- What a key was given in an hour that lasts. `part`: a row has eight ranges; a ninth begins the next part.
CREATE TABLE reading (
    calendar     BLOB    NOT NULL,
    hour         INTEGER NOT NULL,
    key          BLOB    NOT NULL,
    part         INTEGER NOT NULL,
    ranges       BLOB    NOT NULL,
    publications INTEGER NOT NULL,
    PRIMARY KEY (calendar, hour, key, part)
) STRICT, WITHOUT ROWID;

-- Closed rows. Nothing changes or deletes one.
CREATE TABLE journal (
    calendar BLOB    NOT NULL,
    number   INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    bytes    BLOB    NOT NULL,
    PRIMARY KEY (calendar, number)
) STRICT, WITHOUT ROWID;
