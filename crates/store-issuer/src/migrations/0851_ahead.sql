-- A challenge that a device fetched to be answered without a network.
ALTER TABLE existence_requests ADD COLUMN ahead TEXT;
ALTER TABLE existence_requests ADD COLUMN ahead_at BIGINT;
ALTER TABLE existence_requests ADD COLUMN ahead_until BIGINT;
