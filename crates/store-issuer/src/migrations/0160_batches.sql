-- An offer and configuration may have several copies, one for each key of a batch, told about in one notification.
CREATE TABLE copies_in_batches (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    credential_type TEXT NOT NULL,
    configuration TEXT NOT NULL,
    document TEXT NOT NULL,
    holder_key TEXT NOT NULL,
    receipt_token TEXT NOT NULL,
    notification_id TEXT NOT NULL,
    status TEXT NOT NULL,
    delivery TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    suspended_until BIGINT,
    batch_position BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, offer_id, configuration, batch_position),
    UNIQUE (tenant, receipt_token)
);
INSERT INTO copies_in_batches (tenant, id, offer_id, subject_id, credential_type, configuration, document, holder_key,
    receipt_token, notification_id, status, delivery, issued_at, valid_until, suspended_until)
    SELECT tenant, id, offer_id, subject_id, credential_type, configuration, document, holder_key,
    receipt_token, notification_id, status, delivery, issued_at, valid_until, suspended_until FROM copies;
DROP TABLE copies;
ALTER TABLE copies_in_batches RENAME TO copies;
CREATE INDEX copies_by_subject ON copies (tenant, subject_id, id);
CREATE INDEX copies_to_lift ON copies (tenant, suspended_until) WHERE suspended_until IS NOT NULL;
CREATE INDEX copies_by_end ON copies (tenant, valid_until);
CREATE INDEX copies_by_notification ON copies (tenant, notification_id);
