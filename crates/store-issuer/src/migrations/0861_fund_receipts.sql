-- What a person is told about an accepted proof, as it was anchored: the leaf in `leaves` has the proof's id.
CREATE TABLE fund_receipts (
    tenant TEXT NOT NULL,
    proof TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    sealed {{blob}} NOT NULL,
    -- The certificate that was offered to a wallet because of it.
    offer_id TEXT,
    PRIMARY KEY (tenant, proof)
);
