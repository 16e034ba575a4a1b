CREATE TABLE agency_policy (
    tenant     TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    draft      TEXT   NOT NULL,
    policy     TEXT   NOT NULL,
    created_ms BIGINT NOT NULL,
    retired_ms BIGINT,
    PRIMARY KEY (tenant, name, version)
);
