-- What focal points answer about people whom they look for. Words are sealed.
CREATE TABLE fund_follow_up_answers (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    year BIGINT NOT NULL,
    -- alive, moved, dead or not-found
    outcome TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    -- The case that was opened by it, where one was.
    case_id TEXT,
    entered_by TEXT NOT NULL,
    entered_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX fund_follow_up_answers_of ON fund_follow_up_answers (tenant, person, year, id);
