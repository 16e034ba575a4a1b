-- Stations of the Fund: tablets and desks at a fixed place, each with a key of its own.
CREATE TABLE existence_stations (
    tenant TEXT NOT NULL,
    -- RFC 7638, of its key.
    thumbprint TEXT NOT NULL,
    public_key TEXT NOT NULL,
    name TEXT NOT NULL,
    -- ISO 3166-1 alpha-3.
    country TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    closed_by TEXT,
    closed_at BIGINT,
    PRIMARY KEY (tenant, thumbprint)
);
-- Of an answer that an operator at a station vouched for; null where the person's passkey did.
ALTER TABLE existence_requests ADD COLUMN station TEXT;
ALTER TABLE existence_requests ADD COLUMN operator TEXT;
ALTER TABLE existence_requests ADD COLUMN recognised_by TEXT;
-- When the person was there; null in rows from before, which were answered at once.
ALTER TABLE existence_requests ADD COLUMN captured_at BIGINT;
