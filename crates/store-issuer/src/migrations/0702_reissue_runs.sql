-- Offers to many people at once: who was chosen, and what became of each.
CREATE TABLE reissue_runs (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- Why they are offered something: 'first', 'data-changed' or 'renewal'.
    why TEXT NOT NULL,
    station TEXT,
    ending_before BIGINT,
    state TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX reissue_runs_running ON reissue_runs (id) WHERE state = 'confirmed';

CREATE TABLE reissue_rows (
    tenant TEXT NOT NULL,
    run_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    subject_id TEXT NOT NULL,
    -- 'waiting', 'offered' or 'skipped'.
    state TEXT NOT NULL,
    -- Why somebody was skipped: a sentence without personal data.
    reason TEXT,
    offer_id TEXT,
    PRIMARY KEY (tenant, run_id, line)
);
CREATE INDEX reissue_rows_by_state ON reissue_rows (tenant, run_id, state, line);
