-- Officers of this service: accounts that redeemed a one-time link. Their names are sealed under the service's key.
CREATE TABLE officer_links (
    fingerprint TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE TABLE officers (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    name {{blob}} NOT NULL,
    created_at BIGINT NOT NULL
);
-- Requests to be let in again with the help of two officers, sealed under the person's data key.
CREATE TABLE assisted_recoveries (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    state TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT
);
CREATE INDEX assisted_recoveries_by_account ON assisted_recoveries (account_id, created_at);
CREATE INDEX assisted_recoveries_by_due ON assisted_recoveries (due_at);
