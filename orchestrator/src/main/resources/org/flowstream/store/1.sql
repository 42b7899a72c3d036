-- Version 1: what was declared, and how machines ended. Nothing here can be read from the world instead.
CREATE TABLE chain (
    name TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    spec TEXT NOT NULL,
    was_ready INTEGER NOT NULL,
    declared_at TEXT NOT NULL
) STRICT;

CREATE TABLE machine (
    id TEXT PRIMARY KEY,
    chain TEXT NOT NULL REFERENCES chain (name) ON DELETE CASCADE,
    middlebox TEXT NOT NULL,
    UNIQUE (chain, middlebox)
) STRICT;

CREATE TABLE port (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    spec TEXT NOT NULL
) STRICT;

-- The latest ends of each machine, and for ever how many there were of each cause.
CREATE TABLE machine_exit (
    number INTEGER PRIMARY KEY,
    machine TEXT NOT NULL REFERENCES machine (id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    cause TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

CREATE INDEX machine_exit_machine ON machine_exit (machine, number);

CREATE TABLE machine_exit_count (
    machine TEXT NOT NULL REFERENCES machine (id) ON DELETE CASCADE,
    cause TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (machine, cause)
) STRICT;
