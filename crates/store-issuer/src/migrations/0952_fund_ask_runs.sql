-- Everybody who is enrolled and whose year is open is asked, in batches with their place.
CREATE TABLE fund_ask_runs (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    year BIGINT NOT NULL,
    -- The last record of a person that is behind.
    after_subject TEXT NOT NULL,
    asked BIGINT NOT NULL,
    passed BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX fund_ask_runs_open ON fund_ask_runs (tenant) WHERE finished_at IS NULL;
