-- What somebody says against a refusal of their answer. It is decided in a case of the Fund's year, or, for whoever is on no
-- register, at the answer itself.
CREATE TABLE existence_appeals (
    tenant TEXT NOT NULL,
    request_id TEXT NOT NULL,
    -- Another officer decides.
    refused_by TEXT NOT NULL,
    -- Of the person; a case keeps them as a note.
    words_sealed {{blob}},
    opened_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    case_id TEXT,
    -- upheld or not-upheld
    outcome TEXT,
    closed_at BIGINT,
    closed_by TEXT,
    PRIMARY KEY (tenant, request_id)
);
CREATE INDEX existence_appeals_open ON existence_appeals (tenant, due_at, request_id)
    WHERE closed_at IS NULL AND case_id IS NULL;
CREATE UNIQUE INDEX existence_appeals_by_case ON existence_appeals (tenant, case_id) WHERE case_id IS NOT NULL;
-- The answer behind a proof of the register.
CREATE INDEX existence_by_digest ON existence_requests (tenant, digest) WHERE digest IS NOT NULL;
