-- Requests for credentials that wait for a second person, with the keys that were proven.
CREATE TABLE deferrals (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    configuration TEXT NOT NULL,
    holders TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, offer_id, configuration)
);
CREATE INDEX deferrals_by_age ON deferrals (asked_at);
