-- Which officer has an answer before them, and until when: a colleague is given another one meanwhile.
CREATE TABLE existence_claims (
    tenant TEXT NOT NULL,
    request TEXT NOT NULL,
    officer TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (tenant, request)
);
CREATE INDEX existence_claims_by_end ON existence_claims (tenant, until);
