-- The authorization code flow: persons who sign in, requests that were pushed, codes that were handed out.
CREATE TABLE person_passkeys (
    credential_id {{blob}} PRIMARY KEY,
    tenant TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    json TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX person_passkeys_by_subject ON person_passkeys (tenant, subject_id);

CREATE TABLE person_ceremonies (
    challenge TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    -- Fingerprint of the pushed request it belongs to.
    request TEXT NOT NULL,
    -- Set for the enrolment of a passkey: the offer whose transaction code was given.
    offer_id TEXT,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX person_ceremonies_by_expiry ON person_ceremonies (expires_at);

-- Requests, tickets and codes are kept as fingerprints: reading the database gives none of them.
CREATE TABLE authorization_requests (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    state TEXT,
    code_challenge TEXT NOT NULL,
    -- 'offered', 'scope' or 'details', and the names of the configurations.
    wanted TEXT NOT NULL,
    configurations TEXT NOT NULL,
    offer_id TEXT,
    dpop_jkt TEXT,
    -- Set once the person has signed in: the offer that was granted, or nothing where access was denied.
    ticket TEXT,
    granted_offer TEXT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, fingerprint),
    UNIQUE (tenant, ticket)
);
CREATE INDEX authorization_requests_by_expiry ON authorization_requests (expires_at);

CREATE TABLE authorization_codes (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    wanted TEXT NOT NULL,
    configurations TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    dpop_jkt TEXT,
    -- Fingerprint of the token it was exchanged for, so that a second use takes that token back.
    token TEXT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

-- Names of the configurations a token is limited to where it names no identifiers; NULL when the offer decides.
ALTER TABLE access_tokens ADD COLUMN scope TEXT;
-- RFC 7638 thumbprint of the key a token is bound to (RFC 9449).
ALTER TABLE access_tokens ADD COLUMN dpop_jkt TEXT;
