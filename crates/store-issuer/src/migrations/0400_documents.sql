-- Documents of any kind that the organisation anchors. The leaf has the same id. A public one that is not published is
-- the outbox entry for its digest.
ALTER TABLE leaves ADD COLUMN kind TEXT NOT NULL DEFAULT 'credentials';
ALTER TABLE batches ADD COLUMN kind TEXT NOT NULL DEFAULT 'credentials';

CREATE TABLE documents (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    digest {{blob}} NOT NULL,
    label TEXT NOT NULL,
    is_public BIGINT NOT NULL,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    published_at BIGINT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, digest)
);
CREATE INDEX documents_unpublished ON documents (tenant, is_public, published_at);
