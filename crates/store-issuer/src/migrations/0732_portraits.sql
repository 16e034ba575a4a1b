-- A face is personal data: sealed under a key that is not in the database, and deleted with the person.
CREATE TABLE portraits (
    tenant TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    jpeg_sealed {{blob}} NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, subject_id),
    FOREIGN KEY (tenant, subject_id) REFERENCES subjects (tenant, id) ON DELETE CASCADE
);
