-- Restores (docs/spec/restore.md).

-- The host's generation: that of its newest restore.
ALTER TABLE host ADD COLUMN generation bigint NOT NULL DEFAULT 0;

-- What the host has said of its restores, signed.
CREATE TABLE notice (
    calendar   bytea  NOT NULL,
    generation bigint NOT NULL,
    hash       bytea  NOT NULL,
    bytes      bytea  NOT NULL,
    PRIMARY KEY (calendar, generation)
);

-- Receipts that an event had in places of the chain which restores have lost, one after the other.
CREATE TABLE earlier (
    calendar bytea  NOT NULL,
    sequence bigint NOT NULL,
    receipts bytea  NOT NULL,
    PRIMARY KEY (calendar, sequence)
);
