-- Machines that act for an organisation. A token is kept as its fingerprint only.
CREATE TABLE service_clients (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Blank-separated names of what it may do.
    scopes TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, fingerprint)
);
