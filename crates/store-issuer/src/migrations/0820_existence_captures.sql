-- One row for each answer with pictures: the verdict, what the device signed, and the pictures until they are erased.
CREATE TABLE existence_captures (
    tenant TEXT NOT NULL,
    request_id TEXT NOT NULL,
    -- Of the answer, by which it is known again.
    digest {{blob}} NOT NULL,
    judged_at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    -- Reasons, models and the digests of the pictures as JSON; nothing biometric.
    decision TEXT NOT NULL,
    -- What came of the place: finding and class of accuracy as JSON, never coordinates.
    place TEXT,
    -- The signed bytes and the device's signature: checkable without the pictures.
    signed {{blob}} NOT NULL,
    signature {{blob}} NOT NULL,
    frames_sealed {{blob}},
    -- When the pictures go; null while an officer has to decide.
    erase_at BIGINT,
    PRIMARY KEY (tenant, request_id, digest)
);
CREATE INDEX existence_captures_to_erase ON existence_captures (erase_at) WHERE erase_at IS NOT NULL;
