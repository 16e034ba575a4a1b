-- What stations of the Fund said of people who enrol there: one word for an enrolment, the latest. The operator's name and what was
-- seen are sealed; picture and document are the enrolment's.
CREATE TABLE enrolment_stations (
    tenant TEXT NOT NULL,
    enrolment_id TEXT NOT NULL,
    -- RFC 7638, of the station's key and of the key that is to be bound.
    station TEXT NOT NULL,
    device_key TEXT NOT NULL,
    captured_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- Of the signature, by which the same word is known again.
    digest TEXT NOT NULL,
    sealed {{blob}} NOT NULL,
    PRIMARY KEY (tenant, enrolment_id),
    FOREIGN KEY (tenant, enrolment_id) REFERENCES enrolments (tenant, id) ON DELETE CASCADE
);
