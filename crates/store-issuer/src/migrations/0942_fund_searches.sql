-- Whether the register changed, and what of it.
CREATE INDEX fund_people_by_change ON fund_people (tenant, updated_at, id);
-- What an officer looks for among the people: names stand in no address, so the address names this, for an hour.
CREATE TABLE fund_searches (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    officer TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX fund_searches_by_end ON fund_searches (until);
