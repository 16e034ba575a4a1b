-- Guardians and attorneys of people whose wallet is kept here. Who they are, by which document, for what and for how long is
-- sealed under the person's data key.
CREATE TABLE mandates (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    state TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX mandates_by_account ON mandates (account_id, created_at);
CREATE INDEX mandates_by_state ON mandates (state, created_at);
-- Under which mandate somebody is at a desk, and the PIN with which they come; the mandate stands in the place of a key there.
ALTER TABLE sessions ADD COLUMN mandate_id TEXT;
ALTER TABLE pins ADD COLUMN mandate_id TEXT;
