-- The language an account is spoken to in (ISO 639-1); absent until it was told.
ALTER TABLE accounts ADD COLUMN language TEXT;
