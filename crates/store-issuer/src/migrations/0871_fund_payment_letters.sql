-- Letters about payments and to survivors are written from now on. What was asked for before is no news any more.
UPDATE fund_effects SET done_at = asked_at, done_by = 'before letters'
    WHERE done_at IS NULL AND kind IN ('hold-payment', 'resume-payment', 'invite-survivor');
