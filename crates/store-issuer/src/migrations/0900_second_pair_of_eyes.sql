-- A picture that one officer put in by hand is compared with nothing until another one has looked at it.
ALTER TABLE portraits ADD COLUMN proposed_by TEXT;
-- One officer's word about the answer of somebody who has not enrolled: a second one confirms it.
CREATE TABLE existence_words (
    tenant TEXT NOT NULL,
    request TEXT NOT NULL,
    officer TEXT NOT NULL,
    channel TEXT NOT NULL,
    notes_sealed {{blob}} NOT NULL,
    said_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, request)
);
