-- Cases about people: what is in question, since when, until when somebody decides, and what came of it.
CREATE TABLE fund_cases (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    -- What the journal calls it.
    name TEXT NOT NULL,
    -- residence, death, proof-after-death, account, appeal, survivor or sample
    kind TEXT NOT NULL,
    -- open, proposed or closed
    state TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    outcome TEXT,
    -- A day that the outcome names, and a survivor's pseudonymous number.
    on_day TEXT,
    survivor TEXT,
    proposed_by TEXT,
    closed_at BIGINT,
    closed_by TEXT,
    revision BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, person, name)
);
CREATE INDEX fund_cases_by_due ON fund_cases (tenant, state, due_at, id);
CREATE INDEX fund_cases_by_person ON fund_cases (tenant, person, id);

-- What was done about a case, never changed. Words are in fund_notes.
CREATE TABLE fund_case_acts (
    tenant TEXT NOT NULL,
    case_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_whom TEXT NOT NULL,
    what TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (tenant, case_id, n)
);
