-- The language of whoever was invited, as the list of beneficiaries said it then: one of the six, or nothing.
ALTER TABLE enrolments ADD COLUMN language TEXT;
