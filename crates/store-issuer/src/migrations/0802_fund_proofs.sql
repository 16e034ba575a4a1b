CREATE TABLE fund_proofs (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    year BIGINT NOT NULL,
    channel TEXT NOT NULL,
    -- waiting, accepted or refused
    state TEXT NOT NULL,
    captured_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- What the person quotes.
    reference TEXT NOT NULL,
    -- The years it closed, and until when the person is covered.
    years TEXT NOT NULL,
    valid_until TEXT,
    -- The evidence and the officer's remark, sealed.
    sealed {{blob}} NOT NULL,
    entered_by TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, reference)
);
CREATE INDEX fund_proofs_by_person ON fund_proofs (tenant, person, id);
CREATE INDEX fund_proofs_by_state ON fund_proofs (tenant, state, id);

-- No proof counts twice, nor for two people.
CREATE TABLE fund_proof_digests (
    tenant TEXT NOT NULL,
    digest TEXT NOT NULL,
    person TEXT NOT NULL,
    proof TEXT NOT NULL,
    PRIMARY KEY (tenant, digest)
);

-- Words about people, apart from the journal so that they can be erased.
CREATE TABLE fund_notes (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    written_by TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX fund_notes_by_person ON fund_notes (tenant, person, id);

CREATE TABLE fund_lists (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    year BIGINT NOT NULL,
    payroll TEXT NOT NULL,
    -- prepared, approved, withdrawn
    state TEXT NOT NULL,
    digest TEXT NOT NULL,
    -- Pseudonymous numbers and the words of hold-outs, sealed.
    sealed {{blob}} NOT NULL,
    entries BIGINT NOT NULL,
    held_out BIGINT NOT NULL,
    prepared_by TEXT NOT NULL,
    prepared_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
