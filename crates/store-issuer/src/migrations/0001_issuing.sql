-- Tenant first in every key. Personal data is in subjects, offers, copies, status_changes.note and nowhere else.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    sealed {{blob}} NOT NULL
);

CREATE TABLE subjects (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    claims TEXT NOT NULL,
    search TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, number)
);

CREATE TABLE offers (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    token TEXT NOT NULL,
    configurations TEXT NOT NULL,
    state TEXT NOT NULL,
    extra_claims TEXT NOT NULL,
    code_hash {{blob}},
    code_sealed {{blob}},
    tries_left BIGINT NOT NULL,
    bound_key TEXT,
    holder_key TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, token)
);
CREATE INDEX offers_by_subject ON offers (tenant, subject_id, id);

-- Codes, tokens and nonces are kept as fingerprints: reading the database gives none of them.
CREATE TABLE codes (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
);
CREATE INDEX codes_by_expiry ON codes (expires_at);
CREATE INDEX codes_by_offer ON codes (tenant, offer_id);

CREATE TABLE access_tokens (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    -- Names of the configurations the wallet asked for; NULL when the offer decides.
    configurations TEXT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

CREATE TABLE spent_nonces (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
);
CREATE INDEX spent_nonces_by_expiry ON spent_nonces (expires_at);

CREATE TABLE copies (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    credential_type TEXT NOT NULL,
    configuration TEXT NOT NULL,
    document TEXT NOT NULL,
    holder_key TEXT NOT NULL,
    receipt_token TEXT NOT NULL,
    notification_id TEXT NOT NULL,
    status TEXT NOT NULL,
    delivery TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, offer_id, configuration),
    UNIQUE (tenant, receipt_token),
    UNIQUE (tenant, notification_id)
);
CREATE INDEX copies_by_subject ON copies (tenant, subject_id, id);

CREATE TABLE status_lists (
    tenant TEXT NOT NULL,
    list TEXT NOT NULL,
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    is_open BIGINT NOT NULL,
    -- Counts changes of entries; a version remembers the count it was built from.
    revision BIGINT NOT NULL,
    PRIMARY KEY (tenant, list)
);

CREATE TABLE status_entries (
    tenant TEXT NOT NULL,
    list TEXT NOT NULL,
    place BIGINT NOT NULL,
    copy_id TEXT NOT NULL,
    PRIMARY KEY (tenant, list, place)
);
CREATE INDEX status_entries_by_copy ON status_entries (tenant, copy_id);

CREATE TABLE status_changes (
    tenant TEXT NOT NULL,
    copy_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT,
    officer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, copy_id, sequence)
);

-- A version that is not confirmed is the outbox entry for its digest.
CREATE TABLE list_versions (
    tenant TEXT NOT NULL,
    list TEXT NOT NULL,
    version BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    document {{blob}} NOT NULL,
    digest {{blob}} NOT NULL,
    built_at BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    confirmed_at BIGINT,
    height BIGINT,
    PRIMARY KEY (tenant, list, version)
);

-- A leaf without a batch waits for one; a batch that is not confirmed is the outbox entry for its root.
CREATE TABLE leaves (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    salt {{blob}} NOT NULL,
    digest {{blob}} NOT NULL,
    batch BIGINT,
    place BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX leaves_waiting ON leaves (tenant, id) WHERE batch IS NULL;

CREATE TABLE batches (
    tenant TEXT NOT NULL,
    id BIGINT NOT NULL,
    -- The place in the issuer's sequence on the chain; differs from id only after a restored backup.
    sequence BIGINT NOT NULL,
    root {{blob}} NOT NULL,
    leaves {{blob}} NOT NULL,
    built_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    height BIGINT,
    block_time BIGINT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, sequence)
);

CREATE TABLE audit (
    tenant TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    officer TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous {{blob}} NOT NULL,
    hash {{blob}} NOT NULL,
    PRIMARY KEY (tenant, sequence)
);
