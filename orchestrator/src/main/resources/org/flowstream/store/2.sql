-- Version 2: chains that are declared no more and may still have rules in the switch. Rules bear a chain's id and no
-- installation: those of an id that was never ours are another daemon's, and are left alone.
CREATE TABLE leaving_chain (
    id TEXT PRIMARY KEY
) STRICT;
