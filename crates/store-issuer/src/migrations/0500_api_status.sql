-- Places of credentials that open instances of the VC API issued. Nothing of the credentials is kept.
CREATE TABLE api_lists (
    instance TEXT NOT NULL,
    list TEXT NOT NULL,
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    used BIGINT NOT NULL,
    -- Counts changes of entries.
    revision BIGINT NOT NULL,
    PRIMARY KEY (instance, list)
);

CREATE TABLE api_entries (
    instance TEXT NOT NULL,
    list TEXT NOT NULL,
    place BIGINT NOT NULL,
    -- SHA-256 of the identifier of the credential, where it has one.
    credential {{blob}},
    is_set BIGINT NOT NULL,
    PRIMARY KEY (instance, list, place)
);
CREATE INDEX api_entries_by_credential ON api_entries (instance, credential);
