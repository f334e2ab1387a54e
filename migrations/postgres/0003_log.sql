-- What waits for the log, and where in the log it lies since (docs/spec/log.md). What had no log to go to was only kept as
-- leaves; the log needs what they are the hashes of.

-- Hashes of accepted objects that no log has merged yet. `stream`: 1 chain, 2 journal, 3 notices.
CREATE TABLE unmerged (
    calendar bytea  NOT NULL,
    stream   bigint NOT NULL,
    sequence bigint NOT NULL,
    object   bytea  NOT NULL,
    minute   bigint NOT NULL,
    PRIMARY KEY (calendar, stream, sequence)
);

-- `place`: the index of the leaf.
CREATE TABLE merged (
    calendar bytea  NOT NULL,
    stream   bigint NOT NULL,
    sequence bigint NOT NULL,
    place    bigint NOT NULL,
    PRIMARY KEY (calendar, stream, sequence)
);

-- Who merges: one row at most. `until`: the first minute in which it is nobody's. `size`, `root`: the newest checkpoint
-- that this database has heard of.
CREATE TABLE sequencer (
    one    boolean NOT NULL PRIMARY KEY CHECK (one),
    holder bytea   NOT NULL,
    fence  bigint  NOT NULL,
    until  bigint  NOT NULL,
    size   bigint  NOT NULL,
    root   bytea   NOT NULL
);

INSERT INTO unmerged (calendar, stream, sequence, object, minute)
SELECT leaf.calendar, 1, leaf.sequence, coalesce(event.hash, version.hash), leaf.minute
FROM leaf
JOIN chain ON chain.calendar = leaf.calendar AND chain.sequence = leaf.sequence
LEFT JOIN event ON event.calendar = chain.calendar AND event.record = chain.record AND event.revision = chain.revision
LEFT JOIN version ON version.calendar = chain.calendar AND version.sequence = chain.sequence
WHERE coalesce(event.hash, version.hash) IS NOT NULL;

DROP TABLE leaf;
