-- Version 4: pools of machines that wait.
CREATE TABLE pool (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    spec TEXT NOT NULL
) STRICT;
