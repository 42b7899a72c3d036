-- Version 3: what an apply of a set made, which that set's --prune may remove; and the one change that waits for its
-- confirmation, with what takes it back.
CREATE TABLE set_member (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    set_name TEXT NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT;

CREATE TABLE pending_change (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    change TEXT NOT NULL
) STRICT;
