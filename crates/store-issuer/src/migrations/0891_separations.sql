-- Presentations of a Separation credential for an enrolment, in the place of an invitation. What the credential says is sealed.
CREATE TABLE enrolment_separations (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- Digest of the secret of the wallet that began it.
    secret_mark TEXT NOT NULL,
    -- The number of the verification, and what the wallet opens.
    verification TEXT NOT NULL,
    link TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Once it opened an enrolment.
    enrolment_id TEXT,
    used_at BIGINT,
    sealed {{blob}},
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, secret_mark),
    FOREIGN KEY (tenant, enrolment_id) REFERENCES enrolments (tenant, id) ON DELETE CASCADE
);
CREATE INDEX enrolment_separations_by_enrolment ON enrolment_separations (tenant, enrolment_id);
CREATE INDEX enrolment_separations_by_expiry ON enrolment_separations (expires_at);

-- Whom an ended service has enrolled: a MAC of organisation, staff number and last day. Nobody else is enrolled with it.
CREATE TABLE separation_uses (
    tenant TEXT NOT NULL,
    service_mark TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, service_mark),
    FOREIGN KEY (tenant, subject_id) REFERENCES subjects (tenant, id) ON DELETE CASCADE
);
