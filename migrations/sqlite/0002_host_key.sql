-- The receipt key of the host that these data belong to: one row at most. Another host's key would sign receipts that
-- no practice accepts, so it is refused before anything is served.
CREATE TABLE host (
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    receipt_key BLOB    NOT NULL
) STRICT;
