-- A wallet asks with its device key, and nothing else says who it is.
CREATE INDEX bound_keys_by_key ON bound_keys (tenant, device_key);
-- How long the latest proofs of a channel waited: people are told what is usual.
CREATE INDEX fund_proofs_decided ON fund_proofs (tenant, channel, decided_at);
-- Somebody who is enrolled may wait for a talk again; whoever waited for the one of the enrolment does not any more.
UPDATE enrolments SET place_kept_at = NULL WHERE stage NOT IN ('invited', 'claimed');
