-- Pages that came back. The picture is sealed, and erased with the decision; the Fund's archive has the paper.
CREATE TABLE fund_scans (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- waiting, accepted, refused, unread, again or dismissed
    state TEXT NOT NULL,
    -- SHA-256 of the page's picture, in hex.
    digest TEXT NOT NULL,
    -- Of the form.
    number TEXT,
    person TEXT,
    proof TEXT,
    -- Why it could not be read.
    fault TEXT,
    is_signed BIGINT,
    -- What to show: the media type, and the picture.
    media_type TEXT,
    picture {{blob}},
    uploaded_by TEXT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, digest)
);
CREATE INDEX fund_scans_by_state ON fund_scans (tenant, state, id);
CREATE INDEX fund_scans_by_number ON fund_scans (tenant, number);
