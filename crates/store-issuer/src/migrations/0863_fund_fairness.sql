-- One row for each answer with pictures: who in kind, never who; what the check said. What an officer said is with the request.
CREATE TABLE fund_picture_marks (
    tenant TEXT NOT NULL,
    request_id TEXT NOT NULL,
    digest {{blob}} NOT NULL,
    year BIGINT NOT NULL,
    country TEXT NOT NULL,
    birth_year BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    judged_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, request_id, digest)
);
CREATE INDEX fund_picture_marks_by_year ON fund_picture_marks (tenant, year);

-- Days of the draw for attended checks. The commitment to a day's seed is made before the day; the leaf in `leaves` has the
-- id of the row.
CREATE TABLE fund_sample_days (
    tenant TEXT NOT NULL,
    day TEXT NOT NULL,
    id TEXT NOT NULL,
    seed_sealed {{blob}} NOT NULL,
    commitment {{blob}} NOT NULL,
    per_mille BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    drawn_at BIGINT,
    proofs BIGINT NOT NULL,
    chosen BIGINT NOT NULL,
    PRIMARY KEY (tenant, day)
);
