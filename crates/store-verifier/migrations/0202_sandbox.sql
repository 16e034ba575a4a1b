-- Clients that integrators made for themselves, until they end.
CREATE TABLE sandbox_client (
    client     TEXT   NOT NULL PRIMARY KEY,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX sandbox_client_expires ON sandbox_client (expires_ms);
