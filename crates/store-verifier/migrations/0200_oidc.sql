-- Sign-ins of agencies' applications by OpenID Connect. Each is also a verification, whose claims are read once, by its code.
CREATE TABLE oidc_login (
    verification   TEXT   NOT NULL PRIMARY KEY,
    client         TEXT   NOT NULL,
    redirect_uri   TEXT   NOT NULL,
    scope          TEXT   NOT NULL,
    state          TEXT,
    nonce          TEXT,
    code_challenge TEXT   NOT NULL,
    -- SHA-256 of what the cookie of the browser holds that began it.
    browser_hash   {{blob}} NOT NULL,
    -- SHA-256 of the newest authorization code; an earlier one is worth nothing.
    code_hash      {{blob}},
    redeemed_ms    BIGINT,
    -- Set when its code came a second time: access tokens of the login end.
    revoked_ms     BIGINT,
    created_ms     BIGINT NOT NULL
);
CREATE UNIQUE INDEX oidc_login_code ON oidc_login (code_hash);
CREATE INDEX oidc_login_created ON oidc_login (created_ms);

-- Random keys that must outlive a restart; sealed.
CREATE TABLE oidc_secret (
    name   TEXT   NOT NULL PRIMARY KEY,
    sealed {{blob}} NOT NULL
);
