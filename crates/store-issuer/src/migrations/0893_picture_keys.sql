-- The keys under which pictures of people are sealed, one at a time for each owner, themselves sealed under the service's key.
-- One that has ended is gone: what was sealed under it opens nowhere any more.
CREATE TABLE picture_keys (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- subject/ID of the directory, or register/ID of the Fund's register
    owner TEXT NOT NULL,
    key_sealed {{blob}},
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX picture_keys_of_owner ON picture_keys (tenant, owner) WHERE ended_at IS NULL;

-- Somebody asked that a person's pictures go for good; another officer carries it out or keeps them.
CREATE TABLE picture_erasures (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    -- Why, in words, for officers.
    reason_sealed {{blob}} NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- erased or kept
    outcome TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX picture_erasures_open ON picture_erasures (tenant, subject_id) WHERE outcome IS NULL;
CREATE INDEX picture_erasures_by_subject ON picture_erasures (tenant, subject_id, asked_at);

-- That everything from before these keys was sealed anew, once for each organisation.
CREATE TABLE pictures_resealed (
    tenant TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX fund_scans_with_picture ON fund_scans (tenant, person) WHERE picture IS NOT NULL;
