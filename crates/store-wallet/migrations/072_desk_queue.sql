-- Yearly proofs that a station may make while it has no network: prepared with a key of their own, under which the station seals
-- what it takes. The key is sealed here and is emptied when the proof has come.
CREATE TABLE desk_queue (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    existence_id TEXT NOT NULL,
    station TEXT NOT NULL,
    officer_id TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    done_at BIGINT
);
CREATE INDEX desk_queue_by_station ON desk_queue (station, expires_at);
CREATE INDEX desk_queue_by_expiry ON desk_queue (expires_at);
