-- How a reminder, a receipt or another way reaches a person: by message, or by letter where there is no address for one.
CREATE TABLE fund_messages (
    tenant TEXT NOT NULL,
    effect TEXT NOT NULL,
    person TEXT NOT NULL,
    year BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- waiting, sent, post or withdrawn
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    -- A code of ours.
    fault TEXT,
    -- Proof of sending: the message's own id, and the server's answer, sealed.
    message_id TEXT,
    reply_code TEXT,
    reply_sealed {{blob}},
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (tenant, effect)
);
CREATE INDEX fund_messages_due ON fund_messages (tenant, next_try_at) WHERE state = 'waiting';
CREATE INDEX fund_messages_by_person ON fund_messages (tenant, person, created_at);
CREATE INDEX fund_messages_by_state ON fund_messages (tenant, state, finished_at);
