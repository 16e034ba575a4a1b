-- The Fund's register. What names a person is sealed; the number is findable by its MAC alone.
CREATE TABLE fund_people (
    tenant TEXT NOT NULL,
    -- The pseudonymous number, random.
    id TEXT NOT NULL,
    number_mark TEXT NOT NULL,
    country TEXT NOT NULL,
    language TEXT NOT NULL,
    track TEXT NOT NULL,
    birth_year BIGINT NOT NULL,
    benefit_until TEXT,
    died_on TEXT,
    -- The end of the benefit was told to the cycle.
    end_told BIGINT NOT NULL,
    -- MAC of all that the register says, so that the same row again is known without opening anything.
    content_mark TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    -- What the cycle goes by, sealed.
    facts {{blob}} NOT NULL,
    -- The journal: last event, last entry, last link.
    last_seq BIGINT NOT NULL,
    last_entry BIGINT NOT NULL,
    head {{blob}} NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, number_mark)
);
CREATE INDEX fund_people_ending ON fund_people (tenant, benefit_until) WHERE end_told = 0;

CREATE TABLE fund_imports (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    digest {{blob}} NOT NULL,
    file_name TEXT NOT NULL,
    headings TEXT NOT NULL,
    state TEXT NOT NULL,
    -- People of the register that the file does not name. They stay as they are.
    absent BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_by TEXT,
    finished_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX fund_imports_waiting ON fund_imports (tenant, digest) WHERE state IN ('preview', 'confirmed');
CREATE INDEX fund_imports_running ON fund_imports (id) WHERE state = 'confirmed';

CREATE TABLE fund_import_rows (
    tenant TEXT NOT NULL,
    import_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    -- good, bad or done
    state TEXT NOT NULL,
    -- new, changed, same or ends
    difference TEXT NOT NULL,
    person TEXT,
    -- Cells of a bad row with its faults, content of a good one; sealed, and empty when done.
    sealed {{blob}} NOT NULL,
    PRIMARY KEY (tenant, import_id, line)
);
CREATE INDEX fund_import_rows_by_state ON fund_import_rows (tenant, import_id, state, line);
