-- Which officer a person of the organisation's OpenID provider is. `subject` is the provider's identifier, no name.
CREATE TABLE oidc_identities (
    tenant TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, issuer, subject)
);
CREATE INDEX oidc_identities_by_officer ON oidc_identities (tenant, officer_id);

-- Sign-ins on their way to the provider and back. `state` and the browser's cookie are kept as fingerprints, nonce and code
-- verifier sealed.
CREATE TABLE oidc_requests (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    browser TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    next TEXT NOT NULL,
    -- Fingerprint of the one-time link that is used up, where somebody registers.
    link TEXT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
);
CREATE INDEX oidc_requests_by_expiry ON oidc_requests (expires_at);
