-- Many people who are invited to enrol at once: who is meant, and how far it is.
CREATE TABLE fund_invitations (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- preview, running, finished or discarded
    state TEXT NOT NULL,
    -- Countries, languages, ages and channel as JSON; it names nobody.
    selection TEXT NOT NULL,
    -- How many numbers a list had, and how many of them are not on the register; nothing without a list.
    listed BIGINT,
    unknown BIGINT,
    -- When somebody answers the telephone, as it stands on the letters.
    hours TEXT NOT NULL,
    -- The last person that is behind it.
    after_person TEXT NOT NULL,
    asked BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    confirmed_by TEXT,
    finished_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX fund_invitations_running ON fund_invitations (tenant, id) WHERE state = 'running';

-- The numbers of a list as MACs. They go with the end of the run.
CREATE TABLE fund_invitation_numbers (
    tenant TEXT NOT NULL,
    run TEXT NOT NULL,
    number_mark TEXT NOT NULL,
    PRIMARY KEY (tenant, run, number_mark)
);

-- What asked for the letter that holds the code of an invitation.
ALTER TABLE enrolments ADD COLUMN letter TEXT;
CREATE INDEX enrolments_by_letter ON enrolments (tenant, letter) WHERE letter IS NOT NULL;
CREATE INDEX enrolments_by_subject ON enrolments (tenant, subject_id, invited_at);
