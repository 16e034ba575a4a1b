-- Copies of a credential that are bound to keys of their own. Whom one was shown to is sealed.
ALTER TABLE credentials ADD COLUMN copy_of TEXT;
ALTER TABLE credentials ADD COLUMN shown_to {{blob}};
CREATE INDEX credentials_by_copy ON credentials (account_id, copy_of);
