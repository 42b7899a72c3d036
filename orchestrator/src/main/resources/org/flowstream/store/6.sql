-- Version 6: ports that were struck out, until they are off their bridge and have back what we turned off.
CREATE TABLE leaving_port (
    name TEXT PRIMARY KEY,
    spec TEXT NOT NULL
) STRICT;
