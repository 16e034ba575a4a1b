-- Devices of officers that stand at a fixed place, each with a key of its own, sealed under the service's.
CREATE TABLE stations (
    thumbprint TEXT PRIMARY KEY,
    -- SHA-256 of the cookie of the device.
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL
);
