-- Version 7: changes of chains that are being tried: a daemon that comes back takes back those that fail.
CREATE TABLE trial (
    chain TEXT PRIMARY KEY REFERENCES chain (name) ON DELETE CASCADE,
    before TEXT NOT NULL,
    after TEXT NOT NULL
) STRICT;
