-- The last links of journals, bound under roots for the chain. A set's root is the leaf with the set's id in `leaves`.
ALTER TABLE fund_people ADD COLUMN bound_entry BIGINT NOT NULL DEFAULT 0;
CREATE INDEX fund_people_moved ON fund_people (tenant, id) WHERE last_entry > bound_entry;

CREATE TABLE fund_head_sets (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    heads BIGINT NOT NULL,
    root {{blob}} NOT NULL,
    leaves {{blob}} NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE fund_heads (
    tenant TEXT NOT NULL,
    person TEXT NOT NULL,
    -- The link after this entry.
    entry BIGINT NOT NULL,
    set_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    salt {{blob}} NOT NULL,
    PRIMARY KEY (tenant, person, entry)
);
