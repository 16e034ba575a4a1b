-- A part of a mailing is handed to the post by itself.
ALTER TABLE fund_mailing_pieces ADD COLUMN posted_on TEXT;
ALTER TABLE fund_mailing_pieces ADD COLUMN posted_by TEXT;
ALTER TABLE fund_mailing_pieces ADD COLUMN posted_at BIGINT;

-- Many parts that are fetched as one archive, and how far that is. Its parts count as printed when it has come to its end.
CREATE TABLE fund_mailing_archives (
    tenant TEXT NOT NULL,
    mailing TEXT NOT NULL,
    id TEXT NOT NULL,
    from_piece BIGINT NOT NULL,
    to_piece BIGINT NOT NULL,
    -- The last part that is behind.
    at_piece BIGINT NOT NULL,
    fetched_by TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (tenant, mailing, id)
);

-- What stands on every letter of an organisation, asked once.
CREATE TABLE fund_letter_settings (
    tenant TEXT NOT NULL PRIMARY KEY,
    telephone TEXT NOT NULL,
    return_address TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
