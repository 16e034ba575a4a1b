-- What payroll is told: each change of a payment stands in one file, and a file is open until payroll says it has it.
CREATE TABLE fund_payroll_files (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    changes BIGINT NOT NULL,
    -- SHA-256 of what the file says, in hex.
    digest TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    acknowledged_by TEXT,
    acknowledged_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX fund_payroll_files_open ON fund_payroll_files (tenant) WHERE acknowledged_at IS NULL;
CREATE TABLE fund_payroll_changes (
    tenant TEXT NOT NULL,
    -- The key of what asked for it.
    key TEXT NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (tenant, key)
);
CREATE INDEX fund_payroll_changes_of ON fund_payroll_changes (tenant, file);
-- Whom a list's file named before its payroll day: whoever comes off until then is told as well.
CREATE TABLE fund_payroll_told (
    tenant TEXT NOT NULL,
    list TEXT NOT NULL,
    person TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, list, person)
);
