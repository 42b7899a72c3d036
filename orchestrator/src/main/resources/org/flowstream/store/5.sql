-- Version 5: operations, the latest of them: what was asked for, and what became of it.
CREATE TABLE operation (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    subject TEXT NOT NULL,
    chains TEXT NOT NULL,
    state TEXT NOT NULL,
    began TEXT NOT NULL,
    ended TEXT,
    stages TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
