-- Enrolments at the Fund: its address, the secret by which this wallet speaks there, and what the Fund said last. All sealed.
CREATE TABLE enrolments (
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
