-- An offer that a wallet's refresh token made: which one it takes the place of, and the first of the chain. At most one
-- follows each.
ALTER TABLE offers ADD COLUMN renews TEXT;
ALTER TABLE offers ADD COLUMN renewal_chain TEXT;
CREATE UNIQUE INDEX offers_renewed ON offers (tenant, renews) WHERE renews IS NOT NULL;

-- Chains of which a used token came again: one of two who have it is a thief, and neither renews.
CREATE TABLE ended_renewals (
    tenant TEXT NOT NULL,
    chain TEXT NOT NULL,
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, chain)
);
