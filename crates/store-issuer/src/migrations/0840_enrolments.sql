-- Enrolments for digital proofs. What names a person or a document is sealed; the code is kept as a MAC, the wallet's secret
-- as a digest.
CREATE TABLE enrolments (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    code_mark TEXT NOT NULL,
    wrong_codes BIGINT NOT NULL,
    invited_by TEXT NOT NULL,
    invited_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Of the secret by which the person's wallet speaks for this enrolment.
    secret_mark TEXT,
    claimed_at BIGINT,
    -- The public key of the wallet's device as a JWK, and its RFC 7638 thumbprint.
    holder_key TEXT,
    device_key TEXT,
    -- Since when the person waits for an appointment that did not exist.
    place_kept_at BIGINT,
    document_sealed {{blob}},
    picture_sealed {{blob}},
    proposed_by TEXT,
    proposed_at BIGINT,
    decided_by TEXT,
    decided_at BIGINT,
    refusal TEXT,
    revision BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, subject_id) REFERENCES subjects (tenant, id) ON DELETE CASCADE
);
-- One at a time for each person.
CREATE UNIQUE INDEX enrolments_open ON enrolments (tenant, subject_id)
    WHERE stage IN ('invited', 'claimed', 'proposed');
CREATE UNIQUE INDEX enrolments_by_secret ON enrolments (tenant, secret_mark);
CREATE INDEX enrolments_by_stage ON enrolments (tenant, stage, id);

-- Words about people and why something was decided, sealed.
CREATE TABLE enrolment_notes (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    enrolment_id TEXT NOT NULL,
    -- note, proposal, approval or refusal
    kind TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    written_by TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, enrolment_id) REFERENCES enrolments (tenant, id) ON DELETE CASCADE
);
CREATE INDEX enrolment_notes_by_enrolment ON enrolment_notes (tenant, enrolment_id, id);

-- The device keys with which proofs of a person are made: one at a time, earlier ones with their end.
CREATE TABLE bound_keys (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    device_key TEXT NOT NULL,
    -- enrolment, face, call or visit
    bound_how TEXT NOT NULL,
    bound_by TEXT NOT NULL,
    bound_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, subject_id) REFERENCES subjects (tenant, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX bound_keys_now ON bound_keys (tenant, subject_id) WHERE ended_at IS NULL;
