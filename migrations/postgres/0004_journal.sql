-- The journal of reads (docs/spec/log.md §7): which key was given what, by the hour.

-- What a key was given in an hour that lasts. `part`: a row has eight ranges; a ninth begins the next part.
CREATE TABLE reading (
    calendar     bytea  NOT NULL,
    hour         bigint NOT NULL,
    key          bytea  NOT NULL,
    part         bigint NOT NULL,
    ranges       bytea  NOT NULL,
    publications bigint NOT NULL,
    PRIMARY KEY (calendar, hour, key, part)
);

-- Closed rows. Nothing changes or deletes one.
CREATE TABLE journal (
    calendar bytea  NOT NULL,
    number   bigint NOT NULL,
    hash     bytea  NOT NULL,
    bytes    bytea  NOT NULL,
    PRIMARY KEY (calendar, number)
);
