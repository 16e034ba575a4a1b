-- Addresses that an organisation wants to be told at. Secrets are sealed.
CREATE TABLE webhooks (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    -- Kinds of events, separated by blanks.
    events TEXT NOT NULL,
    secret_sealed {{blob}} NOT NULL,
    -- The secret before the last rotation, and until when it signs as well.
    earlier_sealed {{blob}},
    earlier_until BIGINT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Since when nothing was taken; NULL once something is.
    failing_since BIGINT,
    paused_at BIGINT,
    -- How far the search for offers that ended untaken has come.
    looked_until BIGINT NOT NULL,
    looked_offer TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- The outbox: a row is written in the transaction of what it tells of.
CREATE TABLE webhook_deliveries (
    tenant TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    -- Of the event: the same in every try and for every webhook.
    id TEXT NOT NULL,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    -- A second row with the same key is the same event.
    once_key TEXT NOT NULL,
    -- 'waiting', 'delivered' or 'failed'.
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    -- What the last try came to, as a code.
    answer TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (tenant, webhook_id, id),
    UNIQUE (tenant, webhook_id, once_key)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (tenant, webhook_id, next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (tenant, created_at);
CREATE INDEX offers_by_end ON offers (tenant, expires_at, id) WHERE state IN ('open', 'locked');
