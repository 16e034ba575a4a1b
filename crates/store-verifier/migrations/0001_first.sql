CREATE TABLE client (
    id           TEXT   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    secret_hash  {{blob}} NOT NULL,
    scopes       TEXT   NOT NULL,
    return_urls  TEXT   NOT NULL,
    created_ms   BIGINT NOT NULL
);

CREATE TABLE access_token (
    token_hash {{blob}} NOT NULL PRIMARY KEY,
    client     TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX access_token_expires ON access_token (expires_ms);

CREATE TABLE verification (
    id               TEXT   NOT NULL PRIMARY KEY,
    tenant           TEXT   NOT NULL,
    policy           TEXT   NOT NULL,
    purpose          TEXT   NOT NULL,
    state            TEXT   NOT NULL,
    nonce            TEXT   NOT NULL,
    request_state    TEXT   NOT NULL,
    response_code    TEXT   NOT NULL,
    return_url       TEXT,
    page_key_hash    {{blob}},
    created_ms       BIGINT NOT NULL,
    expires_ms       BIGINT NOT NULL,
    answered_ms      BIGINT,
    response_digest  {{blob}},
    response_sealed  {{blob}},
    refusal          TEXT,
    report           TEXT,
    claims_sealed    {{blob}},
    claims_until_ms  BIGINT
);
CREATE INDEX verification_tenant ON verification (tenant, created_ms);
CREATE INDEX verification_state ON verification (state, expires_ms);
CREATE INDEX verification_claims ON verification (claims_until_ms);

CREATE TABLE idempotency (
    tenant         TEXT   NOT NULL,
    idempotency_key TEXT  NOT NULL,
    request_digest {{blob}} NOT NULL,
    verification   TEXT   NOT NULL,
    created_ms     BIGINT NOT NULL,
    PRIMARY KEY (tenant, idempotency_key)
);
CREATE INDEX idempotency_created ON idempotency (created_ms);
