-- When a person last signed in with a passkey; nothing where they did not since it was made.
ALTER TABLE person_passkeys ADD COLUMN last_used_at BIGINT;
