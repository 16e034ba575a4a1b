-- The record by which somebody of the register enrols and holds credentials; nothing until there is one.
ALTER TABLE fund_people ADD COLUMN subject_id TEXT;
-- How reminders come: app, mail, text or post. Nothing until the register was read again.
ALTER TABLE fund_people ADD COLUMN medium TEXT;
CREATE UNIQUE INDEX fund_people_by_subject ON fund_people (tenant, subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX fund_people_without_record ON fund_people (tenant, id) WHERE subject_id IS NULL AND died_on IS NULL;
