-- The fragment of the key that signed what a run replaces, where people were chosen by it.
ALTER TABLE reissue_runs ADD COLUMN signed_by TEXT;
