-- How a session came about, and when its person last proved themselves. Sessions from before have to do it again.
ALTER TABLE sessions ADD COLUMN assurance TEXT NOT NULL DEFAULT 'passkey';
ALTER TABLE sessions ADD COLUMN verified_at BIGINT NOT NULL DEFAULT 0;
-- Names that people give are personal data, so they are sealed.
ALTER TABLE passkeys ADD COLUMN label {{blob}};
ALTER TABLE device_keys ADD COLUMN label {{blob}};
-- A PIN serves with one device key and opens one account.
CREATE TABLE pins (
    thumbprint TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    sealed {{blob}} NOT NULL,
    tries BIGINT NOT NULL,
    next_try_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX pins_by_account ON pins (account_id, created_at);
