-- Somebody has to keep what else would be erased: nothing of a person's pictures goes while one of these stands.
CREATE TABLE legal_holds (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    -- Why, in words, for officers.
    reason_sealed {{blob}} NOT NULL,
    -- The day by which somebody looks whether it is still needed.
    review_on TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    lifted_by TEXT,
    lifted_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX legal_holds_by_subject ON legal_holds (tenant, subject_id, placed_at);
CREATE INDEX legal_holds_standing ON legal_holds (tenant, review_on) WHERE lifted_at IS NULL;
