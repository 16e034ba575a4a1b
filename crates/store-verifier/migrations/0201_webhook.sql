-- Where agencies want to be told. Secrets are sealed.
CREATE TABLE webhook (
    client           TEXT   NOT NULL PRIMARY KEY,
    url              TEXT   NOT NULL,
    secret_sealed    {{blob}} NOT NULL,
    -- The secret before the last change, and until when it signs as well.
    earlier_sealed   {{blob}},
    earlier_until_ms BIGINT,
    -- Since when nothing was taken; NULL once something is.
    failing_since_ms BIGINT,
    paused_ms        BIGINT,
    created_ms       BIGINT NOT NULL
);

-- The outbox: a row is written in the transaction of what it tells of.
CREATE TABLE webhook_delivery (
    id          TEXT   NOT NULL PRIMARY KEY,
    client      TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    -- 'waiting', 'delivered' or 'failed'.
    state       TEXT   NOT NULL,
    tries       BIGINT NOT NULL,
    next_ms     BIGINT NOT NULL,
    -- What the last try came to, as a code.
    answer      TEXT,
    created_ms  BIGINT NOT NULL,
    finished_ms BIGINT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (client, next_ms) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_created ON webhook_delivery (created_ms);
