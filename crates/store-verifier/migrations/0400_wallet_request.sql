CREATE TABLE wallet_request (
    verification     TEXT   NOT NULL PRIMARY KEY,
    profile          TEXT   NOT NULL,
    client_id        TEXT   NOT NULL,
    key_sealed       {{blob}},
    transaction_data TEXT,
    expires_ms       BIGINT NOT NULL
);
CREATE INDEX wallet_request_expires ON wallet_request (expires_ms);
