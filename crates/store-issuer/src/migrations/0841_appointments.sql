-- Times that agents open, in UTC, and who comes.
CREATE TABLE enrolment_slots (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    agent TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    language TEXT NOT NULL,
    -- video or visit
    way TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (tenant, id)
);
-- An agent is in one place at a time; opening the same time again changes nothing.
CREATE UNIQUE INDEX enrolment_slots_of_agent ON enrolment_slots (tenant, agent, starts_at) WHERE closed_at IS NULL;
CREATE INDEX enrolment_slots_by_time ON enrolment_slots (tenant, starts_at, id);

CREATE TABLE enrolment_appointments (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    slot_id TEXT NOT NULL,
    enrolment_id TEXT NOT NULL,
    -- booked, cancelled, held or missed
    state TEXT NOT NULL,
    booked_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, slot_id) REFERENCES enrolment_slots (tenant, id),
    FOREIGN KEY (tenant, enrolment_id) REFERENCES enrolments (tenant, id) ON DELETE CASCADE
);
-- Nobody is booked twice, and no time is given to two people.
CREATE UNIQUE INDEX enrolment_appointments_of_slot ON enrolment_appointments (tenant, slot_id)
    WHERE state <> 'cancelled';
CREATE UNIQUE INDEX enrolment_appointments_of_person ON enrolment_appointments (tenant, enrolment_id)
    WHERE state = 'booked';

-- What the two browsers of a video call tell each other before they are connected. Erased within hours.
CREATE TABLE enrolment_signals (
    tenant TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    -- agent or person; begun for the mark of a call that began anew
    side TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, appointment_id, number),
    FOREIGN KEY (tenant, appointment_id) REFERENCES enrolment_appointments (tenant, id) ON DELETE CASCADE
);
CREATE INDEX enrolment_signals_by_time ON enrolment_signals (at);
