-- Security keys and cards with which people without a phone show at a desk that they are there. They open nothing elsewhere.
CREATE TABLE desk_keys (
    credential_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    passkey TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);
CREATE INDEX desk_keys_by_account ON desk_keys (account_id, created_at);
