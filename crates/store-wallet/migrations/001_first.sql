-- Personal data appears in this schema only inside blobs sealed under a person's data key. Columns in clear
-- hold random identifiers, hashes of secrets, times and states.
CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    data_key {{blob}} NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE passkeys (
    credential_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    passkey TEXT NOT NULL,
    public_key {{blob}},
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);
CREATE INDEX passkeys_by_account ON passkeys (account_id, created_at);
CREATE TABLE ceremonies (
    challenge_hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    account_id TEXT NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id, seen_at);
CREATE INDEX sessions_by_seen ON sessions (seen_at);
CREATE TABLE device_keys (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    thumbprint TEXT NOT NULL,
    jwk TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    lost_at BIGINT,
    PRIMARY KEY (account_id, thumbprint)
);
CREATE TABLE offers (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, source_hash)
);
CREATE TABLE credentials (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    slot BIGINT NOT NULL,
    sealed {{blob}} NOT NULL,
    annex {{blob}} NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    receipt_due_at BIGINT,
    receipt_tries BIGINT NOT NULL,
    notify_due_at BIGINT,
    notify_tries BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, offer_id, slot)
);
CREATE INDEX credentials_by_receipt ON credentials (receipt_due_at);
CREATE INDEX credentials_by_notification ON credentials (notify_due_at);
CREATE TABLE presentations (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    resend_due_at BIGINT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, source_hash)
);
CREATE INDEX presentations_by_resend ON presentations (resend_due_at);
CREATE TABLE existences (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    resend_due_at BIGINT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, source_hash)
);
CREATE INDEX existences_by_resend ON existences (resend_due_at);
CREATE TABLE activities (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
