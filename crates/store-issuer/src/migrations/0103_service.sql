-- Why an offer replaces what the person holds; the reason with which earlier copies are revoked when it is taken.
ALTER TABLE offers ADD COLUMN replaces TEXT;
ALTER TABLE offers ADD COLUMN reminded_at BIGINT;
CREATE INDEX offers_by_state ON offers (tenant, state, id);
CREATE INDEX copies_by_end ON copies (tenant, valid_until);

CREATE TABLE service_ends (
    tenant TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    how TEXT NOT NULL,
    at BIGINT NOT NULL,
    officer TEXT NOT NULL,
    approved_by TEXT,
    PRIMARY KEY (tenant, subject_id)
);
