CREATE TABLE existence_requests (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    year BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    -- The link's token again, sealed, so that an officer can hand it out a second time.
    token_sealed {{blob}} NOT NULL,
    state TEXT NOT NULL,
    challenge TEXT,
    challenge_at BIGINT,
    holder_key TEXT,
    passkey_id {{blob}},
    passkey_synced BIGINT,
    digest {{blob}},
    answered_at BIGINT,
    channel TEXT,
    -- Notes of a confirmation, or the reason of a refusal.
    remark TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    offer_id TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, fingerprint)
);
-- One proof of a year for one person, and one answer waiting.
CREATE UNIQUE INDEX existence_once ON existence_requests (tenant, subject_id, year)
    WHERE state IN ('answered', 'confirmed');
CREATE INDEX existence_by_subject ON existence_requests (tenant, subject_id, id);
CREATE INDEX existence_by_state ON existence_requests (tenant, state, id);
