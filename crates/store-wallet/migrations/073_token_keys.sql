-- Keys of kept wallets in a PKCS#11 token. A row stands here before its key is made and until the key is destroyed, so that no key
-- in the token is forgotten: "made" until a custody uses it, then "used", and "ending" from the moment that custody is over.
CREATE TABLE token_keys (
    label TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    -- By when a custody must use it.
    due_at BIGINT NOT NULL
);
CREATE INDEX token_keys_by_state ON token_keys (state, due_at);
-- Where the private half is in the token, under this label; "sealed" is empty then.
ALTER TABLE custodies ADD COLUMN token_label TEXT;
