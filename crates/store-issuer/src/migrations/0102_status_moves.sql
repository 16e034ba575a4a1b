-- A suspension may lift itself, and a change may have had a second person.
ALTER TABLE copies ADD COLUMN suspended_until BIGINT;
CREATE INDEX copies_to_lift ON copies (tenant, suspended_until) WHERE suspended_until IS NOT NULL;

ALTER TABLE status_changes ADD COLUMN until BIGINT;
ALTER TABLE status_changes ADD COLUMN approved_by TEXT;
