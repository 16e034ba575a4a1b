-- One printed code for each account, as its fingerprint. Whoever uses it takes the row out.
CREATE TABLE recovery_codes (
    fingerprint TEXT PRIMARY KEY,
    account_id TEXT NOT NULL UNIQUE REFERENCES accounts (id),
    created_at BIGINT NOT NULL
);
