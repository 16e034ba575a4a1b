CREATE TABLE officers (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE INDEX officers_by_tenant ON officers (tenant, id);

CREATE TABLE officer_passkeys (
    credential_id {{blob}} PRIMARY KEY,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    json TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX officer_passkeys_by_officer ON officer_passkeys (officer_id);

-- Links and sessions are kept as fingerprints: reading the database gives none of them.
CREATE TABLE officer_links (
    fingerprint TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX officer_links_by_tenant ON officer_links (tenant);

CREATE TABLE officer_ceremonies (
    challenge TEXT PRIMARY KEY,
    -- Set for a registration, together with the officer who is about to be.
    link TEXT,
    officer_id TEXT,
    tenant TEXT,
    name TEXT,
    user_id TEXT,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX officer_ceremonies_by_expiry ON officer_ceremonies (expires_at);

CREATE TABLE officer_sessions (
    fingerprint TEXT PRIMARY KEY,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);
CREATE INDEX officer_sessions_by_officer ON officer_sessions (officer_id);
