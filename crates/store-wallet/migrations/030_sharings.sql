-- What a person shared with somebody, sealed, and when the verifier is asked for its receipt.
CREATE TABLE sharings (
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
CREATE INDEX sharings_by_resend ON sharings (resend_due_at);
