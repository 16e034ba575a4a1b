-- Approved changes of signing keys: an open one is what a run of the service has to finish.
CREATE TABLE key_acts (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- 'rotate-key', 'retire-key' or 'mark-key-compromised'.
    change TEXT NOT NULL,
    fragment TEXT NOT NULL,
    multikey TEXT NOT NULL,
    -- The fragment of the new key; chosen once, before it is made.
    fresh TEXT,
    ordered_by TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    -- 'open', 'done' or 'given-up'.
    state TEXT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX key_acts_open ON key_acts (tenant, change, fragment) WHERE state = 'open';
