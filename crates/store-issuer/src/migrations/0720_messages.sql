-- An address is personal data: sealed under a key that is not in the database, and deleted with the person.
CREATE TABLE contacts (
    tenant TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    email_sealed {{blob}} NOT NULL,
    -- One of the six languages; NULL where nobody said.
    language TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, subject_id),
    FOREIGN KEY (tenant, subject_id) REFERENCES subjects (tenant, id) ON DELETE CASCADE
);

-- The outbox. A row says what happened and to whom; address, name and text are found when it is sent.
CREATE TABLE messages (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    event TEXT NOT NULL,
    types TEXT NOT NULL,
    until BIGINT,
    -- What happens once is told once.
    once_key TEXT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    -- A code of ours, never the words of a mail server.
    fault TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, once_key),
    FOREIGN KEY (tenant, subject_id) REFERENCES subjects (tenant, id) ON DELETE CASCADE
);
CREATE INDEX messages_by_state ON messages (tenant, state, next_try_at);
CREATE INDEX messages_by_subject ON messages (tenant, subject_id, id);
CREATE INDEX messages_by_age ON messages (tenant, created_at);

CREATE TABLE message_templates (
    tenant TEXT NOT NULL,
    event TEXT NOT NULL,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    officer TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, event, language)
);

-- Why an offer was made, so that its person is told of a renewal as a renewal.
ALTER TABLE offers ADD COLUMN reissue TEXT;
