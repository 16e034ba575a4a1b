-- Keys that this service keeps for people without a phone, sealed. Whoever gets in by a device of their own takes the row out.
CREATE TABLE custodies (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    thumbprint TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL
);
-- The officer at whose desk a session is.
ALTER TABLE sessions ADD COLUMN officer_id TEXT;
