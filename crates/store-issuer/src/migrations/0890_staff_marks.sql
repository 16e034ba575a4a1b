-- Whose Separation credential finds a person of the register: a MAC of the organisation served last and of the number there. Not
-- unique: a mistake in the pension system's file must not stop the file. Whoever shares a mark is found by nobody.
ALTER TABLE fund_people ADD COLUMN staff_mark TEXT;
CREATE INDEX fund_people_by_staff_mark ON fund_people (tenant, staff_mark);
