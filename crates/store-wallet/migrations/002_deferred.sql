-- When the issuer of a credential that is released later is asked again.
ALTER TABLE offers ADD COLUMN resend_due_at BIGINT;
CREATE INDEX offers_by_resend ON offers (resend_due_at);
