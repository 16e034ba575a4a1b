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

-- Whoever is suspended was proposed for it: that is done, also where it was so before.
UPDATE fund_effects SET done_at = asked_at, done_by = 'list'
    WHERE kind = 'propose-suspension' AND done_at IS NULL AND EXISTS (SELECT 1 FROM fund_cycles c
        WHERE c.tenant = fund_effects.tenant AND c.person = fund_effects.person AND c.year = fund_effects.year
            AND c.stage = 'suspended');
