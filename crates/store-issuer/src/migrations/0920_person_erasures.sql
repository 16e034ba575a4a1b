-- What stays when the record of a person is erased: nothing by which anybody finds the person.
-- The pseudonymous chain of events: what happened by name of the event and rule, with the commitments to what is gone.
CREATE TABLE fund_erased_journal (
    tenant TEXT NOT NULL,
    person TEXT NOT NULL,
    entry BIGINT NOT NULL,
    seq BIGINT,
    year BIGINT,
    at BIGINT NOT NULL,
    public TEXT NOT NULL,
    commitment TEXT NOT NULL,
    PRIMARY KEY (tenant, person, entry)
);
-- Where each of these chains ends.
CREATE TABLE fund_erased_people (
    tenant TEXT NOT NULL,
    person TEXT NOT NULL,
    entries BIGINT NOT NULL,
    head {{blob}} NOT NULL,
    erased_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, person)
);
-- A place in a status list stays taken, and says what it said: the credential may still be in a wallet.
ALTER TABLE status_entries ADD COLUMN left_status TEXT;
ALTER TABLE status_entries ADD COLUMN left_reason TEXT;
CREATE INDEX status_entries_left ON status_entries (tenant, list) WHERE left_status IS NOT NULL;
