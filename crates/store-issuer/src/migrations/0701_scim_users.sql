-- Persons as an HR system pushes them. The record of a person in `subjects` follows when it makes a credential.
CREATE TABLE scim_users (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- The name folded, since userName is compared without regard to letter case.
    user_key TEXT NOT NULL,
    external_id TEXT,
    subject_id TEXT,
    active BIGINT NOT NULL,
    resource TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, user_key),
    UNIQUE (tenant, subject_id)
);
CREATE INDEX scim_users_by_external ON scim_users (tenant, external_id);
