-- Letters that leave together. What each says is sealed; whether it still has to leave is said by its effect.
CREATE TABLE fund_mailings (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- gathering, ready, posted or cancelled
    state TEXT NOT NULL,
    -- Kinds of effects by blanks, the one that is being gathered, and the last key that is behind it.
    kinds TEXT NOT NULL,
    at_kind TEXT NOT NULL,
    after_key TEXT NOT NULL,
    letters BIGINT NOT NULL,
    left_out BIGINT NOT NULL,
    -- Of the Fund, as they stand on the letters.
    telephone TEXT NOT NULL,
    return_address TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ready_at BIGINT,
    posted_on TEXT,
    posted_by TEXT,
    posted_at BIGINT,
    PRIMARY KEY (tenant, id)
);
-- One at a time; what a crash left is found by this and gathered to its end.
CREATE UNIQUE INDEX fund_mailings_gathering ON fund_mailings (tenant) WHERE state = 'gathering';

CREATE TABLE fund_letters (
    tenant TEXT NOT NULL,
    mailing TEXT NOT NULL,
    effect TEXT NOT NULL,
    person TEXT NOT NULL,
    year BIGINT NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    country TEXT NOT NULL,
    -- From 1 in the order of printing, once the mailing is ready.
    place BIGINT,
    -- Of the form, where one is part of the letter.
    number TEXT,
    -- Why it was left out.
    fault TEXT,
    -- Name, address and what the letter says; erased when nobody prints it any more.
    sealed {{blob}},
    PRIMARY KEY (tenant, mailing, effect)
);
-- An effect is in one mailing, unless it was left out of it.
CREATE UNIQUE INDEX fund_letters_once ON fund_letters (tenant, effect) WHERE fault IS NULL;
CREATE UNIQUE INDEX fund_letters_by_number ON fund_letters (tenant, number) WHERE number IS NOT NULL;
CREATE INDEX fund_letters_by_place ON fund_letters (tenant, mailing, place);
CREATE INDEX fund_letters_by_person ON fund_letters (tenant, person);

-- Which parts of a mailing were printed, by the digest of each file.
CREATE TABLE fund_mailing_pieces (
    tenant TEXT NOT NULL,
    mailing TEXT NOT NULL,
    piece BIGINT NOT NULL,
    digest TEXT NOT NULL,
    letters BIGINT NOT NULL,
    fetched_by TEXT NOT NULL,
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, mailing, piece)
);
