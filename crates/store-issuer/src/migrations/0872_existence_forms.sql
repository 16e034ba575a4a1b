-- Pictures of paper forms that people sent from their wallets, in place of a proof by phone: each try, and the page that was kept.
CREATE TABLE existence_forms (
    tenant TEXT NOT NULL,
    request_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    -- Nothing when no page of it was kept.
    scan_id TEXT,
    PRIMARY KEY (tenant, request_id, n)
);
