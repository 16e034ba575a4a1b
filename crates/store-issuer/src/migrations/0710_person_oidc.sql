-- Persons on their way to the organisation's OpenID provider and back. `state` and the browser's cookie are kept as
-- fingerprints, nonce and code verifier sealed. One at a time for each pushed request.
CREATE TABLE person_oidc_requests (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    browser TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    -- Fingerprint of the pushed request that is decided when they come back.
    request TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, fingerprint),
    UNIQUE (tenant, request)
);
CREATE INDEX person_oidc_requests_by_expiry ON person_oidc_requests (expires_at);
