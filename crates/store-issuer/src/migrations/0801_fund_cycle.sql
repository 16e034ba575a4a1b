-- Calendars, each version for ever: a journal names the one a night went by.
CREATE TABLE fund_calendars (
    tenant TEXT NOT NULL,
    year BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    digest TEXT NOT NULL,
    content TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, year, revision)
);
CREATE INDEX fund_calendars_by_digest ON fund_calendars (tenant, digest);

-- Append-only, linked by person.
CREATE TABLE fund_journal (
    tenant TEXT NOT NULL,
    person TEXT NOT NULL,
    entry BIGINT NOT NULL,
    -- The number of the event; nothing for a night.
    seq BIGINT,
    year BIGINT,
    at BIGINT NOT NULL,
    public TEXT NOT NULL,
    salt {{blob}} NOT NULL,
    sealed {{blob}} NOT NULL,
    commitment TEXT NOT NULL,
    PRIMARY KEY (tenant, person, entry)
);
CREATE UNIQUE INDEX fund_journal_events ON fund_journal (tenant, person, seq) WHERE seq IS NOT NULL;

-- Where each person-year stands: a projection of the journal.
CREATE TABLE fund_cycles (
    tenant TEXT NOT NULL,
    year BIGINT NOT NULL,
    person TEXT NOT NULL,
    stage TEXT NOT NULL,
    closed_how TEXT,
    channel TEXT,
    applied BIGINT NOT NULL,
    -- The record, sealed; nothing before the first night.
    sealed {{blob}},
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, year, person)
);
CREATE INDEX fund_cycles_by_person ON fund_cycles (tenant, person, year);
CREATE INDEX fund_cycles_by_stage ON fund_cycles (tenant, year, stage, person);

-- What nights asked for; each key once.
CREATE TABLE fund_effects (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    person TEXT NOT NULL,
    year BIGINT NOT NULL,
    rule TEXT NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    done_at BIGINT,
    done_by TEXT,
    PRIMARY KEY (tenant, key)
);
CREATE INDEX fund_effects_open ON fund_effects (tenant, kind, key) WHERE done_at IS NULL;
CREATE INDEX fund_effects_by_person ON fund_effects (tenant, person, asked_at);

CREATE TABLE fund_nights (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- The moment all its steps are made at.
    at BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- The year and the last person that are behind it.
    year BIGINT NOT NULL,
    after_person TEXT NOT NULL,
    people BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    faults BIGINT NOT NULL,
    begun_by TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (tenant, id)
);
-- One at a time; what a crash left is found by this and finished.
CREATE UNIQUE INDEX fund_nights_running ON fund_nights (tenant) WHERE state = 'running';

CREATE TABLE fund_night_faults (
    tenant TEXT NOT NULL,
    night TEXT NOT NULL,
    person TEXT NOT NULL,
    year BIGINT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (tenant, night, person, year)
);
