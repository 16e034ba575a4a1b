-- What one night asked for about one person, in the order in which it asked: payroll carries lines out one after the other.
ALTER TABLE fund_effects ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
-- Asked for before there were places: what takes an end back comes after the end.
UPDATE fund_effects SET place = 1 WHERE kind = 'resume-payment' AND rule = 'death-withdrawn';
