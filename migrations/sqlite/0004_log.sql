-- What waits for the log, in the order in which it came, and where in the log it lies since (docs/spec/log.md). What had
-- no log to go to was only kept as leaves; the log needs what they are the hashes of.

-- Hashes of accepted objects that no log has merged yet. `stream`: 1 chain, 2 journal, 3 notices.
CREATE TABLE unmerged (
    stream   INTEGER NOT NULL,
    calendar BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    object   BLOB    NOT NULL,
    minute   INTEGER NOT NULL
) STRICT;

-- `place`: the index of the leaf.
CREATE TABLE merged (
    calendar BLOB    NOT NULL,
    stream   INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    PRIMARY KEY (calendar, stream, sequence)
) STRICT, WITHOUT ROWID;

-- Who merges: one row at most. `until`: the first minute in which it is nobody's. `size`, `root`: the newest checkpoint
-- that this database has heard of.
CREATE TABLE sequencer (
    one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    holder BLOB    NOT NULL,
    fence  INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    size   INTEGER NOT NULL,
    root   BLOB    NOT NULL
) STRICT;

INSERT INTO unmerged (stream, calendar, sequence, object, minute)
SELECT 1, leaf.calendar, leaf.sequence, coalesce(event.hash, version.hash), leaf.minute
FROM leaf
JOIN chain ON chain.calendar = leaf.calendar AND chain.sequence = leaf.sequence
LEFT JOIN event ON event.calendar = chain.calendar AND event.record = chain.record AND event.revision = chain.revision
LEFT JOIN version ON version.calendar = chain.calendar AND version.sequence = chain.sequence
WHERE coalesce(event.hash, version.hash) IS NOT NULL
ORDER BY leaf.id;

DROP TABLE leaf;
