-- Assertions by which clients authenticated, until they end: each is good once.
CREATE TABLE client_assertion (
    fingerprint {{blob}} NOT NULL PRIMARY KEY,
    expires_ms  BIGINT NOT NULL
);
CREATE INDEX client_assertion_expires ON client_assertion (expires_ms);
