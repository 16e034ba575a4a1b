-- What the journals say already of what left. What left before this is written down as well, with its day.
ALTER TABLE fund_mailings ADD COLUMN noted BIGINT NOT NULL DEFAULT 0;
CREATE INDEX fund_mailings_noted ON fund_mailings (tenant, id) WHERE state = 'posted' AND noted < letters;
ALTER TABLE fund_messages ADD COLUMN noted BIGINT NOT NULL DEFAULT 0;
CREATE INDEX fund_messages_noted ON fund_messages (tenant, effect) WHERE state = 'sent' AND noted = 0;
