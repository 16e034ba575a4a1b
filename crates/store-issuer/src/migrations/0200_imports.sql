CREATE TABLE imports (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    encoding TEXT NOT NULL,
    delimiter TEXT NOT NULL,
    headings TEXT NOT NULL,
    unused TEXT NOT NULL,
    empty_lines BIGINT NOT NULL,
    digest {{blob}} NOT NULL,
    state TEXT NOT NULL,
    types TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    finished_at BIGINT,
    PRIMARY KEY (tenant, id)
);
-- The same file sent twice by a nervous finger is one upload.
CREATE UNIQUE INDEX imports_waiting ON imports (tenant, kind, digest) WHERE state = 'preview';
CREATE INDEX imports_running ON imports (id) WHERE state = 'confirmed';

CREATE TABLE import_rows (
    tenant TEXT NOT NULL,
    import_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    state TEXT NOT NULL,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    -- A good row's content, a bad row's cells and faults; empty once the row is done.
    content TEXT NOT NULL,
    subject_id TEXT,
    offer_id TEXT,
    PRIMARY KEY (tenant, import_id, line)
);
CREATE INDEX import_rows_by_state ON import_rows (tenant, import_id, state, line);
