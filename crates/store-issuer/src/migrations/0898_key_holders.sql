-- A wallet asks with its device key, and nothing else says who it is.
CREATE INDEX bound_keys_by_key ON bound_keys (tenant, device_key);
